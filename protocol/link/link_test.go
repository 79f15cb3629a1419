package link

import (
	"bytes"
	"net/netip"
	"testing"

	"airbridge/machine"
	"airbridge/protocol/wire"

	"github.com/google/go-cmp/cmp"
)

var peer = netip.MustParseAddrPort("192.0.2.1:9944")

// path keeps what was sent.
type path struct {
	machine.Output
	sent []machine.Burst
}

func (p *path) Send(b machine.Burst) {
	b.Slab = bytes.Clone(b.Slab)
	p.sent = append(p.sent, b)
}

func TestDatagramsAreNumberedFromOne(t *testing.T) {
	var l Link
	var out path
	l.Reset(peer, 7)
	send := func() wire.Header {
		l.Finish(&out, wire.KindPing, wire.Ping{Sent: 3}.Append(l.Begin(wire.KindPing)))
		b := out.sent[len(out.sent)-1]
		h, body, err := wire.ParseHeader(b.Slab)
		if err != nil || len(body) != wire.PingSize || b.To != peer || b.Count() != 1 || b.DSCP != wire.KindPing.DSCP() {
			t.Fatalf("sent %+v: %v", b, err)
		}
		return h
	}
	for want := uint64(1); want <= 3; want++ {
		if diff := cmp.Diff(wire.Header{Kind: wire.KindPing, Session: 7, Number: want}, send()); diff != "" {
			t.Errorf("header (-want +got):\n%s", diff)
		}
	}
	if first := l.Take(10); first != 4 || l.Sent() != 13 {
		t.Errorf("Take(10) = %d, then %d sent; want 4 and 13", first, l.Sent())
	}
	if h := send(); h.Number != 14 {
		t.Errorf("number %d after a train of ten, want 14", h.Number)
	}
	l.Reset(peer, 8)
	if h := send(); h.Number != 1 || h.Session != 8 {
		t.Errorf("a new flow begins with %+v", h)
	}
}

func TestAdmit(t *testing.T) {
	var l Link
	var refused Refused
	l.Reset(peer, 7)
	for _, c := range []struct {
		session uint32
		number  uint64
		want    bool
	}{
		{7, 5, true}, {7, 5, false}, {7, 4, true}, {8, 6, false}, {0, 6, false}, {7, 6, true}, {7, 0, false},
	} {
		if got := l.Admit(wire.Header{Session: c.session, Number: c.number}, &refused); got != c.want {
			t.Errorf("Admit of session %d, number %d = %t, want %t", c.session, c.number, got, c.want)
		}
	}
	if want := (Refused{Session: 2, Replayed: 2}); refused != want {
		t.Errorf("refused %+v, want %+v", refused, want)
	}
	if l.Received() != 6 {
		t.Errorf("Received() = %d, want 6", l.Received())
	}
	l.Reset(peer, 7)
	if !l.Admit(wire.Header{Session: 7, Number: 5}, &refused) {
		t.Error("a new flow refuses a number of the old one")
	}
}

func TestSendingAllocatesNothing(t *testing.T) {
	var l Link
	l.Reset(peer, 7)
	var out machine.Output = discard{}
	send := func() { l.Finish(out, wire.KindPing, wire.Ping{}.Append(l.Begin(wire.KindPing))) }
	send()
	if n := testing.AllocsPerRun(100, send); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}

type discard struct{ machine.Output }

func (discard) Send(machine.Burst) {}

func TestRefusedCountsWhatIsNoDatagram(t *testing.T) {
	var refused Refused
	good := wire.Header{Kind: wire.KindPing, Session: 7, Number: 5}.Append(nil)
	later := append([]byte{wire.Version + 1}, good[1:]...)
	for _, datagram := range [][]byte{nil, good[:7], later, good} {
		h, _, ok := refused.Parse(datagram)
		if want := len(datagram) == len(good) && datagram[0] == wire.Version; ok != want || ok && h.Number != 5 {
			t.Errorf("Parse(%x) = %+v, %t", datagram, h, ok)
		}
	}
	if want := (Refused{Malformed: 2, Version: 1}); refused != want {
		t.Errorf("refused %+v, want %+v", refused, want)
	}
}
