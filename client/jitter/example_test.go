package jitter_test

import (
	"fmt"
	"time"

	"airbridge/client/jitter"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// The second of three shards is overtaken, is missed for certain 3 ms later, and comes after all.
func Example() {
	b := jitter.New(jitter.Config{Payload: 8, MaxFrame: 100})
	at := func(ms int) units.Mono { return units.Mono(time.Duration(ms) * time.Millisecond) }

	b.Push(at(0), wire.Shard{Frame: 1, Index: 0}, []byte("a frame "), 0)
	b.Push(at(1), wire.Shard{Frame: 1, Index: 2, K: 3, Last: true, Length: 21}, []byte("parts"), 0)
	fmt.Println("look again at", time.Duration(b.Deadline()))
	if h, ok := b.NextHole(at(4)); ok {
		fmt.Printf("frame %d lacks %d shard from %d on\n", h.Frame, h.Count, h.First)
	}
	b.Push(at(5), wire.Shard{Frame: 1, Index: 1}, []byte("of three"), 0)
	if f, ok := b.Complete(0); ok {
		fmt.Printf("%q\n", f.Bytes)
		b.DropThrough(f.ID)
	}
	// Output:
	// look again at 4ms
	// frame 1 lacks 1 shard from 1 on
	// "a frame of threeparts"
}
