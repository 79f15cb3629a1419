package queue

import (
	"time"

	"airbridge/netem"
)

// controller is the proportional-integral controller of RFC 9332 Appendix A.1: every period it moves a probability by how
// far the wait is from its target and by how much it has changed.
type controller struct {
	target, period time.Duration
	alpha, beta    float64 // per second of wait
	p              float64
	last           time.Duration // the wait at the last update
	next           netem.True
}

func newController(target, rttMax time.Duration) controller {
	period := min(target, rttMax/3)
	rtt := rttMax.Seconds()
	return controller{
		target: target,
		period: period,
		alpha:  0.1 * period.Seconds() / (rtt * rtt),
		beta:   0.3 / rtt,
		next:   netem.True(period),
	}
}

// due says whether an update is due at now.
func (c *controller) due(now netem.True) bool { return c.next <= now }

// step makes the update that is due with the wait at that instant.
func (c *controller) step(wait time.Duration) {
	c.p += c.alpha*(wait-c.target).Seconds() + c.beta*(wait-c.last).Seconds()
	c.p = min(max(c.p, 0), 1)
	c.last = wait
	c.next = c.next.Add(c.period)
}

// rest leaps over the updates up to now during which nothing waits and the probability has come to zero.
func (c *controller) rest(now netem.True) {
	if c.p == 0 && c.last == 0 && c.next <= now {
		c.next += (now - c.next + netem.True(c.period)) / netem.True(c.period) * netem.True(c.period)
	}
}
