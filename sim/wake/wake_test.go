package wake

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"airbridge/sim/host"
)

var _ host.Wake = (*Model)(nil)

func profiles() map[string]Profile {
	return map[string]Profile{"ideal": Ideal(), "pc": PC(), "quiet pc": QuietPC(), "headset": Headset()}
}

func TestPresetsAreValid(t *testing.T) {
	for name, p := range profiles() {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := Fitted()
	if f.Provenance == "" || f.Samples < 1000 || !strings.Contains(f.Provenance, "SCHED_FIFO") {
		t.Errorf("fitted from %d samples, %q: want a thousand at least of a real-time pump, and where they come from", f.Samples, f.Provenance)
	}
}

// A person who knows such computers would not be surprised: medians of tens of microseconds, a rare millisecond.
func TestPresetsArePlausible(t *testing.T) {
	for _, name := range []string{"pc", "quiet pc", "headset"} {
		for kind, q := range map[string]Quantiles{"arrival": profiles()[name].Arrival, "timer": profiles()[name].Timer} {
			p50, p99, most := q.At(.5), q.At(.99), q.At(1)
			if p50 < 5*time.Microsecond || p50 > 200*time.Microsecond {
				t.Errorf("%s: %s: median %v", name, kind, p50)
			}
			if p99 < p50 || p99 > 2*time.Millisecond || most < p99 || most > 50*time.Millisecond {
				t.Errorf("%s: %s: p99 %v, most %v", name, kind, p99, most)
			}
		}
	}
}

func TestIdealIsNeverLate(t *testing.T) {
	m := New(Config{Profile: Ideal()})
	for range 100 {
		if a, b := m.Arrival(), m.Timer(); a != 0 || b != 0 {
			t.Fatalf("late by %v and %v", a, b)
		}
	}
}

// What is drawn is distributed as the table says.
func TestDrawsFollowTheTable(t *testing.T) {
	const n = 200_000
	for name, p := range profiles() {
		m := New(Config{Profile: p, Seed: 9, Name: name})
		for kind, c := range map[string]struct {
			table Quantiles
			draw  func() time.Duration
		}{"arrival": {p.Arrival, m.Arrival}, "timer": {p.Timer, m.Timer}} {
			drawn := make([]time.Duration, n)
			for i := range drawn {
				drawn[i] = c.draw()
			}
			slices.Sort(drawn)
			for _, row := range c.table {
				if row.P == 0 || row.P > .9995 {
					continue
				}
				// The share below the row is binomial.
				at, _ := slices.BinarySearch(drawn, time.Duration(row.NS))
				if off := math.Abs(float64(at)/n - row.P); off > 5*math.Sqrt(row.P*(1-row.P)/n)+2./n {
					t.Errorf("%s: %s: a share of %.5f is below %d ns, want %.5f", name, kind, float64(at)/n, row.NS, row.P)
				}
			}
			if len(c.table) > 0 && (drawn[n-1] > c.table.At(1) || drawn[0] < c.table.At(0)) {
				t.Errorf("%s: %s: from %v to %v, want within the table", name, kind, drawn[0], drawn[n-1])
			}
		}
	}
}

// Hosts and kinds have streams of their own, and repeat.
func TestStreams(t *testing.T) {
	draws := func(seed uint64, name string, timer bool) (all []time.Duration) {
		m := New(Config{Profile: Profile{Arrival: Headset().Timer, Timer: Headset().Timer}, Seed: seed, Name: name})
		for range 5 {
			d := m.Arrival()
			if timer {
				d = m.Timer()
			}
			all = append(all, d)
		}
		return all
	}
	first := draws(1, "pc", false)
	if !slices.Equal(first, draws(1, "pc", false)) {
		t.Error("the same stream gave something else")
	}
	for name, other := range map[string][]time.Duration{
		"seed": draws(2, "pc", false), "host": draws(1, "headset", false), "kind": draws(1, "pc", true),
	} {
		if slices.Equal(first, other) {
			t.Errorf("another %s has the same latencies", name)
		}
	}
}

func TestInterpolation(t *testing.T) {
	q := Quantiles{{0, 10}, {.5, 1000}, {.9, 1000}, {.99, 10_000}, {1, 1_000_000}}
	for _, c := range []struct {
		p    float64
		want time.Duration
	}{
		{-1, 10},
		{0, 10},
		{.25, 100},
		{.5, 1000},
		{.7, 1000},
		{.9, 1000},
		{1 - math.Sqrt(.001), 3162}, // half the way from .9 to .99 by powers of ten
		{.99, 10_000},
		{.995, 100_000},
		{1, 1_000_000},
		{2, 1_000_000},
	} {
		if got := q.At(c.p); (got - c.want).Abs() > 1+c.want/500 {
			t.Errorf("At(%v) = %d ns, want %d", c.p, got, c.want)
		}
	}
	if got := Quantiles(nil).At(.5); got != 0 {
		t.Errorf("no table: %v, want 0", got)
	}
}

// However a table looks, its curve rises and stays within it.
func TestCurveRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Quantiles{{0, rapid.Int64Range(1, 1000).Draw(t, "first")}}
		for p := rapid.Float64Range(.01, .6).Draw(t, "p"); p < .99999; p += (1 - p) * rapid.Float64Range(.05, .9).Draw(t, "on") {
			q = append(q, Quantile{p, q[len(q)-1].NS + rapid.Int64Range(0, 1e6).Draw(t, "more")})
		}
		q = append(q, Quantile{1, q[len(q)-1].NS + rapid.Int64Range(0, 1e6).Draw(t, "more")})
		if err := (Profile{Timer: q}).Validate(); err != nil {
			t.Fatal(err)
		}
		last := q.At(0)
		for p := 0.; p <= 1; p += .01 {
			d := q.At(p)
			if d < last-1 || d > q.At(1)+1 {
				t.Fatalf("At(%v) = %d ns after %d, up to %d", p, d, last, q.At(1))
			}
			last = d
		}
	})
}

func TestMeasured(t *testing.T) {
	if q := Measured(nil); q != nil {
		t.Errorf("nothing measured: %v", q)
	}
	var all []time.Duration
	for i := range 100_000 {
		all = append(all, time.Duration((i*7919)%100_000)) // every number once
	}
	q := Measured(all)
	if err := (Profile{Arrival: q}).Validate(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []float64{.01, .5, .95, .999, .9999} {
		if got, want := float64(q.At(p)), p*1e5; math.Abs(got-want) > 2 {
			t.Errorf("quantile %v of 0 to 99,999 ns is %v, want %v", p, got, want)
		}
	}
	// A small sample says nothing of the far tail.
	few := Measured(all[:300])
	if p := few[len(few)-3].P; p != .98 {
		t.Errorf("300 samples tell the quantile %v, want .98 at most", p)
	}
	// One bad moment in 300 is one in 300 of the draws, not more.
	few = Measured(append(all[:299:299], time.Second))
	if few.At(1) != time.Second || few.At(.99) > time.Millisecond {
		t.Errorf("one second in 300 latencies of 300 ns: p99 %v, most %v", few.At(.99), few.At(1))
	}
	if one := Measured([]time.Duration{0}); one.At(.5) != 1 || len(one) != 2 {
		t.Errorf("one latency of nothing: %v, want a nanosecond", one)
	}
}

func TestValidate(t *testing.T) {
	for want, q := range map[string]Quantiles{
		"from p = 0 to p = 1": {{0, 5}}, "to p = 1": {{0, 5}, {.9, 6}}, "p = 0": {{.1, 5}, {1, 6}},
		"quantile 1: p = 0":   {{0, 5}, {0, 6}, {1, 7}},
		"quantile 1: p = NaN": {{0, 5}, {math.NaN(), 6}, {1, 7}},
		"quantile 2: 4 ns":    {{0, 5}, {.5, 5}, {1, 4}},
		"quantile 0: 0 ns":    {{0, 0}, {1, 4}},
		"2000000000 ns":       {{0, 1}, {1, 2e9}},
	} {
		for _, p := range []Profile{{Arrival: q}, {Timer: q}} {
			if err := p.Validate(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v, want it to say %q", q, err, want)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a model of a broken profile")
		}
	}()
	New(Config{Profile: Profile{Timer: Quantiles{{0, -1}, {1, 1}}}})
}

func TestNothingIsAllocated(t *testing.T) {
	m := New(Config{Profile: PC()})
	if n := testing.AllocsPerRun(100, func() { m.Arrival(); m.Timer() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDraw(b *testing.B) {
	m := New(Config{Profile: PC()})
	b.ReportAllocs()
	for b.Loop() {
		m.Timer()
	}
}
