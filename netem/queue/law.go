package queue

import (
	"math"
	"time"

	"airbridge/netem"
)

// source is where CoDel's law takes packets from.
type source interface {
	// take removes the first packet, which stays where it is during the law's decision; nil where there is none.
	take() *entry
	// size returns how many bytes are left.
	size() int64
}

// codel is the law of RFC 8289 §5, in the words of its pseudocode; where a packet can be marked, the mark stands for the
// drop, as in RFC 8290 §5.5 and Linux.
type codel struct {
	target, interval time.Duration

	// firstAbove is when the wait will have been too long for an interval, zero where it is not.
	firstAbove netem.True
	// dropNext is when the next signal is due while dropping.
	dropNext         netem.True
	dropping         bool
	count, lastCount uint32
}

// pop moves the first packet that the law lets through into into.
func (c *codel) pop(now netem.True, q source, into *netem.Packet, drops []netem.Packet) (bool, []netem.Packet) {
	e, tooLong := c.take(now, q)
	if c.dropping {
		c.dropping = tooLong
		for c.dropping && now >= c.dropNext {
			c.count = min(c.count, math.MaxUint32-1) + 1
			if signal(&e.p) {
				c.dropNext = c.after(c.dropNext)
				break
			}
			drops = append(drops, e.p)
			e, tooLong = c.take(now, q)
			if c.dropping = tooLong; tooLong {
				c.dropNext = c.after(c.dropNext)
			}
		}
	} else if tooLong {
		if !signal(&e.p) {
			drops = append(drops, e.p)
			e, _ = c.take(now, q)
		}
		c.begin(now)
	}
	if e == nil {
		return false, drops
	}
	*into = e.p
	return true, drops
}

// take removes the first packet and says whether the queue has been too long for an interval.
func (c *codel) take(now netem.True, q source) (e *entry, tooLong bool) {
	e = q.take()
	if e == nil {
		c.firstAbove = 0
		return nil, false
	}
	wait := now.Sub(e.at)
	e.p.Queued += wait
	switch {
	case wait < c.target || q.size() <= mtu:
		c.firstAbove = 0
	case c.firstAbove == 0:
		c.firstAbove = now.Add(c.interval)
	default:
		tooLong = now >= c.firstAbove
	}
	return e, tooLong
}

// begin enters the dropping state, at the rate of last time where that was not long ago.
func (c *codel) begin(now netem.True) {
	c.dropping = true
	delta := c.count - c.lastCount
	c.count = 1
	if delta > 1 && now.Sub(c.dropNext) < 16*c.interval {
		c.count = delta
	}
	c.dropNext = c.after(now)
	c.lastCount = c.count
}

// after is the control law: the interval shrinks with the square root of the count.
func (c *codel) after(t netem.True) netem.True {
	return t.Add(time.Duration(float64(c.interval) / math.Sqrt(float64(c.count))))
}
