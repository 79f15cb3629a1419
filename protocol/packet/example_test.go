package packet_test

import (
	"fmt"

	"airbridge/protocol/packet"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
)

// A frame's first slice leaves before its second exists.
func Example() {
	p, err := packet.New(packet.Config{Session: 7})
	if err != nil {
		fmt.Println(err)
		return
	}
	number := uint64(1)
	send := func() {
		for {
			b := p.Take(0, number, 64, 64_000)
			if b.Count == 0 {
				return
			}
			number += uint64(b.Count)
			fmt.Printf("frame %d: %d datagrams, %d bytes, first %t, last %t\n", b.Frame, b.Count, len(b.Slab), b.First, b.Last)
		}
	}
	info := wire.FrameInfo{Slot: 1, Pose: pose.Pose{Orientation: pose.Identity}}
	if err := p.Begin(1, 0, info); err != nil {
		fmt.Println(err)
		return
	}
	for i, slice := range [][]byte{make([]byte, 5000), make([]byte, 1000)} {
		if err := p.Slice(slice, 0, i == 1); err != nil {
			fmt.Println(err)
			return
		}
		send()
	}
	// Output:
	// frame 1: 3 datagrams, 4200 bytes, first true, last false
	// frame 1: 2 datagrams, 2028 bytes, first false, last true
}
