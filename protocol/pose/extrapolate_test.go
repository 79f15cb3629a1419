package pose

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestExtrapolate(t *testing.T) {
	yaw := func(degrees float64) Quat { return FromAxisAngle(Vec{0, 1, 0}, degrees*deg) }
	start := Pose{Position: Vec{1, 2, 3}, Orientation: Identity}
	tests := []struct {
		name   string
		motion Motion
		dt     time.Duration
		want   Pose
	}{
		{
			"straight on and around the room's axis",
			Motion{Linear: Vec{1, 0, -0.5}, Angular: Vec{0, 100 * deg, 0}},
			50 * time.Millisecond,
			Pose{Vec{1.05, 2, 2.975}, yaw(5)},
		},
		{
			"a slow head keeps its position",
			Motion{Linear: Vec{0.03, 0.03, 0.02}, Angular: Vec{0, 100 * deg, 0}},
			50 * time.Millisecond,
			Pose{start.Position, yaw(5)},
		},
		{
			"a head that hardly turns keeps its orientation",
			Motion{Linear: Vec{0.06, 0, 0}, Angular: Vec{0, 9.9 * deg, 0}},
			100 * time.Millisecond,
			Pose{Vec{1.006, 2, 3}, Identity},
		},
		{
			"just above the cut-off all of the turn counts",
			Motion{Angular: Vec{0, 10.1 * deg, 0}},
			100 * time.Millisecond,
			Pose{start.Position, yaw(1.01)},
		},
		{
			"no further than 100 ms",
			Motion{Linear: Vec{1, 0, 0}, Angular: Vec{0, 100 * deg, 0}},
			time.Hour,
			Pose{Vec{1.1, 2, 3}, yaw(10)},
		},
		{
			"back",
			Motion{Linear: Vec{1, 0, 0}, Angular: Vec{0, 100 * deg, 0}},
			-50 * time.Millisecond,
			Pose{Vec{0.95, 2, 3}, yaw(-5)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Extrapolate(start, tt.motion, tt.dt), approx); diff != "" {
				t.Errorf("Extrapolate mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// A turn is around the room's axes, whichever way the head looks.
func TestExtrapolateTurnsInRoomAxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPose(t)
		m := Motion{Angular: drawVec(t, 5)}
		if m.Angular.Norm() <= MinAngular {
			t.Skip("rests")
		}
		got := Extrapolate(p, m, 10*time.Millisecond)
		turn := got.Orientation.Mul(p.Orientation.Conj()).ScaledAxis()
		if diff := cmp.Diff(m.Angular.Scale(0.01), turn, approx); diff != "" {
			t.Errorf("turn in room axes mismatch (-want +got):\n%s", diff)
		}
	})
}

// Going on from a predicted pose with the same motion ends where one prediction over the whole time ends.
func TestExtrapolateComposes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPose(t)
		m := Motion{Linear: drawVec(t, 3), Angular: drawVec(t, 5)}
		ms := rapid.IntRange(0, 50)
		a := time.Duration(ms.Draw(t, "a ms")) * time.Millisecond
		b := time.Duration(ms.Draw(t, "b ms")) * time.Millisecond
		once, twice := Extrapolate(p, m, a+b), Extrapolate(Extrapolate(p, m, a), m, b)
		if d := Distance(once, twice); d > 1e-11 {
			t.Errorf("two steps end %g m from one step", d)
		}
		if n := once.Orientation.Dot(once.Orientation); math.Abs(n-1) > 1e-12 {
			t.Errorf("length of the orientation squared = %v, want 1", n)
		}
	})
}

func BenchmarkExtrapolate(b *testing.B) {
	b.ReportAllocs()
	p := Pose{Orientation: Identity}
	m := Motion{Linear: Vec{0.1, 0.2, 0.3}, Angular: Vec{1, 2, 3}}
	for b.Loop() {
		p = Extrapolate(p, m, time.Millisecond)
	}
}
