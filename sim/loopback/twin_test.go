package loopback_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"airbridge/sim"
	"airbridge/sim/loopback"
	"airbridge/sim/wake"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

const rate = 50 * units.Mbps

func twin(t *testing.T, s sim.Scenario, m loopback.Machine) *sim.Assembly {
	t.Helper()
	a, err := loopback.Twin(t.Context(), s, &m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A machine that costs nothing is the laboratory's own host: same trace, to the bit. That of the streamer, which falls
// silent when the session is over; the client's goes on for as long as it is watched.
func TestTwinOfAPerfectMachineIsTheLab(t *testing.T) {
	late := wake.QuietPC()
	s := loopback.Scenario(3, rate, 2*time.Second)
	s.FullPayload = false
	s.Sessions[0].Streamer.Wake, s.Sessions[0].Client.Wake = &late, &late
	l, err := sim.New(s, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for l.Run(l.Now() + time.Second) {
	}
	a := twin(t, s, loopback.Machine{Wake: late})
	if got, want := a.Pairs[0].Streamer.Trace.Sum(), l.Pairs[0].Streamer.Trace.Sum(); got != want {
		t.Errorf("trace hash %016x, the lab's is %016x", got, want)
	}
}

func TestTwinRepeats(t *testing.T) {
	m := loopback.Machines()[0]
	s := loopback.Scenario(1, rate, 2*time.Second)
	a, b := twin(t, s, m), twin(t, s, m)
	if a.TraceHash() != b.TraceHash() {
		t.Errorf("two runs of one scenario gave %016x and %016x", a.TraceHash(), b.TraceHash())
	}
	if other := twin(t, loopback.Scenario(2, rate, 2*time.Second), m); other.TraceHash() == a.TraceHash() {
		t.Error("another seed gives the same trace")
	}
}

// What the link and a turn take shows in the stages where it belongs: uplink has both, as the client asks for a pose in one
// turn and sends it in the next; network has the link's.
func TestCostsShowInTheirStages(t *testing.T) {
	flat := func(d time.Duration) wake.Quantiles {
		return wake.Quantiles{{P: 0, NS: int64(d)}, {P: 1, NS: int64(d)}}
	}
	const link, turn = 200 * time.Microsecond, 70 * time.Microsecond
	a := twin(t, loopback.Scenario(1, rate, 3*time.Second), loopback.Machine{Costs: loopback.Costs{
		Datagram: []loopback.Rested{{Idle: loopback.Usual, Link: flat(link)}}, Train: flat(link), Streamer: flat(turn), Client: flat(turn),
	}})
	f := a.Pairs[0].Results().Frames
	for s, want := range map[statistics.Stage]time.Duration{statistics.Uplink: link + turn, statistics.Network: link} {
		got, _ := f.AllStages[s].Quantile(.5)
		// The mapping of clocks may be off by what it says, and a histogram by 1 in 128.
		if off := (got - want).Abs(); off > f.Uncertainty+want/100 {
			t.Errorf("%v takes %v, want %v within %v", s, got, want, f.Uncertainty)
		}
	}
	if err := a.Pairs[0].Check(); err != nil {
		t.Error(err)
	}
}

func TestTwinEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := loopback.Twin(ctx, loopback.Scenario(1, rate, time.Minute), &loopback.Machine{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Twin = %v, want context.Canceled", err)
	}
}

// What no laboratory plays is refused here too.
func TestTwinOfBrokenScenario(t *testing.T) {
	s := loopback.Scenario(1, rate, 2*time.Second)
	s.Sessions[0].FPS = 1e6
	if _, err := loopback.Twin(t.Context(), s, &loopback.Machine{}); err == nil {
		t.Error("a million frames a second are played")
	}
}
