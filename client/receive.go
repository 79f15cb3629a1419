package client

import (
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// onDatagram takes whatever arrived. Nothing a peer sends is an error: it is counted.
func (c *Core) onDatagram(now units.Mono, d *machine.Datagram, out machine.Output) {
	refused := &c.stats.Refused
	if d.From != c.cfg.Streamer {
		refused.Stranger++
		return
	}
	h, body, ok := refused.Parse(d.Data)
	switch {
	case !ok:
		return
	case h.Kind == wire.KindWelcome:
		c.onWelcome(now, body, out)
		return
	case c.phase == dialling || c.phase == ended:
		refused.Session++
		return
	case !c.link.Admit(h, refused):
		return
	}
	c.heard = now
	switch h.Kind {
	case wire.KindShard:
		c.onShard(now, d, body, out)
	case wire.KindControl:
		c.onControl(now, body, out)
	case wire.KindPing:
		c.onPing(now, d.At, body, out)
	default:
		refused.Unexpected++
	}
}

// onPing answers with this host's clock.
func (c *Core) onPing(now, at units.Mono, body []byte, out machine.Output) {
	ping, err := wire.ParsePing(body)
	if err != nil {
		c.stats.Refused.Malformed++
		return
	}
	pong := wire.Pong{Sent: ping.Sent, Received: units.PeerMono(at), Returned: units.PeerMono(now)}
	c.link.Finish(out, wire.KindPong, pong.Append(c.link.Begin(wire.KindPong)))
}
