package pose_test

import (
	"fmt"
	"math"
	"time"

	"airbridge/protocol/pose"
)

// A head turns left at 90 degrees a second; where does it look in 50 ms?
func ExampleExtrapolate() {
	head := pose.Pose{Orientation: pose.Identity}
	motion := pose.Motion{Angular: pose.Vec{0, math.Pi / 2, 0}}
	then := pose.Extrapolate(head, motion, 50*time.Millisecond)
	fmt.Printf("turned by %.1f degrees\n", pose.Angle(head.Orientation, then.Orientation)*180/math.Pi)
	gaze := then.Orientation.Rotate(pose.Vec{0, 0, -1})
	fmt.Printf("looks to the left: %t\n", gaze[0] < 0)
	// Output:
	// turned by 4.5 degrees
	// looks to the left: true
}

// A game returns the pose it rendered with, but not its number.
func ExampleNearest() {
	samples := []pose.Pose{
		{Position: pose.Vec{0, 0, 0}, Orientation: pose.Identity},
		{Position: pose.Vec{0, 0.01, 0}, Orientation: pose.Identity},
	}
	index, distance := pose.Nearest(pose.Pose{Position: pose.Vec{0, 0.0099, 0}, Orientation: pose.Identity}, samples)
	fmt.Printf("sample %d, %.1f mm off\n", index, distance*1000)
	// Output: sample 1, 0.1 mm off
}
