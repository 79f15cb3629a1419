package relay

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"
	"airbridge/netem/pcap"
)

// departure is a datagram that leaves.
type departure struct {
	due    netem.True // when the model lets it out
	dir    netem.Dir
	flow   uint16
	client netip.AddrPort // where it goes on its way down
	tos    uint8          // DSCP and ECN
	data   []byte         // valid during the call
}

// wires is what the core asks of the shell, at once and without blocking.
type wires interface {
	// open makes the socket that stands for a client on the target's side.
	open(flow uint16, client netip.AddrPort) error
	// close frees it.
	close(flow uint16)
	// send puts a datagram on its way; false where the system refused it.
	send(d departure) bool
}

const (
	// second is how often the core looks for idle clients and tells its progress.
	second = time.Second
	// maxStuck bounds how often a medium may ask for the same instant: one that never stops would hang the relay.
	maxStuck = 1 << 20
)

// core decides where datagrams go. It has no clock and no socket; the instants it is given never run backwards, or it
// takes the latest it knows. It is not safe for concurrent use.
type core struct {
	medium netem.Medium
	wires  wires
	tap    *pcap.Writer // nil: none
	target netip.AddrPort
	idle   time.Duration
	table  *table
	pool   *pool

	now   netem.True
	sweep netem.True // when to look for idle clients
	train [1]netem.Packet
	out   []netem.Packet
	stats Stats
	delay [netem.Dirs]quantile.Histogram[time.Duration]
}

func newCore(cfg Config, target netip.AddrPort, w wires, tap *pcap.Writer) *core {
	return &core{
		medium: cfg.Medium, wires: w, tap: tap, target: target, idle: cfg.Idle,
		table: newTable(cfg.Clients), pool: newPool(cfg.Packets, cfg.Bytes), sweep: netem.True(second),
	}
}

// fromClient takes a datagram that a client sent.
func (c *core) fromClient(at netem.True, from netip.AddrPort, tos uint8, data []byte) {
	c.advance(at)
	c.received(netem.Up, data)
	flow, known := c.table.find(from)
	if !known {
		var ok bool
		if flow, ok = c.welcome(from); !ok {
			c.stats.Ways[netem.Up].Strangers++
			return
		}
	}
	c.admit(flow, netem.Up, tos, data)
}

// fromTarget takes a datagram that the target sent to the client of a flow.
func (c *core) fromTarget(at netem.True, flow uint16, tos uint8, data []byte) {
	c.advance(at)
	c.received(netem.Down, data)
	if !c.table.flows[flow].known {
		c.stats.Ways[netem.Down].Strangers++
		return
	}
	c.admit(flow, netem.Down, tos, data)
}

// welcome makes a client known, where there is room and a socket.
func (c *core) welcome(from netip.AddrPort) (flow uint16, ok bool) {
	flow, ok = c.table.add(from)
	if !ok {
		return 0, false
	}
	if err := c.wires.open(flow, from); err != nil {
		c.table.forget(flow)
		return 0, false
	}
	c.stats.Clients++
	return flow, true
}

func (c *core) received(d netem.Dir, data []byte) {
	c.stats.Ways[d].Received++
	c.stats.Ways[d].ReceivedBytes += uint64(len(data))
}

// admit hands a datagram of a known flow to the medium.
func (c *core) admit(flow uint16, d netem.Dir, tos uint8, data []byte) {
	c.table.flows[flow].last = c.now
	id, ok := c.pool.put(data, c.table.tag(flow), tos)
	if !ok {
		c.stats.Ways[d].NoRoom++
		return
	}
	c.pool.get(id).at = c.now
	p := netem.Packet{ID: id, Size: int32(len(data) + netem.Overhead), Flow: flow, Dir: d, DSCP: tos >> 2, ECN: tos & 3}
	from, to := c.ends(c.table.flows[flow].addr, d)
	c.tap.Before(c.now, p, from, to, data)
	c.train[0] = p
	c.medium.Admit(c.now, c.train[:])
}

// ends returns the addresses of a packet as the link would see them, the relay left out.
func (c *core) ends(client netip.AddrPort, d netem.Dir) (from, to netip.AddrPort) {
	if d == netem.Up {
		return client, c.target
	}
	return c.target, client
}

// tick lets out everything due up to now, and forgets clients that have gone.
func (c *core) tick(now netem.True) {
	c.advance(now)
	if c.sweep <= c.now {
		c.forgetIdle()
		c.sweep = c.now.Add(second)
	}
}

// advance lets out everything due up to now, each thing at its own instant.
func (c *core) advance(now netem.True) {
	now = max(now, c.now)
	for stuck := 0; ; {
		next := c.medium.Next()
		if next > now {
			break
		}
		if next > c.now {
			stuck = 0
		} else if stuck++; stuck > maxStuck {
			panic(fmt.Sprintf("relay: the medium asks for instant %d for ever", next))
		}
		c.now = max(c.now, next)
		c.out = c.medium.Deliver(c.now, c.out[:0])
		for i := range c.out {
			c.emerge(c.out[i])
		}
	}
	c.now = now
}

// emerge deals with one packet that came out of the medium.
func (c *core) emerge(p netem.Packet) {
	parcel, way := c.pool.get(p.ID), &c.stats.Ways[p.Dir]
	way.Fates[p.Fate]++
	if p.Fate == netem.Doubled {
		parcel.copies++
		return
	}
	defer c.pool.release(p.ID)
	client := c.table.of(parcel.client)
	if client == nil {
		if p.Fate == netem.Arrived {
			way.Orphans++
		}
		return
	}
	data := parcel.data()
	damaged := p.Fate == netem.Arrived && p.Damage(data)
	from, to := c.ends(client.addr, p.Dir)
	c.tap.After(c.now, p, from, to, data)
	if p.Fate == netem.Arrived {
		c.delay[p.Dir].Record(c.now.Sub(parcel.at))
		way.arrived(p, parcel.tos, damaged)
		client.last = c.now
		c.depart(p, client.addr, data)
	}
	if damaged {
		p.Damage(data) // another copy may be whole
	}
}

func (c *core) depart(p netem.Packet, client netip.AddrPort, data []byte) {
	way := &c.stats.Ways[p.Dir]
	if !c.wires.send(departure{due: c.now, dir: p.Dir, flow: p.Flow, client: client, tos: p.DSCP<<2 | p.ECN&3, data: data}) {
		way.Refused++
		return
	}
	way.Sent++
	way.SentBytes += uint64(len(data))
}

// forgetIdle forgets the clients that nothing was heard of, nor for, for long.
func (c *core) forgetIdle() {
	for i := range c.table.flows {
		if c.table.idle(uint16(i), c.now, c.idle) {
			c.forget(uint16(i))
			c.stats.Forgotten++
		}
	}
}

// forget closes a client's socket and frees its number. What is under way for it will have no receiver.
func (c *core) forget(flow uint16) {
	c.wires.close(flow)
	c.table.forget(flow)
}

// end forgets everybody.
func (c *core) end() {
	for i := range c.table.flows {
		if c.table.flows[i].known {
			c.forget(uint16(i))
		}
	}
}

// deadline is when tick wants to be called next: it always does, as clients may go silent.
func (c *core) deadline() netem.True { return min(c.medium.Next(), c.sweep) }

// snapshot returns what was counted so far; the time is the shell's to say.
func (c *core) snapshot() Stats {
	s := c.stats
	s.Known, s.UnderWay = c.table.known(), c.pool.inUse()
	return s
}
