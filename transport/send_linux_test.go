package transport

import (
	"net"
	"net/netip"
	"testing"

	"airbridge/machine"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestTrafficClassOnTheWire reads DSCP as a stranger's socket sees it, for IPv4, IPv6 and mapped IPv4.
func TestTrafficClassOnTheWire(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		level, option  int
	}{
		{"IPv4", "127.0.0.1:0", "127.0.0.1:0", unix.IPPROTO_IP, unix.IP_RECVTOS},
		{"mapped IPv4", ":0", "127.0.0.1:0", unix.IPPROTO_IP, unix.IP_RECVTOS},
		{"IPv6", "[::1]:0", "[::1]:0", unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS},
	} {
		t.Run(c.name, func(t *testing.T) {
			requireAddress(t, c.to)
			for _, cfg := range []SocketConfig{{}, {NoGSO: true}, {NoBatch: true, NoGSO: true}} {
				stranger := strangerSeeingClass(t, c.to, c.level, c.option)
				from := listen(t, c.from, cfg)
				to := netip.MustParseAddrPort(stranger.LocalAddr().String())
				for _, dscp := range []uint8{46, 0, 34} { // a class must not stick to the socket
					from.Send(machine.Burst{To: to, DSCP: dscp, Size: 10, Slab: make([]byte, 25)})
					for range 3 {
						if got := readClass(t, stranger); got != dscp<<2 {
							t.Errorf("%+v: traffic class %d, want %d", cfg, got, dscp<<2)
						}
					}
				}
			}
		})
	}
}

func strangerSeeingClass(t *testing.T, addr string, level, option int) *net.UDPConn {
	t.Helper()
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	conn := c.(*net.UDPConn)
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, 1) }); err != nil {
		t.Fatal(err)
	}
	return conn
}

func readClass(t *testing.T, conn *net.UDPConn) uint8 {
	t.Helper()
	oob := make([]byte, 64)
	_, n, _, _, err := conn.ReadMsgUDPAddrPort(make([]byte, 100), oob)
	if err != nil {
		t.Fatal(err)
	}
	return parseControl(oob[:n]).tos
}

// failing lets a socket's system call fail: each entry is what the next call returns, 0 for the real call.
func failing(s *Socket, errors ...unix.Errno) (calls *int) {
	calls = new(int)
	s.kernel.call = func(fd int, messages []unix.Mmsghdr) (int, unix.Errno) {
		*calls++
		if len(errors) > 0 {
			e := errors[0]
			errors = errors[1:]
			if e != 0 {
				return 0, e
			}
			return sendmmsg(fd, messages[:1]) // one at a time, so that the script reaches the middle of a burst
		}
		return sendmmsg(fd, messages)
	}
	return calls
}

// TestRefusedOffloadIsResentSingly proves that a path without checksum offload loses nothing: the train goes out again
// one by one, and later trains do not even try.
func TestRefusedOffloadIsResentSingly(t *testing.T) {
	for _, errno := range []unix.Errno{unix.EIO, unix.EINVAL} {
		for _, script := range [][]unix.Errno{{errno}, {0, errno}} {
			from, to := listen(t, "127.0.0.1:0", SocketConfig{}), listen(t, "127.0.0.1:0", SocketConfig{})
			if !from.Features().GSO {
				t.Skip("no segmentation offload on this system")
			}
			failing(from, script...)
			b := machine.Burst{To: to.LocalAddr(), Size: 1400, Slab: train(64, 1400, 5)}
			from.Send(b)
			from.Send(b)
			want := append(cut(b), cut(b)...)
			if diff := cmp.Diff(want, record(t, to, NewClock(), 128).payloads()); diff != "" {
				t.Errorf("%v, script %v (-sent +received):\n%.400s", errno, script, diff)
			}
			if from.Features().GSO {
				t.Errorf("%v: offload is still on", errno)
			}
		}
	}
}

// TestRefusedSendsEnd proves that no error of the system blocks the pump or makes it spin, and that every datagram is
// counted exactly once.
func TestRefusedSendsEnd(t *testing.T) {
	repeat := func(e unix.Errno, n int) (list []unix.Errno) {
		for range n {
			list = append(list, e)
		}
		return list
	}
	for _, c := range []struct {
		name     string
		script   []unix.Errno
		drops    uint64
		maxCalls int
	}{
		{"full buffer", repeat(unix.EAGAIN, 1000), 10, 1},
		{"no memory", repeat(unix.ENOBUFS, 1000), 10, 1},
		{"full in the middle", append(repeat(0, 4), repeat(unix.EAGAIN, 1000)...), 6, 5},
		{"interrupted once", []unix.Errno{unix.EINTR}, 0, 2},
		{"interrupted for ever", repeat(unix.EINTR, 1000), 10, 10 + maxRetries},
		{"an old port is closed", []unix.Errno{unix.ECONNREFUSED}, 0, 2},
		{"closed for ever", repeat(unix.ECONNREFUSED, 1000), 10, 10 + maxRetries},
		{"too long", []unix.Errno{unix.EMSGSIZE}, 1, 2},
		{"forbidden", repeat(unix.EPERM, 1000), 10, 10},
		{"invalid, unsegmented", repeat(unix.EINVAL, 1000), 10, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := listen(t, "127.0.0.1:0", SocketConfig{NoGSO: true}), listen(t, "127.0.0.1:0", SocketConfig{})
			calls := failing(from, c.script...)
			from.Send(machine.Burst{To: to.LocalAddr(), Size: 100, Slab: make([]byte, 1000)})
			st := from.Stats()
			if st.SendDrops != c.drops || st.SentDatagrams != 10-c.drops {
				t.Errorf("%d dropped and %d sent, want %d and %d", st.SendDrops, st.SentDatagrams, c.drops, 10-c.drops)
			}
			if *calls > c.maxCalls {
				t.Errorf("%d calls, want at most %d", *calls, c.maxCalls)
			}
			if n := record(t, listenSend(t, to), NewClock(), int(10-c.drops)+1); len(n.arrivals) != int(10-c.drops)+1 {
				t.Errorf("%d arrived", len(n.arrivals))
			}
		})
	}
}

// listenSend adds one datagram to what waits in s, so that a recorder has an end to wait for.
func listenSend(t *testing.T, s *Socket) *Socket {
	t.Helper()
	listen(t, "127.0.0.1:0", SocketConfig{}).Send(machine.Burst{To: s.LocalAddr(), Size: 3, Slab: []byte("end")})
	return s
}

// TestNoAllocationPerDatagram proves that sending and receiving leave the heap alone in steady state.
func TestNoAllocationPerDatagram(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		cfg := features()[name]
		if cfg.Plain {
			continue
		}
		from, to := listen(t, "127.0.0.1:0", cfg), listen(t, "127.0.0.1:0", cfg)
		b := machine.Burst{To: to.LocalAddr(), DSCP: 34, Size: 1400, Slab: train(10, 1400, 20)}
		clock, got := NewClock(), 0
		count := func(*machine.Datagram) { got++ }
		allocs := testing.AllocsPerRun(100, func() {
			from.Send(b)
			for want := got + 10; got < want; {
				if _, _, err := to.kernel.fill(); err != nil {
					t.Fatal(err)
				}
				to.kernel.visit(clock.Now(), 0, count)
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations a burst, want 0", name, allocs)
		}
	}
}

// TestWarningNamesTheRemedy proves that a receive buffer too small for a burst of frames is reported, and the default
// one is not where the system grants it.
func TestWarningNamesTheRemedy(t *testing.T) {
	small := listen(t, "127.0.0.1:0", SocketConfig{ReceiveBuffer: 212992}).Warning()
	want := "the receive buffer holds 184 datagrams of 1400 bytes, one burst of frames needs 428, so video will " +
		"be lost in this machine; remedy: sysctl -w net.core.rmem_max=4194304"
	if small != want {
		t.Errorf("Warning() = %q, want %q", small, want)
	}
	if readCap(receiveCapFile) < DefaultBuffer {
		t.Skip("the system's cap is low: the default may warn too")
	}
	if w := listen(t, "127.0.0.1:0", SocketConfig{}).Warning(); w != "" {
		t.Errorf("Warning() = %q with the default buffer, want none", w)
	}
}

// TestOverflowIsCounted proves that what the kernel drops for want of buffer shows in Stats.
func TestOverflowIsCounted(t *testing.T) {
	from, to := listen(t, "127.0.0.1:0", SocketConfig{NoGSO: true}), listen(t, "127.0.0.1:0", SocketConfig{ReceiveBuffer: 8192})
	for range 4 {
		from.Send(machine.Burst{To: to.LocalAddr(), Size: 1400, Slab: train(64, 1400, 1400)})
	}
	arrived := 0
	for {
		n, _, err := to.kernel.fill()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		arrived += to.kernel.visit(0, 0, func(*machine.Datagram) {})
	}
	record(t, listenSend(t, to), NewClock(), 1) // the count travels with the next datagram
	if st := to.Stats(); int(st.ReceiveDrops)+arrived != 256 || arrived == 256 {
		t.Errorf("%d arrived, %d counted as dropped, want 256 together and some dropped", arrived, st.ReceiveDrops)
	}
}
