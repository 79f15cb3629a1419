package sim_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/profile"
	"airbridge/netem/queue"
	"airbridge/reports"
	"airbridge/sim"
	"airbridge/units"
)

// cable is a link of 400 Mbit/s each way with a millisecond of delay.
func cable(uint64) (netem.Medium, error) { return wire(400 * units.Mbps), nil }

func wire(rate units.Bitrate) netem.Medium {
	way := func() netem.Medium {
		return netem.Chain(
			bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(rate), Queue: queue.NewDropTail(queue.DropTailConfig{Bytes: 1 << 20})}),
			delay.New(delay.Config{Propagation: time.Millisecond}, nil),
		)
	}
	return netem.Duplex(way(), way())
}

// named returns a scenario of a few seconds over a profile's link.
func named(t testing.TB, link string, sessions ...sim.Session) sim.Scenario {
	t.Helper()
	p, ok := profile.Named(link)
	if !ok {
		t.Fatalf("there is no profile %s", link)
	}
	return sim.Scenario{Name: link, LinkName: link, Seed: 1, Duration: 5 * time.Second, Link: p.Spec.Build, Sessions: sessions}
}

// newLab returns a lab with a scenario in it.
func newLab(t testing.TB, s sim.Scenario, o sim.Options) *sim.Lab {
	t.Helper()
	l, err := sim.New(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// run runs a scenario to its end, in one go.
func run(t testing.TB, s sim.Scenario, o sim.Options) (*sim.Lab, []reports.Run) {
	t.Helper()
	l := newLab(t, s, o)
	if l.Run(1 << 62) {
		t.Fatalf("%s, seed %d: the run does not end", s.Name, s.Seed)
	}
	return l, l.Runs("test")
}

// whole fails the test where a run is incomplete.
func whole(t testing.TB, runs []reports.Run) {
	t.Helper()
	for i := range runs {
		if r := &runs[i]; r.Incomplete != nil {
			t.Fatalf("%s, seed %d is incomplete: %s", r.Scenario, *r.Seed, *r.Incomplete)
		}
	}
}

// valve is a link that can be shut: nothing comes through between two instants, in the directions it is shut for.
type valve struct {
	netem.Medium
	from, to netem.True
	shut     [netem.Dirs]bool
	dropped  []netem.Packet
}

func (v *valve) Admit(now netem.True, train []netem.Packet) {
	for _, p := range train {
		if now >= v.from && now < v.to && v.shut[p.Dir] {
			p.Fate = netem.Outage
			v.dropped = append(v.dropped, p)
			continue
		}
		v.Medium.Admit(now, []netem.Packet{p})
	}
}

func (v *valve) Next() netem.True {
	if len(v.dropped) > 0 {
		return 0
	}
	return v.Medium.Next()
}

func (v *valve) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	into = append(into, v.dropped...)
	v.dropped = v.dropped[:0]
	return v.Medium.Deliver(now, into)
}

// shut is a cable that lets nothing through from one instant to another.
func shut(from, to time.Duration, dirs ...netem.Dir) func(uint64) (netem.Medium, error) {
	return func(uint64) (netem.Medium, error) {
		v := &valve{Medium: wire(400 * units.Mbps), from: netem.True(from), to: netem.True(to)}
		for _, d := range dirs {
			v.shut[d] = true
		}
		return v, nil
	}
}
