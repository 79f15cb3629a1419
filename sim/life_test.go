package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/clock"
	"airbridge/sim/game"
	"airbridge/units"
)

func hex(hash uint64) string { return fmt.Sprintf("%016x", hash) }

// TestSessionsThatCannotBegin shuts the link for good, in one direction or both: a run says so soon, and does not simulate
// the rest of the day.
func TestSessionsThatCannotBegin(t *testing.T) {
	for name, dirs := range map[string][]netem.Dir{
		"nothing passes":          {netem.Down, netem.Up},
		"nothing to the client":   {netem.Down},
		"nothing to the streamer": {netem.Up},
	} {
		l, runs := run(t, sim.Scenario{Name: name, Duration: 24 * time.Hour, Link: shut(0, 48*time.Hour, dirs...)}, sim.Options{Series: true})
		r := &runs[0]
		if r.Incomplete == nil || !strings.HasPrefix(*r.Incomplete, "no session came about: ") {
			t.Errorf("%s: incomplete %v, want the reason", name, r.Incomplete)
		}
		if r.Frames.Rendered != nil || r.MissedPerHour != nil || r.Network.GoodputMbps != nil || r.DurationS != 0 {
			t.Errorf("%s: the record knows of frames: %+v", name, r.Frames)
		}
		if l.Now() > time.Minute {
			t.Errorf("%s: it ended after %v", name, l.Now())
		}
		if l.Pairs[0].Err() == nil || l.Pairs[0].Results() != nil {
			t.Errorf("%s: err %v, results %v", name, l.Pairs[0].Err(), l.Pairs[0].Results())
		}
	}
}

// TestLateStart opens the link only after some seconds: what was asked for is streamed from then on.
func TestLateStart(t *testing.T) {
	_, runs := run(t, sim.Scenario{Name: "late", Duration: 4 * time.Second, Link: shut(0, 7*time.Second, netem.Down)}, sim.Options{})
	whole(t, runs)
	if d := runs[0].DurationS; d < 4 || d > 4.01 {
		t.Errorf("it streamed for %g s, want 4", d)
	}
}

func TestLinkThatDiesEndsTheRun(t *testing.T) {
	s := sim.Scenario{Name: "cut", Duration: time.Hour, Link: shut(3*time.Second, 48*time.Hour, netem.Down, netem.Up)}
	l, runs := run(t, s, sim.Options{})
	r := &runs[0]
	if r.Incomplete == nil || !strings.Contains(*r.Incomplete, "fell silent") {
		t.Fatalf("incomplete %v, want who fell silent", r.Incomplete)
	}
	if r.DurationS < 3 || r.DurationS > 7 || l.Now() > 20*time.Second {
		t.Errorf("it streamed for %g s and ended at %v", r.DurationS, l.Now())
	}
	if *r.Recovery.Freezes == 0 || *r.Frames.Displayed < 180 {
		t.Errorf("%d freezes, %d displayed, want what there was before, and the end", *r.Recovery.Freezes, *r.Frames.Displayed)
	}
}

// TestEndThatDoesNotArriveIsNoFault shuts the link in the last moment: all that was asked for was streamed.
func TestEndThatDoesNotArriveIsNoFault(t *testing.T) {
	s := sim.Scenario{Name: "goodbye", Duration: 3 * time.Second, Link: shut(2995*time.Millisecond, 48*time.Hour, netem.Down)}
	_, runs := run(t, s, sim.Options{})
	whole(t, runs)
	if d := runs[0].DurationS; d < 3 || d > 3.01 {
		t.Errorf("it streamed for %g s, want 3", d)
	}
}

func TestStartsAndStops(t *testing.T) {
	began := time.Duration(-1)
	s := sim.Scenario{Name: "visit", Duration: 10 * time.Second, Link: cable, Sessions: []sim.Session{
		{Bitrate: 5 * units.Mbps},
		{Bitrate: 5 * units.Mbps, Starts: 2500 * time.Millisecond, Stops: 6 * time.Second},
		{Bitrate: 5 * units.Mbps, Starts: 8 * time.Second, Stops: time.Minute},
	}}
	l := newLab(t, s, sim.Options{Series: true})
	for l.Run(l.Now() + 10*time.Millisecond) {
		if began < 0 && l.Pairs[1].Results() != nil {
			began = l.Now()
		}
	}
	runs := l.Runs("test")
	whole(t, runs)
	if began < 2500*time.Millisecond || began > 2700*time.Millisecond {
		t.Errorf("the second session began at %v, want shortly after 2.5s", began)
	}
	for i, want := range []float64{10, 3.5, 2} {
		if d := runs[i].DurationS; d < want || d > want+0.01 {
			t.Errorf("session %d streamed for %g s, want %g", i+1, d, want)
		}
	}
	if l.Now() < 10*time.Second || l.Now() > 11*time.Second {
		t.Errorf("the run ended at %v, want with its sessions", l.Now())
	}
	if end := runs[1].Series.End(); end != 10*time.Second {
		t.Errorf("the second session's series ends at %v, want with the run", end)
	}
}

// TestClockThatGoesWrongChangesOnlyWhatItMeasures has a streamer whose clock is five percent slow: it streams longer.
func TestClockThatGoesWrongChangesOnlyWhatItMeasures(t *testing.T) {
	s := sim.Scenario{Name: "slow clock", Duration: 10 * time.Second, Link: cable, Sessions: []sim.Session{{
		Bitrate: 5 * units.Mbps, Streamer: sim.Host{Clock: &clock.Config{PPB: -50_000_000}},
	}}}
	l, runs := run(t, s, sim.Options{})
	whole(t, runs)
	if d := runs[0].DurationS; d < 10 || d > 10.01 {
		t.Errorf("it streamed for %g s by its clock, want 10", d)
	}
	if l.Now() < 10500*time.Millisecond {
		t.Errorf("the run ended at %v, want after 10.5 s of the world", l.Now())
	}
}

func TestInterruptedRunLeavesWhatThereIs(t *testing.T) {
	s := sim.Scenario{Name: "long", Seed: 1, Duration: time.Hour, Link: cable, Sessions: []sim.Session{{Bitrate: 5 * units.Mbps}, {
		Bitrate: 5 * units.Mbps, Starts: time.Minute,
	}}}
	l := newLab(t, s, sim.Options{Series: true})
	if !l.Run(3 * time.Second) {
		t.Fatal("an hour was over after 3 s")
	}
	runs := l.Runs("test")
	r := &runs[0]
	if r.Incomplete == nil || *r.Incomplete != "interrupted" || runs[1].Incomplete == nil || *runs[1].Incomplete != "interrupted" {
		t.Fatalf("incomplete %v and %v, want interrupted", r.Incomplete, runs[1].Incomplete)
	}
	if r.DurationS < 2.8 || r.DurationS > 3 || *r.Frames.Displayed < 190 || r.Bitrate == nil || r.Series.End() != 3*time.Second {
		t.Errorf("%g s, %d displayed, bitrate %v, series to %v", r.DurationS, *r.Frames.Displayed, r.Bitrate, r.Series.End())
	}
	if r.SlowedS != nil {
		t.Errorf("it knows for how long the source was slowed: %g", *r.SlowedS)
	}
	if runs[1].Frames.Rendered != nil {
		t.Error("the session that has not begun has frames")
	}
	// Asking changes nothing: neither what was answered before, nor what comes.
	displayed, text := *r.Frames.Displayed, r.Series.Motion().Count()
	l.Run(6 * time.Second)
	l.Runs("test")
	if *r.Frames.Displayed != displayed || r.Series.Motion().Count() != text {
		t.Error("what was returned goes on changing")
	}
	fresh := newLab(t, s, sim.Options{})
	if fresh.Run(6 * time.Second); fresh.TraceHash() != l.TraceHash() {
		t.Error("asking for results changed the run")
	}
}

// TestSourceThatEndsIsTheEnd streams a game of 100 frames.
func TestSourceThatEndsIsTheEnd(t *testing.T) {
	s := sim.Scenario{Name: "short game", Duration: time.Hour, Link: cable, Sessions: []sim.Session{{Game: game.Config{Frames: 100}}}}
	l, runs := run(t, s, sim.Options{})
	whole(t, runs)
	if n := *runs[0].Frames.Rendered; n < 98 || n > 100 || l.Now() > 5*time.Second {
		t.Errorf("%d frames rendered until %v, want 100 and the end", n, l.Now())
	}
}

// TestEveryKindOfGame streams from each, so that all abilities are tried together with the real core.
func TestEveryKindOfGame(t *testing.T) {
	for _, kind := range []game.Kind{game.Scene, game.Vsync, game.Video} {
		s := sim.Scenario{Name: kind.String(), Seed: 4, Duration: 5 * time.Second, Link: cable, FullPayload: true, Sessions: []sim.Session{{
			Bitrate: 20 * units.Mbps, Game: game.Config{Kind: kind},
		}}}
		_, runs := run(t, s, sim.Options{})
		whole(t, runs)
		r := &runs[0]
		if *r.Frames.Displayed < 300 || *r.Source != "simulated "+kind.String() {
			t.Errorf("%s: %d displayed", *r.Source, *r.Frames.Displayed)
		}
	}
}
