package reliable

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Handle takes a datagram that arrived and calls deliver with every message whose turn has come, in order. A message is
// valid during its call only; deliver may call Queue. What came before, or comes from too far ahead, is counted and
// harmless.
func (c *Channel) Handle(now units.Mono, d wire.Control, deliver func(message []byte)) {
	c.now = max(c.now, now)
	c.acknowledge(now, d.Ack)
	switch ahead := d.Seq - c.received; {
	case d.Seq == 0:
		return
	case d.Seq <= c.received:
		c.stats.Duplicates++
	case ahead > Window || len(d.Message) == 0 || len(d.Message) > wire.MaxControl:
		c.stats.OutOfWindow++
		return
	case ahead > 1:
		if e := c.waiting(d.Seq); e.length > 0 {
			c.stats.Duplicates++
		} else {
			e.set(d.Message)
		}
	default:
		c.deliver(d.Message, deliver)
		c.deliverWaiting(deliver)
	}
	// Something repeated is acknowledged too: the acknowledgement before was lost.
	c.ackBy = min(c.ackBy, now.Add(c.cfg.AckDelay))
}

// deliverWaiting delivers what arrived ahead of the message delivered just now.
func (c *Channel) deliverWaiting(deliver func(message []byte)) {
	for {
		e := c.waiting(c.received + 1)
		if e.length == 0 {
			return
		}
		b := e.bytes()
		e.length = 0
		c.deliver(b, deliver)
	}
}

func (c *Channel) deliver(b []byte, deliver func(message []byte)) {
	c.received++
	c.stats.Delivered++
	deliver(b)
}

func (c *Channel) waiting(seq uint32) *message { return &c.early[seq%Window] }
