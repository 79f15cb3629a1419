package vnet_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/sim"
	"airbridge/sim/vnet"
	"airbridge/units"
)

// families are the kinds of scenarios on which the labs have to agree: a link, and sessions over it.
var families = []struct {
	link     string
	sessions []sim.Session
}{
	{"ethernet", []sim.Session{{}}},
	{"wifi6-busy", []sim.Session{{Recovery: "fec:20"}}},
	{"lossy", []sim.Session{{Recovery: "fec:20"}}},
	{"bursty", []sim.Session{{Recovery: "fec:10"}}},
	{"jittery", []sim.Session{{}}},
	{"l4s", []sim.Session{{ECN: netem.ECT1, Recovery: "fec:20"}, {ECN: netem.ECT1}}},
	{"outage", []sim.Session{{}}},
	{"mesh-roam", []sim.Session{{}}},
	{"microwave", []sim.Session{{}}},
}

// TestBothLabsAgree runs every family in both laboratories and compares what every core saw and did: the event lab with
// elided payload, the real UDP shells with every byte, clocks that are 50 ppm apart and wander, and systems that wake late.
// AIRBRIDGE_WORLDS=SEEDSxSECONDS makes it longer: make worlds runs 10x60.
func TestBothLabsAgree(t *testing.T) {
	seeds, length := 1, 4*time.Second
	if v := os.Getenv("AIRBRIDGE_WORLDS"); v != "" {
		var s int
		if n, err := fmt.Sscanf(v, "%dx%d", &seeds, &s); n != 2 || err != nil || seeds < 1 || s < 1 {
			t.Fatalf("AIRBRIDGE_WORLDS=%s: want SEEDSxSECONDS such as 10x60", strconv.Quote(v))
		}
		length = time.Duration(s) * time.Second
	}
	for _, f := range families {
		t.Run(f.link, func(t *testing.T) {
			p, ok := profile.Named(f.link)
			if !ok {
				t.Fatal("there is no such profile")
			}
			for seed := range uint64(seeds) {
				s := sim.Scenario{Name: f.link, Seed: seed + 1, Duration: length, Link: p.Spec.Build}
				for _, v := range f.sessions {
					v.Bitrate = 15 * units.Mbps
					v.Streamer.Clock, v.Client.Clock = sim.Drifting(3*time.Second, 25), sim.Drifting(70*time.Second, -25)
					s.Sessions = append(s.Sessions, v)
				}
				agree(t, s)
			}
		})
	}
}

// agree runs a scenario in both labs.
func agree(t *testing.T, s sim.Scenario) {
	t.Helper()
	lab, err := sim.New(s, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for lab.Run(lab.Now() + time.Second) {
	}
	s.FullPayload = true
	over := assemble(t, s)
	synctest.Test(t, func(t *testing.T) {
		if err := vnet.Run(t.Context(), over, lab.Now()); err != nil {
			t.Error(err)
		}
	})
	if lab.TraceHash() == over.TraceHash() {
		if n := lab.Runs("")[0].Frames.Displayed; n == nil || *n < 50 {
			t.Errorf("seed %d: the labs agree on nothing worth mentioning", s.Seed)
		}
		return
	}
	t.Errorf("seed %d: trace hash %016x in the event lab, %016x over UDP", s.Seed, lab.TraceHash(), over.TraceHash())
	explain(t, s, lab.Now())
}

// explain runs a scenario again and prints the first step at which the labs part.
func explain(t *testing.T, s sim.Scenario, length time.Duration) {
	t.Helper()
	over := assemble(t, s)
	shells := journal(over)
	synctest.Test(t, func(t *testing.T) {
		if err := vnet.Run(t.Context(), over, length); err != nil {
			t.Error(err)
		}
	})
	s.FullPayload = false
	lab, err := sim.New(s, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	events := journal(lab.Assembly)
	for lab.Run(lab.Now() + time.Second) {
	}
	for i := range *events {
		compare(t, i, (*events)[i], (*shells)[i])
	}
}

func assemble(t *testing.T, s sim.Scenario) *sim.Assembly {
	t.Helper()
	a, err := sim.Assemble(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// journal watches the traces of an assembly's hosts.
func journal(a *sim.Assembly) *[][]machine.Entry {
	j := make([][]machine.Entry, 2*len(a.Pairs))
	for i, p := range a.Pairs {
		p.Streamer.Trace.Watch(func(e machine.Entry) { j[2*i] = append(j[2*i], e) })
		p.Client.Trace.Watch(func(e machine.Entry) { j[2*i+1] = append(j[2*i+1], e) })
	}
	return &j
}

// compare prints the first step at which two traces part.
func compare(t *testing.T, host int, events, shells []machine.Entry) {
	t.Helper()
	for i := range min(len(events), len(shells)) {
		if events[i] != shells[i] {
			t.Errorf("host %d parts at step %d of %d and %d:\n%v in the event lab\n%v over UDP",
				host, i, len(events), len(shells), events[i], shells[i])
			return
		}
	}
	if len(events) != len(shells) {
		t.Errorf("host %d: %d steps in the event lab, %d over UDP", host, len(events), len(shells))
	}
}

func TestElidedPayloadIsRefused(t *testing.T) {
	p, _ := profile.Named("ethernet")
	a := assemble(t, sim.Scenario{Name: "elided", Link: p.Spec.Build})
	if vnet.Run(t.Context(), a, time.Second) == nil {
		t.Error("a scenario without bytes runs over sockets")
	}
}
