// Package event is the event lab: hosts and a link model in one loop, with no goroutine and no clock but its own. It is
// deterministic to the bit and hundreds of times faster than real time.
//
// # Time
//
// The world moves in steps of Step. What a medium or a host wants at an instant happens at the first step that is not
// before it. At one step, in this order: the medium delivers what is due; then each host that has something to do, in
// the order they were given, takes everything that arrived, its devices' events and its tick, again and again until
// nothing more is due; then what the hosts sent is admitted to the medium, host by host. Nothing arrives at
// the step at which it was sent. The lab over real UDP shells keeps the same rules, which is why both yield the same
// trace.
package event

import (
	"fmt"
	"net/netip"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/units"
)

// Step is the grain of time: finer than anything a network or a clock decides, and wide enough that the turns of a real
// pump at one instant, a nanosecond each in its bubble of virtual time, fit into one.
const Step = 128

// maxTurns bounds the turns of one host at one step: a machine that always asks for another is broken.
const maxTurns = Step / 4

// Clock maps the world's time to a host's and back.
type Clock interface {
	// Mono returns what the clock shows at t.
	Mono(t netem.True) units.Mono
	// True returns the first instant at which the clock shows m or more, netem.Never for units.Never.
	True(m units.Mono) netem.True
}

// End is one host: a machine on a clock, reachable at an address.
type End struct {
	// Machine is the host.
	Machine machine.Machine
	// Clock is its clock.
	Clock Clock
	// Addr is its address.
	Addr netip.AddrPort
	// Flow and Dir stand in the packets it sends; what goes the other way in the flow is for it.
	Flow uint16
	Dir  netem.Dir
	// ECN is the field of its packets, netem.NotECT to netem.CE.
	ECN uint8
	// Starts is when it is switched on. What arrives before is lost.
	Starts netem.True
	// Requests takes what the machine asks of the world; nil drops it.
	Requests func(now units.Mono, r machine.Event)

	due      netem.True
	deadline units.Mono     // of the machine, which due was derived from
	sent     []netem.Packet // at this step
	shown    units.Mono     // what its clock shows at the step looked
	looked   netem.True
}

// Tap sees every packet before the link and after it, with its fate; data is valid during the call. A pcap.Writer is one.
type Tap interface {
	Before(at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte)
	After(at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte)
}

// Counts is what passed.
type Counts struct {
	// Sent counts packets and bytes sent, by direction; Fates what became of packets, by direction and fate.
	Sent  [netem.Dirs]uint64
	Bytes [netem.Dirs]uint64
	Fates [netem.Dirs][netem.Fates]uint64
}

// World is the lab. It is not safe for concurrent use.
type World struct {
	medium netem.Medium
	ends   []*End
	peers  [][netem.Dirs]*End // by flow, and the direction of the packets they take
	tap    Tap

	now    netem.True
	store  store
	out    []netem.Packet // come out at this step
	sender *End           // whose turn it is
	mono   units.Mono     // of the sender
	datum  machine.Datagram
	counts Counts
	// arrivals are told to whoever keeps the books: see OnPacket.
	onPacket func(at netem.True, p netem.Packet)
}

// New returns a world at the instant zero. It panics where two ends of a flow go the same way.
func New(m netem.Medium, tap Tap, ends ...*End) *World {
	w := &World{medium: m, ends: ends, tap: tap}
	for _, e := range ends {
		for int(e.Flow) >= len(w.peers) {
			w.peers = append(w.peers, [netem.Dirs]*End{})
		}
		taker := &w.peers[e.Flow][netem.Up-e.Dir] // takes what the other sends
		if *taker != nil {
			panic(fmt.Sprintf("event: two hosts send %s in flow %d", e.Dir, e.Flow))
		}
		*taker = e
		e.due = e.Starts
	}
	return w
}

// OnPacket has f see every packet that came out of the medium, whatever its fate. It must be set before the first Run.
func (w *World) OnPacket(f func(at netem.True, p netem.Packet)) { w.onPacket = f }

// Now returns the present step.
func (w *World) Now() netem.True { return w.now }

// Counts returns what passed so far.
func (w *World) Counts() *Counts { return &w.counts }

// Run lets time pass until t, inclusive of what is due then. It returns false where nothing will ever happen again.
func (w *World) Run(t netem.True) bool {
	for {
		next := w.next()
		if next > t {
			w.now = max(w.now, t)
			return next != netem.Never
		}
		w.now = next
		w.step()
	}
}

// Wake makes an end look at its machine again: its deadline was changed from outside.
func (w *World) Wake(e *End) { e.due = w.now }

// next returns the step of the next thing to happen.
func (w *World) next() netem.True {
	at := w.medium.Next()
	if at < w.now+Step { // sent at this step, or rounded down to it
		at = w.now + Step
	}
	for _, e := range w.ends {
		at = min(at, e.due)
	}
	return onGrid(at)
}

// onGrid returns the first step that is not before t.
func onGrid(t netem.True) netem.True {
	if t > netem.Never-Step {
		return netem.Never
	}
	return (t + Step - 1) &^ (Step - 1)
}

func (w *World) step() {
	if ticksFirst {
		w.turns()
	}
	if w.medium.Next() <= w.now {
		w.out = w.medium.Deliver(w.now, w.out[:0])
		for i := range w.out {
			w.arrive(w.out[i])
		}
	}
	w.turns()
	for _, e := range w.ends {
		if len(e.sent) > 0 {
			w.medium.Admit(w.now, e.sent)
			e.sent = e.sent[:0]
		}
	}
}

// turns lets every host do what is due.
func (w *World) turns() {
	for _, e := range w.ends {
		if e.due <= w.now {
			w.turn(e)
		}
	}
}

// arrive hands a packet that came out to its host.
func (w *World) arrive(p netem.Packet) {
	w.counts.Fates[p.Dir][p.Fate]++
	if w.onPacket != nil {
		w.onPacket(w.now, p)
	}
	if p.Fate == netem.Doubled {
		w.store.double(p.ID)
		return
	}
	l := w.store.at(p.ID)
	if w.tap != nil {
		w.tap.After(w.now, p, l.from, l.to, l.data)
	}
	if e := w.peers[p.Flow][p.Dir]; p.Fate == netem.Arrived && e != nil && w.now >= e.Starts && l.to == e.Addr {
		now := e.mono(w.now)
		d := &w.datum
		if d.From != l.from {
			d.From = l.from
		}
		d.At, d.ECN, d.Data, d.Elided = now, p.ECN, l.data, int(p.Size)-netem.Overhead-len(l.data)
		if p.Flip != 0 {
			w.datum.Data = l.harmed(&p)
		}
		e.Machine.Handle(now, &w.datum, w.as(e, now))
		e.due = min(e.due, w.now)
	}
	w.store.release(p.ID)
}

// turn lets a host do what is due.
func (w *World) turn(e *End) {
	now := e.mono(w.now)
	out := w.as(e, now)
	for turns := 0; e.Machine.Deadline() <= now; turns++ {
		if turns == maxTurns {
			panic(fmt.Sprintf("event: the machine at %s asks for a tick at %d again and again", e.Addr, now))
		}
		e.Machine.Tick(now, out)
	}
	if d := e.Machine.Deadline(); d != e.deadline || e.due <= w.now {
		e.deadline, e.due = d, max(onGrid(e.Clock.True(d)), w.now+Step)
	}
}

// mono is what an end's clock shows now; one step has one answer.
func (e *End) mono(now netem.True) units.Mono {
	if now != e.looked || now == 0 {
		e.looked, e.shown = now, e.Clock.Mono(now)
	}
	return e.shown
}

// as makes the world the output of an end.
func (w *World) as(e *End, now units.Mono) machine.Output {
	w.sender, w.mono = e, now
	return w
}

// Send puts a burst on the link. It is the machines' side of the world, not the user's.
func (w *World) Send(b machine.Burst) {
	e := w.sender
	stride := b.Size - b.Elided
	for rest := b.Slab; stride > 0 && len(rest) > 0; {
		n, elided := stride, b.Elided
		if n >= len(rest) {
			n, elided = len(rest), b.LastElided
		}
		p := netem.Packet{
			ID: w.store.keep(e.Addr, b.To, rest[:n]), Size: int32(n + elided + netem.Overhead),
			Flow: e.Flow, Dir: e.Dir, DSCP: b.DSCP, ECN: e.ECN,
		}
		if w.tap != nil {
			w.tap.Before(w.now, p, e.Addr, b.To, rest[:n])
		}
		w.counts.Sent[e.Dir]++
		w.counts.Bytes[e.Dir] += uint64(p.Size)
		e.sent = append(e.sent, p)
		rest = rest[n:]
	}
}

// Do passes a request to the end's owner. It is the machines' side of the world, not the user's.
func (w *World) Do(r machine.Event) {
	if f := w.sender.Requests; f != nil {
		f(w.mono, r)
	}
}
