package decoder_test

import (
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/sim/decoder"
	"airbridge/sim/payload"
)

// A host asks its decoder as a core wishes, and is told what became of it.
func Example() {
	d := decoder.New(decoder.Config{Latency: decoder.Latency{Fixed: 2 * time.Millisecond}, Verify: true})
	unit := make([]byte, 1000)
	payload.Fill(unit, 1, 0)
	d.Do(0, &client.Decode{Frame: 1, IDR: true, Unit: unit})

	done := d.Next()
	decoded := d.Take(done).(*client.Decoded)
	fmt.Println("frame", decoded.Frame, "at", time.Duration(done), "- lent:", d.Leaked())
	d.Do(done, &client.Release{Handle: decoded.Handle})
	fmt.Println("lent:", d.Leaked())
	// Output:
	// frame 1 at 2ms - lent: [1]
	// lent: []
}
