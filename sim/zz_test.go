package sim_test

import (
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/fault"
	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/units"
)

func TestZZ(t *testing.T) {
	link := func(seed uint64) (netem.Medium, error) {
		m, _ := cable(seed)
		return netem.Chain(m, netem.Duplex(fault.New(fault.Config{Corrupt: .01, Duplicate: .01}, stream.New(seed, "a")), fault.New(fault.Config{Corrupt: .01}, stream.New(seed, "b")))), nil
	}
	p, _ := profile.Named("bursty")
	for n, lk := range map[string]func(uint64) (netem.Medium, error){"corrupt": link, "bursty": p.Spec.Build} {
		for seed := range uint64(5) {
			for _, full := range []bool{false, true} {
				l, err := sim.New(sim.Scenario{Name: n, Seed: seed, Duration: 10 * time.Second, Link: lk, FullPayload: full,
					Sessions: []sim.Session{{Bitrate: 20 * units.Mbps}}}, sim.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for l.Run(l.Now() + time.Second) {
				}
				r := l.Runs("x")[0]
				t.Logf("%s %v %x %+v", n, full, l.TraceHash(), l.Pairs[0].Results().Frames.Check())
				if r.Incomplete != nil {
					t.Log(*r.Incomplete)
				}
				t.Log(*r.Frames.Rendered, *r.Frames.Displayed, *r.Frames.Replaced, *r.Frames.Late, *r.Frames.Lost, *r.Frames.Skipped, *r.Frames.ShownLate, *r.Recovery.IDR, *r.Recovery.Freezes, *r.Recovery.LongestFreezeMS)
			}
		}
	}
}
