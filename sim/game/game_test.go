package game

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/streamer"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

const (
	ms     = units.Mono(time.Millisecond)
	period = 10 * time.Millisecond
)

// steady is a game that takes 4 ms for every frame.
func steady(kind Kind) Config {
	return Config{
		Kind: kind, Period: period,
		Render: Render{Mean: 4 * time.Millisecond, Spread: -1, Persist: -1, HitchEvery: -1},
	}
}

// play lets time pass up to an instant and writes down what is told: in tenths of milliseconds, started, rendered, ended.
// Every event goes to react as well, which may be nil.
func play(g *Game, until units.Mono, react func(now units.Mono, e machine.Event)) (lines []string) {
	for g.Next() <= until {
		now := g.Next()
		for e := g.Take(now); e != nil; e = g.Take(now) {
			at := float64(now) / 1e6
			switch e := e.(type) {
			case *streamer.RenderStarted:
				lines = append(lines, fmt.Sprintf("%.1f start %d", at, e.Frame))
			case *streamer.Rendered:
				lines = append(lines, fmt.Sprintf("%.1f done %d", at, e.Frame))
			case *streamer.SourceEnded:
				lines = append(lines, fmt.Sprintf("%.1f ended: %v", at, e.Err))
			}
			if react != nil {
				react(now, e)
			}
		}
	}
	return lines
}

// released gives every frame back at once, and advises the next start of a scene one period after the last.
func released(g *Game) func(units.Mono, machine.Event) {
	return func(now units.Mono, e machine.Event) {
		switch e := e.(type) {
		case *streamer.RenderStarted:
			g.Do(now, &streamer.Advice{StartAt: e.At.Add(period), Period: period})
		case *streamer.Rendered:
			g.Do(now, &streamer.Release{Handle: e.Handle})
		}
	}
}

func TestSceneStartsWhenAdvised(t *testing.T) {
	g := New(steady(Scene))
	if g.Next() != units.Never {
		t.Error("a source that nobody began has something to tell")
	}
	g.Do(0, &streamer.Begin{Period: period})
	if g.Next() != units.Never {
		t.Error("a scene starts unadvised")
	}
	g.Do(0, &streamer.Advice{StartAt: 2 * ms})
	got := play(g, 25*ms, released(g))
	want := []string{"2.0 start 1", "6.0 done 1", "12.0 start 2", "16.0 done 2", "22.0 start 3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scene (-want +got):\n%s", diff)
	}
}

// As in the shell: advice for an instant that is past starts at once, and one that comes while the source waits for an
// earlier one counts for the frame after.
func TestSceneAdviceOutOfTime(t *testing.T) {
	g := New(steady(Scene))
	g.Do(0, &streamer.Begin{})
	g.Do(5*ms, &streamer.Advice{StartAt: 1 * ms})
	g.Do(5*ms, &streamer.Advice{StartAt: 30 * ms})
	got := play(g, 100*ms, nil)
	want := []string{"5.0 start 1", "9.0 done 1", "30.0 start 2", "34.0 done 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scene (-want +got):\n%s", diff)
	}
}

// The shell's source waits until its frame was heard of: a pump that wakes late delays the next frame.
func TestSceneWaitsForItsFrameToBeHeard(t *testing.T) {
	g := New(steady(Scene))
	g.Do(0, &streamer.Begin{})
	g.Do(0, &streamer.Advice{StartAt: 0})
	g.Take(0)
	g.Do(0, &streamer.Advice{StartAt: 5 * ms})
	if g.Next() != 4*ms {
		t.Fatalf("next at %d, want the frame at 4 ms", g.Next())
	}
	e, _ := g.Take(9 * ms).(*streamer.Rendered)
	if e == nil || e.At != 4*ms {
		t.Fatalf("taken late: %+v, want a frame that was done at 4 ms", e)
	}
	// Not at the same instant, at which a start would be handled before the frame that ends.
	if e := g.Take(9 * ms); e != nil {
		t.Errorf("told with the frame: %+v, want nothing", e)
	}
	after := units.Mono(9 * ms).Add(turnaround)
	if s, _ := g.Take(after).(*streamer.RenderStarted); s == nil || s.At != after {
		t.Errorf("the next frame: %+v, want it to start just after the last was heard of, at 9 ms", s)
	}
}

func TestHaltEndsAfterTheFrameUnderWay(t *testing.T) {
	for _, kind := range []Kind{Scene, Vsync, Video} {
		g := New(steady(kind))
		g.Do(0, &streamer.Begin{})
		g.Do(0, &streamer.Advice{StartAt: 1 * ms})
		halted := false
		got := play(g, 200*ms, func(now units.Mono, e machine.Event) {
			released(g)(now, e)
			if _, ok := e.(*streamer.RenderStarted); ok && !halted {
				halted = true
				g.Do(now, &streamer.Halt{})
			}
		})
		if len(got) < 2 || len(got) > 4 || g.Out() != 0 {
			t.Errorf("%v: after a halt in its first frame it told %v, %d frames out", kind, got, g.Out())
		}
		g.Do(300*ms, &streamer.Begin{})
		g.Do(300*ms, &streamer.Advice{StartAt: 301 * ms})
		if got := play(g, 320*ms, released(g)); len(got) == 0 || got[0][len(got[0])-1] == '1' {
			t.Errorf("%v: begun again it told %v, want frames with numbers that go on", kind, got)
		}
	}
}

// A game at half the rate: a frame that takes longer than from its start to the next vsync waits for the one after.
func TestVsyncHalvesTheRateOnOverrun(t *testing.T) {
	cfg := steady(Vsync)
	cfg.Running = 2 * time.Millisecond
	for _, c := range []struct {
		mean time.Duration
		want []string
	}{
		// vsyncs at 2, 12, 22, 32 …
		{4 * time.Millisecond, []string{"0.0 start 1", "4.0 done 1", "10.0 start 2", "14.0 done 2", "20.0 start 3"}},
		// Longer than a period, it uses up the running start.
		{10900 * time.Microsecond, []string{"0.0 start 1", "10.9 done 1", "10.9 start 2", "21.8 done 2"}},
		{13 * time.Millisecond, []string{"0.0 start 1", "22.0 done 1", "22.0 start 2"}},
	} {
		cfg.Render.Mean = c.mean
		g := New(cfg)
		g.Do(0, &streamer.Begin{Period: period})
		got := play(g, 23*ms, func(now units.Mono, e machine.Event) {
			if e, ok := e.(*streamer.Rendered); ok {
				g.Do(now, &streamer.Release{Handle: e.Handle})
			}
		})
		if len(got) > len(c.want) {
			got = got[:len(c.want)]
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("render %s (-want +got):\n%s", c.mean, diff)
		}
	}
}

func TestVsyncTakesPhaseSlowly(t *testing.T) {
	cfg := steady(Vsync)
	cfg.SlewMax = 100 * time.Microsecond
	g := New(cfg)
	g.Do(0, &streamer.Begin{})
	var starts []units.Mono
	play(g, 2000*ms, func(now units.Mono, e machine.Event) {
		switch e := e.(type) {
		case *streamer.RenderStarted:
			starts = append(starts, e.At)
			// The display wants frames to start 4 ms into each period.
			next := (e.At/units.Mono(period) + 1) * units.Mono(period)
			g.Do(now, &streamer.Advice{StartAt: next + 4*ms, Period: period, SlewMax: 500 * time.Microsecond})
		case *streamer.Rendered:
			g.Do(now, &streamer.Release{Handle: e.Handle})
		}
	})
	for i := 1; i < len(starts); i++ {
		if d := starts[i].Sub(starts[i-1]) - period; d > cfg.SlewMax || d < -cfg.SlewMax {
			t.Fatalf("frame %d starts %s off the rhythm, want %s at most", i+1, d, cfg.SlewMax)
		}
	}
	if off := time.Duration(starts[len(starts)-1]) % period; off != 4*time.Millisecond {
		t.Errorf("after 2 s frames start %s into the period, want 4ms", off)
	}
	if off := time.Duration(starts[20]) % period; off < time.Millisecond || off > 3*time.Millisecond {
		t.Errorf("after 20 frames frames start %s into the period, want it still on its way", off)
	}
}

func TestVideoKeepsItsOwnClock(t *testing.T) {
	cfg := steady(Video)
	cfg.PPM = 500
	g := New(cfg)
	g.Do(0, &streamer.Begin{})
	n, last := 0, units.Mono(0)
	play(g, 100_000*ms, func(now units.Mono, e machine.Event) {
		switch e := e.(type) {
		case *streamer.RenderStarted:
			last = e.At
		case *streamer.Rendered:
			n++
			if e.At != last || e.Pose.Orientation != pose.Identity {
				t.Fatalf("frame %d started at %d and was done at %d", e.Frame, last, e.At)
			}
			g.Do(now, &streamer.Advice{StartAt: now + 3*ms})
			g.Do(now, &streamer.Release{Handle: e.Handle})
		}
	})
	if n != 10_006 {
		t.Errorf("%d frames in 100 s at 100 a second and 500 ppm more, want 10006", n)
	}
}

// Frames are drawn from the pose that was the newest when they began, also where the pump was late to look.
func TestFramesAreDrawnFromThePoseOfTheirStart(t *testing.T) {
	eye := func(x float64) pose.Pose { return pose.Pose{Position: pose.Vec{x}, Orientation: pose.Identity} }
	for _, kind := range []Kind{Scene, Vsync} {
		cfg := steady(kind)
		cfg.Running = time.Millisecond
		g := New(cfg)
		g.Do(0, &streamer.Track{PoseID: 1, Pose: eye(1)})
		g.Do(0, &streamer.Begin{})
		g.Do(0, &streamer.Advice{StartAt: 0})
		g.Do(1, &streamer.Track{PoseID: 2, Pose: eye(2)}) // too late by a nanosecond
		g.Take(5 * ms)
		e, _ := g.Take(5 * ms).(*streamer.Rendered)
		if e == nil || e.Pose != eye(1) {
			t.Errorf("%v: %+v, want the pose of the start", kind, e)
		}
	}
}

func TestNoFrameFree(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		want []string
	}{
		{Scene, []string{"0.0 start 1", "4.0 done 1", "10.0 start 2", "14.0 done 2", "20.0 start 3", "20.0 ended: frame 3: all frames are in use"}},
		{Vsync, []string{"0.0 start 1", "4.0 done 1", "10.0 start 2", "14.0 done 2", "40.0 start 3", "44.0 done 3"}},
		{Video, []string{"0.0 start 1", "0.0 done 1", "10.0 start 2", "10.0 done 2", "40.0 start 3", "40.0 done 3"}},
	} {
		cfg := steady(c.kind)
		cfg.Pool = 2
		g := New(cfg)
		g.Do(0, &streamer.Begin{})
		g.Do(0, &streamer.Advice{StartAt: 0})
		var first machine.Handle
		keep := func(now units.Mono, e machine.Event) {
			switch e := e.(type) {
			case *streamer.RenderStarted:
				g.Do(now, &streamer.Advice{StartAt: e.At.Add(period)})
			case *streamer.Rendered:
				if first == 0 {
					first = e.Handle
				}
			}
		}
		got := play(g, 35*ms, keep)
		g.Do(35*ms, &streamer.Release{Handle: first})
		got = append(got, play(g, 45*ms, keep)...)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.kind, diff)
		}
		if g.Out() > 2 {
			t.Errorf("%v: %d frames out of a pool of 2", c.kind, g.Out())
		}
	}
}

func TestSecondReleasePanics(t *testing.T) {
	g := New(steady(Scene))
	defer func() {
		if recover() == nil {
			t.Error("a release of a handle that is not out passed")
		}
	}()
	g.Do(0, &streamer.Release{Handle: 7})
}

func TestSourceEndsAfterItsFrames(t *testing.T) {
	for _, kind := range []Kind{Scene, Vsync, Video} {
		cfg := steady(kind)
		cfg.Frames = 3
		g := New(cfg)
		g.Do(0, &streamer.Begin{})
		g.Do(0, &streamer.Advice{StartAt: 0})
		frames, ends := 0, 0
		play(g, 1000*ms, func(now units.Mono, e machine.Event) {
			released(g)(now, e)
			switch e := e.(type) {
			case *streamer.Rendered:
				frames++
			case *streamer.SourceEnded:
				ends++
				if e.Err != nil {
					t.Errorf("%v ended with %v", kind, e.Err)
				}
			}
		})
		if frames != 3 || ends != 1 || g.Next() != units.Never {
			t.Errorf("%v: %d frames, ended %d times, next at %d; want 3 frames and one end", kind, frames, ends, g.Next())
		}
	}
}

func TestValidateTellsAllFaults(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	bad := Config{
		Kind: 9, Period: time.Hour, Running: -1, SlewMax: -1, PPM: 2000, Pool: -1, Frames: -1,
		Render: Render{Mean: -1, Spread: 9, Persist: 1, HitchMean: -1},
	}
	var joined interface{ Unwrap() []error }
	if err := bad.Validate(); !errors.As(err, &joined) || len(joined.Unwrap()) != 11 {
		t.Errorf("Validate of eleven faults = %v", err)
	}
	if err := (Config{Period: 2 * time.Millisecond, Running: 2 * time.Millisecond}).Validate(); err == nil {
		t.Error("a running start as long as the period passed")
	}
}
