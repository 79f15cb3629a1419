package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"airbridge/transport"
)

var allFeatures = transport.Features{GSO: true, GRO: true, Batch: true, Stamps: true, ECN: true, DSCP: true}

func TestNetwork(t *testing.T) {
	noOffload := transport.Report{Features: allFeatures}
	noOffload.Features.GSO, noOffload.Features.GRO = false, false
	small := transport.Report{Warning: "the receive buffer holds 92 datagrams; remedy: sysctl -w something"}
	for _, c := range []struct {
		name  string
		facts networkFacts
		area  string
		state State
		words []string
	}{
		{"all features", networkFacts{report: transport.Report{Features: allFeatures}}, "UDP features", OK, []string{"segmentation offload", "DSCP"}},
		{"no offload", networkFacts{report: noOffload}, "UDP features", Warn, []string{"lacks segmentation offload, receive offload", "Linux 5.0"}},
		{"large buffers", networkFacts{report: transport.Report{ReceiveBuffer: 8 << 20}}, "UDP buffers", OK, []string{"8192 KiB"}},
		{"buffers of a system which does not say", networkFacts{}, "UDP buffers", OK, nil},
		{"small buffers", networkFacts{report: small}, "UDP buffers", Warn, []string{"92 datagrams", "sudo sysctl -w net.core.rmem_max=4194304"}},
		{"no socket", networkFacts{err: errAny}, "UDP sockets", Missing, []string{"no such device", "ip link set lo up"}},
		{"real time", networkFacts{report: transport.Report{Realtime: true, Scheduling: "FIFO 1"}}, "real-time threads", OK, []string{"FIFO 1"}},
		{
			"no real time",
			networkFacts{report: transport.Report{Scheduling: "refused"}, program: "/opt/airbridge"},
			"real-time threads", Warn,
			[]string{"refused", "setcap cap_sys_nice+ep /opt/airbridge", "rtprio"},
		},
		{"a program without a file", networkFacts{}, "real-time threads", Warn, []string{"setcap cap_sys_nice+ep bin/airbridge"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, judged(t, network(given(c.facts)), c.area), c.state, c.words...)
		})
	}
}

func TestPort(t *testing.T) {
	taken := &net.OpError{Op: "listen", Net: "udp", Err: fmt.Errorf("bind: %w", syscall.EADDRINUSE)}
	for _, c := range []struct {
		name  string
		facts portFacts
		state State
		words []string
	}{
		{"free", portFacts{}, OK, []string{"free"}},
		{"held by a known program", portFacts{err: taken, holder: "airbridge (process 77)"}, Warn, []string{"airbridge (process 77)", "--listen 127.0.0.1:9945"}},
		{"held by another user's", portFacts{err: taken}, Warn, []string{"another user", "ss -ulpn"}},
		{"refused", portFacts{err: errors.New("not permitted")}, Warn, []string{"not permitted", "--listen"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := port(9944, func(context.Context, int) portFacts { return c.facts })
			expect(t, judged(t, check, "UDP port 9944"), c.state, c.words...)
		})
	}
}

// A port that this very process holds is found with its name; once closed, it is free.
func TestProbePort(t *testing.T) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{})
	if err != nil {
		t.Fatal(err)
	}
	number := conn.LocalAddr().(*net.UDPAddr).Port
	f := probePort(t.Context(), number)
	if !errors.Is(f.err, syscall.EADDRINUSE) {
		t.Errorf("probe of a port in use: %v, want EADDRINUSE", f.err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if f := probePort(t.Context(), number); f.err != nil {
		t.Errorf("probe of a free port: %v", f.err)
	}
}

// A table as /proc/net/udp has it, with a socket on 127.0.0.1:9944 (26D8 in hexadecimal).
const udpTable = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  120: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 511 2 0000000000000000 0
  731: 0100007F:26D8 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 4242 2 0000000000000000 0
`

func TestHolderOf(t *testing.T) {
	link := func(to string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink} }
	proc := fstest.MapFS{
		"net/udp":   {Data: []byte(udpTable)},
		"net/udp6":  {Data: []byte("sl\n")},
		"1/comm":    {Data: []byte("init\n")},
		"1/fd/0":    link("/dev/null"),
		"77/comm":   {Data: []byte("airbridge\n")},
		"77/fd/3":   link("socket:[4242]"),
		"self/fd/3": link("socket:[4242]"),
	}
	if got, want := holderOf(proc, 9944), "airbridge (process 77)"; got != want {
		t.Errorf("holder of 9944 = %q, want %q", got, want)
	}
	for number, why := range map[int]string{68: "its process is not ours to see", 9945: "nobody holds it", 0x26D: "its digits are a prefix only"} {
		if got := holderOf(proc, number); got != "" {
			t.Errorf("holder of %d = %q, want none: %s", number, got, why)
		}
	}
	if got := holderOf(fstest.MapFS{}, 9944); got != "" {
		t.Errorf("holder without a /proc = %q", got)
	}
}

func TestDisplay(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts displayFacts
		state State
		words []string
	}{
		{"none", displayFacts{}, Absent, []string{"DISPLAY is not set", "xvfb"}},
		{"wayland", displayFacts{wayland: true}, Absent, []string{"xwayland"}},
		{"answers", displayFacts{name: ":0"}, OK, []string{"x11::0"}},
		{"dead", displayFacts{name: ":7", err: errAny}, Warn, []string{":7 does not answer", "unset DISPLAY"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, judged(t, display(given(c.facts)), "X11 display"), c.state, c.words...)
		})
	}
}

func TestDisplayAddress(t *testing.T) {
	for name, want := range map[string]string{
		":0":             "unix /tmp/.X11-unix/X0",
		":99.1":          "unix /tmp/.X11-unix/X99",
		"unix:1":         "unix /tmp/.X11-unix/X1",
		"localhost:10.0": "tcp localhost:6010",
		"::1:2":          "tcp [::1]:6002",
		"":               "error",
		"0":              "error",
		":":              "error",
		":x":             "error",
		":-1":            "error",
		":99999999":      "error",
	} {
		network, address, err := displayAddress(name)
		got := network + " " + address
		if err != nil {
			got = "error"
			if !strings.Contains(err.Error(), "want [host]:number") {
				t.Errorf("displayAddress(%q): error %q does not say what is wanted", name, err)
			}
		}
		if got != want {
			t.Errorf("displayAddress(%q) = %s, want %s", name, got, want)
		}
	}
}
