package streamer

import (
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// onDatagram takes whatever arrived. Nothing a peer sends is an error: it is counted.
func (c *Core) onDatagram(now units.Mono, d *machine.Datagram, out machine.Output) {
	refused := &c.refusals
	h, body, ok := refused.Parse(d.Data)
	switch {
	case !ok || c.stage == ended:
		return
	case h.Kind == wire.KindHello:
		c.onHello(now, d.From, body, out)
		return
	case c.stage == listening:
		refused.Unexpected++
		return
	case d.From != c.link.Peer:
		refused.Stranger++
		return
	case !c.link.Admit(h, refused):
		return
	}
	c.peer.heard = now
	if c.stage == welcomed {
		c.start(now, out)
	}
	c.dispatch(now, d, h.Kind, body, out)
}

func (c *Core) dispatch(now units.Mono, d *machine.Datagram, k wire.Kind, body []byte, out machine.Output) {
	switch k {
	case wire.KindTracking:
		c.onTracking(now, d.At, body, out)
	case wire.KindFeedback:
		c.onFeedback(now, body)
	case wire.KindControl:
		c.onControl(now, body, out)
	case wire.KindPong:
		c.onPong(d.At, body)
	default:
		c.refusals.Unexpected++
	}
}

const (
	pingEvery = 100 * time.Millisecond
	// pingEarly is the interval of the first pingRush pings, so that clocks are mapped before the first second is over.
	pingEarly = 10 * time.Millisecond
	pingRush  = 20
)

// ping is the schedule of clock pings.
type ping struct {
	next units.Mono
	sent int
}

func (c *Core) tickPing(now units.Mono, out machine.Output) {
	if now < c.ping.next {
		return
	}
	c.ping.sent++
	c.ping.next = now.Add(pingEvery)
	if c.ping.sent < pingRush {
		c.ping.next = now.Add(pingEarly)
	}
	p := wire.Ping{Sent: units.PeerMono(now)}
	c.link.Finish(out, wire.KindPing, p.Append(c.link.Begin(wire.KindPing)))
}

// onPong takes the client's clock.
func (c *Core) onPong(at units.Mono, body []byte) {
	p, err := wire.ParsePong(body)
	if err != nil || units.Mono(p.Sent) > at {
		c.refusals.Malformed++
		return
	}
	c.clock.Observe(units.Mono(p.Sent), p.Received, p.Returned, at)
}
