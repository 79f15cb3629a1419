package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"

	"airbridge/machine"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// TestWhatBreaksAPlainSocket proves that bad news of a peer does not end a session, and a conn that is gone does.
func TestWhatBreaksAPlainSocket(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		faults int
		want   bool
	}{
		{"a peer's port is closed", &net.OpError{Op: "read", Err: os.NewSyscallError("recvfrom", syscall.ECONNREFUSED)}, 1, false},
		{"closed again and again", syscall.ECONNREFUSED, maxFaults - 1, false},
		{"closed for ever", syscall.ECONNREFUSED, maxFaults, true},
		{"our conn is closed", fmt.Errorf("read: %w", net.ErrClosed), 1, true},
		{"a lab's own error", errors.New("use of closed network connection"), 1, true},
		{"end of file", io.EOF, 1, true},
	} {
		if got := broken(c.err, c.faults); got != c.want {
			t.Errorf("%s: broken(%v, %d) = %v, want %v", c.name, c.err, c.faults, got, c.want)
		}
	}
	for err, want := range map[error]bool{os.ErrDeadlineExceeded: true, errAwake: true, net.ErrClosed: false, io.EOF: false} {
		if isTimeout(err) != want {
			t.Errorf("isTimeout(%v) = %v, want %v", err, !want, want)
		}
	}
}

// faultyConn fails its reads with each error in turn, then says that it is closed.
type faultyConn struct {
	*net.UDPConn
	faults []error
}

func (c *faultyConn) ReadFrom([]byte) (int, net.Addr, error) {
	if len(c.faults) == 0 {
		return 0, nil, net.ErrClosed
	}
	err := c.faults[0]
	c.faults = c.faults[1:]
	return 0, nil, err
}

// TestPeersErrorsAreCounted proves that ICMP errors of a plain conn show in Stats and that Run survives them.
func TestPeersErrorsAreCounted(t *testing.T) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s := adopt(&faultyConn{conn, []error{syscall.ECONNREFUSED, syscall.EHOSTUNREACH, os.ErrDeadlineExceeded}}, SocketConfig{})
	defer s.Close()
	err = (&Driver{Machine: &script{}, Socket: s, Clock: NewClock()}).Run(t.Context())
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("Run = %v, want net.ErrClosed", err)
	}
	if n := s.Stats().Refused; n != 2 {
		t.Errorf("Refused = %d, want 2", n)
	}
}

// TestVirtualOddities proves that empty and huge datagrams cross the virtual network, that a full inbound queue there
// is a loss and not a hang, and that a lab's conn claims no feature it lacks.
func TestVirtualOddities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router, a, b := lan(t)
		from, to := virtual(t, a, "10.0.0.1"), virtual(t, b, "10.0.0.2")
		if f := to.Features(); f != (Features{}) || to.Warning() != "" {
			t.Errorf("a lab's socket has %+v and warns %q", f, to.Warning())
		}
		stranger, err := a.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, maxDatagram} {
			if _, err := stranger.WriteTo(make([]byte, size), net.UDPAddrFromAddrPort(to.LocalAddr())); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		ctx, done := context.WithCancel(t.Context())
		var sizes []int
		m := &script{handle: func(now units.Mono, in machine.Event, _ machine.Output) {
			d := in.(*machine.Datagram)
			sizes = append(sizes, len(d.Data))
			if d.At != now || d.From != netip.MustParseAddrPort("10.0.0.1:7") {
				t.Errorf("datagram from %v at %d, want the stranger now, %d", d.From, d.At, now)
			}
			if len(sizes) == 3 {
				done()
			}
		}}
		if err := (&Driver{Machine: m, Socket: to, Clock: NewClock()}).Run(ctx); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]int{0, 1, maxDatagram}, sizes); diff != "" {
			t.Errorf("sizes (-want +got):\n%s", diff)
		}
		for range 40 { // 2,560 datagrams into a queue of 1,024
			from.Send(machine.Burst{To: to.LocalAddr(), Size: 10, Slab: make([]byte, 640)})
		}
		if st := from.Stats(); st.SentDatagrams != 2560 || st.SendDrops != 0 {
			t.Errorf("%d sent and %d dropped, want 2560 and 0", st.SentDatagrams, st.SendDrops)
		}
		for _, c := range []io.Closer{stranger, from, to} {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := router.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestTwoPeersAreToldApart proves that trains of several peers read in one call keep their senders and their order.
func TestTwoPeersAreToldApart(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		to := listen(t, "127.0.0.1:0", features()[name])
		peers := [3]*Socket{}
		for i := range peers {
			peers[i] = listen(t, "127.0.0.1:0", features()[name])
		}
		var want []arrival
		for round := range 4 {
			for i, p := range peers {
				slab := train(3, 20, 5+round+i)
				p.Send(machine.Burst{To: to.LocalAddr(), Size: 20, Slab: slab})
				for _, d := range cut(machine.Burst{Size: 20, Slab: slab}) {
					want = append(want, arrival{From: p.LocalAddr(), Data: d})
				}
			}
		}
		got := record(t, to, NewClock(), len(want)).arrivals
		for i := range got {
			got[i].At = 0
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(x, y netip.AddrPort) bool { return x == y })); diff != "" {
			t.Errorf("%s (-sent +received):\n%.400s", name, diff)
		}
	}
}
