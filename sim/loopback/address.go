package loopback

import (
	"net/netip"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"
)

// loopback is where all sockets are bound.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// peer is one host under two names: that of the laboratory, which cores are configured with, and that of its socket.
type peer struct{ lab, real netip.AddrPort }

// translated is a host behind a translation of addresses, which knows one peer. It stands between the driver and the host,
// outside of the trace: cores see the laboratory's addresses in every world. Strangers keep the names they have.
type translated struct {
	host *host.Host
	peer peer
	out  machine.Output // of the call under way
	in   machine.Datagram

	turns turns
}

// Handle renames the sender of a datagram.
func (t *translated) Handle(now units.Mono, in machine.Event, out machine.Output) {
	t.turns.begin(now)
	t.out = out
	if d, ok := in.(*machine.Datagram); ok && d.From == t.peer.real {
		t.in = *d
		t.in.From = t.peer.lab
		in = &t.in
	}
	t.host.Handle(now, in, t)
}

// Tick ticks the host.
func (t *translated) Tick(now units.Mono, out machine.Output) {
	t.turns.begin(now)
	t.out = out
	t.host.Tick(now, t)
	t.turns.end(now, t.host.Deadline())
}

// Deadline is the host's.
func (t *translated) Deadline() units.Mono { return t.host.Deadline() }

// Send renames the receiver of a burst. It is the host's side, not the driver's.
func (t *translated) Send(b machine.Burst) {
	if b.To == t.peer.lab {
		b.To = t.peer.real
	}
	t.out.Send(b)
}

// Do passes a request on. It is the host's side, not the driver's.
func (t *translated) Do(r machine.Event) { t.out.Do(r) }
