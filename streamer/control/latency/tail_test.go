package latency

import (
	"math/rand/v2"
	"testing"
	"time"
)

// late runs frames whose delay strays from the mean by what excess draws, and returns the share that was late.
func late(t *Tail, frames int, excess func() time.Duration) float64 {
	n := 0
	for range frames {
		e := excess()
		if e > t.Margin() {
			n++
		}
		t.Observe(0, Sample{Expected: t.Margin(), Margin: t.Margin() - e})
	}
	return float64(n) / float64(frames)
}

func TestTailReachesItsShare(t *testing.T) {
	for _, share := range []float64{0.002, 0.01, 0.05} {
		rng := rand.New(rand.NewPCG(1, 2))
		tail := NewTail(share)
		heavy := func() time.Duration { return time.Duration((rng.ExpFloat64()*4 - 4) * 1e6) }
		late(tail, 2000, heavy)
		// The spare of half a millisecond makes it rarer still.
		if got := late(tail, 100_000, heavy); got > 1.3*share || got < 0.3*share {
			t.Errorf("asked for %g of frames late, got %g", share, got)
		}
	}
}

func TestTailIsSmallOnAQuietMachine(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tail := NewTail(0.002)
	late(tail, 3000, func() time.Duration { return time.Duration(rng.NormFloat64() * 2e5) })
	if m := tail.Margin(); m != tailFloor {
		t.Errorf("margin %v where frames stray by a fifth of a millisecond, want the floor %v", m, tailFloor)
	}
}

func TestTailRisesAtOnceAndFallsSlowly(t *testing.T) {
	tail := NewTail(0.01)
	late(tail, 1000, func() time.Duration { return 0 })
	quiet := tail.Margin()
	late(tail, 20, func() time.Duration { return 15 * time.Millisecond })
	if m := tail.Margin(); m < 15*time.Millisecond {
		t.Fatalf("margin %v after twenty frames that were 15 ms late, want at least as much", m)
	}
	before := tail.Margin()
	for range 3000 {
		late(tail, 1, func() time.Duration { return 0 })
		if fell := before - tail.Margin(); fell > tailFall {
			t.Fatalf("margin fell by %v at once", fell)
		}
		before = tail.Margin()
	}
	if tail.Margin() != quiet {
		t.Errorf("margin %v long after, want %v again", tail.Margin(), quiet)
	}
}

func TestTailIsBounded(t *testing.T) {
	tail := NewTail(0.01)
	late(tail, 5000, func() time.Duration { return time.Second })
	if m := tail.Margin(); m != tailCeiling {
		t.Errorf("margin %v, want the ceiling %v", m, tailCeiling)
	}
	if n := len(tail.sorted); n != tailMemory {
		t.Errorf("%d frames remembered, want %d", n, tailMemory)
	}
}

func TestTailDoesNotAllocate(t *testing.T) {
	tail := NewTail(0.01)
	if n := testing.AllocsPerRun(3000, func() { tail.Observe(0, Sample{Margin: time.Millisecond}) }); n != 0 {
		t.Errorf("a frame allocates %v times", n)
	}
}
