package netem_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
)

// lag is a medium for tests: everything takes the same time, and packets whose ID is a multiple of kill are lost half way.
type lag struct {
	time   netem.True
	kill   uint32
	rate   float64
	wait   time.Duration
	spans  []netem.Span
	queue  []lagged
	admits int
	late   int // trains that came while something older was due
}

type lagged struct {
	at netem.True
	p  netem.Packet
}

func (l *lag) Admit(now netem.True, train []netem.Packet) {
	l.admits++
	if len(l.queue) > 0 && l.queue[0].at <= now && l.queue[0].at-l.time < now {
		l.late++
	}
	for _, p := range train {
		at := now + l.time
		if l.kill > 0 && p.ID%l.kill == 0 {
			p.Fate = netem.Lost
		}
		l.queue = append(l.queue, lagged{at, p})
	}
}

func (l *lag) Next() netem.True {
	if len(l.queue) == 0 {
		return netem.Never
	}
	return l.queue[0].at
}

func (l *lag) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for len(l.queue) > 0 && l.queue[0].at <= now {
		into = append(into, l.queue[0].p)
		l.queue = l.queue[1:]
	}
	return into
}

// gauged is a lag that tells its state.
type gauged struct{ lag }

func (g *gauged) Capacity(netem.True, netem.Dir) float64      { return g.rate }
func (g *gauged) Backlog(netem.True, netem.Dir) time.Duration { return g.wait }
func (g *gauged) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	for _, s := range g.spans {
		if s.From < to && s.To > from {
			into = append(into, s)
		}
	}
	return into
}

// out is a packet that came out of a medium.
type out struct {
	At   netem.True
	ID   uint32
	Fate netem.Fate
}

// drain lets everything out that is under way.
func drain(m netem.Medium) (all []out) {
	for range 1_000_000 {
		now := m.Next()
		if now == netem.Never {
			return all
		}
		for _, p := range m.Deliver(now, nil) {
			all = append(all, out{now, p.ID, p.Fate})
		}
	}
	panic("never empty")
}

func ids(dir netem.Dir, flow uint16, list ...uint32) (train []netem.Packet) {
	for _, id := range list {
		train = append(train, netem.Packet{ID: id, Size: 100, Dir: dir, Flow: flow})
	}
	return train
}

func TestPassHandsOverAtOnce(t *testing.T) {
	var m netem.Pass
	if m.Next() != netem.Never {
		t.Errorf("empty: next %d", m.Next())
	}
	m.Admit(5, ids(netem.Down, 0, 1, 2))
	m.Put(5, netem.Packet{ID: 3, Fate: netem.Lost})
	want := []out{{5, 1, netem.Arrived}, {5, 2, netem.Arrived}, {5, 3, netem.Lost}}
	if d := cmp.Diff(want, drain(&m)); d != "" {
		t.Error(d)
	}
}

func TestChainAddsUp(t *testing.T) {
	m := netem.Chain(&lag{time: 10}, new(netem.Pass), &lag{time: 5, kill: 3}, &lag{time: 1, kill: 4})
	m.Admit(100, ids(netem.Down, 0, 1, 2, 3, 4))
	m.Admit(101, ids(netem.Down, 0, 5))
	// 3 is lost after the second lag and does not take the third's time; 4 after the third.
	want := []out{
		{115, 3, netem.Lost},
		{116, 1, netem.Arrived},
		{116, 2, netem.Arrived},
		{116, 4, netem.Lost},
		{117, 5, netem.Arrived},
	}
	if d := cmp.Diff(want, drain(m)); d != "" {
		t.Error(d)
	}
}

// Packets that are through at an instant come out before those that only reach the last medium then.
func TestChainDeliversBeforeItAdmits(t *testing.T) {
	last := &lag{time: 0}
	middle := &lag{time: 10}
	m := netem.Chain(&lag{time: 10}, middle, last)
	m.Admit(0, ids(netem.Down, 0, 1))
	m.Deliver(m.Next(), nil)
	m.Admit(10, ids(netem.Down, 0, 2)) // will leave the first when 1 leaves the second
	want := []out{{20, 1, netem.Arrived}, {30, 2, netem.Arrived}}
	if d := cmp.Diff(want, drain(m)); d != "" {
		t.Error(d)
	}
	if middle.late > 0 {
		t.Error("the middle one was given 2 before it had let out 1")
	}
	if last.admits != 2 {
		t.Errorf("%d trains reached the last medium, want 2", last.admits)
	}
}

func TestChainOfFewIsPlain(t *testing.T) {
	if _, ok := netem.Chain().(*netem.Pass); !ok {
		t.Error("a chain of nothing is not a Pass")
	}
	one := &lag{time: 1}
	if netem.Chain(one) != netem.Medium(one) {
		t.Error("a chain of one is not that one")
	}
	nested := netem.Chain(netem.Chain(&lag{time: 1}, &lag{time: 2}), netem.Chain(&lag{time: 4}, &lag{time: 8}))
	nested.Admit(0, ids(netem.Up, 0, 1))
	if d := cmp.Diff([]out{{15, 1, netem.Arrived}}, drain(nested)); d != "" {
		t.Error(d)
	}
}

// A medium that was used before it was put into a chain is not forgotten.
func TestChainTakesOverWhatIsUnderWay(t *testing.T) {
	busy := &lag{time: 7}
	busy.Admit(0, ids(netem.Down, 0, 9))
	m := netem.Chain(&lag{time: 1}, busy)
	if d := cmp.Diff([]out{{7, 9, netem.Arrived}}, drain(m)); d != "" {
		t.Error(d)
	}
}

func TestChainTellsItsState(t *testing.T) {
	fast := &gauged{lag{rate: 1e9, wait: 2, spans: []netem.Span{{From: 30, To: 40, Name: "b"}}}}
	slow := &gauged{lag{rate: 1e6, wait: 3, spans: []netem.Span{{From: 10, To: 35, Name: "a"}, {From: 90, To: 99, Name: "z"}}}}
	m := netem.Chain(fast, &lag{}, &gauged{}, slow)
	g := m.(netem.Gauge)
	if got := g.Capacity(0, netem.Down); got != 1e6 {
		t.Errorf("capacity %v, want the least", got)
	}
	if got := g.Backlog(0, netem.Down); got != 5 {
		t.Errorf("backlog %v, want the sum", got)
	}
	kept := []netem.Span{{From: 50, To: 60, Name: "mine"}}
	got := m.(netem.Narrator).Spans(20, 80, kept)
	want := []netem.Span{{From: 50, To: 60, Name: "mine"}, {From: 10, To: 35, Name: "a"}, {From: 30, To: 40, Name: "b"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got := netem.Chain(&lag{}, &lag{}).(netem.Gauge).Capacity(0, netem.Up); got != 0 {
		t.Errorf("capacity of a chain without a limit: %v, want 0", got)
	}
}

func TestDuplexSeparatesDirections(t *testing.T) {
	down, up := &gauged{lag{time: 10, rate: 9, wait: 1}}, &gauged{lag{time: 3, rate: 4, wait: 2}}
	m := netem.Duplex(down, up)
	train := append(ids(netem.Down, 0, 1, 2), ids(netem.Up, 0, 3)...)
	m.Admit(0, append(train, ids(netem.Down, 0, 4)...))
	want := []out{{3, 3, netem.Arrived}, {10, 1, netem.Arrived}, {10, 2, netem.Arrived}, {10, 4, netem.Arrived}}
	if d := cmp.Diff(want, drain(m)); d != "" {
		t.Error(d)
	}
	if down.admits != 2 || up.admits != 1 {
		t.Errorf("%d and %d trains, want 2 and 1: runs of a direction stay together", down.admits, up.admits)
	}
	g := m.(netem.Gauge)
	if g.Capacity(0, netem.Down) != 9 || g.Capacity(0, netem.Up) != 4 || g.Backlog(0, netem.Up) != 2 {
		t.Error("a direction told the state of the other")
	}
}

func TestDuplexOfOneIsThatOne(t *testing.T) {
	shared := &lag{time: 1}
	m := netem.Duplex(shared, shared)
	m.Admit(0, append(ids(netem.Down, 0, 1), ids(netem.Up, 0, 2)...))
	if d := cmp.Diff([]out{{1, 1, netem.Arrived}, {1, 2, netem.Arrived}}, drain(m)); d != "" {
		t.Error(d)
	}
}

func TestPerFlowRoutes(t *testing.T) {
	near, far := &gauged{lag{time: 1, rate: 5}}, &gauged{lag{time: 50, wait: 8}}
	m := netem.PerFlow(&lag{time: 20}, netem.Route{Flows: []uint16{0, 7}, Via: near},
		netem.Route{Flows: []uint16{3, 7}, Via: far}) // 7 is near's: the first route counts
	for flow, id := range map[uint16]uint32{0: 1, 7: 2, 3: 3, 1: 4, 60_000: 5} {
		m.Admit(0, ids(netem.Down, flow, id))
	}
	got := map[uint32]netem.True{}
	for _, o := range drain(m) {
		got[o.ID] = o.At
	}
	if d := cmp.Diff(map[uint32]netem.True{1: 1, 2: 1, 3: 50, 4: 20, 5: 20}, got); d != "" {
		t.Error(d)
	}
	if g := m.(netem.Gauge); g.Capacity(0, netem.Down) != 5 || g.Backlog(0, netem.Down) != 0 {
		t.Error("the gauge does not answer for flow 0")
	}
}
