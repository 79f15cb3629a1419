package vnetlab

import (
	"net"
	"net/netip"
	"time"

	"airbridge/netem"
)

// pump moves packets between the hosts' outboxes, the medium and the shadows. Its goroutine owns it.
type pump struct {
	network *Network
	parcels []parcel // by packet ID
	free    []uint32
	train   []netem.Packet
	out     []netem.Packet
	moved   []parcel
	buf     []byte
	last    netem.True // when something was last admitted, minus a step before
	clock   netem.True // of the medium: the last instant it was told
	err     error      // the first thing that went wrong
}

// run works until the network is closed.
func (p *pump) run() {
	n := p.network
	p.last = -netem.True(n.cfg.Step)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if at := p.next(); at == netem.Never {
			timer.Reset(time.Hour)
		} else {
			timer.Reset(time.Until(n.cfg.Start.Add(time.Duration(at))))
		}
		select {
		case <-n.stop:
			return
		case <-timer.C:
			p.deliver(p.now())
		case <-n.wake:
			p.collect()
		}
	}
}

// next is when the medium has to be asked for what arrived.
func (p *pump) next() netem.True {
	at, step := p.network.cfg.Medium.Next(), netem.True(p.network.cfg.Step)
	if at == netem.Never || step == 0 {
		return at
	}
	at = max(at, p.last+step)
	return (at + step - 1) / step * step
}

// now is the present step.
func (p *pump) now() netem.True {
	now := max(netem.True(time.Since(p.network.cfg.Start)), p.clock)
	if step := netem.True(p.network.cfg.Step); step > 0 {
		now -= now % step
	}
	return now
}

// deliver sends on what has arrived by now: without a grain of time each thing at the medium's own instant, however late
// the pump is, with one all at the beginning of the step.
func (p *pump) deliver(now netem.True) {
	for next := p.next(); next <= now; next = p.next() {
		if p.network.cfg.Step > 0 {
			next = now
		}
		p.clock = max(p.clock, next)
		p.out = p.network.cfg.Medium.Deliver(p.clock, p.out[:0])
		p.emerge()
		if p.network.cfg.Step > 0 {
			return
		}
	}
}

// emerge deals with what came out of the medium.
func (p *pump) emerge() {
	for _, out := range p.out {
		if out.Fate == netem.Doubled {
			p.parcels[out.ID].copies++
			continue
		}
		item := &p.parcels[out.ID]
		if out.Fate == netem.Arrived {
			p.forward(item, out)
		}
		if item.copies--; item.copies == 0 {
			*item = parcel{}
			p.free = append(p.free, out.ID)
		}
	}
}

// forward sends a parcel from the sender's shadow.
func (p *pump) forward(item *parcel, out netem.Packet) {
	conn, err := item.host.conn(item.from)
	if err != nil {
		p.fail(err)
		return
	}
	p.buf = tag(p.buf[:0], item.data, out.DSCP, out.ECN)
	out.Damage(p.buf[:len(item.data)])
	if _, err := conn.WriteTo(p.buf, net.UDPAddrFromAddrPort(item.to)); err != nil {
		p.fail(err)
	}
}

// conn returns the shadow's socket for what the host sends from an address.
func (h *host) conn(from netip.AddrPort) (net.PacketConn, error) {
	if c, ok := h.conns[from.Port()]; ok {
		return c, nil
	}
	c, err := h.shadow.ListenUDP("udp4", net.UDPAddrFromAddrPort(from))
	if err == nil {
		h.conns[from.Port()] = c
	}
	return c, err
}

func (p *pump) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// collect admits what the hosts have sent, after what is due was delivered. With a grain of time it waits until the step is
// half over: by then every host has done what it wanted to do at its beginning.
func (p *pump) collect() {
	n := p.network
	now := p.now()
	p.deliver(now)
	n.mu.Lock()
	sent := n.sent
	n.mu.Unlock()
	if !sent {
		return
	}
	if n.cfg.Step > 0 {
		time.Sleep(time.Until(n.cfg.Start.Add(time.Duration(now) + n.cfg.Step/2)))
	}
	p.empty()
	p.train = p.train[:0]
	for _, item := range p.moved {
		item.packet.ID = p.name()
		p.parcels[item.packet.ID] = item
		p.train = append(p.train, item.packet)
	}
	p.clock = now
	n.cfg.Medium.Admit(now, p.train)
	p.last = now
}

// empty moves what is in the outboxes to moved, in the order of the hosts.
func (p *pump) empty() {
	n := p.network
	p.moved = p.moved[:0]
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, h := range n.hosts {
		p.moved = append(p.moved, h.outbox...)
		clear(h.outbox)
		h.outbox = h.outbox[:0]
	}
	n.sent = false
}

// name returns a free packet ID.
func (p *pump) name() uint32 {
	if len(p.free) == 0 {
		p.parcels = append(p.parcels, parcel{})
		return uint32(len(p.parcels) - 1)
	}
	last := len(p.free) - 1
	id := p.free[last]
	p.free = p.free[:last]
	return id
}
