package sim_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/encoder"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

func TestZZ(t *testing.T) {
	fast := func(uint64) (netem.Medium, error) { return wire(10 * units.Gbps), nil }
	s := sim.Scenario{Name: "x", Duration: 3 * time.Second, Link: fast, FullPayload: true, Sessions: []sim.Session{{
		Bitrate: 400 * units.Mbps, Encoder: encoder.Config{Slowness: 0.01},
		Observe: func(f *statistics.Frame, o statistics.Offset) {
			if f.Outcome == 4 || f.ID < 20 {
				tl := f.Timeline(o)
				t.Log(f.ID, f.Outcome, f.Bytes, f.IDR, tl)
			}
		},
	}}}
	l, runs := run(t, s, sim.Options{})
	t.Log(l.Counts().Fates, l.Pairs[0].Results().Sent, runs[0].Network.Queue)
	whole(t, runs)
}
