package traffic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/delay"
	"airbridge/netem/fault"
	"airbridge/netem/loss"
	"airbridge/netem/traffic"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// busy is a link with faults of all kinds and traffic of all kinds.
func busy(t testing.TB, seed uint64) *traffic.Medium {
	inner := netem.Chain(link(30*units.Mbps, 30*time.Millisecond),
		loss.New(loss.Config{Probability: 0.01}, stream.New(seed, "loss")),
		fault.New(fault.Config{Duplicate: 0.01}, stream.New(seed, "fault")),
		delay.New(delay.Config{
			Propagation: 2 * time.Millisecond, Reorder: true,
			Jitter: delay.Jitter{Shape: delay.Uniform, Spread: time.Millisecond},
		}, stream.New(seed, "jitter")))
	m, err := traffic.New(inner, traffic.Config{
		Steady: []traffic.Steady{{Rate: 2 * units.Mbps, On: 50 * time.Millisecond, Off: 50 * time.Millisecond, Exponential: true}},
		Bulk:   []traffic.Bulk{{Control: traffic.Reno}, {ECN: true, Dir: netem.Up}},
		Short:  []traffic.Short{{Flows: 3, MinSize: 30_000, MaxSize: 50_000, Idle: time.Second}},
	}, seed, "x")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// drive sends a session's packets through a medium and returns what came out, in order.
func drive(m netem.Medium, until time.Duration) (sent uint32, out []netem.Packet) {
	train := make([]netem.Packet, 8)
	for now := netem.True(0); now <= netem.True(until); now = now.Add(2 * time.Millisecond) {
		for at := m.Next(); at <= now; at = m.Next() {
			out = m.Deliver(at, out)
		}
		for i := range train {
			train[i] = netem.Packet{ID: sent, Size: 1200, Flow: uint16(i % 2), DSCP: 34}
			sent++
		}
		m.Admit(now, train)
	}
	for at := m.Next(); at <= netem.True(until)+netem.True(time.Second); at = m.Next() {
		out = m.Deliver(at, out)
	}
	return sent, out
}

// The sessions get back every packet of theirs, once, and none of the traffic's.
func TestOnlyOwnPacketsAreAbsorbed(t *testing.T) {
	sent, out := drive(busy(t, 3), 5*time.Second)
	times := make([]int, sent)
	copies := 0
	for _, p := range out {
		if p.Flow >= netem.FlowOwn {
			t.Fatalf("a packet of flow %d came out", p.Flow)
		}
		if p.Fate == netem.Doubled {
			copies++
			times[p.ID]--
			continue
		}
		times[p.ID]++
	}
	if i := slices.IndexFunc(times, func(n int) bool { return n != 1 }); i >= 0 {
		t.Errorf("packet %d came out %d times, less its copies; want once", i, times[i])
	}
	if copies == 0 {
		t.Error("no packet was doubled: the test has no teeth")
	}
}

func TestSameSeedSameRun(t *testing.T) {
	run := func(seed uint64) ([]netem.Packet, []traffic.Flow) {
		m := busy(t, seed)
		_, out := drive(m, 3*time.Second)
		return out, m.Flows(nil)
	}
	first, flows := run(5)
	for range 3 {
		again, f := run(5)
		if !slices.Equal(first, again) {
			t.Fatal("the same seed gave another run")
		}
		if diff := cmp.Diff(flows, f); diff != "" {
			t.Fatal(diff)
		}
	}
	if other, _ := run(6); slices.Equal(first, other) {
		t.Error("another seed gave the same run")
	}
}

// One medium inside another: both keep to their own numbers.
func TestNested(t *testing.T) {
	inner := build(t, link(10*units.Mbps, 50*time.Millisecond), traffic.Config{FirstFlow: netem.FlowOwn + 100, Bulk: []traffic.Bulk{{}}})
	outer := build(t, inner, traffic.Config{Steady: []traffic.Steady{{Rate: units.Mbps}}})
	if out := run(t, outer, 10*time.Second); len(out) > 0 {
		t.Errorf("%d packets came out, want none", len(out))
	}
	if f := outer.Flows(nil)[0]; f.Number != netem.FlowOwn || f.Arrived == 0 {
		t.Errorf("outer flow %+v: want it to have passed the inner medium", f)
	}
	if f := inner.Flows(nil)[0]; f.Number != netem.FlowOwn+100 || f.Goodput < 8_000_000 {
		t.Errorf("inner flow %+v: want most of 10 Mbit/s", f)
	}
}

func TestTellsWhatTheInnerTells(t *testing.T) {
	m := build(t, link(10*units.Mbps, 50*time.Millisecond), traffic.Config{Steady: []traffic.Steady{{Rate: 20 * units.Mbps}}})
	run(t, m, time.Second)
	if got := m.Capacity(netem.True(time.Second), netem.Down); got != 10e6 {
		t.Errorf("capacity %v, want 10e6", got)
	}
	if got := m.Backlog(netem.True(time.Second), netem.Down); got < 45*time.Millisecond {
		t.Errorf("backlog %v, want the cross traffic's 50 ms", got)
	}
	bare := build(t, &netem.Pass{}, traffic.Config{})
	if bare.Capacity(0, netem.Down) != 0 || bare.Backlog(0, netem.Up) != 0 || bare.Spans(0, 1, nil) != nil {
		t.Error("a medium that tells nothing was made to tell something")
	}
	down := fault.NewOutages(fault.OutageConfig{Planned: []fault.Window{{From: time.Second, To: 2 * time.Second}}}, nil)
	if spans := build(t, down, traffic.Config{}).Spans(0, netem.Never, nil); len(spans) != 1 {
		t.Errorf("spans %v, want the outage", spans)
	}
}

func TestValidate(t *testing.T) {
	for want, c := range map[string]traffic.Config{
		"steady flow 0: rate 0":             {Steady: []traffic.Steady{{}}},
		"size 20: want 64":                  {Steady: []traffic.Steady{{Rate: 1e6, Size: 20}}},
		"on 1s, off 0s":                     {Steady: []traffic.Steady{{Rate: 1e6, On: time.Second}}},
		"on 1ns, off 1ns: want 1ms to":      {Steady: []traffic.Steady{{Rate: 1e6, On: 1, Off: 1}}},
		"on 1s, off 8785h0m0s: want":        {Steady: []traffic.Steady{{Rate: 1e6, On: time.Second, Off: 8785 * time.Hour}}},
		"steady flow 0: rate 999: want 1k":  {Steady: []traffic.Steady{{Rate: 999}}},
		"rate 1000.001G":                    {Steady: []traffic.Steady{{Rate: 1_000_001 * units.Mbps}}},
		"bulk flow 0: start 9000h0m0s":      {Bulk: []traffic.Bulk{{Start: 9000 * time.Hour}}},
		"short flows 0: idle 9000h0m0s":     {Short: []traffic.Short{{Flows: 1, MinSize: 1, MaxSize: 3, Idle: 9000 * time.Hour}}},
		"short flows 0: base round trip":    {Short: []traffic.Short{{Flows: 1, MinSize: 1, MaxSize: 3, Idle: 1, Bulk: traffic.Bulk{BaseRTT: time.Minute}}}},
		"dscp 64":                           {Steady: []traffic.Steady{{Rate: 1e6, DSCP: 64}}},
		"direction 2":                       {Steady: []traffic.Steady{{Rate: 1e6, Dir: 2}}},
		"start 2s, stop 1s":                 {Bulk: []traffic.Bulk{{Start: 2 * time.Second, Stop: time.Second}}},
		"bulk flow 0: congestion":           {Bulk: []traffic.Bulk{{Control: 9}}},
		"base round trip 1µs":               {Bulk: []traffic.Bulk{{BaseRTT: time.Microsecond}}},
		"window 100":                        {Bulk: []traffic.Bulk{{Window: 100}}},
		"bulk flow 0: dscp 99":              {Bulk: []traffic.Bulk{{DSCP: 99}}},
		"short flows 0: 0 flows":            {Short: []traffic.Short{{MinSize: 1, MaxSize: 1, Idle: 1}}},
		"files of 5 to 3 bytes":             {Short: []traffic.Short{{Flows: 1, MinSize: 5, MaxSize: 3, Idle: 1}}},
		"idle 0s":                           {Short: []traffic.Short{{Flows: 1, MinSize: 1, MaxSize: 3}}},
		"300 flows: want at most 256":       {Bulk: make([]traffic.Bulk, 300)},
		"first flow 7":                      {FirstFlow: 7},
		"all below 65536":                   {FirstFlow: 65_535, Bulk: make([]traffic.Bulk, 2)},
		"bulk flow 1: congestion control 7": {Bulk: []traffic.Bulk{{}, {Control: 7}}, Steady: []traffic.Steady{{}}},
	} {
		err := c.Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() = %v, want %q", err, want)
		}
		if _, err := traffic.New(&netem.Pass{}, c, 1, "x"); err == nil {
			t.Errorf("New took a configuration with %q", want)
		}
	}
	if err := (traffic.Config{}).Validate(); err != nil {
		t.Errorf("the zero configuration: %v", err)
	}
}

// Steady state costs no allocation, whatever the packets.
func TestNoAllocations(t *testing.T) {
	m := busy(t, 1)
	var out []netem.Packet
	until := netem.True(0)
	step := func() {
		until = until.Add(100 * time.Millisecond)
		for at := m.Next(); at <= until; at = m.Next() {
			out = m.Deliver(at, out[:0])
		}
	}
	for range 600 {
		step()
	}
	if n := testing.AllocsPerRun(200, step); n > 0.05 {
		t.Errorf("%v allocations in 100 ms of traffic, want 0", n)
	}
}

func BenchmarkBulk(b *testing.B) {
	m := build(b, link(100*units.Mbps, 50*time.Millisecond), traffic.Config{Bulk: []traffic.Bulk{{}, {Control: traffic.Reno}}})
	var out []netem.Packet
	b.ReportAllocs()
	for at := m.Next(); m.Flows(nil)[0].Arrived == 0; at = m.Next() {
		out = m.Deliver(at, out[:0])
	}
	b.ResetTimer()
	for range b.N {
		out = m.Deliver(m.Next(), out[:0])
	}
}

func ExampleNew() {
	m, err := traffic.New(link(20*units.Mbps, 100*time.Millisecond), traffic.Config{
		Bulk: []traffic.Bulk{{Name: "download", Control: traffic.Reno}},
	}, 1, "home")
	if err != nil {
		fmt.Println(err)
		return
	}
	for at := m.Next(); at <= netem.True(10*time.Second); at = m.Next() {
		m.Deliver(at, nil)
	}
	f := m.Flows(nil)[0]
	fmt.Printf("%s: %.0f Mbit/s\n", f.Name, float64(f.Goodput)*8/10e6)
	// Output: download: 19 Mbit/s
}
