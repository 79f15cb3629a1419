package fault_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/fault"
)

// one sends a packet at now and returns what comes out.
func one(m netem.Medium, now netem.True, p netem.Packet) []netem.Packet {
	m.Admit(now, []netem.Packet{p})
	if m.Next() != now {
		panic("not at once")
	}
	return m.Deliver(now, nil)
}

func TestZeroValueDoesNoHarm(t *testing.T) {
	p := netem.Packet{ID: 4, Size: 100, DSCP: 46, ECN: netem.ECT1}
	if d := cmp.Diff([]netem.Packet{p}, one(fault.New(fault.Config{}, nil), 3, p)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]netem.Packet{p}, one(fault.NewOutages(fault.OutageConfig{}, nil), 3, p)); d != "" {
		t.Error(d)
	}
}

// The record of a copy comes before it, so that an owner knows to keep the payload.
func TestDuplicateTellsFirst(t *testing.T) {
	p := netem.Packet{ID: 4, Size: 100, ECN: netem.ECT0}
	record := p
	record.Fate = netem.Doubled
	got := one(fault.New(fault.Config{Duplicate: 1}, stream.New(1, "fault")), 3, p)
	if d := cmp.Diff([]netem.Packet{record, p, p}, got); d != "" {
		t.Error(d)
	}
}

func TestDuplicateAsOftenAsAsked(t *testing.T) {
	m := fault.New(fault.Config{Duplicate: .05}, stream.New(2, "fault"))
	copies := 0
	for i := range 100_000 {
		copies += len(one(m, netem.True(i), netem.Packet{})) / 3
	}
	if math.Abs(float64(copies)-5000) > 350 { // five deviations
		t.Errorf("%d of 100000 doubled, want 5000", copies)
	}
}

// Damage hits all bits of what a receiver may look at first, never with Flip zero, which means none.
func TestCorruptFlipsEveryBit(t *testing.T) {
	m := fault.New(fault.Config{Corrupt: .5}, stream.New(3, "fault"))
	bits := make([]int, 36*8)
	harmed := 0
	for i := range 100_000 {
		if p := one(m, netem.True(i), netem.Packet{})[0]; p.Flip > 0 {
			harmed++
			bits[(p.Flip-1)%uint32(len(bits))]++
		}
	}
	if math.Abs(float64(harmed)-50_000) > 800 {
		t.Errorf("%d of 100000 damaged, want 50000", harmed)
	}
	for bit, n := range bits {
		if n < 100 || n > 250 { // 174, deviation 13
			t.Errorf("bit %d hit %d times, want about 174", bit, n)
		}
	}
}

func TestCopiesAreDamagedSeparately(t *testing.T) {
	m := fault.New(fault.Config{Duplicate: 1, Corrupt: .5}, stream.New(4, "fault"))
	count := map[[2]bool]int{}
	for i := range 4000 {
		got := one(m, netem.True(i), netem.Packet{})
		if got[0].Flip != 0 {
			t.Fatal("the record of a copy is damaged")
		}
		count[[2]bool{got[1].Flip > 0, got[2].Flip > 0}]++
	}
	for which, n := range count {
		if n < 850 || n > 1150 {
			t.Errorf("%v: %d of 4000, want a quarter", which, n)
		}
	}
}

func TestPlannedOutages(t *testing.T) {
	m := fault.NewOutages(fault.OutageConfig{Planned: []fault.Window{{From: 10, To: 20}, {From: 20, To: 25}, {From: 40, To: 41}}}, nil)
	for _, c := range []struct {
		at   netem.True
		want netem.Fate
	}{
		{9, netem.Arrived},
		{10, netem.Outage},
		{19, netem.Outage},
		{20, netem.Outage},
		{24, netem.Outage},
		{25, netem.Arrived},
		{40, netem.Outage},
		{41, netem.Arrived},
		{1000, netem.Arrived},
	} {
		if got := one(m, c.at, netem.Packet{})[0].Fate; got != c.want {
			t.Errorf("at %d: %v, want %v", c.at, got, c.want)
		}
	}
	want := []netem.Span{{From: 20, To: 25, Name: "outage"}, {From: 40, To: 41, Name: "outage"}}
	if d := cmp.Diff(want, m.Spans(20, 41, nil)); d != "" {
		t.Error(d)
	}
}

// Random outages have the means that were asked for, and the spans tell exactly when packets were lost.
func TestRandomOutages(t *testing.T) {
	cfg := fault.OutageConfig{MeanUp: 900 * time.Millisecond, MeanDown: 100 * time.Millisecond}
	m := fault.NewOutages(cfg, stream.New(5, "outage"))
	const hour = netem.True(time.Hour)
	down := map[netem.True]bool{}
	n := 0
	for at := netem.True(0); at < hour; at += 3_000_000 {
		if one(m, at, netem.Packet{})[0].Fate == netem.Outage {
			down[at] = true
		}
		n++
	}
	if got := float64(len(down)) / float64(n); math.Abs(got-.1) > .012 { // 3600 outages: a deviation is .0023
		t.Errorf("down %.4f of the time, want .1", got)
	}
	spans := m.Spans(0, hour, nil)
	if math.Abs(float64(len(spans))-3600) > 300 {
		t.Errorf("%d outages in an hour, want 3600", len(spans))
	}
	var sum, squares float64
	for i, s := range spans {
		length := s.To.Sub(s.From).Seconds()
		sum, squares = sum+length, squares+length*length
		if i > 0 && s.From < spans[i-1].To {
			t.Fatalf("outage %d overlaps the one before", i)
		}
		for at := (s.From + 2_999_999) / 3_000_000 * 3_000_000; at < min(s.To, hour); at += 3_000_000 {
			if !down[at] {
				t.Fatalf("a packet passed at %d during %+v", at, s)
			}
			delete(down, at)
		}
	}
	if len(down) > 0 {
		t.Errorf("%d packets were lost outside of any span", len(down))
	}
	mean := sum / float64(len(spans))
	if cv := math.Sqrt(squares/float64(len(spans))-mean*mean) / mean; math.Abs(cv-1) > .1 {
		t.Errorf("coefficient of variation %.3f, want 1: lengths are not exponential", cv)
	}
}

// When outages come does not depend on how much traffic there is.
func TestRandomOutagesIgnoreTheTraffic(t *testing.T) {
	spans := func(gap netem.True) []netem.Span {
		m := fault.NewOutages(fault.OutageConfig{MeanUp: time.Second, MeanDown: time.Second}, stream.New(6, "outage"))
		for at := netem.True(0); at < netem.True(time.Minute); at += gap {
			one(m, at, netem.Packet{})
		}
		return m.Spans(0, netem.True(50*time.Second), nil)
	}
	if d := cmp.Diff(spans(1_000_000), spans(500_000_000)); d != "" {
		t.Error(d)
	}
}

// A day of outages is remembered in bounded memory: the newest.
func TestOutagesForgetTheOldest(t *testing.T) {
	m := fault.NewOutages(fault.OutageConfig{MeanUp: time.Second, MeanDown: time.Second, Planned: []fault.Window{{From: 1, To: 2}}},
		stream.New(7, "outage"))
	day := netem.True(24 * time.Hour)
	for at := netem.True(0); at < day; at += 100_000_000 {
		one(m, at, netem.Packet{})
	}
	spans := m.Spans(0, day, nil)
	if len(spans) > 4100 || len(spans) < 4000 {
		t.Errorf("%d spans kept, want about 4096", len(spans))
	}
	if spans[0].To != 2 || spans[len(spans)-1].From < day-netem.True(time.Minute) {
		t.Errorf("from %+v to %+v, want the planned one first and the newest last", spans[0], spans[len(spans)-1])
	}
}

func TestConfigsRefuse(t *testing.T) {
	nan := math.NaN()
	window := func(w ...fault.Window) fault.OutageConfig { return fault.OutageConfig{Planned: w} }
	for name, c := range map[string]interface{ Validate() error }{
		"duplicate":        fault.Config{Duplicate: -1},
		"corrupt":          fault.Config{Corrupt: nan},
		"negative outage":  window(fault.Window{From: -1, To: 5}),
		"empty outage":     window(fault.Window{From: 5, To: 5}),
		"backwards outage": window(fault.Window{From: 5, To: 4}),
		"overlap":          window(fault.Window{From: 1, To: 5}, fault.Window{From: 4, To: 6}),
		"only up":          fault.OutageConfig{MeanUp: time.Second},
		"only down":        fault.OutageConfig{MeanDown: time.Second},
		"negative mean":    fault.OutageConfig{MeanUp: -time.Second, MeanDown: time.Second},
		"tiny mean":        fault.OutageConfig{MeanUp: time.Nanosecond, MeanDown: time.Second},
		"absurd mean":      fault.OutageConfig{MeanUp: time.Second, MeanDown: math.MaxInt64},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	f := fault.New(fault.Config{Duplicate: .3, Corrupt: .3}, stream.New(8, "fault"))
	o := fault.NewOutages(fault.OutageConfig{MeanUp: 2 * time.Millisecond, MeanDown: time.Millisecond}, stream.New(8, "outage"))
	train, out, now := make([]netem.Packet, 64), []netem.Packet(nil), netem.True(0)
	step := func() {
		f.Admit(now, train)
		o.Admit(now, train)
		out = o.Deliver(now, f.Deliver(now, out[:0]))
		now += 10_000_000
	}
	for range 5000 {
		step()
	}
	if n := testing.AllocsPerRun(200, step); n > 0 {
		t.Errorf("%v allocations a train", n)
	}
}

// A path that is down for half a second.
func ExampleNewOutages() {
	m := fault.NewOutages(fault.OutageConfig{
		Planned: []fault.Window{{From: 10 * time.Second, To: 10500 * time.Millisecond}},
	}, nil)
	for _, at := range []time.Duration{9, 10, 11} {
		now := netem.True(at * time.Second)
		m.Admit(now, []netem.Packet{{Size: 1200}})
		fmt.Println(m.Deliver(now, nil)[0].Fate)
	}
	// Output:
	// arrived
	// outage
	// arrived
}
