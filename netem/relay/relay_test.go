package relay

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"

	"github.com/gopacket/gopacket/pcapgo"
)

// kinds runs a test with both kinds of sockets.
func kinds(t *testing.T, f func(t *testing.T, plain bool)) {
	for name, plain := range map[string]bool{"kernel": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			if !plain && runtime.GOOS != "linux" {
				t.Skip("there are portable sockets only")
			}
			f(t, plain)
		})
	}
}

// Nothing is lost, altered or swapped on a perfect link, whatever the lengths.
func TestPerfectLink(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: new(netem.Pass), Plain: plain})
		conn := dial(t, r.addr)
		random := stream.New(7, "lengths")
		const rounds, window = 60, 32
		for round := range rounds {
			var want [window][]byte
			for i := range want {
				want[i] = make([]byte, random.IntN(1473))
				if round == 0 && i == 0 {
					want[i] = make([]byte, 65000)
				}
				for j := range want[i] {
					want[i][j] = byte(random.Uint32())
				}
				if _, err := conn.Write(want[i]); err != nil {
					t.Fatal(err)
				}
			}
			for i := range want {
				if got := receive(t, conn, patience); got == nil || !bytes.Equal(got, want[i]) {
					t.Fatalf("round %d, datagram %d: %d bytes came back, want the %d sent", round, i, len(got), len(want[i]))
				}
			}
		}
		res := r.stop(t)
		for d, w := range res.Ways {
			if w.Received != rounds*window || w.Sent != rounds*window || w.Lost() != 0 || w.Received != w.Fates[netem.Arrived] {
				t.Errorf("%v: %+v, want %d through", netem.Dir(d), w, rounds*window)
			}
		}
		if res.Late.Count != 2*rounds*window || res.ReceiveDrops != 0 || res.UnderWay != 0 || res.Scheduling == "" {
			t.Errorf("result %+v", res)
		}
	})
}

// A datagram is never there before the link lets it out.
func TestDelayIsAtLeastTheLinks(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		const delay = 7 * time.Millisecond
		r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: &testLink{delay: delay}, Plain: plain})
		conn := dial(t, r.addr)
		for i := range 50 {
			began := time.Now()
			if _, err := conn.Write([]byte{byte(i)}); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, conn, patience); len(got) != 1 || got[0] != byte(i) {
				t.Fatalf("datagram %d came back as %v", i, got)
			}
			if took := time.Since(began); took < 2*delay {
				t.Fatalf("there and back in %v, the link alone takes %v", took, 2*delay)
			}
		}
		res := r.stop(t)
		for d := range netem.Dirs {
			if s := res.Delay[d]; s.Count != 50 || s.P50 < delay*99/100 || s.Max != delay {
				t.Errorf("%v: delay by the model %+v, want %v of all 50", d, s, delay)
			}
		}
	})
}

// The share that is lost is the link's: within five standard deviations, and nothing else is lost besides.
func TestLossShare(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		const share, rounds, window = 0.1, 150, 20
		r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: lossy(3, share, 0), Plain: plain})
		conn := dial(t, r.addr)
		seen := make(map[uint32]bool)
		for i := range uint32(rounds * window) {
			if _, err := conn.Write(binary.BigEndian.AppendUint32(nil, i)); err != nil {
				t.Fatal(err)
			}
			if i%window == window-1 {
				time.Sleep(time.Millisecond) // only to keep queues short: nothing is concluded from it
			}
		}
		for {
			got := receive(t, conn, quiet)
			if got == nil {
				break
			}
			seen[binary.BigEndian.Uint32(got)] = true
		}
		res := r.stop(t)
		up, down := res.Ways[netem.Up], res.Ways[netem.Down]
		if up.Received != rounds*window || down.Received != up.Sent || uint64(len(seen)) != down.Sent {
			t.Errorf("%d sent, relay %d > %d, %d > %d, %d received: lost outside the link", rounds*window, up.Received, up.Sent,
				down.Received, down.Sent, len(seen))
		}
		for d, w := range res.Ways {
			sigma := math.Sqrt(share * (1 - share) / float64(w.Received))
			if got := w.LossShare(); math.Abs(got-share) > 5*sigma {
				t.Errorf("%v: %.4f of %d lost, want %.2f ± %.4f", netem.Dir(d), got, w.Received, share, 5*sigma)
			}
		}
	})
}

// Each client gets the answers to its own datagrams, from a socket of its own.
func TestSeveralClients(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: &testLink{delay: time.Millisecond}, Plain: plain, Clients: 8})
		var conns [8]*net.UDPConn
		for i := range conns {
			conns[i] = dial(t, r.addr)
		}
		for round := range 20 {
			for i, conn := range conns {
				if _, err := fmt.Fprintf(conn, "client %d round %d", i, round); err != nil {
					t.Fatal(err)
				}
			}
			for i, conn := range conns {
				if got, want := string(receive(t, conn, patience)), fmt.Sprintf("client %d round %d", i, round); got != want {
					t.Fatalf("client %d got %q, want %q", i, got, want)
				}
			}
		}
		stranger := dial(t, r.addr)
		if _, err := stranger.Write([]byte("one too many")); err != nil {
			t.Fatal(err)
		}
		// An answer to a later datagram of somebody else shows that the stranger's has been dealt with.
		if _, err := conns[0].Write([]byte("last")); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, conns[0], patience); string(got) != "last" {
			t.Errorf("got %q, want the last answer", got)
		}
		res := r.stop(t)
		if res.Clients != 8 || res.Ways[netem.Up].Strangers != 1 || res.Ways[netem.Down].Sent != 8*20+1 {
			t.Errorf("counted %+v, want 8 clients, one stranger", res.Stats)
		}
	})
}

// Packets that cross a bad link arrive doubled and damaged as it says.
func TestDuplicatesAndDamageReachTheTarget(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		link := &testLink{decide: func(p *netem.Packet) bool {
			p.Flip = 1
			return p.Dir == netem.Up
		}}
		r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: link, Plain: plain})
		conn := dial(t, r.addr)
		if _, err := conn.Write([]byte("abc")); err != nil {
			t.Fatal(err)
		}
		// The first copy was damaged on both ways, the second on the way back only.
		if a, b := receive(t, conn, patience), receive(t, conn, patience); string(a) != "abc" || string(b) != "`bc" {
			t.Errorf("came back as %q and %q", a, b)
		}
		if w := r.stop(t).Ways; w[netem.Up].Damaged != 1 || w[netem.Down].Damaged != 2 || w[netem.Up].Fates[netem.Doubled] != 1 {
			t.Errorf("counted %+v", w)
		}
	})
}

func TestSilentClientIsForgotten(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		forgotten := make(chan Stats, 100)
		r := start(t, Config{
			To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: new(netem.Pass), Plain: plain, Idle: time.Millisecond,
			Progress: func(s Stats) {
				select {
				case forgotten <- s:
				default:
				}
			},
		})
		conn := dial(t, r.addr)
		for turn := range uint64(2) {
			if _, err := conn.Write([]byte("hello")); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, conn, patience); string(got) != "hello" {
				t.Fatalf("turn %d: got %q", turn, got)
			}
			for s := range forgotten {
				if s.Forgotten > turn {
					break
				}
			}
		}
		if res := r.stop(t); res.Clients != 2 || res.Known != 0 {
			t.Errorf("counted %+v, want the client twice and nobody at the end", res.Stats)
		}
	})
}

// A target that is not there costs nothing but its datagrams: the relay goes on, and the target may come later.
func TestTargetThatComesLater(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		first := newEcho(t, "udp4", "127.0.0.1:0")
		addr := first.addr()
		first.stop()
		r := start(t, Config{To: addr, Medium: new(netem.Pass), Plain: plain})
		conn := dial(t, r.addr)
		for range 20 {
			if _, err := conn.Write([]byte("anybody there?")); err != nil {
				t.Fatal(err)
			}
		}
		newEcho(t, "udp4", addr)
		for range 100 {
			if _, err := conn.Write([]byte("now?")); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, conn, quiet); got != nil {
				return
			}
		}
		t.Errorf("no answer once the target was there: %+v", r.stop(t).Stats)
	})
}

// When the relay has ended its ports are free and nothing of it is left running.
func TestEndLeavesNothing(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		e := newEcho(t, "udp4", "127.0.0.1:0")
		before := runtime.NumGoroutine()
		var file bytes.Buffer
		r := start(t, Config{To: e.addr(), Medium: &testLink{delay: time.Hour}, Plain: plain, Realtime: true, Capture: &file})
		for range 3 {
			if _, err := dial(t, r.addr).Write([]byte("on its way for ever")); err != nil {
				t.Fatal(err)
			}
		}
		res := r.stop(t)
		if res.Known != 0 {
			t.Errorf("%d clients known after the end", res.Known)
		}
		again, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(r.addr))
		if err != nil {
			t.Errorf("the port is still taken: %v", err)
		} else {
			_ = again.Close()
		}
		for range 1000 {
			if runtime.NumGoroutine() <= before {
				return
			}
			runtime.Gosched()
			time.Sleep(time.Millisecond) // for goroutines that have nothing left to do but end
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
	})
}

// A capture holds what went in, what came out and what was lost, with the addresses of the two ends.
func TestCapture(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		var file bytes.Buffer
		e := newEcho(t, "udp4", "127.0.0.1:0")
		odd := false
		link := &testLink{decide: func(p *netem.Packet) bool {
			if p.Dir == netem.Up {
				if odd = !odd; !odd {
					p.Fate = netem.Outage
				}
			}
			return false
		}}
		r := start(t, Config{To: e.addr(), Medium: link, Plain: plain, Capture: &file})
		conn := dial(t, r.addr)
		for range 10 {
			if _, err := conn.Write(make([]byte, 500)); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			if receive(t, conn, patience) == nil {
				t.Fatal("an answer is missing")
			}
		}
		r.stop(t)
		got := countByInterface(t, file.Bytes())
		if want := map[string]int{"before": 15, "after": 10, "lost": 5}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the capture has %v, want %v", got, want)
		}
	})
}

func countByInterface(t *testing.T, file []byte) map[string]int {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	n := make(map[string]int)
	for {
		_, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		on, err := r.Interface(info.InterfaceIndex)
		if err != nil {
			t.Fatal(err)
		}
		if info.Length != 528 {
			t.Errorf("a packet of %d bytes, want 528", info.Length)
		}
		n[on.Name]++
	}
}

// brokenDisk takes nothing.
type brokenDisk struct{}

var errDisk = errors.New("no space left")

func (brokenDisk) Write([]byte) (int, error) { return 0, errDisk }

// A capture that cannot be written is an error at the end, with the result.
func TestBrokenCapture(t *testing.T) {
	r := start(t, Config{To: newEcho(t, "udp4", "127.0.0.1:0").addr(), Medium: new(netem.Pass), Capture: brokenDisk{}})
	conn := dial(t, r.addr)
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if receive(t, conn, patience) == nil {
		t.Error("the relay does not work without its capture")
	}
	r.cancel()
	<-r.done
	if !errors.Is(r.err, errDisk) || r.res == nil || r.res.Clients != 1 {
		t.Errorf("ended with %v, %+v; want %v and the result", r.err, r.res, errDisk)
	}
}

func TestIPv6(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		e := newEcho(t, "udp6", "[::1]:0")
		r := start(t, Config{Listen: "[::1]:0", To: e.addr(), Medium: new(netem.Pass), Plain: plain})
		conn := dial(t, r.addr)
		if _, err := conn.Write([]byte("six")); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, conn, patience); string(got) != "six" {
			t.Errorf("got %q", got)
		}
	})
}

// One port for both families: an IPv4 client of an IPv6 socket, and a target of the other family.
func TestBothFamilies(t *testing.T) {
	kinds(t, func(t *testing.T, plain bool) {
		e := newEcho(t, "udp6", "[::1]:0")
		r := start(t, Config{Listen: ":0", To: e.addr(), Medium: new(netem.Pass), Plain: plain})
		for _, host := range []string{"127.0.0.1", "::1"} {
			conn := dial(t, netip.AddrPortFrom(netip.MustParseAddr(host), r.addr.Port()))
			if _, err := conn.Write([]byte(host)); err != nil {
				t.Fatal(err)
			}
			if got := receive(t, conn, patience); string(got) != host {
				t.Errorf("%s got %q", host, got)
			}
		}
	})
}

func TestLoopIsRefused(t *testing.T) {
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := free.LocalAddr().(*net.UDPAddr).AddrPort()
	_ = free.Close()
	for _, listen := range []string{addr.String(), fmt.Sprintf(":%d", addr.Port())} {
		_, err := Run(t.Context(), Config{Listen: listen, To: addr.String(), Medium: new(netem.Pass)})
		if !errors.Is(err, ErrLoop) {
			t.Errorf("listen %s, target %s: %v, want ErrLoop", listen, addr, err)
		}
	}
}

func TestBadConfig(t *testing.T) {
	taken := newEcho(t, "udp4", "127.0.0.1:0").addr()
	pass := new(netem.Pass)
	for _, c := range []struct {
		cfg  Config
		want []string
	}{
		{Config{}, []string{"no medium", "listen", "target", "HOST:PORT"}},
		{
			Config{Listen: "here", To: "there", Medium: pass, Clients: -1, Idle: -1, Packets: -1, Bytes: -1},
			[]string{`"here"`, `"there"`, "clients -1", "1 to 512", "idle", "packets", "bytes"},
		},
		{Config{Listen: taken, To: "127.0.0.1:9", Medium: pass}, []string{"listen " + taken, "in use"}},
		{Config{Listen: "127.0.0.1:0", To: "127.0.0.1:0", Medium: pass}, []string{"target 127.0.0.1:0", "port 0"}},
		{Config{Listen: "127.0.0.1:0", To: "no such host.invalid:1", Medium: pass}, []string{"no such host"}},
		{Config{Listen: "192.0.2.1:0", To: "127.0.0.1:9", Medium: pass}, []string{"listen 192.0.2.1:0"}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		res, err := Run(ctx, c.cfg)
		cancel()
		if err == nil || res != nil {
			t.Errorf("%+v ran: %v", c.cfg, res)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %q does not say %q", c.cfg, err, want)
			}
		}
	}
}
