package statistics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/units"
)

// hosts are two clocks that drift from the true time by parts per million, and the path between them.
type hosts struct {
	ours, theirs int64
	ahead        int64
	up, down     func(*rand.Rand) int64
}

func (h hosts) our(true int64) units.Mono { return units.Mono(true + true/1e6*h.ours + h.ahead) }
func (h hosts) their(true int64) units.PeerMono {
	return units.PeerMono(true + true/1e6*h.theirs)
}

func (h hosts) ping(c *ClockMap, r *rand.Rand, at int64) (end int64) {
	arrived := at + h.down(r)
	left := arrived + r.Int64N(200_000)
	end = left + h.up(r)
	c.Observe(h.our(at), h.their(arrived), h.their(left), h.our(end))
	return end
}

func fixed(d time.Duration) func(*rand.Rand) int64 {
	return func(*rand.Rand) int64 { return int64(d) }
}

func jitter(base, mean time.Duration) func(*rand.Rand) int64 {
	return func(r *rand.Rand) int64 { return int64(base) + int64(r.ExpFloat64()*float64(mean)) }
}

func TestMappedInstantsStayWithinTheStatedUncertaintyForAnHour(t *testing.T) {
	for name, c := range map[string]struct {
		hosts
		every time.Duration
		// typical bounds the median uncertainty.
		typical time.Duration
	}{
		"no drift, quiet path":       {hosts{0, 0, 0, fixed(1e6), fixed(1e6)}, time.Second, 1100 * time.Microsecond},
		"+50 ppm":                    {hosts{50, 0, 7e15, jitter(1e6, 2e6), jitter(1e6, 2e6)}, time.Second, 2500 * time.Microsecond},
		"-50 ppm":                    {hosts{-50, 0, -7e15, jitter(1e6, 2e6), jitter(1e6, 2e6)}, time.Second, 2500 * time.Microsecond},
		"±50 ppm against each other": {hosts{50, -50, 1e9, jitter(1e6, 2e6), jitter(2e6, 3e6)}, time.Second, 3 * time.Millisecond},
		"all delay on the way up":    {hosts{-50, 50, 1e9, jitter(8e6, 1e6), fixed(1e5)}, time.Second, 5 * time.Millisecond},
		"all delay on the way down":  {hosts{50, -50, 1e9, fixed(1e5), jitter(8e6, 1e6)}, time.Second, 5 * time.Millisecond},
		"a ping in 5 s":              {hosts{50, -50, 0, jitter(1e6, 1e6), jitter(1e6, 1e6)}, 5 * time.Second, 4 * time.Millisecond},
		"ten pings a second":         {hosts{50, -50, 0, jitter(1e6, 3e6), jitter(1e6, 3e6)}, 100 * time.Millisecond, 2 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(11, 12))
			var clock ClockMap
			narrow, total := 0, 0
			for at := int64(0); at < int64(time.Hour); at += int64(c.every) {
				end := c.ping(&clock, r, at)
				o, ok := clock.Snapshot()
				if !ok {
					t.Fatal("no snapshot after a ping")
				}
				if total++; o.Uncertainty <= c.typical {
					narrow++
				}
				for _, later := range []int64{0, int64(c.every) / 2, int64(c.every)} {
					now := end + later
					err := o.Mono(c.their(now)).Sub(c.our(now)).Abs()
					if limit := o.UncertaintyAt(c.our(now)); err > limit+2*time.Nanosecond {
						t.Fatalf("at %v: off by %v, stated %v", time.Duration(now), err, limit)
					}
				}
			}
			if narrow*2 < total {
				t.Errorf("uncertainty is within %v for %d of %d pings only", c.typical, narrow, total)
			}
		})
	}
}

func TestUncertaintyIsAtMostHalfTheRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	h := hosts{ours: 20, up: jitter(1e6, 5e6), down: jitter(1e6, 5e6)}
	var clock ClockMap
	for at := int64(0); at < int64(time.Minute); at += int64(time.Second) {
		end := h.ping(&clock, r, at)
		if o, _ := clock.Snapshot(); o.Uncertainty > time.Duration(end-at)/2+time.Microsecond {
			t.Errorf("uncertainty %v after a round trip of %v", o.Uncertainty, time.Duration(end-at))
		}
	}
}

func TestSteppedClockIsFollowedFromTheNextPing(t *testing.T) {
	var clock ClockMap
	clock.Observe(0, 1e9, 1e9, 4e6)
	clock.Observe(1e9, 2e9, 2e9, 1e9+4e6)
	clock.Observe(2e9, 33e9, 33e9, 2e9+2e6) // the headset slept
	o, _ := clock.Snapshot()
	if got, want := o.Mono(33e9), units.Mono(2e9+1e6); got != want || o.Uncertainty != time.Millisecond {
		t.Errorf("after a step 33 s maps to %d ± %v, want %d ± 1 ms", got, o.Uncertainty, want)
	}
}

func TestContradictingPingsAreIgnored(t *testing.T) {
	for name, p := range map[string][4]int64{
		"pong before ping":                 {10e6, 0, 0, 9e6},
		"returned before received":         {0, 5, 4, 9e6},
		"peer took longer than the trip":   {0, 0, 10e6, 9e6},
		"round trip of a minute":           {0, 0, 0, 60e9},
		"stamps that overflow a duration":  {0, math.MinInt64, math.MaxInt64, 9e6},
		"returned before received, by far": {0, math.MaxInt64, math.MinInt64, 9e6},
	} {
		var clock ClockMap
		clock.Observe(units.Mono(p[0]), units.PeerMono(p[1]), units.PeerMono(p[2]), units.Mono(p[3]))
		if o, ok := clock.Snapshot(); ok || o.Known() {
			t.Errorf("%s gives a mapping", name)
		}
	}
}

func TestOffsetMapsBothWays(t *testing.T) {
	o := NewOffset(-3*time.Second, time.Millisecond)
	if got := o.Mono(10e9); got != 7e9 {
		t.Errorf("Mono(10 s) = %d, want 7 s", got)
	}
	if got := o.Peer(7e9); got != 10e9 {
		t.Errorf("Peer(7 s) = %d, want 10 s", got)
	}
	if (Offset{}).Known() || !o.Known() {
		t.Error("only the zero offset knows nothing")
	}
}
