package head_test

import (
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/sim/head"
	"airbridge/units"
)

// A sensor that takes half a millisecond: the sample says when the head was measured, not when it is told.
func Example() {
	h := head.New(head.Config{Seed: 1, Latency: 500 * time.Microsecond})
	now := units.Mono(time.Second)
	h.Do(now, &client.SamplePose{PoseID: 1, For: now.Add(40 * time.Millisecond)})

	due := h.Next()
	sample := h.Take(due).(*client.PoseSampled)
	fmt.Println("told after", due.Sub(now), "measured at", time.Duration(sample.SampledAt))
	// Output: told after 500µs measured at 1s
}
