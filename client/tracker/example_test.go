package tracker_test

import (
	"fmt"
	"time"

	"airbridge/client/tracker"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// The pose a headset sends is a prediction for when the frame will be seen; the head ends up somewhere near.
func Example() {
	head := tracker.New(1)
	now := units.Mono(3 * time.Second)
	seen := now.Add(40 * time.Millisecond)

	predicted, _ := head.Predict(now, seen)
	real, _ := head.At(seen)
	fmt.Println("within a degree:", pose.Angle(predicted.Orientation, real.Orientation) < 0.0175)
	// Output: within a degree: true
}
