package tracker

import (
	"math"
	"testing"
	"time"

	"airbridge/protocol/pose"
	"airbridge/units"

	"pgregory.net/rapid"
)

// instants draws instants of years before and after zero.
var instants = rapid.Int64Range(-1<<57, 1<<57)

// angles returns yaw, pitch and roll of a pose in degrees.
func angles(p pose.Pose) (yaw, pitch, roll float64) {
	right, up, back := p.Orientation.Axes()
	return math.Atan2(back[0], back[2]) / degree, math.Asin(-back[1]) / degree, math.Atan2(right[1], up[1]) / degree
}

// sweep calls f with the state of a head every 10 ms over ten minutes, which is some 200 glances.
func sweep(h *Head, f func(t units.Mono, p pose.Pose, m pose.Motion)) {
	for t := units.Mono(0); t < units.Mono(10*time.Minute); t = t.Add(10 * time.Millisecond) {
		p, m := h.At(t)
		f(t, p, m)
	}
}

func TestMotionIsTheDerivativeOfThePose(t *testing.T) {
	const step = 100 * time.Microsecond
	rapid.Check(t, func(t *rapid.T) {
		h := New(rapid.Uint64().Draw(t, "seed"))
		at := units.Mono(instants.Draw(t, "t"))
		before, _ := h.At(at.Add(-step))
		_, m := h.At(at)
		after, _ := h.At(at.Add(step))

		seconds := (2 * step).Seconds()
		linear := after.Position.Sub(before.Position).Scale(1 / seconds)
		if d := linear.Sub(m.Linear).Norm(); d > 1e-5 {
			t.Errorf("linear = %v, differences say %v", m.Linear, linear)
		}
		angular := after.Orientation.Mul(before.Orientation.Conj()).ScaledAxis().Scale(1 / seconds)
		if d := angular.Sub(m.Angular).Norm(); d > 1e-5 {
			t.Errorf("angular = %v, differences say %v", m.Angular, angular)
		}
	})
}

// Twice continuously differentiable: the jerk, taken by differences over a millisecond, stays finite. A jump in
// acceleration of only 1 rad/s^2, a tenth of what glances reach, would show as 1000 rad/s^3.
func TestAccelerationDoesNotJump(t *testing.T) {
	h := New(3)
	// The sharpest move, 10 degrees within minGlance, starts with a jerk of 60 * 0.17 / 0.35^3 = 240 rad/s^3.
	const maxJerk, step = 400.0, time.Millisecond
	var w [3]pose.Vec
	for i := range 60_000 {
		_, m := h.At(units.Mono(i) * units.Mono(step))
		w[0], w[1], w[2] = w[1], w[2], m.Angular
		if i < 2 {
			continue
		}
		jerk := w[2].Sub(w[1]).Sub(w[1].Sub(w[0])).Norm() / step.Seconds() / step.Seconds()
		if jerk > maxJerk {
			t.Fatalf("jerk at %d ms = %.0f rad/s^3, want at most %.0f", i, jerk, maxJerk)
		}
	}
}

func TestTheHeadIsHuman(t *testing.T) {
	for seed := range uint64(5) {
		var maxYaw, maxPitch, maxRoll, maxOff, maxSpeed, sum float64
		n, fast := 0.0, 0.0
		sweep(New(seed), func(_ units.Mono, p pose.Pose, m pose.Motion) {
			yaw, pitch, roll := angles(p)
			maxYaw, maxPitch = max(maxYaw, math.Abs(yaw)), max(maxPitch, math.Abs(pitch))
			maxRoll, maxOff = max(maxRoll, math.Abs(roll)), max(maxOff, p.Position.Norm())
			speed := m.Angular.Norm() / degree
			maxSpeed, sum, n = max(maxSpeed, speed), sum+speed, n+1
			if speed > 60 {
				fast++
			}
		})
		check := func(name string, got, low, high float64) {
			if got < low || got > high {
				t.Errorf("seed %d: %s = %.3g, want %g to %g", seed, name, got, low, high)
			}
		}
		check("furthest yaw in degrees", maxYaw, 40, 62)
		check("furthest pitch in degrees", maxPitch, 12, 25)
		check("furthest roll in degrees", maxRoll, 1.5, 5)
		check("furthest from the origin in m", maxOff, 0.03, 0.25)
		check("peak speed in degrees a second", maxSpeed, 90, 180)
		check("mean speed in degrees a second", sum/n, 5, 40)
		check("share of time above 60 degrees a second", fast/n, 0.001, 0.15)
	}
}

func TestSameSeedSameHead(t *testing.T) {
	a, b, other := New(11), New(11), New(12)
	// Asked backwards: the answer may not depend on what was asked before.
	differs := false
	for i := 999; i >= 0; i-- {
		at := units.Mono(i) * units.Mono(37*time.Millisecond)
		p, m := a.At(at)
		q, n := b.At(at)
		if p != q || m != n {
			t.Fatalf("two heads of one seed differ at %v: %v and %v", at, p, q)
		}
		o, _ := other.At(at)
		differs = differs || o != p
	}
	if !differs {
		t.Error("heads of two seeds move alike")
	}
}

func TestPredictIsWhatATrackerKnows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New(rapid.Uint64().Draw(t, "seed"))
		now := units.Mono(instants.Draw(t, "now"))
		horizon := time.Duration(rapid.Int64Range(0, int64(200*time.Millisecond)).Draw(t, "horizon"))
		p, m := h.At(now)
		got, motion := h.Predict(now, now.Add(horizon))
		if want := pose.Extrapolate(p, m, horizon); got != want || motion != m {
			t.Errorf("Predict = %v, %v, want %v, %v", got, motion, want, m)
		}
	})
}

// The error of a prediction grows with its horizon and is of the size known from headsets: a fraction of a degree at
// 20 ms on average, degrees at 100 ms in a glance.
func TestPredictionErrorIsRealistic(t *testing.T) {
	h := New(7)
	errorAt := func(horizon time.Duration) (mean, worst float64) {
		n := 0.0
		sweep(h, func(now units.Mono, _ pose.Pose, _ pose.Motion) {
			predicted, _ := h.Predict(now, now.Add(horizon))
			real, _ := h.At(now.Add(horizon))
			a := pose.Angle(predicted.Orientation, real.Orientation) / degree
			mean, worst, n = mean+a, max(worst, a), n+1
		})
		return mean / n, worst
	}
	mean0, _ := errorAt(0)
	mean20, worst20 := errorAt(20 * time.Millisecond)
	mean50, worst50 := errorAt(50 * time.Millisecond)
	mean100, worst100 := errorAt(100 * time.Millisecond)
	if mean0 > 1e-9 {
		t.Errorf("mean error without a horizon = %v, want 0", mean0)
	}
	if !(mean20 > 0 && mean20 < mean50 && mean50 < mean100) {
		t.Errorf("mean errors at 20, 50, 100 ms = %.3f, %.3f, %.3f degrees, want rising", mean20, mean50, mean100)
	}
	if mean20 > 0.2 || worst20 > 0.5 || worst50 > 2 || worst100 < 1 || worst100 > 6 {
		t.Errorf("errors: mean at 20 ms %.3f, worst at 20, 50, 100 ms %.3f, %.3f, %.3f degrees",
			mean20, worst20, worst50, worst100)
	}
}

func TestNothingAllocates(t *testing.T) {
	h := New(1)
	now := units.Mono(0)
	if n := testing.AllocsPerRun(100, func() {
		now = now.Add(5 * time.Millisecond)
		h.Predict(now, now.Add(50*time.Millisecond))
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkAt(b *testing.B) {
	b.ReportAllocs()
	h := New(1)
	t := units.Mono(0)
	for b.Loop() {
		t = t.Add(5 * time.Millisecond)
		h.At(t)
	}
}
