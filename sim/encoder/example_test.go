package encoder_test

import (
	"fmt"
	"time"

	"airbridge/sim/encoder"
	"airbridge/streamer"
	"airbridge/units"
)

func Example() {
	e := encoder.New(encoder.Config{Seed: 1, Slices: 1, Bitrate: 30 * units.Mbps})
	for f := range units.FrameID(100) {
		now := units.Mono(f) * units.Mono(time.Second/72)
		e.Do(now, &streamer.Encode{Frame: f + 1})
		for e.Next() < units.Never {
			s := e.Take(e.Next()).(*streamer.SliceEncoded)
			if f == 0 || f == 99 {
				fmt.Println("frame", s.Frame, "IDR", s.IDR, "more than 40000 bytes:", s.Length() > 40000)
			}
		}
	}
	// Output:
	// frame 1 IDR true more than 40000 bytes: true
	// frame 100 IDR false more than 40000 bytes: true
}
