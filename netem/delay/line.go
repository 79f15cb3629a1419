package delay

import (
	"fmt"
	"math/rand/v2"

	"airbridge/netem"
	"airbridge/netem/queue"
)

// Line is a path that takes time. It has no bound of its own on what is under way: what comes in during its longest
// delay. The directions do not hold each other up. It is not safe for concurrent use.
type Line struct {
	cfg    Config
	jitter sampler
	ways   [netem.Dirs]way
	next   netem.True
}

// way is one direction of a line.
type way struct {
	straight queue.Ring[parcel] // without reordering
	tangled  heap               // with it
	last     netem.True         // when the newest of straight is there
}

// parcel is a packet with the instant at which it is there.
type parcel struct {
	at netem.True
	p  netem.Packet
}

// New returns an empty line; it panics where cfg is not valid. Without jitter rng is not used and may be nil.
func New(cfg Config, rng *rand.Rand) *Line {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("delay: %v", err))
	}
	return &Line{cfg: cfg, jitter: newSampler(cfg.Jitter, rng), next: netem.Never}
}

// Admit sends the packets on their way.
func (l *Line) Admit(now netem.True, train []netem.Packet) {
	for i := range train {
		at := now.Add(max(0, l.cfg.Propagation+l.jitter.draw()))
		way := &l.ways[train[i].Dir]
		if l.cfg.Reorder {
			way.tangled.push(parcel{at, train[i]})
		} else {
			at = max(at, way.last)
			way.last = at
			slot := way.straight.Extend()
			slot.at, slot.p = at, train[i]
		}
		l.next = min(l.next, at)
	}
}

// Next returns when the first packet is there.
func (l *Line) Next() netem.True { return l.next }

// Deliver lets out the packets that are there.
func (l *Line) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	if l.next > now {
		return into
	}
	l.next = netem.Never
	for d := range l.ways {
		way := &l.ways[d]
		for way.straight.Len() > 0 && way.straight.Front().at <= now {
			into = append(into, way.straight.Front().p)
			way.straight.Drop()
		}
		for len(way.tangled.items) > 0 && way.tangled.items[0].at <= now {
			into = append(into, way.tangled.pop())
		}
		l.next = min(l.next, way.next())
	}
	return into
}

func (w *way) next() netem.True {
	switch {
	case w.straight.Len() > 0:
		return w.straight.Front().at
	case len(w.tangled.items) > 0:
		return w.tangled.items[0].at
	}
	return netem.Never
}
