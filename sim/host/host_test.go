package host_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/host"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

const (
	kindAsk    machine.Kind = 40
	kindAnswer machine.Kind = 41
	kindOther  machine.Kind = 42
)

// word is an event of a kind with a number.
type word struct {
	kind machine.Kind
	id   uint64
}

func (w *word) Kind() machine.Kind   { return w.kind }
func (w *word) ID() uint64           { return w.id }
func (w *word) Fold(h *machine.Hash) { h.Word(w.id) }

// diary writes down what happens to it, and asks its devices on every datagram.
type diary struct {
	lines    []string
	deadline units.Mono
	again    time.Duration // a tick moves the deadline on by as much
	ask      []machine.Kind
}

func (d *diary) Handle(now units.Mono, in machine.Event, out machine.Output) {
	if g, ok := in.(*machine.Datagram); ok {
		d.lines = append(d.lines, fmt.Sprintf("%d datagram %q of %d at %d", now, g.Data, g.Length(), g.At))
		for _, k := range d.ask {
			out.Do(&word{k, uint64(now)})
		}
		return
	}
	d.lines = append(d.lines, fmt.Sprintf("%d event %d/%d", now, in.Kind(), in.ID()))
}

func (d *diary) Tick(now units.Mono, out machine.Output) {
	d.lines = append(d.lines, fmt.Sprintf("%d tick", now))
	d.deadline = units.Never
	if d.again > 0 {
		d.deadline = now.Add(d.again)
	}
	out.Send(machine.Burst{Size: 1, Slab: []byte{1}})
}

func (d *diary) Deadline() units.Mono { return d.deadline }

// clerk answers every request after a delay, in one go, with the numbers given.
type clerk struct {
	kinds   []machine.Kind
	delay   time.Duration
	answers []uint64
	kind    machine.Kind
	due     units.Mono
	left    []uint64
}

func (c *clerk) Kinds() []machine.Kind { return c.kinds }
func (c *clerk) Do(now units.Mono, _ machine.Event) {
	c.due, c.left = now.Add(c.delay), c.answers
}

func (c *clerk) Next() units.Mono {
	if len(c.left) == 0 {
		return units.Never
	}
	return c.due
}

func (c *clerk) Take(now units.Mono) machine.Event {
	if len(c.left) == 0 || c.due > now {
		return nil
	}
	id := c.left[0]
	c.left = c.left[1:]
	return &word{c.kind, id}
}

// late is a system that is always late by as much.
type late struct{ arrival, timer time.Duration }

func (l late) Arrival() time.Duration { return l.arrival }
func (l late) Timer() time.Duration   { return l.timer }

// world takes what a host lets out.
type world struct {
	bursts, requests int
}

func (w *world) Send(machine.Burst) { w.bursts++ }
func (w *world) Do(machine.Event)   { w.requests++ }

func datagram(at units.Mono, text string) *machine.Datagram {
	return &machine.Datagram{From: netip.MustParseAddrPort("10.0.0.1:1"), At: at, Data: []byte(text), Elided: 100}
}

// run ticks a host at its deadlines until an instant.
func run(t *testing.T, h *host.Host, out machine.Output, until units.Mono) {
	t.Helper()
	for n := 0; h.Deadline() <= until; n++ {
		if n > 1000 {
			t.Fatal("the host asks for ticks without end")
		}
		h.Tick(h.Deadline(), out)
	}
}

func TestLatePumpTakesEverythingInOneGo(t *testing.T) {
	d := &diary{deadline: units.Never}
	h := host.New(host.Config{Machine: d, Wake: late{arrival: 50}})
	w := &world{}
	h.Handle(1000, datagram(1000, "one"), w)
	h.Handle(1020, datagram(1020, "two"), w)
	h.Handle(1050, datagram(1050, "three"), w)
	run(t, h, w, 1060)
	h.Handle(1070, datagram(1070, "four"), w)
	run(t, h, w, 5000)
	want := []string{
		`1050 datagram "one" of 103 at 1000`, `1050 datagram "two" of 103 at 1020`, `1050 datagram "three" of 105 at 1050`,
		`1120 datagram "four" of 104 at 1070`,
	}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("the core saw (-want +got):\n%s", diff)
	}
}

func TestATimerThatWakesThePumpTakesTheMailAlong(t *testing.T) {
	d := &diary{deadline: 1010}
	h := host.New(host.Config{Machine: d, Wake: late{arrival: 100, timer: 20}})
	h.Handle(1000, datagram(1000, "mail"), &world{})
	run(t, h, &world{}, 5000)
	want := []string{`1030 datagram "mail" of 104 at 1000`, "1030 tick"}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("the core saw (-want +got):\n%s", diff)
	}
}

func TestOrderAtOneInstant(t *testing.T) {
	d := &diary{deadline: 30, ask: []machine.Kind{kindAsk, kindOther}}
	h := host.New(host.Config{Machine: d, Devices: []host.Device{
		&clerk{kinds: []machine.Kind{kindOther}, kind: kindOther + 1, delay: 20, answers: []uint64{2, 1}},
		&clerk{kinds: []machine.Kind{kindAsk}, kind: kindAnswer, delay: 20, answers: []uint64{9, 3, 3}},
	}})
	w := &world{}
	h.Handle(10, datagram(10, "a"), w)
	run(t, h, w, 29)
	h.Handle(30, datagram(30, "b"), w)
	d.ask = nil
	run(t, h, w, 100)
	want := []string{
		`10 datagram "a" of 101 at 10`, `30 datagram "b" of 101 at 30`,
		"30 event 41/3", "30 event 41/3", "30 event 41/9", "30 event 43/1", "30 event 43/2", "30 tick",
	}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("the core saw (-want +got):\n%s", diff)
	}
}

func TestAnAnswerAtOnceComesAtTheSameInstant(t *testing.T) {
	d := &diary{deadline: units.Never, ask: []machine.Kind{kindAsk, kindOther}}
	h := host.New(host.Config{Machine: d, Wake: late{arrival: 5}, Devices: []host.Device{
		&clerk{kinds: []machine.Kind{kindAsk}, kind: kindAnswer, answers: []uint64{1}},
	}})
	w := &world{}
	h.Handle(10, datagram(10, "a"), w)
	run(t, h, w, 100)
	if diff := cmp.Diff([]string{`15 datagram "a" of 101 at 10`, "15 event 41/1"}, d.lines); diff != "" {
		t.Errorf("the core saw (-want +got):\n%s", diff)
	}
	if w.requests != 1 {
		t.Errorf("%d requests left the host, want the one that no device obeys", w.requests)
	}
}

// Asking for the deadline must not draw anything: drivers ask as often as they like.
func TestDeadlineDrawsNothing(t *testing.T) {
	d := &diary{deadline: 100, again: 100}
	counted := &counter{}
	h := host.New(host.Config{Machine: d, Wake: counted})
	for range 10 {
		for range 5 {
			h.Deadline()
		}
		h.Tick(h.Deadline(), &world{})
	}
	if counted.n != 11 {
		t.Errorf("%d draws for 11 deadlines", counted.n)
	}
}

type counter struct{ n int }

func (c *counter) Arrival() time.Duration { return 0 }
func (c *counter) Timer() time.Duration   { c.n++; return 1 }

func TestTwoDevicesOfOneKindPanic(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two devices obey one kind, and nobody minds")
		}
	}()
	c := &clerk{kinds: []machine.Kind{kindAsk}}
	host.New(host.Config{Machine: &diary{}, Devices: []host.Device{c, c}})
}

func TestNothingIsAllocated(t *testing.T) {
	h := host.New(host.Config{Machine: machine.NewTrace(quiet{})})
	w, g, now := &world{}, datagram(0, "some bytes"), units.Mono(0)
	turn := func() {
		now += 1000
		g.At = now
		for range 10 {
			h.Handle(now, g, w)
		}
		h.Tick(now, w)
	}
	turn()
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%g allocations a turn", n)
	}
}

// quiet is a machine that does nothing.
type quiet struct{}

func (quiet) Handle(units.Mono, machine.Event, machine.Output) {}
func (quiet) Tick(units.Mono, machine.Output)                  {}
func (quiet) Deadline() units.Mono                             { return units.Never }

func ExampleHost() {
	d := &diary{deadline: units.Never}
	h := host.New(host.Config{Machine: d, Wake: late{arrival: 50 * time.Microsecond}})
	h.Handle(1000, datagram(1000, "hello"), &world{})
	h.Handle(1200, datagram(1200, "again"), &world{})
	fmt.Println("wakes at", h.Deadline())
	h.Tick(h.Deadline(), &world{})
	fmt.Println(len(d.lines), "datagrams in one go")
	// Output:
	// wakes at 51000
	// 2 datagrams in one go
}
