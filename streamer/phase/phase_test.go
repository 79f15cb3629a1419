package phase

import (
	"fmt"
	"testing"
	"time"

	"airbridge/units"

	"pgregory.net/rapid"
)

const (
	period = time.Second / 72
	margin = 8 * time.Millisecond
	slew   = 500 * time.Microsecond
)

// world is a display and the pipeline to it. Slot s is latched at phase + s*period of the display's clock, which runs
// faster than ours by drift; a frame is decoded pipeline after it was started.
type world struct {
	phase    time.Duration
	pipeline time.Duration
	drift    float64 // of the display's clock against ours
	delay    int     // frames after which a margin is reported

	lock    *Lock
	reports []report
	start   units.Mono
}

type report struct {
	start  units.Mono
	slot   units.SlotID
	margin time.Duration
}

func newWorld(step int) *world {
	return &world{phase: 5 * time.Millisecond, pipeline: 20 * time.Millisecond, delay: 3, lock: New(period, step), start: units.Mono(time.Hour)}
}

// latch returns when, on our clock, a slot is latched.
func (w *world) latch(s units.SlotID) units.Mono {
	slots := float64(s) * float64(period) * (1 - w.drift)
	return units.Mono(time.Hour).Add(w.phase + time.Duration(slots))
}

// guess gives the first idea from a pose that was sampled a millisecond ago for slot 4, which lights up 2 ms after its
// latch.
func (w *world) guess() {
	w.lock.Guess(w.start, 4, w.latch(4).Sub(w.start)+3*time.Millisecond)
}

// frame starts one frame where the source stands, reports one of delay frames ago, and returns the frame's slot and true
// margin. The source then stands where the lock wants the next.
func (w *world) frame() (units.SlotID, time.Duration) {
	slot := w.lock.Slot(w.start, margin)
	m := w.latch(slot).Sub(w.start) - w.pipeline
	w.reports = append(w.reports, report{w.start, slot, m})
	if n := len(w.reports) - w.delay; n > 0 {
		r := w.reports[0]
		w.lock.Observe(r.start, r.slot, r.margin)
		w.reports = w.reports[1:]
	}
	w.start = w.lock.Next(w.start, margin, slew)
	return slot, m
}

// converged runs frames until margins keep to the aim, and returns after how many they did.
func (w *world) converged(t interface{ Fatalf(string, ...any) }, limit int) int {
	const near, run = 100 * time.Microsecond, 100
	last := 0
	for i := range limit + run {
		if _, m := w.frame(); (m - margin).Abs() > near {
			last = i + 1
		}
	}
	if last > limit {
		t.Fatalf("phase %v, pipeline %v, step %d: margins are not within %v of %v after %d frames",
			w.phase, w.pipeline, w.lock.step, near, margin, limit)
	}
	return last
}

// From wherever the source starts, it is at most one slot's period away from its place, and moves by slew a frame.
func TestConvergesFromAnyPhase(t *testing.T) {
	for _, step := range []int{1, 2, 3} {
		limit := int(period/slew) + 12
		worst := 0
		for phase := time.Duration(0); phase < period; phase += period / 100 {
			w := newWorld(step)
			w.phase = phase
			w.guess()
			worst = max(worst, w.converged(t, limit))
		}
		t.Logf("step %d: settled after %d frames at most", step, worst)
	}
}

func TestConvergesWhateverTheGuess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(rapid.IntRange(1, 3).Draw(t, "step"))
		w.phase = time.Duration(rapid.IntRange(0, int(period)).Draw(t, "phase"))
		w.pipeline = time.Duration(rapid.IntRange(int(time.Millisecond), int(80*time.Millisecond)).Draw(t, "pipeline"))
		w.delay = rapid.IntRange(1, 8).Draw(t, "delay")
		slot := units.SlotID(rapid.IntRange(1, 200).Draw(t, "slot"))
		ahead := time.Duration(rapid.IntRange(0, int(100*time.Millisecond)).Draw(t, "ahead"))
		w.lock.Guess(w.start, slot, ahead)
		w.converged(t, 1000) // a guess that promised slots far ahead is worked off slot by slot
	})
}

// Two crystals at 100 ppm for an hour: 360 ms, 26 periods. No frame may come after its latch, and none may stray from the
// margin by more than what the average lags behind.
func TestFollowsDriftForAnHour(t *testing.T) {
	for _, ppm := range []float64{-100, 100} {
		w := newWorld(1)
		w.drift = ppm * 1e-6
		w.guess()
		w.converged(t, 100)
		before, _ := w.frame()
		var worst time.Duration
		for range 72 * 3600 {
			slot, m := w.frame()
			if slot != before+1 {
				t.Fatalf("%g ppm: slot %d after slot %d", ppm, slot, before)
			}
			before = slot
			worst = max(worst, (m - margin).Abs())
		}
		if worst > 100*time.Microsecond {
			t.Errorf("%g ppm: a margin was %v off within an hour, want 100µs at most", ppm, worst)
		}
	}
}

// Frames whose decoding jitters by milliseconds still get one slot each.
func TestJitterDoesNotMoveTheSlot(t *testing.T) {
	for _, step := range []int{1, 2, 3} {
		w := newWorld(step)
		w.guess()
		w.converged(t, 100)
		base := w.pipeline
		before, _ := w.frame()
		for i := range 5000 {
			w.pipeline = base + time.Duration(i*7919%6000-3000)*time.Microsecond
			slot, m := w.frame()
			if slot != before+units.SlotID(step) {
				t.Fatalf("step %d: slot %d after slot %d", step, slot, before)
			}
			if m < 0 {
				t.Fatalf("step %d: a frame that took 3 ms longer is %v late", step, -m)
			}
			before = slot
		}
	}
}

// A source with its own clock cannot be steered: every frame gets the first slot that it can make with half the margin.
func TestSourceWithItsOwnClock(t *testing.T) {
	for _, fps := range []float64{24, 30, 60, 72, 90} {
		t.Run(fmt.Sprintf("%g fps", fps), func(t *testing.T) {
			w := newWorld(max(1, int(72/fps+0.5)))
			w.guess()
			begun := w.start
			var before units.SlotID
			for i := range 1000 {
				w.start = begun.Add(time.Duration(float64(i) / fps * 1e9))
				slot, m := w.frame()
				if slot < before {
					t.Fatalf("frame %d: slot %d after %d", i, slot, before)
				}
				before = slot
				if i < window || m >= margin/2-time.Microsecond && m < margin/2+period+time.Microsecond {
					continue
				}
				t.Fatalf("frame %d: margin %v, want from half of %v to a slot more", i, m, margin)
			}
		})
	}
}

func TestExpectedIsWhatWillBeObserved(t *testing.T) {
	w := newWorld(1)
	w.guess()
	w.converged(t, 100)
	start := w.start
	slot, m := w.frame()
	if got := w.lock.Expected(start, slot); (got - m).Abs() > time.Microsecond {
		t.Errorf("Expected = %v, the margin is %v", got, m)
	}
	if got := w.lock.Expected(start.Add(time.Millisecond), slot+1); (got - m - period + time.Millisecond).Abs() > time.Microsecond {
		t.Errorf("a millisecond later and a slot further Expected = %v", got)
	}
}

func TestNextKeepsToTheSlew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := New(period, rapid.IntRange(1, 3).Draw(t, "step"))
		slew := time.Duration(rapid.IntRange(0, int(2*time.Millisecond)).Draw(t, "slew"))
		start := units.Mono(rapid.Int64Range(1, 1e15).Draw(t, "start"))
		l.Guess(start, units.SlotID(rapid.IntRange(1, 1e6).Draw(t, "slot")), 40*time.Millisecond)
		l.Next(start, margin, slew)
		l.Slot(start, margin)
		l.Observe(start, units.SlotID(rapid.IntRange(1, 1e6).Draw(t, "observed")), time.Duration(rapid.IntRange(-1e9, 1e9).Draw(t, "margin")))
		// Whole periods are no break in the rhythm: the slots ask for them.
		off := l.Next(start, margin, slew).Sub(start) % period
		if off = min(off.Abs(), period-off.Abs()); off > slew+time.Microsecond {
			t.Fatalf("the next frame strays by %v from the rhythm, %v is allowed", off, slew)
		}
	})
}

func TestBeforeAnythingIsKnown(t *testing.T) {
	l := New(period, 1)
	if l.Locked() || l.Settled() || l.Upcoming() != 0 {
		t.Errorf("new lock: locked %v, settled %v, upcoming %d", l.Locked(), l.Settled(), l.Upcoming())
	}
	if got := l.Next(1234, margin, slew); got != 1234 {
		t.Errorf("Next = %d before any frame, want at once", got)
	}
	l.Guess(0, 10, 40*time.Millisecond)
	lead := l.lead
	l.Guess(0, 99, time.Second)
	if !l.Locked() || l.lead != lead {
		t.Error("a second guess changed the first")
	}
	for range window {
		if l.Settled() {
			t.Error("settled before a window of margins")
		}
		l.Observe(0, 10, margin)
	}
	if !l.Settled() {
		t.Error("not settled after a window of margins")
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for _, c := range []struct {
		period time.Duration
		step   int
	}{{0, 1}, {-1, 1}, {period, 0}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%v, %d) did not panic", c.period, c.step)
				}
			}()
			New(c.period, c.step)
		}()
	}
}

func BenchmarkFrame(b *testing.B) {
	b.ReportAllocs()
	w := newWorld(1)
	w.guess()
	for range b.N {
		slot := w.lock.Slot(w.start, margin)
		w.lock.Observe(w.start, slot, margin)
		w.start = w.lock.Next(w.start, margin, slew)
	}
}

// A source that is held up once must not drag its rhythm along: the next frame is advised where it would have been.
func TestHiccupLeavesTheRhythmAlone(t *testing.T) {
	w := newWorld(1)
	w.guess()
	w.converged(t, 100)
	on := w.lock.Next(w.start, margin, slew)
	w.lock.Slot(on.Add(9*time.Millisecond), margin) // begun 9 ms late
	if off := w.lock.Next(on, margin, slew).Sub(on) % period; min(off.Abs(), period-off.Abs()) > slew {
		t.Errorf("after a frame begun 9 ms late the rhythm is %v off", off)
	}
}

// A machine that stands still for two seconds at any moment of a session (a page to read, a host that is busy elsewhere)
// must not be answered by a source that stands still as well: the next frame is never put off by more than a few slots,
// and soon after everything is as before.
func TestFrameHeldUpForSecondsDoesNotFreezeTheSource(t *testing.T) {
	for _, after := range []int{0, 1, 2, 5, 20, 100} {
		w := newWorld(1)
		w.guess()
		for range after {
			w.frame()
		}
		usual := w.pipeline
		for range 3 {
			w.pipeline = usual + 2*time.Second
			w.frame()
		}
		w.pipeline = usual
		for range 40 {
			before := w.start
			w.frame()
			if gap := w.start.Sub(before); gap > (1+farthest)*period+slew {
				t.Fatalf("after %d frames: a gap of %v between two starts", after, gap)
			}
		}
		w.converged(t, 300)
	}
}
