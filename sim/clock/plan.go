package clock

import (
	"math/rand/v2"

	"airbridge/netem"
)

// plan says when the skew changes, and to what.
type plan struct {
	steps []Step // still to come
	base  int64  // without the walk
	walk  walk
}

// change returns when the skew changes next, at most beyond.
func (p *plan) change() netem.True {
	at := min(p.walk.change(), beyond)
	if len(p.steps) > 0 {
		at = min(at, p.steps[0].At)
	}
	return at
}

// take makes the change at t and returns the skew from then on.
func (p *plan) take(t netem.True) int64 {
	if len(p.steps) > 0 && p.steps[0].At == t {
		p.base, p.steps = p.steps[0].PPB, p.steps[1:]
	}
	if p.walk.change() == t {
		p.walk.move()
	}
	return p.base + p.walk.skew
}

// walk is a bounded random walk. It is drawn in order of time, whatever is asked for in which order. The zero value
// stands still.
type walk struct {
	rng         *rand.Rand
	bound, skew int64
	every, next netem.True
}

func (w *walk) change() netem.True {
	if w.rng == nil || w.next > wanders {
		return netem.Never
	}
	return w.next
}

func (w *walk) move() {
	w.next += w.every
	reach := max(w.bound/4, 1)
	w.skew += w.rng.Int64N(2*reach+1) - reach
	if w.skew > w.bound {
		w.skew = 2*w.bound - w.skew
	}
	if w.skew < -w.bound {
		w.skew = -2*w.bound - w.skew
	}
}
