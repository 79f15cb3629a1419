package scenarios_test

import (
	"fmt"
	"time"

	"airbridge/netem/profile"
	"airbridge/scenarios"
	"airbridge/sim"
	"airbridge/units"
)

// A scenario of one's own in Go: a link with a burst of losses, a session with parity, and what must come of it.
func Example() {
	s := scenarios.Scenario{
		Title:  "thirty packets lost at five seconds, over Wi-Fi 6",
		Expect: scenarios.Want("freezes == 0", "lost <= 5", "displayed_percent from 7s >= 98"),
	}
	s.Name, s.Seed, s.Duration = "attic", 7, 10*time.Second
	s.Sessions = []sim.Session{{FPS: 90, Bitrate: 40 * units.Mbps, Recovery: "fec:20"}}
	link, _ := profile.Named("wifi6-near")
	link.Spec.Down = &profile.Path{Delay: time.Millisecond, Loss: &profile.Loss{Bursts: []profile.Burst{{At: 5 * time.Second, Packets: 30}}}}
	s.Over("attic", link.Spec)

	runs, findings, err := s.Run("mine")
	fmt.Println(len(runs), "run,", scenarios.Summary(findings), err)
	fmt.Println(s.Replay())
	// Output:
	// 1 run, 3 expectations: 3 passed <nil>
	// airbridge sim run attic --seed 7 --duration 10s
}

// The same in YAML, as a file of one's own.
func ExampleParse() {
	s, err := scenarios.Parse("attic.yaml", []byte(`
title: our attic in the evening
link: {both: {rate: 60M, delay: 4ms}, down: {rate: 60M, delay: 4ms, loss: {share: 0.1%}}}
duration: 10s
bitrate: 20M
recovery: fec:20
expect:
  freezes: 0
  displayed_percent from 2s: ">= 98"
  motion_to_photon_p50_ms: "< 80"
`), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, findings, err := s.Run("mine")
	fmt.Println(s.Name, scenarios.Summary(findings), err)
	// Output: attic 3 expectations: 3 passed <nil>
}
