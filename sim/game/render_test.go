package game

import (
	"math"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/streamer"
	"airbridge/units"
)

func TestRenderTimesAreAsConfigured(t *testing.T) {
	cfg := Render{Mean: 8 * time.Millisecond, Spread: 0.25, Persist: 0.8, HitchEvery: -1}.withDefaults()
	w := newWork(cfg, 1, "game")
	const n = 200_000
	var sum, square, product, last float64
	for range n {
		x := float64(w.next(period)) / float64(cfg.Mean)
		sum, square, product, last = sum+x, square+x*x, product+x*last, x
	}
	mean := sum / n
	variance := square/n - mean*mean
	if math.Abs(mean-1) > 0.01 || math.Abs(math.Sqrt(variance)-0.25) > 0.01 {
		t.Errorf("mean %.3f, spread %.3f of the mean asked for; want 1 and 0.25", mean, math.Sqrt(variance))
	}
	if rho := (product/n - mean*mean) / variance; math.Abs(rho-0.8) > 0.02 {
		t.Errorf("correlation from frame to frame %.3f, want about 0.8", rho)
	}
}

func TestHitchesComeAsOftenInTimeAtAnyRate(t *testing.T) {
	for _, interval := range []time.Duration{8 * time.Millisecond, 20 * time.Millisecond} {
		cfg := Render{Mean: time.Millisecond, Spread: -1, HitchEvery: time.Second, HitchMean: 30 * time.Millisecond}.withDefaults()
		w := newWork(cfg, 1, "game")
		hitches, extra := 0, time.Duration(0)
		for range int(1000 * time.Second / interval) {
			if took := w.next(interval); took > time.Millisecond+time.Nanosecond {
				hitches, extra = hitches+1, extra+took-time.Millisecond
			}
		}
		if hitches < 900 || hitches > 1100 {
			t.Errorf("interval %s: %d hitches in 1000 s, want about 1000", interval, hitches)
		}
		if mean := extra / time.Duration(hitches); mean < 27*time.Millisecond || mean > 33*time.Millisecond {
			t.Errorf("interval %s: hitches last %s in the mean, want about 30ms", interval, mean)
		}
	}
}

// digest is the trace of a game that is left alone.
func digest(cfg Config, frames int) uint64 {
	g := New(cfg)
	var h machine.Hash
	g.Do(0, &streamer.Begin{Period: period})
	for range frames {
		now := g.Next()
		for e := g.Take(now); e != nil; e = g.Take(now) {
			h.Word(uint64(now))
			e.Fold(&h)
			if r, ok := e.(*streamer.Rendered); ok {
				g.Do(now, &streamer.Release{Handle: r.Handle})
			}
		}
	}
	return h.Sum()
}

func TestOneSeedOneRun(t *testing.T) {
	a := digest(Config{Kind: Vsync, Seed: 5}, 5000)
	if b := digest(Config{Kind: Vsync, Seed: 5}, 5000); a != b {
		t.Errorf("the same seed gave %x and %x", a, b)
	}
	if b := digest(Config{Kind: Vsync, Seed: 6}, 5000); a == b {
		t.Error("two seeds gave one run")
	}
	if b := digest(Config{Kind: Vsync, Seed: 5, Name: "other"}, 5000); a == b {
		t.Error("two names gave one run")
	}
}

func TestNothingIsAllocatedPerFrame(t *testing.T) {
	for _, kind := range []Kind{Scene, Vsync, Video} {
		g := New(Config{Kind: kind})
		var begin streamer.Begin
		advice := streamer.Advice{}
		var release streamer.Release
		g.Do(0, &begin)
		now := units.Mono(0)
		frame := func() {
			advice.StartAt = now.Add(period)
			g.Do(now, &advice)
			for range 2 {
				now = g.Next()
				for e := g.Take(now); e != nil; e = g.Take(now) {
					if r, ok := e.(*streamer.Rendered); ok {
						release.Handle = r.Handle
						g.Do(now, &release)
					}
				}
				if kind == Video {
					break
				}
			}
		}
		for range 100 {
			frame()
		}
		if n := testing.AllocsPerRun(1000, frame); n != 0 {
			t.Errorf("%v: %v allocations a frame, want none", kind, n)
		}
	}
}
