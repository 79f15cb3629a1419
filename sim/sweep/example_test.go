package sweep_test

import (
	"context"
	"fmt"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/sim/sweep"
	"airbridge/units"
)

// Four seeds on two cores.
func Example() {
	link, _ := profile.Named("ethernet")
	var jobs []sweep.Job
	for seed := range uint64(4) {
		jobs = append(jobs, sweep.Job{Scenario: sim.Scenario{
			Name: "desk", Seed: seed, Duration: 5 * time.Second, Link: link.Spec.Build, Sessions: []sim.Session{{Bitrate: 5 * units.Mbps}},
		}})
	}
	err := sweep.Run(context.Background(), jobs, sweep.Config{Workers: 2, Done: func(_ int, r sweep.Result) error {
		for _, run := range r.Runs {
			fmt.Printf("%s: %d lost\n", run.Key(), *run.Frames.Lost)
		}
		return r.Err
	}})
	fmt.Println(err)
	// Output:
	// desk tail:0.2% constant:5M idr seed 0: 0 lost
	// desk tail:0.2% constant:5M idr seed 1: 0 lost
	// desk tail:0.2% constant:5M idr seed 2: 0 lost
	// desk tail:0.2% constant:5M idr seed 3: 0 lost
	// <nil>
}
