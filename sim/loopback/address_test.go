package loopback

import (
	"net/netip"
	"testing"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

var (
	lab      = netip.MustParseAddrPort("10.2.0.1:9945")
	real     = netip.MustParseAddrPort("127.0.0.1:40001")
	stranger = netip.MustParseAddrPort("127.0.0.1:40002")
)

// replier answers every datagram to where it came from, once the host wakes for it.
type replier struct{ from []netip.AddrPort }

func (r *replier) Handle(_ units.Mono, in machine.Event, out machine.Output) {
	d := in.(*machine.Datagram)
	r.from = append(r.from, d.From)
	out.Send(machine.Burst{To: d.From, Size: len(d.Data), Slab: d.Data})
}

func (*replier) Tick(units.Mono, machine.Output) {}

func (*replier) Deadline() units.Mono { return units.Never }

// posted keeps what was sent.
type posted struct {
	to   []netip.AddrPort
	data []string
}

func (p *posted) Send(b machine.Burst) {
	p.to, p.data = append(p.to, b.To), append(p.data, string(b.Slab))
}

func (*posted) Do(machine.Event) {}

// The core knows its peer by the laboratory's address only, the socket by its own; strangers are who they are.
func TestTranslation(t *testing.T) {
	core, out := &replier{}, &posted{}
	m := &translated{host: host.New(host.Config{Machine: core}), peer: peer{lab: lab, real: real}}
	for _, from := range []netip.AddrPort{real, stranger} {
		in := machine.Datagram{From: from, At: 5, Data: []byte("hello")}
		m.Handle(10, &in, out)
		if in.From != from {
			t.Errorf("the driver's datagram was changed: from %v, want %v", in.From, from)
		}
	}
	if got := m.Deadline(); got != 10 {
		t.Fatalf("Deadline() = %d, want 10: the host is never late", got)
	}
	m.Tick(10, out)
	if diff := cmp.Diff([]netip.AddrPort{lab, stranger}, core.from, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("senders that the core saw (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]netip.AddrPort{real, stranger}, out.to, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("receivers that the driver saw (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"hello", "hello"}, out.data); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
}

func TestTranslationAllocatesNothing(t *testing.T) {
	m := &translated{host: host.New(host.Config{Machine: &sink{}}), peer: peer{lab: lab, real: real}}
	in := &machine.Datagram{From: real, Data: make([]byte, 1400)}
	now := units.Mono(0)
	if n := testing.AllocsPerRun(100, func() {
		now++
		in.At = now
		m.Handle(now, in, nil)
		m.Tick(now, nil)
	}); n != 0 {
		t.Errorf("%v allocations a datagram", n)
	}
}

// sink takes everything.
type sink struct{}

func (*sink) Handle(units.Mono, machine.Event, machine.Output) {}
func (*sink) Tick(units.Mono, machine.Output)                  {}
func (*sink) Deadline() units.Mono                             { return units.Never }
