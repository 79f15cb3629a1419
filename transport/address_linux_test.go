package transport

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAddressesSurviveTheKernel proves that every address a socket can reach reads back as it was, in plain form.
func TestAddressesSurviveTheKernel(t *testing.T) {
	for _, c := range []struct {
		in, want string
		v6       bool
		size     uint32
	}{
		{"192.0.2.1:9944", "192.0.2.1:9944", false, unix.SizeofSockaddrInet4},
		{"192.0.2.1:9944", "192.0.2.1:9944", true, unix.SizeofSockaddrInet6},
		{"[::ffff:192.0.2.1]:1", "192.0.2.1:1", false, unix.SizeofSockaddrInet4},
		{"[2001:db8::1]:65535", "[2001:db8::1]:65535", true, unix.SizeofSockaddrInet6},
		{"[fe80::1%7]:258", "[fe80::1%7]:258", true, unix.SizeofSockaddrInet6},
		{"[fe80::1%lo]:258", "[fe80::1%1]:258", true, unix.SizeofSockaddrInet6},
		{"[fe80::1%nowhere]:258", "[fe80::1]:258", true, unix.SizeofSockaddrInet6},
		{"[2001:db8::1]:1", "invalid AddrPort", false, 0},
	} {
		var name unix.RawSockaddrInet6
		size := putAddress(&name, netip.MustParseAddrPort(c.in), c.v6)
		if size != c.size {
			t.Errorf("%s: length %d, want %d", c.in, size, c.size)
		}
		if got := getAddress(&name); got.String() != c.want {
			t.Errorf("%s: read back as %v, want %s", c.in, got, c.want)
		}
	}
	var name unix.RawSockaddrInet6
	if size := putAddress(&name, netip.AddrPort{}, true); size != 0 {
		t.Errorf("the zero address: length %d, want 0", size)
	}
}

// TestPeersAreToldApart proves that remembering the last peer never names the wrong one, IPv4 after IPv6 included.
func TestPeersAreToldApart(t *testing.T) {
	k := new(kernelSocket)
	for _, text := range []string{
		"[2001:db8::1]:5", "192.0.2.1:5", "192.0.2.1:5", "192.0.2.1:6", "[2001:db8::1]:5", "[fe80::1%2]:5", "[fe80::1%3]:5",
	} {
		want := netip.MustParseAddrPort(text)
		// What the kernel leaves behind an IPv4 name is whatever was in the buffer.
		name := unix.RawSockaddrInet6{Scope_id: 77, Addr: [16]byte{9: 1, 15: 2}}
		putAddress(&name, want, !want.Addr().Is4())
		if got := k.peer(&name); got != want {
			t.Errorf("peer = %v, want %v", got, want)
		}
	}
}
