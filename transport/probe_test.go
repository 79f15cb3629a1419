package transport

import (
	"errors"
	"strings"
	"testing"

	"github.com/pion/transport/v3/stdnet"
)

// TestProbe proves that the report tells what a socket uses, and names a remedy for everything that is missing.
func TestProbe(t *testing.T) {
	n, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Probe(n)
	if err != nil {
		t.Fatal(err)
	}
	if r.Scheduling == "" || r.Features != listen(t, "127.0.0.1:0", SocketConfig{}).Features() {
		t.Errorf("report %+v does not describe a socket of this machine", r)
	}
	if text := r.String(); strings.Count(text, "remedy:") != len(r.Remedies) {
		t.Errorf("%d remedies, written as:\n%s", len(r.Remedies), text)
	}
}

func TestRemedies(t *testing.T) {
	all := Features{GSO: true, GRO: true, Batch: true, Stamps: true, ECN: true, DSCP: true}
	for _, c := range []struct {
		name string
		in   Report
		want []string
	}{
		{"all well", Report{Features: all, Realtime: true}, nil},
		{"an ordinary user", Report{Features: all, Warning: "small"}, []string{"small", "cap_sys_nice"}},
		{"an old kernel", Report{Realtime: true}, []string{"4.18", "5.0", "stamps", "ECN"}},
	} {
		got := c.in.remedies()
		if len(got) != len(c.want) {
			t.Errorf("%s: %d remedies %q, want %d", c.name, len(got), got, len(c.want))
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], c.want[i]) {
				t.Errorf("%s: remedy %q, want one with %q", c.name, got[i], c.want[i])
			}
		}
	}
}

func TestListenRefuses(t *testing.T) {
	n, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	taken := listen(t, "127.0.0.1:0", SocketConfig{})
	for _, c := range []struct {
		name, addr string
		cfg        SocketConfig
	}{
		{"no port", "127.0.0.1", SocketConfig{}},
		{"an address of nobody", "192.0.2.1:0", SocketConfig{}},
		{"a port in use", taken.LocalAddr().String(), SocketConfig{}},
		{"an ECN field of three bits", "127.0.0.1:0", SocketConfig{ECN: 4}},
	} {
		s, err := Listen(n, c.addr, c.cfg)
		if err == nil {
			s.Close()
			t.Errorf("%s: Listen(%s) = nil, want an error", c.name, c.addr)
		} else if !strings.HasPrefix(err.Error(), "listen "+c.addr+":") || errors.Unwrap(err) == nil && c.cfg.ECN == 0 {
			t.Errorf("%s: %v, want the address and the cause", c.name, err)
		}
	}
}
