package loopback

import (
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/sim/wake"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// Only turns after which another is due at once are noted, and each once, however many calls the next turn has.
func TestTurnsAreNoted(t *testing.T) {
	var n turns
	n.end(1000, 5000) // sleeps until 5000
	n.begin(5000)
	n.end(5000, 5000) // another is due at once
	n.begin(5012)     // a datagram
	n.begin(5012)     // the tick
	n.end(5012, 4000) // and another
	n.begin(5019)
	n.end(5019, units.Never)
	n.begin(9000)
	if diff := cmp.Diff([]time.Duration{12, 7}, n.taken); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
}

// eager asks for turns one after the other, then rests.
type eager struct {
	ticks []units.Mono
	rests units.Mono
	left  int
}

func (e *eager) Handle(units.Mono, machine.Event, machine.Output) {}

func (e *eager) Tick(now units.Mono, _ machine.Output) {
	e.ticks, e.left = append(e.ticks, now), e.left-1
}

func (e *eager) Deadline() units.Mono {
	switch {
	case e.left > 0:
		return 100
	case e.left == 0:
		return e.rests
	}
	return units.Never
}

// What is due at once waits for the end of the turn under way; what is due later does not.
func TestTurnsTakeTime(t *testing.T) {
	const turn = 9000
	core := &eager{left: 2, rests: 1_000_000}
	b := &busy{
		host: host.New(host.Config{Machine: core}),
		late: wake.New(wake.Config{Profile: wake.Profile{Arrival: wake.Quantiles{{P: 0, NS: turn}, {P: 1, NS: turn}}}}),
	}
	for d := b.Deadline(); d != units.Never; d = b.Deadline() {
		b.Tick(d, nil)
	}
	// The first deadline of a host is planned at its instant zero.
	if diff := cmp.Diff([]units.Mono{100, 100 + turn, 1_000_000}, core.ticks); diff != "" {
		t.Errorf("ticks (-want +got):\n%s", diff)
	}
}
