package transport

import (
	"net"
	"strings"
	"testing"

	"airbridge/machine"

	"github.com/google/go-cmp/cmp"
)

// TestEveryFeatureCarriesEveryDatagram sends trains of all shapes with every feature on and off, both ways and between
// unlike ends: each datagram arrives intact, alone and in order.
func TestEveryFeatureCarriesEveryDatagram(t *testing.T) {
	shapes := []struct {
		name          string
		n, size, last int
	}{
		{"one", 1, 1400, 1400},
		{"one byte", 1, 1, 1},
		{"two", 2, 1400, 1400},
		{"short last", 5, 1400, 3},
		{"as many as fit a call", 46, 1400, 1400},
		{"one more than fits a call", 47, 1400, 1400},
		{"full burst", 64, 1400, 1400},
		{"full burst, short last", 64, 1400, 1399},
		{"small", 64, 9, 9},
	}
	all := features()
	for _, sender := range sortedKeys(all) {
		for _, receiver := range []string{"all", "no GRO", "no batch", "plain", sender} {
			t.Run(sender+" to "+receiver, func(t *testing.T) {
				for _, s := range shapes {
					from, to := listen(t, "127.0.0.1:0", all[sender]), listen(t, "127.0.0.1:0", all[receiver])
					b := machine.Burst{To: to.LocalAddr(), Size: s.size, Slab: train(s.n, s.size, s.last)}
					from.Send(b)
					got := record(t, to, NewClock(), s.n)
					if diff := cmp.Diff(cut(b), got.payloads()); diff != "" {
						t.Errorf("%s (-sent +received):\n%.400s", s.name, diff)
					}
					if a := got.arrivals[0].From; a != from.LocalAddr() {
						t.Errorf("%s: From = %v, want %v", s.name, a, from.LocalAddr())
					}
					if n := from.Stats().SentDatagrams; n != uint64(s.n) {
						t.Errorf("%s: SentDatagrams = %d, want %d", s.name, n, s.n)
					}
					if st := to.Stats(); st.ReceivedDatagrams != uint64(s.n) || st.ReceivedBytes != uint64(len(b.Slab)) {
						t.Errorf("%s: received %d datagrams of %d bytes, want %d of %d", s.name,
							st.ReceivedDatagrams, st.ReceivedBytes, s.n, len(b.Slab))
					}
				}
			})
		}
	}
}

// TestPortsStayUsableAfterAReply proves the way back through one pair of sockets, and that an address learnt from a
// datagram can be sent to.
func TestPortsStayUsableAfterAReply(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		a, b := listen(t, "127.0.0.1:0", features()[name]), listen(t, "127.0.0.1:0", features()[name])
		a.Send(machine.Burst{To: b.LocalAddr(), Size: 4, Slab: []byte("ping")})
		got := record(t, b, NewClock(), 1)
		b.Send(machine.Burst{To: got.arrivals[0].From, Size: 4, Slab: []byte("pong")})
		if back := record(t, a, NewClock(), 1).payloads(); back[0] != "pong" {
			t.Errorf("%s: answer %q, want pong", name, back[0])
		}
	}
}

// TestStampsLieBetweenSendAndRead proves that arrivals are in order, after the send and not after the turn that
// handles them, although all were read at once.
func TestStampsLieBetweenSendAndRead(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		t.Run(name, func(t *testing.T) {
			from, to := listen(t, "127.0.0.1:0", features()[name]), listen(t, "127.0.0.1:0", features()[name])
			clock := NewClock()
			before := clock.Now()
			for range 5 {
				from.Send(machine.Burst{To: to.LocalAddr(), Size: 100, Slab: train(8, 100, 100)})
			}
			got := record(t, to, clock, 40)
			last := before
			for i, a := range got.arrivals {
				if a.At < last || a.At > got.handled[i] {
					t.Fatalf("datagram %d arrived at %d, want within [%d, %d]", i, a.At, last, got.handled[i])
				}
				last = a.At
			}
			if f := to.Features(); f.Stamps && got.arrivals[0].At == got.arrivals[39].At {
				t.Error("five trains share one arrival: the batch flattened them")
			}
		})
	}
}

// TestCongestionFieldArrives proves that the receiver's core sees the sender's ECN field, through trains as well.
func TestCongestionFieldArrives(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0"} {
		requireAddress(t, addr)
		for _, name := range sortedKeys(features()) {
			for ecn := uint8(0); ecn < 4; ecn++ {
				cfg := features()[name]
				to := listen(t, addr, cfg)
				if !to.Features().ECN {
					continue
				}
				cfg.ECN = ecn
				from := listen(t, addr, cfg)
				from.Send(machine.Burst{To: to.LocalAddr(), DSCP: 46, Size: 50, Slab: train(3, 50, 50)})
				for _, a := range record(t, to, NewClock(), 3).arrivals {
					if a.ECN != ecn {
						t.Errorf("%s, %s: ECN = %d, want %d", addr, name, a.ECN, ecn)
					}
				}
			}
		}
	}
}

// TestBothFamilies proves IPv6, and IPv4 over a socket of both families, whose peers appear under their IPv4 names.
func TestBothFamilies(t *testing.T) {
	for _, c := range []struct{ name, from, to string }{
		{"IPv6", "[::1]:0", "[::1]:0"},
		{"IPv4 to both", "127.0.0.1:0", ":0"},
		{"both to IPv4", ":0", "127.0.0.1:0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireAddress(t, c.from)
			for _, name := range sortedKeys(features()) {
				from, to := listen(t, c.from, features()[name]), listen(t, c.to, features()[name])
				target := to.LocalAddr()
				if target.Addr().IsUnspecified() {
					target = onLoopback(target)
				}
				from.Send(machine.Burst{To: target, DSCP: 34, Size: 1200, Slab: train(20, 1200, 7)})
				got := record(t, to, NewClock(), 20)
				peer := got.arrivals[19].From
				if strings.HasPrefix(peer.Addr().String(), "::ffff:") || peer.Port() != from.LocalAddr().Port() {
					t.Errorf("%s: From = %v, want port %d of an unmapped address", name, peer, from.LocalAddr().Port())
				}
				if st := from.Stats(); st.SendDrops != 0 {
					t.Errorf("%s: SendDrops = %d, want 0", name, st.SendDrops)
				}
			}
		})
	}
}

// TestUnreachablePeersAreCounted proves that a port nobody listens on, a family the socket does not speak and a
// datagram no packet can hold end nothing.
func TestUnreachablePeersAreCounted(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		s, gone := listen(t, "127.0.0.1:0", features()[name]), listen(t, "127.0.0.1:0", SocketConfig{})
		peer := gone.LocalAddr()
		gone.Close()
		for range 10 {
			s.Send(machine.Burst{To: peer, Size: 10, Slab: make([]byte, 30)})
		}
		s.Send(machine.Burst{To: onSixth(peer), Size: 10, Slab: make([]byte, 30)})
		s.Send(machine.Burst{To: peer, Size: 70000, Slab: make([]byte, 70000)})
		st := s.Stats()
		if st.SendDrops != 4 || st.SentDatagrams+st.Refused != 30 {
			t.Errorf("%s: %d dropped, %d sent, %d refused, want 4 dropped and 30 sent", name, st.SendDrops, st.SentDatagrams, st.Refused)
		}
		listenAndAnswer(t, s)
	}
}

// listenAndAnswer proves that s still works.
func listenAndAnswer(t *testing.T, s *Socket) {
	t.Helper()
	peer := listen(t, "127.0.0.1:0", SocketConfig{})
	peer.Send(machine.Burst{To: s.LocalAddr(), Size: 2, Slab: []byte("ok")})
	if got := record(t, s, NewClock(), 1).payloads(); got[0] != "ok" {
		t.Errorf("received %q, want ok", got[0])
	}
}

// TestGarbageIsHandedOn proves that empty datagrams and the largest ones reach the machine, or are counted where they
// do not fit a read, and that none is taken for another.
func TestGarbageIsHandedOn(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		to := listen(t, "127.0.0.1:0", features()[name])
		stranger, err := net.Dial("udp", to.LocalAddr().String())
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, 0, maxDatagram, 1400, 0, 4096, 4097} {
			if _, err := stranger.Write(make([]byte, size)); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = stranger.Write([]byte("end"))
		_ = stranger.Close()
		want := []int{0, 1, 0, maxDatagram, 1400, 0, 4096, 4097, 3}
		if k := to.kernel; k != nil && !to.Features().GRO {
			want = []int{0, 1, 0, 1400, 0, 4096, 3}
		}
		got := record(t, to, NewClock(), len(want))
		var sizes []int
		for _, p := range got.payloads() {
			sizes = append(sizes, len(p))
		}
		if diff := cmp.Diff(want, sizes); diff != "" {
			t.Errorf("%s: sizes (-want +got):\n%s", name, diff)
		}
		if n := to.Stats().Truncated; n != uint64(9-len(want)) {
			t.Errorf("%s: Truncated = %d, want %d", name, n, 9-len(want))
		}
	}
}
