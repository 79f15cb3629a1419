package netem_test

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/queue"
	"airbridge/units"
)

// A link of 10 Mbit/s down and 1 Mbit/s up, 20 ms each way.
func ExampleChain() {
	way := func(rate units.Bitrate) netem.Medium {
		return netem.Chain(
			bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(rate), Queue: queue.NewDropTail(queue.DropTailConfig{})}),
			delay.New(delay.Config{Propagation: 20 * time.Millisecond}, nil),
		)
	}
	m := netem.Duplex(way(10*units.Mbps), way(units.Mbps))
	m.Admit(0, []netem.Packet{
		{ID: 1, Size: 1250, Dir: netem.Down},
		{ID: 2, Size: 1250, Dir: netem.Down},
		{ID: 3, Size: 1250, Dir: netem.Up},
	})
	for now := m.Next(); now != netem.Never; now = m.Next() {
		for _, p := range m.Deliver(now, nil) {
			fmt.Println(p.ID, p.Dir, p.Fate, time.Duration(now), "waited", p.Queued)
		}
	}
	// Output:
	// 1 down arrived 21ms waited 0s
	// 2 down arrived 22ms waited 1ms
	// 3 up arrived 30ms waited 0s
}
