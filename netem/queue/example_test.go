package queue_test

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

// A queue with room for a millisecond of a link of 10 Mbit/s.
func ExampleNewDropTail() {
	q := queue.NewDropTail(queue.DropTailConfig{Time: time.Millisecond})
	var drops []netem.Packet
	for id := range uint32(3) {
		drops = q.Push(0, 10*units.Mbps, &netem.Packet{ID: id, Size: 625}, drops)
	}
	fmt.Println(q.Len(), "wait,", len(drops), "dropped:", drops[0].ID, drops[0].Fate)

	var p netem.Packet
	q.Pop(netem.True(500*time.Microsecond), &p, nil)
	fmt.Println(p.ID, "waited", p.Queued)
	// Output:
	// 2 wait, 1 dropped: 2 overflow
	// 0 waited 500µs
}
