package vnetlab_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/netem/vnetlab"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const ms = time.Millisecond

// modes are the two ways to run a network: with a grain of time, and without.
var modes = map[string]time.Duration{"in steps": 16 * time.Microsecond, "in real time": 0}

// What a host sends comes out of the medium at the other end, from the address it was sent from, with the medium's ECN.
func TestDatagramsCross(t *testing.T) {
	for name, step := range modes {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := &judge{delay: 5 * ms, say: func(p netem.Packet) []netem.Packet {
					if p.ECN == netem.ECT1 {
						p.ECN = netem.CE
					}
					return []netem.Packet{p}
				}}
				start := time.Now()
				e := connect(t, vnetlab.Config{Medium: m, Start: start, Step: step})
				for i, ecn := range []uint8{netem.NotECT, netem.ECT1, netem.ECT0} {
					if err := e.down.WriteTagged([]byte("abc"[:i+1]), 46, ecn, addrs[1]); err != nil {
						t.Fatal(err)
					}
				}
				got := e.listen(e.up, start, time.Second)
				want := []heard{{Text: "a", ECN: netem.NotECT, From: addrs[0]}, {Text: "ab", ECN: netem.CE, From: addrs[0]}, {Text: "abc", ECN: netem.ECT0, From: addrs[0]}}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(heard{}, "After"), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
					t.Error(diff)
				}
				for _, h := range got {
					if h.After < 5*ms || h.After > 5*ms+2*step {
						t.Errorf("%q took %v, want 5ms", h.Text, h.After)
					}
				}
				for i, p := range m.seen {
					if want := (netem.Packet{ID: p.ID, Size: int32(i + 1 + netem.Overhead), Flow: 3, Dir: netem.Down, DSCP: 46, ECN: p.ECN}); p != want {
						t.Errorf("the medium saw %+v, want %+v", p, want)
					}
				}
				e.close()
			})
		})
	}
}

// Both ways at once: each direction is told apart, and an answer finds the socket that asked.
func TestAnswersComeBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := &judge{delay: 3 * ms}
		start := time.Now()
		e := connect(t, vnetlab.Config{Medium: m, Start: start})
		other := e.socket(netip.AddrPortFrom(addrs[1].Addr(), 7777))
		for _, c := range []*vnetlab.Conn{e.up, other} {
			if _, err := c.WriteTo([]byte("ask"), net.UDPAddrFromAddrPort(addrs[0])); err != nil {
				t.Fatal(err)
			}
		}
		for _, h := range e.listen(e.down, start, 10*ms) {
			if err := e.down.WriteTagged([]byte("to "+h.From.String()), 0, 0, h.From); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []*vnetlab.Conn{e.up, other} {
			got := e.listen(c, start, 50*ms)
			if len(got) != 1 || got[0].Text != "to "+c.LocalAddr().String() {
				t.Errorf("%v heard %v", c.LocalAddr(), got)
			}
		}
		dirs := map[netem.Dir]int{}
		for _, p := range m.seen {
			dirs[p.Dir]++
			if want := uint16(3 + p.Dir); p.Flow != want {
				t.Errorf("a packet %v of flow %d, want %d", p.Dir, p.Flow, want)
			}
		}
		if dirs[netem.Down] != 2 || dirs[netem.Up] != 2 {
			t.Errorf("packets by direction: %v, want two each", dirs)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		e.close()
	})
}

// Every fate but one is a datagram that never comes; copies come as often as the medium says.
func TestFatesAndCopies(t *testing.T) {
	for name, step := range modes {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := &judge{delay: ms, say: func(p netem.Packet) []netem.Packet {
					n := p.Size - netem.Overhead // so many bytes are a fate, or more than all fates: copies
					if fate := netem.Fate(n - 1); fate < netem.Fates && fate != netem.Doubled {
						p.Fate = fate
						return []netem.Packet{p}
					}
					lost := p
					lost.Fate = netem.Lost
					return []netem.Packet{p, lost, p}
				}}
				start := time.Now()
				e := connect(t, vnetlab.Config{Medium: m, Start: start, Step: step})
				for round := range 20 { // packet names are used again
					for n := 1; n <= int(netem.Fates)+2; n++ {
						if n-1 == int(netem.Doubled) {
							continue
						}
						if err := e.down.WriteTagged([]byte(strings.Repeat("x", n)), 0, 0, addrs[1]); err != nil {
							t.Fatal(err)
						}
					}
					got := map[int]int{}
					for _, h := range e.listen(e.up, start, 20*ms) {
						got[len(h.Text)]++
					}
					if diff := cmp.Diff(map[int]int{1: 1, int(netem.Fates) + 1: 2, int(netem.Fates) + 2: 2}, got); diff != "" {
						t.Fatalf("round %d: datagrams by length: %s", round, diff)
					}
				}
				names := map[uint32]bool{}
				for _, p := range m.seen {
					names[p.ID] = true
				}
				if len(names) > 30 {
					t.Errorf("%d names for packets of which nine were under way at once", len(names))
				}
				e.close()
			})
		})
	}
}

// Damage inverts one bit of the first bytes, of this copy alone, and never the marks.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		length int
		flip   uint32
		bit    int // -1: none
	}{
		{100, 1, 0}, {100, 8, 7}, {100, 9, 8}, {100, 288, 287}, {100, 289, 0}, {100, 1<<32 - 1, (1<<32 - 2) % 288}, {3, 24, 23}, {3, 25, 0}, {0, 5, -1},
	} {
		bubble(t, func(t *testing.T) {
			m := &judge{delay: ms, say: func(p netem.Packet) []netem.Packet {
				hurt := p
				hurt.Flip = c.flip
				return []netem.Packet{hurt, p}
			}}
			start := time.Now()
			e := connect(t, vnetlab.Config{Medium: m, Start: start})
			sent := strings.Repeat("\x00", c.length)
			if err := e.down.WriteTagged([]byte(sent), 63, netem.ECT1, addrs[1]); err != nil {
				t.Fatal(err)
			}
			got := e.listen(e.up, start, 10*ms)
			want := []byte(sent)
			if c.bit >= 0 {
				want[c.bit/8] ^= 1 << (c.bit % 8)
			}
			if len(got) != 2 || got[0].Text != string(want) || got[1].Text != sent {
				t.Errorf("length %d, flip %d: %q, want bit %d inverted in the first", c.length, c.flip, got, c.bit)
			}
			for _, h := range got {
				if h.ECN != netem.ECT1 {
					t.Errorf("ECN %d, want it unharmed", h.ECN)
				}
			}
			if c.bit >= 8*machine.HashedHeader {
				t.Fatalf("bit %d is beyond the header", c.bit)
			}
			e.close()
		})
	}
}

// Without a grain of time a packet leaves a link when the link says so: a train comes as the link spaces it.
func TestRealTimeKeepsTheLinksSpacing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		link := bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(8 * units.Mbps), Queue: queue.NewDropTail(queue.DropTailConfig{Time: time.Second})})
		start := time.Now()
		e := connect(t, vnetlab.Config{Medium: link})
		for range 50 {
			if err := e.down.WriteTagged(make([]byte, 1000-netem.Overhead), 0, 0, addrs[1]); err != nil {
				t.Fatal(err)
			}
		}
		got := e.listen(e.up, start, 100*ms)
		if len(got) != 50 {
			t.Fatalf("%d of 50 came", len(got))
		}
		for i, h := range got {
			if want := time.Duration(i+1) * ms; h.After != want {
				t.Errorf("packet %d after %v, want %v", i, h.After, want)
			}
		}
		e.close()
	})
}

// The medium sees time run forwards, and everything due before anything new, however hosts and timers fall together.
func TestMediumSeesTimeRunForwards(t *testing.T) {
	for name, step := range modes {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := &judge{delay: ms} // so that answers are sent at the very instants at which packets arrive
				start := time.Now()
				e := connect(t, vnetlab.Config{Medium: m, Start: start, Step: step})
				done := make(chan struct{})
				go func() { // an echo
					defer close(done)
					for _, at := range []*vnetlab.Conn{e.up} {
						buf := make([]byte, 100)
						for {
							n, ecn, from, err := at.ReadTagged(buf)
							if err != nil {
								return
							}
							if err := at.WriteTagged(buf[:n], 0, ecn, from); err != nil {
								return
							}
						}
					}
				}()
				echoes := 0
				for range 200 {
					if err := e.down.WriteTagged([]byte("ping"), 0, 0, addrs[1]); err != nil {
						t.Fatal(err)
					}
					time.Sleep(ms / 2)
				}
				echoes += len(e.listen(e.down, start, 20*ms))
				if m.back > 0 || echoes != 200 {
					t.Errorf("%d of 200 echoes; the medium saw time run backwards %d times", echoes, m.back)
				}
				if step > 0 {
					for _, at := range m.at {
						if at%netem.True(step) != 0 {
							t.Fatalf("admitted at %d, which is no step of %v", at, step)
						}
					}
				}
				if err := e.up.Close(); err != nil {
					t.Error(err)
				}
				<-done
				if err := errors.Join(e.network.Close(), e.down.Close()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// On a real clock, where the pump is late as it happens, the medium still sees time run forwards, and hands out each packet
// at its own instant.
func TestRealClock(t *testing.T) {
	m := &judge{delay: 300 * time.Microsecond}
	e := connect(t, vnetlab.Config{Medium: m})
	const packets = 900 // as many as a socket keeps
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range packets {
			if err := e.down.WriteTagged([]byte("tick"), 0, 0, addrs[1]); err != nil {
				t.Error(err)
			}
			time.Sleep(20 * time.Microsecond) // so that sending and arriving fall together
		}
	}()
	<-done
	if got := len(e.listen(e.up, time.Now(), 300*ms)); got != packets {
		t.Errorf("%d of %d came", got, packets)
	}
	e.close()
	if m.back > 0 {
		t.Errorf("the medium saw time run backwards, or was told late, %d times", m.back)
	}
	for _, f := range m.under {
		t.Errorf("packet %d never came out", f.p.ID)
	}
}

// What is sent to nobody, or after the end, is lost without harm.
func TestUnknownHosts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		m := &judge{delay: ms}
		start := time.Now()
		e := connect(t, vnetlab.Config{Medium: m, Start: start})
		for _, to := range []string{"10.9.9.9:1", "10.2.0.1:5", "10.1.0.1:9944", "192.0.2.1:80"} {
			if err := e.down.WriteTagged([]byte("hello"), 0, 0, netip.MustParseAddrPort(to)); err != nil {
				t.Errorf("to %s: %v", to, err)
			}
		}
		if got := e.listen(e.up, start, 20*ms); len(got) > 0 {
			t.Errorf("the client heard %v", got)
		}
		if err := e.down.WriteTagged([]byte("still there"), 0, 0, addrs[1]); err != nil {
			t.Fatal(err)
		}
		if got := e.listen(e.up, start, 20*ms); len(got) != 1 {
			t.Errorf("the client heard %v, want what is for it", got)
		}
		if n := e.network.Net(netip.MustParseAddr("10.9.9.9")); n != nil {
			t.Error("there is a net for a host that is not there")
		}
		e.close()
	})
}

// Close ends every goroutine, also with packets under way, and may be called again; a bubble with one left would fail.
func TestCloseLeavesNothing(t *testing.T) {
	for name, step := range modes {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				e := connect(t, vnetlab.Config{Medium: &judge{delay: time.Hour}, Step: step})
				for range 100 {
					if err := e.down.WriteTagged([]byte("on the way"), 0, 0, addrs[1]); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(ms)
				first := e.network.Close()
				if again := e.network.Close(); first != nil || again != nil {
					t.Errorf("Close() = %v, then %v", first, again)
				}
				if err := errors.Join(e.down.Close(), e.up.Close()); err != nil {
					t.Error(err)
				}
			})
		})
	}
	bubble(t, func(t *testing.T) { // an idle one, and one without hosts
		for _, cfg := range []vnetlab.Config{{Medium: &netem.Pass{}}, {Medium: &netem.Pass{}, Step: ms}} {
			n, err := vnetlab.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestNewRefuses(t *testing.T) {
	host := func(s string) vnetlab.Host { return vnetlab.Host{Addr: netip.MustParseAddr(s)} }
	for want, cfg := range map[string]vnetlab.Config{
		"medium: missing":                                    {},
		"step -1ns: want 0 or more":                          {Medium: &netem.Pass{}, Step: -1},
		"host 1: address 10.0.0.1: there is one already":     {Medium: &netem.Pass{}, Hosts: []vnetlab.Host{host("10.0.0.1"), host("10.0.0.1")}},
		"host 0: address invalid IP: want one of IPv4":       {Medium: &netem.Pass{}, Hosts: make([]vnetlab.Host, 1)},
		"host 0: address 2001:db8::1: want one of IPv4":      {Medium: &netem.Pass{}, Hosts: []vnetlab.Host{host("2001:db8::1")}},
		"host 0: direction 7: want down or up":               {Medium: &netem.Pass{}, Hosts: []vnetlab.Host{{Addr: netip.MustParseAddr("10.0.0.1"), Dir: 7}}},
		"medium: missing\nstep -5ns: want 0 or more\nhost 0": {Step: -5, Hosts: make([]vnetlab.Host, 1)},
	} {
		bubble(t, func(t *testing.T) { // nothing is left running
			_, err := vnetlab.New(cfg)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("New() = %v, want %s", err, want)
			}
		})
	}
}

// The ways to send and read of code that knows of no marks agree with those that do.
func TestPlainCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		start := time.Now()
		e := connect(t, vnetlab.Config{Medium: &judge{delay: ms}, Start: start})
		to := net.UDPAddrFromAddrPort(addrs[1])
		packets, err := e.network.Net(addrs[0].Addr()).ListenPacket("udp4", "10.1.0.1:5000")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.network.Net(addrs[0].Addr()).ListenPacket("udp4", "nonsense"); err == nil {
			t.Error("a socket at nonsense")
		}
		if _, err := e.network.Net(addrs[0].Addr()).ListenUDP("udp4", net.UDPAddrFromAddrPort(addrs[0])); err == nil {
			t.Error("two sockets at one address")
		}
		if n, err := packets.WriteTo([]byte("packet"), to); n != 6 || err != nil {
			t.Errorf("WriteTo() = %d, %v", n, err)
		}
		if n, err := e.down.WriteToUDP([]byte("udp"), to); n != 3 || err != nil {
			t.Errorf("WriteToUDP() = %d, %v", n, err)
		}
		if _, err := e.down.WriteTo([]byte("x"), &net.TCPAddr{}); err == nil {
			t.Error("WriteTo a TCP address was taken")
		}
		buf := make([]byte, 100)
		n, from, err := e.up.ReadFrom(buf)
		if err != nil || string(buf[:n]) != "packet" || from.String() != "10.1.0.1:5000" {
			t.Errorf("ReadFrom() = %q from %v, %v", buf[:n], from, err)
		}
		n, udp, err := e.up.ReadFromUDP(buf)
		if err != nil || string(buf[:n]) != "udp" || udp.Port != int(addrs[0].Port()) {
			t.Errorf("ReadFromUDP() = %q from %v, %v", buf[:n], udp, err)
		}
		if err := e.up.SetReadDeadline(time.Now().Add(ms)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := e.up.ReadFrom(buf); err == nil {
			t.Error("ReadFrom of nothing came back without an error")
		}
		if err := packets.Close(); err != nil {
			t.Error(err)
		}
		e.close()
		if _, _, err := e.up.ReadFromUDP(buf); err == nil {
			t.Error("a closed socket was read")
		}
	})
}

func ExampleNew() {
	link := bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(30 * units.Mbps), Queue: queue.NewDropTail(queue.DropTailConfig{})})
	streamer, client := netip.MustParseAddrPort("10.1.0.1:9944"), netip.MustParseAddrPort("10.2.0.1:9945")
	network, err := vnetlab.New(vnetlab.Config{Medium: link, Hosts: []vnetlab.Host{
		{Addr: streamer.Addr(), Dir: netem.Down}, {Addr: client.Addr(), Dir: netem.Up},
	}})
	if err != nil {
		panic(err)
	}
	defer network.Close()
	from, _ := network.Net(streamer.Addr()).ListenUDP("udp4", net.UDPAddrFromAddrPort(streamer))
	to, _ := network.Net(client.Addr()).ListenUDP("udp4", net.UDPAddrFromAddrPort(client))
	from.WriteTo([]byte("a frame"), net.UDPAddrFromAddrPort(client))
	buf := make([]byte, 1500)
	n, addr, _ := to.ReadFrom(buf)
	fmt.Printf("%s from %v\n", buf[:n], addr)
	// Output: a frame from 10.1.0.1:9944
}
