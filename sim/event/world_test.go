package event_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/sim/event"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

var (
	here  = netip.MustParseAddrPort("10.1.0.1:1")
	there = netip.MustParseAddrPort("10.2.0.1:2")
)

// plain is a clock that shows the world's time plus an offset.
type plain units.Mono

func (p plain) Mono(t netem.True) units.Mono { return units.Mono(t) + units.Mono(p) }
func (p plain) True(m units.Mono) netem.True {
	if m == units.Never {
		return netem.Never
	}
	return netem.True(m) - netem.True(p)
}

// diary writes down what happens to a machine, which sends one datagram a tick.
type diary struct {
	name     string
	to       netip.AddrPort
	ticks    []units.Mono // when it wants to be ticked
	lines    *[]string
	size     int
	elided   int
	contents byte
}

func (d *diary) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	g := in.(*machine.Datagram)
	*d.lines = append(*d.lines, fmt.Sprintf("%s %d: % x of %d from %v, ECN %d", d.name, now, g.Data, g.Length(), g.From, g.ECN))
}

func (d *diary) Tick(now units.Mono, out machine.Output) {
	*d.lines = append(*d.lines, fmt.Sprintf("%s %d: tick", d.name, now))
	d.ticks = d.ticks[1:]
	if d.size > 0 {
		d.contents++
		out.Send(machine.Burst{To: d.to, Size: d.size + d.elided, Slab: make([]byte, 2*d.size), Elided: d.elided, LastElided: d.elided})
	}
}

func (d *diary) Deadline() units.Mono {
	if len(d.ticks) == 0 {
		return units.Never
	}
	return d.ticks[0]
}

// wire delays every packet, and does to it what touch says.
type wire struct {
	delay time.Duration
	touch func(n int, p *netem.Packet) (copies int)
	n     int
	under []netem.Packet
	at    []netem.True
}

func (w *wire) Admit(now netem.True, train []netem.Packet) {
	for _, p := range train {
		w.n++
		copies := 1
		if w.touch != nil {
			copies = w.touch(w.n, &p)
		}
		for i := range copies {
			if i > 0 {
				q := p
				q.Fate = netem.Doubled
				w.under, w.at = append(w.under, q), append(w.at, now.Add(w.delay))
			}
		}
		for range copies {
			w.under, w.at = append(w.under, p), append(w.at, now.Add(w.delay))
		}
	}
}

func (w *wire) Next() netem.True {
	if len(w.at) == 0 {
		return netem.Never
	}
	return w.at[0]
}

func (w *wire) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for len(w.at) > 0 && w.at[0] <= now {
		into = append(into, w.under[0])
		w.under, w.at = w.under[1:], w.at[1:]
	}
	return into
}

// stage is two ends and a wire.
type stage struct {
	world *event.World
	a, b  *diary
	lines []string
}

func newStage(m netem.Medium, a, b []units.Mono, starts netem.True) *stage {
	s := &stage{}
	s.a = &diary{name: "a", to: there, ticks: a, lines: &s.lines, size: 2}
	s.b = &diary{name: "b", to: here, ticks: b, lines: &s.lines}
	s.world = event.New(m, nil,
		&event.End{Machine: s.a, Clock: plain(0), Addr: here, Dir: netem.Down, ECN: netem.ECT1},
		&event.End{Machine: s.b, Clock: plain(1_000_000), Addr: there, Dir: netem.Up, Starts: starts})
	return s
}

func (s *stage) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.lines); diff != "" {
		t.Errorf("what happened (-want +got):\n%s", diff)
	}
}

const arrival = "b %d: 00 00 of 2 from 10.1.0.1:1, ECN 1"

func TestTimeMovesInSteps(t *testing.T) {
	s := newStage(&wire{delay: 1000}, []units.Mono{1, 300}, nil, 0)
	s.world.Run(1e6)
	// 1 happens at 128, and its datagrams are there at 128+1000, rounded up to 1152.
	s.want(t, "a 128: tick", "a 384: tick", fmt.Sprintf(arrival, 1_001_152), fmt.Sprintf(arrival, 1_001_152),
		fmt.Sprintf(arrival, 1_001_408), fmt.Sprintf(arrival, 1_001_408))
}

func TestWhatArrivesComesBeforeTheTick(t *testing.T) {
	s := newStage(&wire{delay: 128}, []units.Mono{128}, []units.Mono{1_000_256}, 0)
	s.world.Run(1e6)
	s.want(t, "a 128: tick", fmt.Sprintf(arrival, 1_000_256), fmt.Sprintf(arrival, 1_000_256), "b 1000256: tick")
}

func TestNothingArrivesAtTheStepItWasSent(t *testing.T) {
	s := newStage(&wire{}, []units.Mono{128}, []units.Mono{1_000_128}, 0)
	s.world.Run(1e6)
	s.want(t, "a 128: tick", "b 1000128: tick", fmt.Sprintf(arrival, 1_000_256), fmt.Sprintf(arrival, 1_000_256))
}

func TestAMachineMayTickTwiceAtOneInstant(t *testing.T) {
	s := newStage(&wire{}, []units.Mono{128, 128, 100}, nil, 0)
	s.a.size = 0
	s.world.Run(1e6)
	s.want(t, "a 128: tick", "a 128: tick", "a 128: tick")
}

func TestAMachineThatNeverRestsPanics(t *testing.T) {
	s := newStage(&wire{}, make([]units.Mono, 1000), nil, 0)
	defer func() {
		if recover() == nil {
			t.Error("the world goes on with a machine that asks for ticks for ever")
		}
	}()
	s.world.Run(1e6)
}

func TestAHostThatIsOffHearsNothing(t *testing.T) {
	s := newStage(&wire{delay: 100}, []units.Mono{128, 5000}, []units.Mono{0}, 1000)
	s.world.Run(1e6)
	s.want(t, "a 128: tick", "b 1001024: tick", "a 5120: tick", fmt.Sprintf(arrival, 1_005_248), fmt.Sprintf(arrival, 1_005_248))
}

func TestFatesAndMarks(t *testing.T) {
	m := &wire{delay: 128, touch: func(n int, p *netem.Packet) int {
		switch n {
		case 1:
			p.Fate = netem.Lost
		case 2:
			p.ECN = netem.CE
		case 3:
			p.Flip = 9 // the first bit of the second byte
		case 4:
			return 3
		}
		return 1
	}}
	s := newStage(m, []units.Mono{128, 1280}, nil, 0)
	var seen []netem.Fate
	s.world.OnPacket(func(_ netem.True, p netem.Packet) { seen = append(seen, p.Fate) })
	s.world.Run(1e6)
	s.want(t, "a 128: tick", "b 1000256: 00 00 of 2 from 10.1.0.1:1, ECN 3", "a 1280: tick",
		"b 1001408: 00 01 of 2 from 10.1.0.1:1, ECN 1",
		fmt.Sprintf(arrival, 1_001_408), fmt.Sprintf(arrival, 1_001_408), fmt.Sprintf(arrival, 1_001_408))
	want := event.Counts{Sent: [2]uint64{4, 0}, Bytes: [2]uint64{120, 0}}
	want.Fates[netem.Down][netem.Arrived], want.Fates[netem.Down][netem.Lost], want.Fates[netem.Down][netem.Doubled] = 5, 1, 2
	if diff := cmp.Diff(want, *s.world.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if len(seen) != 8 {
		t.Errorf("%d packets were told of, want 8", len(seen))
	}
}

func TestElidedBytesCount(t *testing.T) {
	s := newStage(&wire{delay: 128}, []units.Mono{128}, nil, 0)
	s.a.elided = 1000
	s.world.Run(1e6)
	s.want(t, "a 128: tick", "b 1000256: 00 00 of 1002 from 10.1.0.1:1, ECN 1", "b 1000256: 00 00 of 1002 from 10.1.0.1:1, ECN 1")
	if got := s.world.Counts().Bytes[netem.Down]; got != 2*1030 {
		t.Errorf("%d bytes sent, want 2060", got)
	}
}

func TestAWrongAddressReachesNobody(t *testing.T) {
	s := newStage(&wire{delay: 128}, []units.Mono{128}, nil, 0)
	s.a.to = netip.MustParseAddrPort("10.2.0.1:3")
	s.world.Run(1e6)
	s.want(t, "a 128: tick")
}

func TestRunSaysWhenNothingIsLeft(t *testing.T) {
	s := newStage(&wire{delay: 1000}, []units.Mono{500_000}, nil, 0)
	if !s.world.Run(1000) || s.world.Now() != 1000 {
		t.Errorf("the world has ended at %d, before its first tick", s.world.Now())
	}
	if s.world.Run(1e9) {
		t.Error("the world goes on with nothing left to happen")
	}
}

// tapped counts what a tap sees.
type tapped struct{ sent, out int }

func (x *tapped) Before(_ netem.True, _ netem.Packet, _, _ netip.AddrPort, data []byte) {
	x.sent += len(data)
}

func (x *tapped) After(_ netem.True, _ netem.Packet, _, _ netip.AddrPort, data []byte) {
	x.out += len(data)
}

func TestTapSeesBothSidesOfTheLink(t *testing.T) {
	var tap tapped
	var lines []string
	a := &diary{name: "a", to: there, ticks: []units.Mono{128}, lines: &lines, size: 3}
	w := event.New(&wire{delay: 128, touch: func(n int, p *netem.Packet) int {
		if n == 1 {
			p.Fate = netem.Lost
		}
		return 1
	}}, &tap, &event.End{Machine: a, Clock: plain(0), Addr: here})
	w.Run(1e6)
	if tap != (tapped{6, 6}) {
		t.Errorf("the tap saw %+v, want 6 bytes on both sides: what is lost is told too", tap)
	}
}

func ExampleWorld() {
	var lines []string
	a := &diary{name: "a", to: there, ticks: []units.Mono{256}, lines: &lines, size: 1}
	b := &diary{name: "b", to: here, lines: &lines}
	w := event.New(&wire{delay: 2 * time.Millisecond}, nil,
		&event.End{Machine: a, Clock: plain(0), Addr: here, Dir: netem.Down},
		&event.End{Machine: b, Clock: plain(77), Addr: there, Dir: netem.Up})
	w.Run(netem.True(time.Second))
	for _, l := range lines {
		fmt.Println(l)
	}
	// Output:
	// a 256: tick
	// b 2000333: 00 of 1 from 10.1.0.1:1, ECN 0
	// b 2000333: 00 of 1 from 10.1.0.1:1, ECN 0
}
