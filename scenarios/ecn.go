package scenarios

import (
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/sim"
)

// markFrom is the wait from which on a queue of §6.2 marks: RFC 8868 leaves it open.
const markFrom = 5 * time.Millisecond

// marking are the basic cases of which §6.2 makes variants: packets are sent as ECT(0), and the queue marks those that
// waited long instead of waiting for it to overflow.
func marking() (list []Scenario) {
	p := wide
	p.suffix, p.title, p.mark = "", ", with marks", true
	p.source = "; §6.2, marks from 5 ms of waiting on (no outside truth)"
	for _, s := range []Scenario{p.variableCapacity(), p.twoFlows(), p.congestedFeedback(), p.sameController(), p.longTCP("5.6", p.queue), p.shortTCP(), p.pause()} {
		s.Name = "rfc8867-6.2-" + s.Name[len("rfc8867-"):]
		s.Sessions = append([]sim.Session(nil), s.Sessions...)
		for i := range s.Sessions {
			s.Sessions[i].ECN = netem.ECT0
		}
		s.About += " Nothing in the program reacts to marks yet: the case must not be worse than the one without them."
		list = append(list, s)
	}
	return list
}

// discipline is the queue of a place.
func (p place) discipline(depth time.Duration) *profile.Queue {
	if p.mark {
		return &profile.Queue{Kind: "step", Threshold: markFrom, Spare: true, Time: depth}
	}
	return &profile.Queue{Time: depth}
}
