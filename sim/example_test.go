package sim_test

import (
	"fmt"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/units"
)

// A minute over a household's Wi-Fi, in a fraction of a second.
func Example() {
	link, _ := profile.Named("wifi6-busy")
	lab, err := sim.New(sim.Scenario{
		Name: "evening", LinkName: link.Name, Seed: 7, Link: link.Spec.Build,
		Sessions: []sim.Session{{Bitrate: 30 * units.Mbps, Recovery: "fec:20"}},
	}, sim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for lab.Run(lab.Now() + time.Second) {
	}
	r := lab.Runs("v1")[0]
	fmt.Printf("%s: %.0f s over %s, freezes %d\n", r.Scenario, r.DurationS, *r.Link, *r.Recovery.Freezes)
	// Output: evening: 60 s over wifi6-busy, freezes 0
}
