package queue_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

// Flows that ask for more than their share get the same, and one that asks for less hardly waits.
func TestFQCoDelSharesEvenly(t *testing.T) {
	greedy, greedier, modest := &sender{rate: 12e6}, &sender{rate: 40e6}, &sender{rate: 1e6}
	bed(queue.NewFQCoDel(queue.FQCoDelConfig{}), 20*units.Mbps, 10*time.Second, greedy, greedier, modest)
	a, b := float64(len(greedy.wait)), float64(len(greedier.wait))
	if a/b < .98 || a/b > 1.02 {
		t.Errorf("%v and %v packets, want the same", a, b)
	}
	// A packet under way, one in turn of each other queue: 1.5 ms.
	if got := modest.quantile(1); got > 2*time.Millisecond {
		t.Errorf("the modest flow waited up to %v", got)
	}
	if len(modest.signals) > 0 {
		t.Errorf("%d signals to the modest flow", len(modest.signals))
	}
	if got := greedier.quantile(.5); got < 20*time.Millisecond {
		t.Errorf("the greedy flow waited %v: there was no queue", got)
	}
}

// Where there is no room the longest queue gives way, whoever came last, half of it at once.
func TestFQCoDelDropsFromTheLongestQueue(t *testing.T) {
	q := queue.NewFQCoDel(queue.FQCoDelConfig{Packets: 40})
	var drops []netem.Packet
	for i := range 40 {
		drops = q.Push(0, units.Mbps, &netem.Packet{ID: uint32(i), Size: 1000, Flow: 1}, drops)
	}
	drops = q.Push(5, units.Mbps, &netem.Packet{ID: 99, Size: 100, Flow: 2}, drops)
	if len(drops) != 20 || q.Len() != 21 || q.Bytes() != 20*1000+100 {
		t.Fatalf("%d dropped, %d of %d bytes wait; want 20, 21 of 20100", len(drops), q.Len(), q.Bytes())
	}
	for i, p := range drops {
		if p.ID != uint32(i) || p.Fate != netem.Overflow || p.Queued != 5 {
			t.Errorf("drop %d: %+v, want the oldest of flow 1", i, p)
		}
	}
}

// The two directions of a flow are two flows.
func TestFQCoDelTellsDirections(t *testing.T) {
	q := queue.NewFQCoDel(queue.FQCoDelConfig{})
	for i := range uint32(6) {
		q.Push(0, units.Mbps, &netem.Packet{ID: i, Size: 1514, Dir: netem.Dir(i / 3)}, nil)
	}
	var order []uint32
	for q.Len() > 0 {
		var p netem.Packet
		q.Pop(1, &p, nil)
		order = append(order, p.ID)
	}
	for i, want := range []uint32{0, 3, 1, 4, 2, 5} {
		if order[i] != want {
			t.Fatalf("order %v, want the directions by turns", order)
		}
	}
}

// Two flows that always come back when their queue has just run empty would be new for ever, and a third one starve, if
// an empty queue did not pass through the old ones (RFC 8290 §4.2).
func TestFQCoDelDoesNotStarve(t *testing.T) {
	const bulk = 9
	q := queue.NewFQCoDel(queue.FQCoDelConfig{})
	push := func(flow uint16, size int32) {
		q.Push(0, units.Gbps, &netem.Packet{Flow: flow, Size: size}, nil)
	}
	for range 1000 {
		push(bulk, 1000)
	}
	push(0, 100)
	push(1, 100)
	var got [10]int
	gone := uint16(bulk) // the small flow that was served the time before
	for range 600 {
		var p netem.Packet
		q.Pop(0, &p, nil)
		got[p.Flow] += int(p.Size)
		if gone != bulk {
			push(gone, 100)
		}
		gone = p.Flow
	}
	if got[bulk] < got[0]+got[1] {
		t.Errorf("%d bytes of the bulk flow, %d and %d of the small ones", got[bulk], got[0], got[1])
	}
}

func TestFQCoDelCollidesInOneQueue(t *testing.T) {
	a, b := &sender{rate: 12e6}, &sender{rate: 36e6}
	bed(queue.NewFQCoDel(queue.FQCoDelConfig{Flows: 1, Packets: 100}), 10*units.Mbps, 10*time.Second, a, b)
	if got := float64(len(b.wait)) / float64(len(a.wait)); got < 2 {
		t.Errorf("ratio %.2f, want about 3: there is one queue for both", got)
	}
}
