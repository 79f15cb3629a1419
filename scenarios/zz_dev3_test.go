package scenarios

import (
	"fmt"
	"os"
	"testing"
	"time"

	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/units"
)

func TestDev3(t *testing.T) {
	if os.Getenv("DEV3") == "" {
		t.Skip()
	}
	for _, n := range []int{500, 1000, 1100, 1200, 1300, 1500, 2000, 3000} {
		for _, rec := range []string{"idr", "fec:20"} {
			s := Scenario{}
			s.Name, s.Duration, s.Seed = "x", 10*time.Second, 1
			s.Sessions = []sim.Session{{Recovery: rec}}
			s.over("x", profile.Spec{Hop: profile.Hop{Both: &profile.Path{Rate: 400 * units.Mbps, Delay: time.Millisecond}, Down: &profile.Path{Steps: []profile.Step{{0,400*units.Mbps},{3*time.Second,60*units.Mbps},{3*time.Second+time.Duration(n)*time.Millisecond,400*units.Mbps}}, Delay: time.Millisecond}}})
			l, err := sim.New(s.Scenario, sim.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for l.Run(l.Now() + time.Second) {
			}
			r := l.Runs("x")[0]
			fmt.Println(n, rec, "displayed", *r.Frames.Displayed, "late", *r.Frames.Late, "lost", *r.Frames.Lost, "idr", *r.Recovery.IDR, "freeze", *r.Recovery.LongestFreezeMS)
		}
	}
}
