package fault

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
)

// maxKept is how many random outages are remembered for reports: more than an hour of one a second.
const maxKept = 4096

// renewal draws random outages one after the other, each when the one before is over.
type renewal struct {
	meanUp, meanDown time.Duration
	rng              *rand.Rand
	// now is the outage that is, or comes next.
	now  netem.Span
	past queue.Ring[netem.Span]
}

func newRenewal(up, down time.Duration, rng *rand.Rand) *renewal {
	r := &renewal{meanUp: up, meanDown: down, rng: rng}
	r.draw()
	return r
}

// draw replaces the present outage by the one after it.
func (r *renewal) draw() {
	from := r.now.To.Add(r.length(r.meanUp))
	r.now = netem.Span{From: from, To: from.Add(r.length(r.meanDown)), Name: "outage"}
}

// length draws a time of a mean, 1 ns at the least so that time goes on.
func (r *renewal) length(mean time.Duration) time.Duration {
	return max(1, time.Duration(r.rng.ExpFloat64()*float64(mean)))
}

// down says whether there is an outage at an instant, which must not run backwards.
func (r *renewal) down(at netem.True) bool {
	for r.now.To <= at {
		if r.past.Len() == maxKept {
			r.past.Drop()
		}
		r.past.Push(r.now)
		r.draw()
	}
	return r.now.From <= at
}

func (r *renewal) spans(from, to netem.True, into []netem.Span) []netem.Span {
	for i := range r.past.Len() {
		into = overlapping(*r.past.At(i), from, to, into)
	}
	return overlapping(r.now, from, to, into)
}

func inOrder(spans []netem.Span) {
	slices.SortStableFunc(spans, func(a, b netem.Span) int { return cmp.Compare(a.From, b.From) })
}
