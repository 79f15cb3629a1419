package bottleneck_test

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/units"
)

// A link that loses nine tenths of its rate after two milliseconds, with room for 20 ms.
func ExampleNew() {
	l := bottleneck.New(bottleneck.Config{
		Rate: bottleneck.Steps{List: []bottleneck.Step{
			{Rate: 10 * units.Mbps},
			{At: 2 * time.Millisecond, Rate: units.Mbps},
		}},
		Queue: queue.NewDropTail(queue.DropTailConfig{Time: 20 * time.Millisecond}),
	})
	l.Admit(0, []netem.Packet{{ID: 1, Size: 1250}, {ID: 2, Size: 1250}, {ID: 3, Size: 1250}})
	for now := l.Next(); now != netem.Never; now = l.Next() {
		for _, p := range l.Deliver(now, nil) {
			fmt.Println(p.ID, time.Duration(now), p.Queued)
		}
	}
	// Output:
	// 1 1ms 0s
	// 2 2ms 1ms
	// 3 12ms 2ms
}
