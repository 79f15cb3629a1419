package transport

import (
	"net"
	"net/netip"
	"testing"
)

// requireAddress skips the test where the system cannot bind addr.
func requireAddress(t *testing.T, addr string) {
	t.Helper()
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Skipf("no socket on %s here: %v", addr, err)
	}
	_ = c.Close()
}

func onLoopback(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), a.Port())
}

func onSixth(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
}
