package loopback_test

import (
	"context"
	"fmt"
	"time"

	"airbridge/sim/loopback"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// What a session on a slow moment of a quiet PC would measure.
func ExampleTwin() {
	machine := loopback.Machines()[3]
	a, err := loopback.Twin(context.Background(), loopback.Scenario(1, 30*units.Mbps, 3*time.Second), &machine)
	if err != nil {
		fmt.Println(err)
		return
	}
	frames := a.Pairs[0].Results().Frames
	network, _ := frames.AllStages[statistics.Network].Quantile(.5)
	fmt.Println(frames.Rendered > 150, network > 0 && network < time.Millisecond)
	// Output: true true
}
