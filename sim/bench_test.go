package sim_test

import (
	"testing"
	"time"

	"airbridge/sim"
)

// BenchmarkSecond simulates one second of a session over a cable: streamer, client, devices, link and trace hash.
func BenchmarkSecond(b *testing.B) {
	for _, full := range []bool{false, true} {
		name := "elided"
		if full {
			name = "full"
		}
		b.Run(name, func(b *testing.B) {
			l, err := sim.New(sim.Scenario{
				Name: "cable", Seed: 1, Duration: 24 * time.Hour, Link: cable, FullPayload: full,
			}, sim.Options{})
			if err != nil {
				b.Fatal(err)
			}
			l.Run(5 * time.Second)
			b.ReportAllocs()
			for b.Loop() {
				l.Run(l.Now() + time.Second)
			}
			b.ReportMetric(1/(b.Elapsed().Seconds()/float64(b.N)), "x_real_time")
		})
	}
}
