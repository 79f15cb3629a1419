package relay

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	target = netip.MustParseAddrPort("10.0.0.1:9944")
	alice  = netip.MustParseAddrPort("10.0.0.7:50000")
	bob    = netip.MustParseAddrPort("10.0.0.8:50000")
	carol  = netip.MustParseAddrPort("10.0.0.9:50000")
)

// sent is a departure as a test compares it.
type sent struct {
	Due    netem.True
	Dir    netem.Dir
	Flow   uint16
	Client string
	TOS    uint8
	Data   string
}

// fakeWires notes what the core asks for.
type fakeWires struct {
	log     []sent
	opened  []netip.AddrPort
	closed  []uint16
	noRoute bool // open fails
	full    bool // send fails
}

func (w *fakeWires) open(_ uint16, client netip.AddrPort) error {
	if w.noRoute {
		return errors.New("no route")
	}
	w.opened = append(w.opened, client)
	return nil
}

func (w *fakeWires) close(flow uint16) { w.closed = append(w.closed, flow) }

func (w *fakeWires) send(d departure) bool {
	if !w.full {
		w.log = append(w.log, sent{d.due, d.dir, d.flow, d.client.String(), d.tos, string(d.data)})
	}
	return !w.full
}

// testCore returns a core over m for two clients.
func testCore(m netem.Medium) (*core, *fakeWires) {
	w := new(fakeWires)
	cfg := Config{Medium: m, Clients: 2}
	cfg.setDefaults()
	return newCore(cfg, target, w, nil), w
}

const ms = netem.True(time.Millisecond)

// Both ways pass the link, each datagram for as long as the link takes, however late the core is asked.
func TestForwardsBothWays(t *testing.T) {
	c, w := testCore(&testLink{delay: 5 * time.Millisecond})
	c.fromClient(1*ms, alice, 34<<2|netem.ECT1, []byte("pose"))
	if got := c.deadline(); got != 6*ms {
		t.Errorf("deadline %d, want the packet's instant 6 ms", got)
	}
	c.tick(6*ms - 1)
	if len(w.log) != 0 {
		t.Fatalf("left before its time: %v", w.log)
	}
	c.tick(9 * ms)
	c.fromTarget(10*ms, 0, 0, []byte("picture"))
	c.tick(20 * ms)
	want := []sent{
		{6 * ms, netem.Up, 0, alice.String(), 34<<2 | netem.ECT1, "pose"},
		{15 * ms, netem.Down, 0, alice.String(), 0, "picture"},
	}
	if diff := cmp.Diff(want, w.log); diff != "" {
		t.Errorf("departures (-want +got):\n%s", diff)
	}
	s := c.snapshot()
	if s.Clients != 1 || s.Known != 1 || s.UnderWay != 0 || s.Ways[netem.Up].Sent != 1 || s.Ways[netem.Down].SentBytes != 7 {
		t.Errorf("counted %+v", s)
	}
}

// What arrives while something else is due is admitted after that, at its own instant: the medium never sees time run
// backwards, nor later than it is.
func TestInstantsAreExact(t *testing.T) {
	spy := &spyMedium{testLink: testLink{delay: 3 * time.Millisecond}}
	c, _ := testCore(spy)
	c.fromClient(1*ms, alice, 0, []byte("a"))
	c.fromClient(2*ms, alice, 0, []byte("b"))
	c.fromClient(8*ms, alice, 0, []byte("c"))
	c.fromClient(7*ms, alice, 0, []byte("d")) // stamps of two sockets may disagree
	c.tick(30 * ms)
	c.tick(29 * ms)
	want := []string{"admit 1ms", "admit 2ms", "deliver 4ms", "deliver 5ms", "admit 8ms", "admit 8ms", "deliver 11ms"}
	if diff := cmp.Diff(want, spy.log); diff != "" {
		t.Errorf("the medium saw (-want +got):\n%s", diff)
	}
}

type spyMedium struct {
	testLink
	log []string
}

func (s *spyMedium) Admit(now netem.True, train []netem.Packet) {
	s.log = append(s.log, "admit "+time.Duration(now).String())
	s.testLink.Admit(now, train)
}

func (s *spyMedium) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	s.log = append(s.log, "deliver "+time.Duration(now).String())
	return s.testLink.Deliver(now, into)
}

func TestClientsAreKeptApart(t *testing.T) {
	c, w := testCore(&testLink{})
	c.fromClient(0, alice, 0, []byte("a"))
	c.fromClient(0, bob, 0, []byte("b"))
	c.fromClient(0, alice, 0, []byte("a2"))
	c.fromClient(0, carol, 0, []byte("one too many"))
	c.fromTarget(0, 1, 0, []byte("for b"))
	c.fromTarget(0, 0, 0, []byte("for a"))
	c.tick(0)
	want := []sent{
		{0, netem.Up, 0, alice.String(), 0, "a"},
		{0, netem.Up, 1, bob.String(), 0, "b"},
		{0, netem.Up, 0, alice.String(), 0, "a2"},
		{0, netem.Down, 1, bob.String(), 0, "for b"},
		{0, netem.Down, 0, alice.String(), 0, "for a"},
	}
	if diff := cmp.Diff(want, w.log); diff != "" {
		t.Errorf("departures (-want +got):\n%s", diff)
	}
	if s := c.snapshot(); s.Known != 2 || s.Ways[netem.Up].Strangers != 1 || !slices.Equal(w.opened, []netip.AddrPort{alice, bob}) {
		t.Errorf("counted %+v, opened %v", s, w.opened)
	}
}

// A silent client's number goes to the next one, but what was under way for it does not.
func TestIdleClientsAreForgotten(t *testing.T) {
	link := &testLink{}
	c, w := testCore(link)
	c.fromClient(0, alice, 0, []byte("hello"))
	c.tick(0)
	minute := netem.True(time.Minute)
	c.fromTarget(minute/2, 0, 0, []byte("still here"))
	c.tick(minute / 2)
	c.tick(minute)
	if c.snapshot().Known != 1 {
		t.Fatal("forgotten although the target spoke half a minute ago")
	}
	link.delay = 40 * time.Second
	c.fromTarget(minute+minute/4, 0, 0, []byte("slow"))
	link.delay = 0
	w.log = nil
	c.table.flows[0].last = 0 // as if the link held packets longer than clients are silent
	c.tick(minute + minute/4 + 5*ms*1000)
	if c.snapshot().Known != 0 || !slices.Equal(w.closed, []uint16{0}) {
		t.Fatalf("known %d, closed %v; want alice forgotten", c.snapshot().Known, w.closed)
	}
	c.fromTarget(minute+minute/3, 0, 0, []byte("to nobody"))
	c.fromClient(minute+minute/3, bob, 0, []byte("i am new"))
	c.tick(3 * minute)
	for _, d := range w.log {
		if d.Data == "slow" {
			t.Errorf("bob, or nobody, got what was meant for alice: %+v", d)
		}
	}
	down := c.snapshot().Ways[netem.Down]
	if down.Orphans != 1 || down.Strangers != 1 {
		t.Errorf("orphans %d, strangers %d, want 1 and 1", down.Orphans, down.Strangers)
	}
}

func TestWithoutASocketThereIsNoClient(t *testing.T) {
	c, w := testCore(&testLink{})
	w.noRoute = true
	c.fromClient(0, alice, 0, []byte("a"))
	w.noRoute = false
	c.fromClient(1, alice, 0, []byte("again"))
	c.tick(1)
	if s := c.snapshot(); s.Clients != 1 || s.Ways[netem.Up].Strangers != 1 || len(w.log) != 1 || w.log[0].Data != "again" {
		t.Errorf("counted %+v, sent %v", s, w.log)
	}
}

// Of a doubled packet whose first copy is damaged, the second is whole, and the payload lives until both are out.
func TestDoubledAndDamaged(t *testing.T) {
	c, w := testCore(&testLink{delay: time.Millisecond, decide: func(p *netem.Packet) bool {
		p.Flip = 1 + 8 + 2 // bit 2 of byte 1
		return true
	}})
	c.fromClient(0, alice, 0, []byte("abc"))
	c.tick(1 * ms)
	if len(w.log) != 2 || w.log[0].Data != "afc" || w.log[1].Data != "abc" {
		t.Errorf("sent %+v, want a damaged and a whole copy", w.log)
	}
	s := c.snapshot()
	up := s.Ways[netem.Up]
	if up.Damaged != 1 || up.Fates[netem.Doubled] != 1 || up.Fates[netem.Arrived] != 2 || up.Received != 1 || up.Sent != 2 || s.UnderWay != 0 {
		t.Errorf("counted %+v", s)
	}
}

func TestFlip(t *testing.T) {
	for _, c := range []struct {
		name string
		data string
		flip uint32
		want string
	}{
		{"none", "abc", 0, "abc"},
		{"nothing to damage", "", 7, ""},
		{"first bit", "abc", 1, "`bc"},
		{"last bit", "abc", 24, "ab\xe3"},
		{"around", "abc", 25, "`bc"},
		{"within the front", strings.Repeat("a", 100), 36*8 + 1, "`" + strings.Repeat("a", 99)},
		{"the front's end", strings.Repeat("a", 100), 36 * 8, strings.Repeat("a", 35) + "\xe1" + strings.Repeat("a", 64)},
	} {
		data := []byte(c.data)
		damaged := (&netem.Packet{Flip: c.flip}).Damage(data)
		if string(data) != c.want || damaged != (c.data != c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, data, damaged, c.want)
		}
		(&netem.Packet{Flip: c.flip}).Damage(data)
		if string(data) != c.data {
			t.Errorf("%s: flipping back gives %q", c.name, data)
		}
	}
}

// The class of the IP header passes through; a mark of the link is set and counted, one from before it is not.
func TestCongestionMarks(t *testing.T) {
	c, w := testCore(&testLink{decide: func(p *netem.Packet) bool {
		if p.ECN != netem.NotECT {
			p.ECN = netem.CE
		}
		return false
	}})
	for _, ecn := range []uint8{netem.NotECT, netem.ECT0, netem.ECT1, netem.CE} {
		c.fromClient(0, alice, 46<<2|ecn, []byte{'x'})
	}
	c.tick(0)
	var got []uint8
	for _, d := range w.log {
		got = append(got, d.TOS)
	}
	if want := []uint8{46 << 2, 46<<2 | 3, 46<<2 | 3, 46<<2 | 3}; !slices.Equal(got, want) {
		t.Errorf("classes %v, want %v", got, want)
	}
	if n := c.snapshot().Ways[netem.Up].Congested; n != 2 {
		t.Errorf("%d marked by the link, want 2", n)
	}
}

func TestLossesByFate(t *testing.T) {
	next := netem.Fate(0)
	c, w := testCore(&testLink{decide: func(p *netem.Packet) bool {
		if next++; next == netem.Doubled {
			next++
		}
		p.Fate = next
		return false
	}})
	for range netem.Fates - 2 {
		c.fromClient(0, alice, 0, []byte("x"))
	}
	c.tick(0)
	up := c.snapshot().Ways[netem.Up]
	want := [netem.Fates]uint64{netem.Overflow: 1, netem.Marked: 1, netem.Lost: 1, netem.Outage: 1, netem.Retries: 1, netem.Expired: 1}
	if up.Fates != want || up.Lost() != 6 || up.LossShare() != 1 || len(w.log) != 0 {
		t.Errorf("fates %v, lost %d (%v), sent %v; want one each and nothing sent", up.Fates, up.Lost(), up.LossShare(), w.log)
	}
}

func TestRefusedBySystem(t *testing.T) {
	c, w := testCore(&testLink{})
	w.full = true
	c.fromClient(0, alice, 0, []byte("x"))
	c.tick(0)
	if up := c.snapshot().Ways[netem.Up]; up.Refused != 1 || up.Sent != 0 || up.SentBytes != 0 {
		t.Errorf("counted %+v, want one refused", up)
	}
}

func TestTooMuchUnderWay(t *testing.T) {
	for _, c := range []struct {
		name           string
		packets, bytes int
		want           int // that fit
	}{
		{"packets", 5, 1 << 20, 5},
		{"bytes", 100, 3*shelfSizes[0] + 1, 3},
	} {
		w := new(fakeWires)
		core := newCore(Config{Medium: &testLink{delay: time.Second}, Clients: 1, Packets: c.packets, Bytes: c.bytes, Idle: time.Minute}, target, w, nil)
		for range 10 {
			core.fromClient(0, alice, 0, []byte("x"))
		}
		if s := core.snapshot(); s.UnderWay != c.want || s.Ways[netem.Up].NoRoom != uint64(10-c.want) {
			t.Errorf("%s: %d under way, %d without room, want %d and %d", c.name, s.UnderWay, s.Ways[netem.Up].NoRoom, c.want, 10-c.want)
		}
		core.tick(netem.True(time.Second))
		core.fromClient(netem.True(time.Second), alice, 0, []byte("x"))
		if s := core.snapshot(); s.UnderWay != 1 || len(w.log) != c.want {
			t.Errorf("%s: %d under way and %d sent once they left, want 1 and %d", c.name, s.UnderWay, len(w.log), c.want)
		}
	}
}

// A medium that breaks its contract is found at once.
func TestBrokenMediumPanics(t *testing.T) {
	for name, m := range map[string]netem.Medium{"stranger": strangerMedium{}, "stuck": stuckMedium{}} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, "the medium") {
					t.Errorf("%s: recovered %q, want a panic that blames the medium", name, text)
				}
			}()
			c, _ := testCore(m)
			c.tick(1)
		}()
	}
}

type strangerMedium struct{ netem.Medium }

func (strangerMedium) Next() netem.True { return 0 }

func (strangerMedium) Deliver(_ netem.True, into []netem.Packet) []netem.Packet {
	return append(into, netem.Packet{ID: 77})
}

type stuckMedium struct{ netem.Medium }

func (stuckMedium) Next() netem.True { return 0 }

func (stuckMedium) Deliver(_ netem.True, into []netem.Packet) []netem.Packet { return into }

// Whatever happens, every datagram is accounted for exactly once.
func TestAccountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w := testCore(&testLink{delay: 2 * time.Millisecond, decide: func(p *netem.Packet) bool {
			p.Fate = rapid.SampledFrom([]netem.Fate{netem.Arrived, netem.Arrived, netem.Lost, netem.Overflow}).Draw(t, "fate")
			return p.Fate == netem.Arrived && rapid.Bool().Draw(t, "double")
		}})
		c.pool.packets, c.idle = 6, 2*time.Second
		for now := netem.True(0); now < 200*ms; now += ms {
			data := make([]byte, rapid.IntRange(0, 70).Draw(t, "length"))
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1:
				c.fromClient(now, rapid.SampledFrom([]netip.AddrPort{alice, bob, carol}).Draw(t, "who"), 0, data)
			case 2:
				c.fromTarget(now, rapid.Uint16Range(0, 1).Draw(t, "flow"), 0, data)
			case 3:
				w.full = !w.full
			case 4:
				if f := rapid.Uint16Range(0, 1).Draw(t, "gone"); c.table.flows[f].known {
					c.forget(f)
				}
			case 5:
				c.tick(now)
			}
		}
		c.tick(10_000 * ms)
		s := c.snapshot()
		if s.UnderWay != 0 || s.Known != 0 {
			t.Fatalf("%d under way and %d clients long after the end", s.UnderWay, s.Known)
		}
		for d, way := range s.Ways {
			if in, out := way.Received+way.Fates[netem.Doubled], way.Strangers+way.NoRoom+way.Lost()+way.Fates[netem.Arrived]; in != out {
				t.Fatalf("%v: %d came in, %d are accounted for: %+v", netem.Dir(d), in, out, way)
			}
			if arrived := way.Sent + way.Refused + way.Orphans; arrived != way.Fates[netem.Arrived] {
				t.Fatalf("%v: %d left, %d arrived: %+v", netem.Dir(d), arrived, way.Fates[netem.Arrived], way)
			}
		}
	})
}

func TestForwardingDoesNotAllocate(t *testing.T) {
	c, w := testCore(&testLink{delay: 3 * time.Millisecond})
	data := make([]byte, 1400)
	now := netem.True(0)
	w.full = true // the fake would keep what it sends
	n := testing.AllocsPerRun(2000, func() {
		now += ms
		c.fromClient(now, alice, 0, data)
		c.fromTarget(now, 0, 0, data)
		c.tick(now)
	})
	if n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}

func BenchmarkCore(b *testing.B) {
	c, w := testCore(new(netem.Pass))
	data := make([]byte, 1400)
	now := netem.True(0)
	w.full = true
	b.ReportAllocs()
	for b.Loop() {
		now += 1000
		c.fromClient(now, alice, 0, data)
		c.tick(now)
	}
}
