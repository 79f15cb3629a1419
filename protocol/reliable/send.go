package reliable

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Pull returns the next datagram to send at now; ok is false where there is none. Call it until then, whenever Deadline
// has come and after Queue and Handle. The message is valid until the next call of Queue.
func (c *Channel) Pull(now units.Mono) (d wire.Control, ok bool) {
	c.now = max(c.now, now)
	if c.dead {
		return wire.Control{}, false
	}
	if c.base != c.sent && now >= c.progress.Add(c.cfg.Dead) {
		c.dead = true
		return wire.Control{}, false
	}
	for seq := c.base; seq != c.sent; seq++ {
		if c.slot(seq).due <= now {
			c.stats.Resent++
			return c.send(now, seq), true
		}
	}
	if c.sendable() {
		if c.base == c.sent {
			c.progress = now
		}
		c.sent++
		c.stats.Sent++
		return c.send(now, c.sent-1), true
	}
	if c.ackBy <= now {
		c.ackBy = units.Never
		c.stats.Acks++
		return wire.Control{Ack: c.received}, true
	}
	return wire.Control{}, false
}

// sendable says whether a message waits that the window lets out.
func (c *Channel) sendable() bool { return c.sent != c.next && c.sent-c.base < Window }

// send sends a message, for the first time or again, and whatever acknowledgement is due with it.
func (c *Channel) send(now units.Mono, seq uint32) wire.Control {
	o := c.slot(seq)
	if o.tries == 0 {
		o.first = now
	}
	o.due = now.Add(c.rtt.timeout(o.tries))
	o.tries++
	c.ackBy = units.Never
	return wire.Control{Seq: seq, Ack: c.received, Message: o.bytes()}
}

// acknowledge takes the peer's acknowledgement of all messages up to ack.
func (c *Channel) acknowledge(now units.Mono, ack uint32) {
	switch {
	case ack < c.base: // an old one, overtaken
		return
	case ack >= c.sent:
		c.stats.BadAcks++
		return
	}
	// A message that was sent twice does not tell which of the two is acknowledged (RFC 6298 §3).
	if o := c.slot(ack); o.tries == 1 {
		c.rtt.measure(now.Sub(o.first))
	}
	c.base = ack + 1
	c.progress = now
}

// Deadline returns when to Pull next, in the past where something can be sent already, units.Never where there is nothing
// to do.
func (c *Channel) Deadline() units.Mono {
	if c.dead {
		return units.Never
	}
	if c.sendable() {
		return c.now
	}
	at := c.ackBy
	if c.base != c.sent {
		at = min(at, c.progress.Add(c.cfg.Dead))
	}
	for seq := c.base; seq != c.sent; seq++ {
		at = min(at, c.slot(seq).due)
	}
	return at
}
