package sim_test

import (
	"net/netip"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/units"
)

// marks counts the ECN fields of packets to the client.
type marks struct{ before, after map[uint8]int }

func (m *marks) Before(_ netem.True, p netem.Packet, _, _ netip.AddrPort, _ []byte) {
	count(&m.before, p)
}

func (m *marks) After(_ netem.True, p netem.Packet, _, _ netip.AddrPort, _ []byte) {
	count(&m.after, p)
}

func count(m *map[uint8]int, p netem.Packet) {
	if *m == nil {
		*m = map[uint8]int{}
	}
	if p.Dir == netem.Down {
		(*m)[p.ECN]++
	}
}

// ledger checks what it is told: each packet goes in before it comes out, and between the addresses of its session.
type ledger struct {
	t       *testing.T
	inside  map[uint32]time.Duration
	through int
}

func (l *ledger) Before(at netem.True, p netem.Packet, from, to netip.AddrPort, data []byte) {
	if _, ok := l.inside[p.ID]; ok {
		l.t.Fatalf("packet %d goes in twice", p.ID)
	}
	if from == to || len(data) == 0 || int(p.Size) < len(data)+netem.Overhead {
		l.t.Fatalf("packet %d from %v to %v: %d bytes, %d of them data", p.ID, from, to, p.Size, len(data))
	}
	l.inside[p.ID] = time.Duration(at)
}

func (l *ledger) After(at netem.True, p netem.Packet, _, _ netip.AddrPort, _ []byte) {
	if in, ok := l.inside[p.ID]; !ok || in >= time.Duration(at) {
		l.t.Fatalf("packet %d comes out at %v and went in at %v, %v", p.ID, time.Duration(at), in, ok)
	}
	delete(l.inside, p.ID)
	l.through++
}

func TestTapSeesEveryPacketInAndOut(t *testing.T) {
	s := named(t, "lossy", sim.Session{Bitrate: 20 * units.Mbps})
	tap := &ledger{t: t, inside: map[uint32]time.Duration{}}
	lab, runs := run(t, s, sim.Options{Tap: tap})
	whole(t, runs)
	c := lab.Counts()
	if sent := int(c.Sent[netem.Down] + c.Sent[netem.Up]); tap.through+len(tap.inside) != sent || len(tap.inside) > 10 {
		t.Errorf("%d sent, %d came out, %d did not", sent, tap.through, len(tap.inside))
	}
	plain, _ := run(t, s, sim.Options{})
	if plain.TraceHash() != lab.TraceHash() {
		t.Error("whoever listens changes the run")
	}
}
