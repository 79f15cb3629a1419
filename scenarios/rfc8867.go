package scenarios

import (
	"fmt"
	"slices"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/profile"
	"airbridge/netem/queue"
	"airbridge/sim"
	"airbridge/units"
)

// The published cases are about controllers that follow the capacity, which is later work: see constantRate.
const constantRate = "\n\nThe network's side of the case is complete. The program does not adapt its bitrate yet: the encoder keeps the rate " +
	"that the scenario says. So the case does not show convergence or fairness; its expectations are what a constant rate owes: nothing goes wrong where " +
	"it fits, the books balance where it does not, and all is well again soon after it fits again."

const (
	source8867 = "RFC 8867 §%s, RFC 8868 §4.2 to §4.5: rates and capacities times 100"
	placeLAN   = "; delay and queue of a home in the place of the RFC's 50 ms and 300 ms (no outside truth)"
)

// place is where a published case is run: as it is written, or at home.
type place struct {
	suffix, title, source string
	delay, queue          time.Duration
	jitter                *profile.Jitter
	// mark has queues mark packets: §6.2.
	mark bool
}

var (
	// wide is what RFC 8868 §4 says: 50 ms one way, jitter of a Gaussian of 5 ms cut at three deviations, drop-tail of 300 ms.
	wide = place{delay: 50 * time.Millisecond, queue: 300 * time.Millisecond, jitter: &profile.Jitter{Spread: 5 * time.Millisecond}}
	// home is a local network.
	home = place{suffix: "-lan", title: ", at home", source: placeLAN, delay: 2 * time.Millisecond, queue: 75 * time.Millisecond}
)

// path is a direction with a rate that changes at times.
func (p place) path(steps ...profile.Step) *profile.Path {
	return &profile.Path{Steps: steps, Queue: p.discipline(p.queue), Delay: p.delay, Jitter: p.jitter}
}

// at is a step in seconds and Mbit/s.
func at(second int, mbps int) profile.Step {
	return profile.Step{At: time.Duration(second) * time.Second, Rate: units.Bitrate(mbps) * units.Mbps}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// published makes a scenario of a published case.
func (p place) published(name, title, about, source string, duration time.Duration, sessions ...sim.Session) Scenario {
	s := Scenario{Title: title + p.title, About: about + constantRate, Source: source + p.source + "."}
	s.Name, s.Duration, s.Sessions = name+p.suffix, duration, sessions
	return s
}

// case8867 begins a case of RFC 8867.
func (p place) case8867(section, title, about string, duration int, sessions ...sim.Session) Scenario {
	return p.published("rfc8867-"+section, title, about, fmt.Sprintf(source8867, section), seconds(duration), sessions...)
}

// flow is a session at a constant rate from one second to another; zero: to the end.
func flow(mbps int, from, to int) sim.Session {
	return sim.Session{Bitrate: units.Bitrate(mbps) * units.Mbps, Starts: seconds(from), Stops: seconds(to)}
}

// rfc8867 are the basic cases of RFC 8867, as written, at home, and with marking queues (§6.2).
func rfc8867() (list []Scenario) {
	for _, p := range []place{wide, home} {
		list = append(list, p.variableCapacity(), p.twoFlows(), p.congestedFeedback(), p.cleanFeedback(), p.sameController(),
			p.roundTripFairness(), p.longTCP("5.6", p.queue), p.longTCP("5.6-bloated", time.Second), p.shortTCP(), p.pause())
	}
	return append(list, marking()...)
}

// on makes the scenario's link of a hop.
func (s Scenario) on(name string, h profile.Hop) Scenario {
	s.Over(name, profile.Spec{Hop: h})
	return s
}

// expecting sets what is expected, besides that every frame is accounted for.
func (s Scenario) expecting(list ...[]Expectation) Scenario {
	s.Expect = slices.Concat(Want("frames_unaccounted == 0"), slices.Concat(list...))
	return s
}

// and adds expectations.
func (s Scenario) and(list []Expectation) Scenario {
	s.Expect = slices.Concat(s.Expect, list)
	return s
}

func (p place) variableCapacity() Scenario {
	return p.case8867("5.1", "variable capacity, one flow",
		"100 Mbit/s, 250 from 40 s, 60 from 60 s, 100 from 80 s. The flow has 72 Mbit/s: too much for 20 seconds.", 100, flow(72, 0, 99)).
		on("100, 250, 60, 100 Mbit/s", profile.Hop{Down: p.path(at(0, 100), at(40, 250), at(60, 60), at(80, 100)), Up: p.path(at(0, 100))}).
		expecting(Want("displayed_percent from 5s to 59s >= 99", "lost to 59s == 0", "freezes to 59s == 0", "lost from 62s to 78s > 0",
			"displayed_percent from 82s >= 99", "freezes from 82s == 0"))
}

func (p place) twoFlows() Scenario {
	return p.case8867("5.2", "variable capacity, two flows",
		"200 Mbit/s, 100 from 25 s, 175 from 50 s, 50 from 75 s, 100 from 100 s, shared by two flows of 40 Mbit/s: too much for 25 seconds.", 125,
		flow(40, 0, 0), flow(40, 0, 0)).
		on("200, 100, 175, 50, 100 Mbit/s", profile.Hop{
			Down: p.path(at(0, 200), at(25, 100), at(50, 175), at(75, 50), at(100, 100)), Up: p.path(at(0, 200)),
		}).
		expecting(Want("displayed_percent from 5s to 74s >= 98", "lost to 74s == 0", "freezes to 74s == 0", "lost from 78s to 98s > 0",
			"displayed_percent from 102s >= 98", "freezes from 102s == 0"))
}

// feedback is case 5.3 with a way back of such steps.
func (p place) feedback(section, title, about string, back ...profile.Step) Scenario {
	return p.case8867(section, title, "200 Mbit/s forward, 100 from 20 s, 50 from 40 s, 200 from 60 s, which 40 Mbit/s always fit. "+about, 100, flow(40, 0, 99)).
		on("200, 100, 50, 200 Mbit/s", profile.Hop{
			Down: p.path(at(0, 200), at(20, 100), at(40, 50), at(60, 200)), Up: p.path(back...),
			Traffic: &profile.Traffic{Steady: []profile.Steady{{Direction: "up", Rate: 90 * units.Mbps, Stop: seconds(99)}}},
		}).
		expecting(Want("packets_lost == 0", "freezes == 0", "displayed_percent from 5s to 34s >= 98", "displayed_percent from 74s >= 98"))
}

func (p place) congestedFeedback() Scenario {
	return p.feedback("5.3", "congested feedback", "Backward 200 Mbit/s, 80 from 35 s, 200 from 70 s. The program streams one way only: the "+
		"medium in the other direction is a steady flow of 90 Mbit/s, too much for 35 seconds, behind which feedback and poses wait and are lost.",
		at(0, 200), at(35, 80), at(70, 200)).
		and(Want("motion_to_photon_p50_ms from 40s to 66s > 60", "displayed_percent >= 93"))
}

func (p place) cleanFeedback() Scenario {
	return p.feedback("5.3-clean", "the case to compare congested feedback with", "Backward 200 Mbit/s throughout, with the same steady flow of 90 Mbit/s.", at(0, 200)).
		and(Want("displayed_percent from 5s >= 98"))
}

func (p place) sameController() Scenario {
	return p.case8867("5.4", "three flows of one kind", "350 Mbit/s shared by three flows of 90 Mbit/s which begin at 0, 20 and 40 s.", 120,
		flow(90, 0, 119), flow(90, 20, 119), flow(90, 40, 119)).
		on("350 Mbit/s", profile.Hop{Both: p.path(at(0, 350))}).
		expecting(Want("packets_lost == 0", "freezes == 0", "displayed_percent >= 99", "goodput_mbps 88..92"))
}

// roundTripFairness has a delay for each flow, which a profile cannot say: the link is built here.
func (p place) roundTripFairness() Scenario {
	var flows []sim.Session
	for i := range 5 {
		flows = append(flows, flow(60, 10*i, 299))
	}
	ways := []time.Duration{10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 150 * time.Millisecond}
	if p.suffix != "" {
		ways = []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond, 5 * time.Millisecond, 8 * time.Millisecond}
	}
	s := p.case8867("5.5", "fairness between round trips", fmt.Sprintf("400 Mbit/s shared by five flows of 60 Mbit/s, which begin every 10 s and are %v away.", ways),
		300, flows...)
	s.LinkName = "400 Mbit/s, five delays"
	s.Link = func(seed uint64) (netem.Medium, error) {
		return netem.Duplex(p.manyWays(seed, "link/down", ways), p.manyWays(seed, "link/up", ways)), nil
	}
	return s.expecting(Want("packets_lost == 0", "freezes == 0", "displayed_percent >= 99", "goodput_mbps 58..62"))
}

// manyWays is a bottleneck of 400 Mbit/s, behind which each flow has a way of its own.
func (p place) manyWays(seed uint64, name string, ways []time.Duration) netem.Medium {
	neck := bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(400 * units.Mbps), Queue: queue.NewDropTail(queue.DropTailConfig{Time: p.queue})})
	var routes []netem.Route
	for i, way := range ways {
		c := delay.Config{Propagation: way}
		if p.jitter != nil {
			c.Jitter = delay.Jitter{Shape: delay.Gaussian, Spread: min(p.jitter.Spread, way/3)}
		}
		routes = append(routes, netem.Route{Flows: []uint16{uint16(i)}, Via: delay.New(c, stream.New(seed, fmt.Sprintf("%s/jitter/%d", name, i)))})
	}
	return netem.Chain(neck, netem.PerFlow(new(netem.Pass), routes...))
}

func (p place) longTCP(section string, depth time.Duration) Scenario {
	down := p.path(at(0, 200))
	down.Queue = p.discipline(depth)
	return p.case8867(section, fmt.Sprintf("against a long TCP flow, queue of %v", depth),
		"200 Mbit/s shared by a flow of 72 Mbit/s, from 5 s on, and an endless CUBIC flow, which fills the queue again and again.", 120, flow(72, 5, 119)).
		on("200 Mbit/s with a download", profile.Hop{Down: down, Up: p.path(at(0, 200)), Traffic: &profile.Traffic{Bulk: []profile.TCP{{Stop: seconds(119)}}}}).
		expecting(Want("displayed_percent >= 75", "goodput_mbps 70..74", "queue_p99_ms > 50"))
}

func (p place) shortTCP() Scenario {
	short := profile.Short{TCP: profile.TCP{Count: 10}, MinSize: 3_000_000, MaxSize: 5_000_000}
	return p.case8867("5.7", "against short TCP flows",
		"200 Mbit/s shared by two flows of 50 Mbit/s, from 5 s on, and ten CUBIC flows that fetch files of 3 to 5 MB (the RFC's 30 to 50 kB times 100) with pauses of 10 s in the mean.",
		300, flow(50, 5, 299), flow(50, 5, 299)).
		on("200 Mbit/s with fetches", profile.Hop{Both: p.path(at(0, 200)), Traffic: &profile.Traffic{Short: []profile.Short{short}}}).
		expecting(Want("displayed_percent >= 75", "goodput_mbps 48..52"))
}

func (p place) pause() Scenario {
	return p.case8867("5.8", "pause and resume", "350 Mbit/s shared by three flows of 90 Mbit/s. The second pauses from 40 to 60 s: its session ends, and "+
		"another begins, as the program has no pause yet; they are the sessions 2 and 4.", 120,
		flow(90, 0, 119), flow(90, 0, 40), flow(90, 0, 119), flow(90, 60, 119)).
		on("350 Mbit/s", profile.Hop{Both: p.path(at(0, 350))}).
		expecting(Want("packets_lost == 0", "freezes == 0", "displayed_percent >= 99", "goodput_mbps 88..92"))
}
