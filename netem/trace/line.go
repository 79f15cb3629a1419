package trace

import (
	"airbridge/netem"
	"airbridge/netem/queue"
)

// Line is a path that takes the time of a Delays series. Packets of one direction do not overtake each other; both
// directions take the same. It is not safe for concurrent use.
type Line struct {
	delays *Delays
	lanes  [netem.Dirs]lane
}

// lane is the packets of one direction under way, in order.
type lane struct {
	under queue.Ring[arrival]
	last  netem.True // when the last of them is there
}

type arrival struct {
	at netem.True
	p  netem.Packet
}

var _ netem.Medium = (*Line)(nil)

// NewLine returns an empty path.
func NewLine(d *Delays) *Line { return &Line{delays: d} }

// Admit sends the packets on their way.
func (l *Line) Admit(now netem.True, train []netem.Packet) {
	at := now.Add(l.delays.At(now))
	for _, p := range train {
		lane := &l.lanes[p.Dir]
		lane.last = max(lane.last, at)
		lane.under.Push(arrival{lane.last, p})
	}
}

// Next returns when the first packet is there.
func (l *Line) Next() netem.True {
	next := netem.Never
	for d := range l.lanes {
		if under := &l.lanes[d].under; under.Len() > 0 {
			next = min(next, under.Front().at)
		}
	}
	return next
}

// Deliver lets out the packets that are there.
func (l *Line) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for d := range l.lanes {
		for under := &l.lanes[d].under; under.Len() > 0 && under.Front().at <= now; {
			into = append(into, under.Pop().p)
		}
	}
	return into
}
