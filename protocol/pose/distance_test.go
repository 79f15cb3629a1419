package pose

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDistance(t *testing.T) {
	origin := Pose{Orientation: Identity}
	tests := []struct {
		name string
		b    Pose
		want float64
	}{
		{"equal", origin, 0},
		{"moved", Pose{Position: Vec{3, 0, 4}, Orientation: Identity}, 5},
		{"turned", Pose{Orientation: FromAxisAngle(Vec{0, 1, 0}, 0.25)}, 0.25},
		{"both add up", Pose{Position: Vec{0, 1, 0}, Orientation: FromAxisAngle(Vec{1, 0, 0}, -0.5)}, 1.5},
		{"the negative quaternion is the same orientation", Pose{Orientation: Quat{0, 0, 0, -1}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Distance(origin, tt.b); math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("Distance = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawPose(t), drawPose(t), drawPose(t)
		if got, want := Distance(b, a), Distance(a, b); math.Abs(got-want) > 1e-12 {
			t.Errorf("Distance(b, a) = %v, Distance(a, b) = %v", got, want)
		}
		if direct, detour := Distance(a, c), Distance(a, b)+Distance(b, c); direct > detour+1e-12 {
			t.Errorf("Distance(a, c) = %v, longer than by b: %v", direct, detour)
		}
	})
}

func TestNearest(t *testing.T) {
	at := func(x float64) Pose { return Pose{Position: Vec{x, 0, 0}, Orientation: Identity} }
	tests := []struct {
		name       string
		candidates []Pose
		index      int
		distance   float64
	}{
		{"no candidate", nil, -1, 0},
		{"the only one", []Pose{at(5)}, 0, 5},
		{"the closest", []Pose{at(-3), at(1), at(2)}, 1, 1},
		{"the newest of equals", []Pose{at(-1), at(1), at(2)}, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			index, distance := Nearest(at(0), tt.candidates)
			if index != tt.index || (index >= 0 && distance != tt.distance) {
				t.Errorf("Nearest = %d, %v, want %d, %v", index, distance, tt.index, tt.distance)
			}
		})
	}
}

// A runtime hands poses back as 32-bit floats, whose sample must be found among neighbours of a resting head.
func TestNearestRecoversTheSampleFromSingles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := drawPose(t)
		step := FromScaledAxis(Vec{0, 1e-4, 0}) // 72 Hz at 0.4 degrees a second
		samples := make([]Pose, 60)
		for i := range samples {
			samples[i] = first
			first.Orientation = step.Mul(first.Orientation)
		}
		want := rapid.IntRange(0, len(samples)-1).Draw(t, "rendered")
		if got, _ := Nearest(single(samples[want]), samples); got != want {
			t.Errorf("Nearest = %d, want %d", got, want)
		}
	})
}

// single is p after a trip through 32-bit floats.
func single(p Pose) Pose {
	for i, v := range p.Position {
		p.Position[i] = float64(float32(v))
	}
	for i, v := range p.Orientation {
		p.Orientation[i] = float64(float32(v))
	}
	return p
}
