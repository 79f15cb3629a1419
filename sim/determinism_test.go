package sim_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/units"
)

// slice says how far a run goes next; from is how far it has come.
type slice func(from time.Duration) time.Duration

// atOnce is a run in one piece.
func atOnce(time.Duration) time.Duration { return time.Hour }

// cut runs a scenario in slices and returns its hash and when it ended.
func cut(t *testing.T, s sim.Scenario, o sim.Options, next slice) (hash uint64, end time.Duration) {
	t.Helper()
	l := newLab(t, s, o)
	for l.Run(next(l.Now())) {
	}
	whole(t, l.Runs("test"))
	return l.TraceHash(), l.Now()
}

// busy is a scenario in which much happens: contention, repair, and systems that are late.
func busy(t *testing.T) sim.Scenario {
	s := named(t, "wifi6-busy", sim.Session{Bitrate: 30 * units.Mbps, Recovery: "fec:20"})
	s.Duration = 3 * time.Second
	return s
}

func TestSameSeedGivesTheSameTraceTwentyTimes(t *testing.T) {
	s := busy(t)
	want, _ := cut(t, s, sim.Options{}, atOnce)
	for n := range 20 {
		o := sim.Options{Series: n%2 == 1}
		s.FullPayload = n%4 >= 2
		if got, _ := cut(t, s, o, atOnce); got != want {
			t.Errorf("run %d, series %v, full payload %v: trace hash %016x, want %016x", n, o.Series, s.FullPayload, got, want)
		}
	}
}

func TestAnotherSeedOrSettingGivesAnotherTrace(t *testing.T) {
	base := busy(t)
	seen := map[uint64]string{}
	for what, change := range map[string]func(*sim.Scenario){
		"as it is": func(*sim.Scenario) {},
		"seed":     func(s *sim.Scenario) { s.Seed = 2 },
		"bitrate":  func(s *sim.Scenario) { s.Sessions[0].Bitrate++ },
		"recovery": func(s *sim.Scenario) { s.Sessions[0].Recovery = "fec:21" },
		"clock":    func(s *sim.Scenario) { s.Sessions[0].Client.Clock = sim.Drifting(77*time.Second, -21) },
	} {
		s := base
		s.Sessions = append([]sim.Session(nil), base.Sessions...)
		change(&s)
		hash, _ := cut(t, s, sim.Options{}, atOnce)
		if other, ok := seen[hash]; ok {
			t.Errorf("%s and %s give the same trace", what, other)
		}
		seen[hash] = what
	}
}

// Regression: an instant that is not on the event lab's grid made everything after it a step late, up to commit ca15ab6.
func TestSlicesDoNotMatter(t *testing.T) {
	s := busy(t)
	hash, end := cut(t, s, sim.Options{}, atOnce)
	rng := rand.New(rand.NewPCG(1, 1))
	by := func(d time.Duration) slice { return func(at time.Duration) time.Duration { return at + d } }
	for name, next := range map[string]slice{
		"of a second":    by(time.Second),
		"of 333,333 ns":  by(333_333),
		"of 100 ms":      by(100 * time.Millisecond),
		"of 99,999,999":  by(99_999_999),
		"of 10 µs":       by(10_007),
		"of any length":  func(at time.Duration) time.Duration { return at + time.Duration(rng.ExpFloat64()*5e6) + 1 },
		"back and forth": func(at time.Duration) time.Duration { return at + time.Duration(rng.Int64N(9e6)) - 4e6 },
	} {
		if got, at := cut(t, s, sim.Options{Series: true}, next); got != hash || at != end {
			t.Errorf("slices %s: %016x at %v, want %016x at %v", name, got, at, hash, end)
		}
	}
}

func TestSessionsOnOneLink(t *testing.T) {
	s := named(t, "l4s",
		sim.Session{Bitrate: 20 * units.Mbps, ECN: netem.ECT1},
		sim.Session{Bitrate: 30 * units.Mbps, ECN: netem.ECT0, Starts: time.Second, Recovery: "fec:10"},
		sim.Session{Bitrate: 10 * units.Mbps, Stops: 4 * time.Second, FPS: 90})
	_, runs := run(t, s, sim.Options{Series: true})
	whole(t, runs)
	if len(runs) != 3 {
		t.Fatalf("%d records, want one a session", len(runs))
	}
	for i, want := range []struct {
		name     string
		duration float64
		fps      float64
	}{{"l4s/1", 5, 72}, {"l4s/2", 4, 72}, {"l4s/3", 4, 90}} {
		r := &runs[i]
		if r.Scenario != want.name || *r.FPS != want.fps || r.DurationS < want.duration || r.DurationS > want.duration+0.01 {
			t.Errorf("record %d: %s, %g frames a second, %g s, want %+v", i, r.Scenario, *r.FPS, r.DurationS, want)
		}
		if frames := want.duration * want.fps; float64(*r.Frames.Displayed) < 0.95*frames {
			t.Errorf("%s: %d frames displayed of %g", r.Scenario, *r.Frames.Displayed, frames)
		}
		if *r.TraceHash != *runs[0].TraceHash {
			t.Errorf("%s has a trace hash of its own", r.Scenario)
		}
		if (*r.Recovery.ParityRatio > 0) != (i == 1) {
			t.Errorf("%s: parity ratio %g", r.Scenario, *r.Recovery.ParityRatio)
		}
	}
	s.FullPayload = true
	if hash, _ := cut(t, s, sim.Options{}, func(at time.Duration) time.Duration { return at + 123_456 }); *runs[0].TraceHash != hex(hash) {
		t.Errorf("with full payload and in slices %016x, want %s", hash, *runs[0].TraceHash)
	}
}

func TestRecordsOfManySessionsSortAsTheyAreNumbered(t *testing.T) {
	s := sim.Scenario{Name: "many", Link: cable, Duration: time.Second}
	for range 11 {
		s.Sessions = append(s.Sessions, sim.Session{Bitrate: units.Mbps})
	}
	_, runs := run(t, s, sim.Options{})
	whole(t, runs)
	for i := range runs[1:] {
		if runs[i].Scenario >= runs[i+1].Scenario {
			t.Errorf("%s comes after %s", runs[i+1].Scenario, runs[i].Scenario)
		}
	}
}
