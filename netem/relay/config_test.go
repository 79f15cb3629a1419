package relay

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

func TestDefaults(t *testing.T) {
	var c Config
	c.setDefaults()
	if c.Clients != DefaultClients || c.Idle != time.Minute || c.Packets != DefaultPackets || c.Bytes != DefaultBytes {
		t.Errorf("defaults %+v", c)
	}
	c.Ready(netip.AddrPort{}) // nobody listens, nothing happens
	c.Progress(Stats{})
	c = Config{Clients: 1, Idle: 1, Packets: 2, Bytes: 3}
	c.setDefaults()
	if c.Clients != 1 || c.Idle != 1 || c.Packets != 2 || c.Bytes != 3 {
		t.Errorf("defaults replaced what was asked for: %+v", c)
	}
}

func TestLoops(t *testing.T) {
	own := "127.0.0.1" // any address of this machine
	if all, err := net.InterfaceAddrs(); err == nil {
		for _, a := range all {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
				own = n.IP.String()
			}
		}
	}
	for _, c := range []struct {
		listen, target string
		want           bool
	}{
		{"127.0.0.1:1000", "127.0.0.1:1000", true},
		{"127.0.0.1:1000", "127.0.0.1:1001", false},
		{"127.0.0.2:1000", "127.0.0.1:1000", false},
		{"192.0.2.1:1000", "127.0.0.1:1000", false},
		{"0.0.0.0:1000", "127.0.0.1:1000", true},
		{"0.0.0.0:1000", own + ":1000", true},
		{"[::]:1000", "[::1]:1000", true},
		{"[::]:1000", own + ":1000", true},
		{"[::]:1000", "192.0.2.1:1000", false},
	} {
		if got := loops(netip.MustParseAddrPort(c.listen), netip.MustParseAddrPort(c.target)); got != c.want {
			t.Errorf("loops(%s, %s) = %v, want %v", c.listen, c.target, got, c.want)
		}
	}
}
