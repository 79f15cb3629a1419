package relay

import (
	"net"
	"testing"

	"airbridge/netem"

	"golang.org/x/sys/unix"
)

// DSCP and ECN of the IP header pass through the link in both directions, and a mark of the link is seen at the other
// end.
func TestClassPassesThrough(t *testing.T) {
	for _, c := range []struct {
		name, network, host  string
		level, option, input int
	}{
		{"IPv4", "udp4", "127.0.0.1:0", unix.IPPROTO_IP, unix.IP_TOS, unix.IP_RECVTOS},
		{"IPv6", "udp6", "[::1]:0", unix.IPPROTO_IPV6, unix.IPV6_TCLASS, unix.IPV6_RECVTCLASS},
	} {
		t.Run(c.name, func(t *testing.T) {
			far := listen(t, c.network, c.host)
			set(t, far, c.level, c.input, 1)
			mark := &testLink{decide: func(p *netem.Packet) bool {
				if p.ECN == netem.ECT1 {
					p.ECN = netem.CE
				}
				return false
			}}
			r := start(t, Config{Listen: c.host, To: far.LocalAddr().String(), Medium: mark})
			near := dial(t, r.addr)
			set(t, near, c.level, c.input, 1)
			for _, sent := range []int{0, 34<<2 | netem.ECT0, 46<<2 | netem.ECT1, 46<<2 | netem.CE, 8 << 2} {
				want := uint8(sent)
				if sent&3 == netem.ECT1 {
					want |= netem.CE
				}
				set(t, near, c.level, c.option, sent)
				if _, err := near.Write([]byte("up")); err != nil {
					t.Fatal(err)
				}
				tos, from := class(t, far)
				if tos != want {
					t.Errorf("up: class %#x arrives as %#x, want %#x", sent, tos, want)
				}
				set(t, far, c.level, c.option, sent)
				if _, err := far.WriteToUDP([]byte("down"), from); err != nil {
					t.Fatal(err)
				}
				if tos, _ := class(t, near); tos != want {
					t.Errorf("down: class %#x arrives as %#x, want %#x", sent, tos, want)
				}
			}
			if res := r.stop(t); res.Ways[netem.Up].Congested != 1 || res.Ways[netem.Down].Congested != 1 || !res.Stamps {
				t.Errorf("result %+v, want one mark each way, and stamps", res)
			}
		})
	}
}

// An IPv6 socket that serves both families passes the class of IPv4 clients on.
func TestClassOfIPv4ClientOfBothFamilies(t *testing.T) {
	far := listen(t, "udp4", "127.0.0.1:0")
	set(t, far, unix.IPPROTO_IP, unix.IP_RECVTOS, 1)
	r := start(t, Config{Listen: ":0", To: far.LocalAddr().String(), Medium: new(netem.Pass)})
	near, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(r.addr.Port())})
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	set(t, near, unix.IPPROTO_IP, unix.IP_RECVTOS, 1)
	set(t, near, unix.IPPROTO_IP, unix.IP_TOS, 34<<2|2)
	if _, err := near.Write([]byte("up")); err != nil {
		t.Fatal(err)
	}
	tos, from := class(t, far)
	if tos != 34<<2|2 {
		t.Errorf("up: class %#x, want %#x", tos, 34<<2|2)
	}
	set(t, far, unix.IPPROTO_IP, unix.IP_TOS, 46<<2|1)
	if _, err := far.WriteToUDP([]byte("down"), from); err != nil {
		t.Fatal(err)
	}
	if tos, _ := class(t, near); tos != 46<<2|1 {
		t.Errorf("down: class %#x, want %#x", tos, 46<<2|1)
	}
}

func listen(t *testing.T, network, addr string) *net.UDPConn {
	t.Helper()
	local, err := net.ResolveUDPAddr(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP(network, local)
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func set(t *testing.T, conn *net.UDPConn, level, option, value int) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), level, option, value) })
	if err != nil || failed != nil {
		t.Fatalf("option %d: %v, %v", option, err, failed)
	}
}

// class reads one datagram and returns the class it came with.
func class(t *testing.T, conn *net.UDPConn) (tos uint8, from *net.UDPAddr) {
	t.Helper()
	b, control := make([]byte, 100), make([]byte, 100)
	_, n, _, from, err := conn.ReadMsgUDP(b, control)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_TOS,
			m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_TCLASS:
			return m.Data[0], from
		}
	}
	t.Fatal("no class with the datagram")
	return 0, nil
}
