package sim_test

import (
	"fmt"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/units"
)

// BenchmarkSecond simulates one second of a session over a cable: streamer, client, devices, link and trace hash.
func BenchmarkSecond(b *testing.B) {
	for _, full := range []bool{false, true} {
		name := "elided"
		if full {
			name = "full"
		}
		b.Run(name, func(b *testing.B) {
			seconds(b, sim.Scenario{Name: "cable", Link: cable, FullPayload: full})
		})
	}
}

// BenchmarkBitrates simulates a second at rising bitrates: what a packet costs must not rise with their number.
func BenchmarkBitrates(b *testing.B) {
	for _, link := range []string{"ethernet", "wifi6-busy"} {
		for _, mbps := range []units.Bitrate{10, 20, 40, 72, 100, 150} {
			b.Run(fmt.Sprintf("%s/%dM", link, mbps), func(b *testing.B) {
				seconds(b, named(b, link, sim.Session{Bitrate: mbps * units.Mbps}))
			})
		}
	}
}

// seconds simulates a second after the other of a scenario that has settled.
func seconds(b *testing.B, s sim.Scenario) {
	s.Seed, s.Duration = 1, 24*time.Hour
	l := newLab(b, s, sim.Options{})
	l.Run(5 * time.Second)
	packets := func() uint64 { return l.Counts().Sent[netem.Down] + l.Counts().Sent[netem.Up] }
	before := packets()
	b.ReportAllocs()
	for b.Loop() {
		l.Run(l.Now() + time.Second)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x_real_time")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets()-before), "ns/packet")
}
