package queue

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

// The figures of RFC 9332 Appendix A.1: every 15 ms, 0.15 of the way from the target and 3 of the change, in seconds.
func TestControllerMovesByDistanceAndChange(t *testing.T) {
	c := newController(15*time.Millisecond, 100*time.Millisecond)
	for i, step := range []struct {
		wait time.Duration
		want float64
	}{
		{20 * time.Millisecond, .15*.005 + 3*.020},
		{20 * time.Millisecond, .15*.010 + 3*.020},
		{18 * time.Millisecond, .15*.013 + 3*.018},
		{15 * time.Millisecond, .15*.013 + 3*.015},
		{0, 0}, // never below
		{10 * time.Second, 1},
		{10 * time.Second, 1}, // never above
	} {
		if at := netem.True(i+1) * 15_000_000; c.due(at-1) || !c.due(at) {
			t.Fatalf("step %d is not due at %d", i, at)
		}
		c.step(step.wait)
		if math.Abs(c.p-step.want) > 1e-12 {
			t.Errorf("step %d, wait %v: %.6f, want %.6f", i, step.wait, c.p, step.want)
		}
	}
}

// At rest it leaps to the first period after now, on the same raster.
func TestControllerRests(t *testing.T) {
	c := newController(15*time.Millisecond, 100*time.Millisecond)
	for now, want := range map[netem.True]netem.True{14_999_999: 15_000_000, 15_000_000: 30_000_000, 3_600_000_000_001: 3_600_015_000_000} {
		r := c
		if r.rest(now); r.next != want {
			t.Errorf("at %d: next %d, want %d", now, r.next, want)
		}
	}
	c.p = .1
	if c.rest(3_600_000_000_001); c.next != 15_000_000 {
		t.Error("it rested with a probability left over")
	}
}
