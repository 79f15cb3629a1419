package transport

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/machine"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/logging"
	"github.com/pion/transport/v3/vnet"
)

// lan makes a router with two hosts.
func lan(t *testing.T) (router *vnet.Router, a, b *vnet.Net) {
	t.Helper()
	router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	if err != nil {
		t.Fatal(err)
	}
	var hosts [2]*vnet.Net
	for i := range hosts {
		hosts[i], err = vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{fmt.Sprintf("10.0.0.%d", i+1)}})
		if err != nil {
			t.Fatal(err)
		}
		if err := router.AddNet(hosts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	return router, hosts[0], hosts[1]
}

// virtual opens port 9944 of a host.
func virtual(t *testing.T, n *vnet.Net, ip string) *Socket {
	t.Helper()
	s, err := Listen(n, ip+":9944", SocketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beacon sends a numbered train every period and notes what it hears.
type beacon struct {
	to     netip.AddrPort
	next   units.Mono
	period time.Duration
	sent   uint64
	log    []string
}

func (b *beacon) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	if d, ok := in.(*machine.Datagram); ok {
		b.log = append(b.log, fmt.Sprintf("%v: %d from %v", time.Duration(now), binary.BigEndian.Uint64(d.Data), d.From))
	}
}

func (b *beacon) Deadline() units.Mono { return b.next }

func (b *beacon) Tick(now units.Mono, out machine.Output) {
	b.log = append(b.log, fmt.Sprintf("%v: tick", time.Duration(now)))
	slab := make([]byte, 0, 16)
	for range 2 {
		b.sent++
		slab = binary.BigEndian.AppendUint64(slab, b.sent)
	}
	out.Send(machine.Burst{To: b.to, Size: 8, Slab: slab})
	b.next = b.next.Add(b.period)
}

// TestVirtualNetwork pumps two machines over pion's virtual network in virtual time, one goroutine each: ticks come at
// exactly their deadlines, datagrams arrive in order at the instant they were sent, a cancellation ends both, and the
// run repeats.
func TestVirtualNetwork(t *testing.T) {
	first := runVirtual(t)
	for range 3 {
		if diff := cmp.Diff(first, runVirtual(t)); diff != "" {
			t.Fatalf("a second run differs (-first +second):\n%.600s", diff)
		}
	}
	want := []string{
		"1ms: tick", "1.7ms: 1 from 10.0.0.2:9944", "1.7ms: 2 from 10.0.0.2:9944", "2ms: tick", "3ms: tick",
	}
	var rounded []string
	for _, line := range first[0][:5] {
		var at, rest string
		fmt.Sscanf(line, "%s", &at)
		rest = line[len(at):]
		d, err := time.ParseDuration(at[:len(at)-1])
		if err != nil {
			t.Fatal(err)
		}
		rounded = append(rounded, d.Round(time.Microsecond).String()+":"+rest)
	}
	if diff := cmp.Diff(want, rounded); diff != "" {
		t.Errorf("the first end saw (-want +got):\n%s", diff)
	}
}

func runVirtual(t *testing.T) (logs [2][]string) {
	synctest.Test(t, func(t *testing.T) {
		router, a, b := lan(t)
		ctx, cancel := context.WithTimeout(t.Context(), 20500*time.Microsecond)
		defer cancel()
		clock := NewClock()
		peers := [2]*beacon{
			{to: netip.MustParseAddrPort("10.0.0.2:9944"), next: 1e6, period: time.Millisecond},
			{to: netip.MustParseAddrPort("10.0.0.1:9944"), next: 17e5, period: 17 * time.Millisecond / 10},
		}
		ended := make(chan error, 2)
		for i, s := range []*Socket{virtual(t, a, "10.0.0.1"), virtual(t, b, "10.0.0.2")} {
			defer s.Close()
			go func() { ended <- (&Driver{Machine: peers[i], Socket: s, Clock: clock}).Run(ctx) }()
		}
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		for i, p := range peers {
			logs[i] = p.log
			if p.sent < 20 {
				t.Errorf("end %d sent %d datagrams in 20 ms", i, p.sent)
			}
		}
		if err := router.Stop(); err != nil {
			t.Error(err)
		}
	})
	return logs
}

// TestVirtualMailbox proves that a device's event wakes a pump that waits in a virtual read, at the same virtual
// instant, and that a closed conn ends Run.
func TestVirtualMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		router, a, _ := lan(t)
		s := virtual(t, a, "10.0.0.1")
		clock, box := NewClock(), NewMailbox(0)
		var handled []units.Mono
		m := &script{handle: func(now units.Mono, _ machine.Event, _ machine.Output) { handled = append(handled, now) }}
		ended := make(chan error)
		go func() { ended <- (&Driver{Machine: m, Socket: s, Clock: clock, Mailbox: box}).Run(t.Context()) }()
		sleeper := NewSleeper(t.Context(), clock, SleeperConfig{Timer: true})
		var want []units.Mono
		for i := range 5 {
			at := units.Mono(1+i) * 1e6
			if err := sleeper.SleepUntil(at); err != nil {
				t.Fatal(err)
			}
			if err := box.Deliver(&note{kind: 20}); err != nil {
				t.Fatal(err)
			}
			want = append(want, at)
		}
		sleeper.Release()
		if diff := cmp.Diff(want, handled); diff != "" {
			t.Errorf("instants of the events (-want +got):\n%s", diff)
		}
		s.Close()
		if err := <-ended; err == nil {
			t.Error("Run on a closed conn = nil, want an error")
		}
		if err := box.Deliver(&note{}); !errors.Is(err, ErrStopped) {
			t.Errorf("Deliver = %v, want ErrStopped", err)
		}
		if err := router.Stop(); err != nil {
			t.Error(err)
		}
	})
}
