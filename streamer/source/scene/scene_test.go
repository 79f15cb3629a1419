package scene

import (
	"math"
	"testing"

	"airbridge/protocol/pose"
)

func newScene(t testing.TB, c Config) *Scene {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// headAt is a head that looks around as a player does: yaw within 45 degrees at up to 110 degrees a second, some pitch and
// roll, centimetres of sway.
func headAt(seconds float64) pose.Pose {
	wave := func(hertz, phase float64) float64 { return math.Sin(2*math.Pi*hertz*seconds + phase) }
	yaw := 0.65*wave(0.23, 0) + 0.13*wave(0.71, 1)
	pitch := 0.15*wave(0.31, 2) + 0.03*wave(0.9, 3)
	roll := 0.05 * wave(0.17, 4)
	return pose.Pose{
		Position: pose.Vec{0.05 * wave(0.4, 5), 0.02 * wave(0.27, 6), 0.05 * wave(0.33, 7)},
		Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, yaw).
			Mul(pose.FromAxisAngle(pose.Vec{1, 0, 0}, pitch)).
			Mul(pose.FromAxisAngle(pose.Vec{0, 0, 1}, roll)),
	}
}
