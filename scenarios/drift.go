package scenarios

import (
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/sim/clock"
	"airbridge/units"
)

// drifting is an hour on a quiet cable between hosts whose clocks go wrong.
func drifting(name, title string, streamer, client clock.Config) Scenario {
	s := Scenario{Title: title, Source: "±50 ppm is what crystals of PCs and headsets are specified to keep; the wander: no outside truth."}
	s.About = "A slow stream, so that an hour is soon over: what drifts does not depend on the rate. Slots, phase and the mapping of stamps have to " +
		"follow 180 ms of drift an hour without a frame noticing."
	s.Name, s.Duration = name, time.Hour
	s.Sessions = []sim.Session{{
		Bitrate: 5 * units.Mbps, Width: 640, Height: 360,
		Streamer: sim.Host{Clock: &streamer}, Client: sim.Host{Clock: &client},
	}}
	return s.on("ethernet", profile.Hop{Both: &profile.Path{Rate: units.Gbps, Delay: 200 * time.Microsecond}}).
		expecting(Want("lost == 0", "freezes == 0", "displayed_percent >= 99.8", "clock_error_max_ms <= 1", "motion_to_photon_p99_ms from 1m < 60",
			"motion_to_photon_p50_ms from 5m to 10m < 45", "motion_to_photon_p50_ms from 50m < 45"))
}

// drifts are clocks that drift.
func drifts() []Scenario {
	const fast, slow = 50_000, -50_000 // parts per billion
	return []Scenario{
		drifting("drift-fast", "client 50 ppm too fast for an hour", clock.Config{Offset: 5 * time.Second}, clock.Config{Offset: 77 * time.Second, PPB: fast, WanderPPB: 300}),
		drifting("drift-slow", "client 50 ppm too slow for an hour", clock.Config{Offset: 5 * time.Second}, clock.Config{Offset: 77 * time.Second, PPB: slow, WanderPPB: 300}),
		drifting("drift-apart", "streamer 50 ppm too fast, client 50 ppm too slow, for an hour", clock.Config{Offset: 5 * time.Second, PPB: fast, WanderPPB: 300},
			clock.Config{PPB: slow, WanderPPB: 300}),
	}
}
