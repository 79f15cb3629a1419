package loopback_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"airbridge/sim"
	"airbridge/sim/loopback"
	"airbridge/sim/wake"
	"airbridge/units"
)

// What the real world cannot play is refused before anything runs.
func TestScenariosThatCannotBePlayed(t *testing.T) {
	late := wake.PC()
	for name, c := range map[string]struct {
		change func(s *sim.Scenario)
		want   error
	}{
		"elided payload":  {func(s *sim.Scenario) { s.FullPayload = false }, loopback.ErrElided},
		"a late streamer": {func(s *sim.Scenario) { s.Sessions[0].Streamer.Wake = &late }, loopback.ErrLate},
		"a late client":   {func(s *sim.Scenario) { s.Sessions[0].Client.Wake = &late }, loopback.ErrLate},
		"a fast clock":    {func(s *sim.Scenario) { s.Sessions[0].Client.Clock = sim.Drifting(0, 30) }, loopback.ErrDrifting},
		"the defaults":    {func(s *sim.Scenario) { s.Sessions = nil }, loopback.ErrLate},
		"a shared decoder": {func(s *sim.Scenario) {
			s.Sessions[0].Decoder.Reference = nil
		}, loopback.ErrShared},
	} {
		s := loopback.Scenario(1, rate, time.Second)
		c.change(&s)
		a, err := sim.Assemble(s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := loopback.Run(t.Context(), a, loopback.Config{}); !errors.Is(err, c.want) {
			t.Errorf("%s: Run = %v, want %v", name, err, c.want)
		}
	}
}

// A run ends with its context, and says what it got to.
func TestRunEndsWithItsContext(t *testing.T) {
	if testing.Short() {
		t.Skip("in real time")
	}
	a, err := sim.Assemble(loopback.Scenario(1, rate, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := loopback.Run(ctx, a, loopback.Config{}); err != nil {
		t.Error(err)
	}
	if a.Pairs[0].Ended() {
		t.Error("a session of a minute has ended after less than a second")
	}
}

// slack is what medians may lie above what the lab says on a machine that runs other tests meanwhile, perhaps without the
// real-time class: where half of all wake-ups wait for more than a slice of the fair scheduler, nobody can stream.
const slack = 5000 // µs

// TestLoopbackAgainstTheLab plays one short session over loopback and in the lab. scripts/check-loopback.sh is the
// measurement; this holds on whatever machine, in whatever company:
//
//   - the session comes about, every byte arrives as it was sent, the books balance, both ends take their leave;
//   - disturbances only add: no median is far below what the lab says, by as much as another machine may be faster;
//   - medians are not above what the lab says by more than a slice of the scheduler;
//   - what no machine has, costs of zero, is told apart from this one.
func TestLoopbackAgainstTheLab(t *testing.T) {
	if testing.Short() {
		t.Skip("in real time")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(8, 2*runtime.NumCPU())))
	p := loopback.Plan{
		Bitrate: 30 * units.Mbps, Length: 4 * time.Second, Seeds: 3, Runs: 1, Config: loopback.Config{Realtime: true},
	}
	o, err := loopback.Compare(t.Context(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	const faster = 4
	for _, l := range o.Lines {
		t.Logf("%-28s lab %.1f to %.1f, loopback %.1f %s", l.Quantity.Name, l.Lab.Low, l.Lab.High, l.Median, l.Quantity.Unit)
		switch l.Quantity.Name {
		case "uplink p50", "network p50", "decode_wait p50", "overhead p50":
			if l.Median < l.Lab.Low/faster || l.Median > l.Lab.High+slack {
				t.Errorf("%s: %.1f µs, the lab says %.1f to %.1f", l.Quantity.Name, l.Median, l.Lab.Low, l.Lab.High)
			}
		case "displayed":
			if l.Median < 50 {
				t.Errorf("%.1f %% of the frames were displayed", l.Median)
			}
		}
	}
	s := loopback.Scenario(1, p.Bitrate, p.Length)
	a, err := loopback.Twin(t.Context(), s, &loopback.Machine{})
	if err != nil {
		t.Fatal(err)
	}
	perfect, _ := a.Pairs[0].Results().Frames.Overhead.Quantile(.5)
	for _, l := range o.Lines {
		if us := float64(perfect) / float64(time.Microsecond); l.Quantity.Name == "overhead p50" && l.Median < us+5 {
			t.Errorf("overhead p50: %.1f µs, a perfect machine has %.1f", l.Median, us)
		}
	}
}
