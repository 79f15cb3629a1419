package delay_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/delay"
)

// arrival is a packet as it came out.
type arrival struct {
	At netem.True
	ID uint32
}

func drain(l *delay.Line) (all []arrival) {
	for now := l.Next(); now != netem.Never; now = l.Next() {
		for _, p := range l.Deliver(now, nil) {
			all = append(all, arrival{now, p.ID})
		}
	}
	return all
}

// sample sends packets one by one, each when the last is there, and returns how long they took beyond base.
func sample(cfg delay.Config, seed uint64, n int) []float64 {
	l := delay.New(cfg, stream.New(seed, "jitter"))
	took := make([]float64, n)
	now := netem.True(0)
	var out []netem.Packet
	for i := range took {
		l.Admit(now, []netem.Packet{{Size: 100}})
		took[i] = float64((l.Next() - now).Sub(0) - cfg.Propagation)
		now = l.Next()
		out = l.Deliver(now, out[:0])
	}
	return took
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(std)
}

func TestLineIsConstant(t *testing.T) {
	l := delay.New(delay.Config{Propagation: 7 * time.Millisecond}, nil)
	if l.Next() != netem.Never {
		t.Errorf("empty: next %d", l.Next())
	}
	l.Admit(100, []netem.Packet{{ID: 1}, {ID: 2}})
	l.Admit(101, []netem.Packet{{ID: 3, Dir: netem.Up}})
	if got := l.Deliver(7_000_099, nil); len(got) != 0 {
		t.Errorf("%d packets came too early", len(got))
	}
	want := []arrival{{7_000_100, 1}, {7_000_100, 2}, {7_000_101, 3}}
	if d := cmp.Diff(want, drain(l)); d != "" {
		t.Error(d)
	}
}

func TestLineWithoutDelayIsAtOnce(t *testing.T) {
	l := delay.New(delay.Config{}, nil)
	l.Admit(5, []netem.Packet{{ID: 1}})
	if d := cmp.Diff([]arrival{{5, 1}}, drain(l)); d != "" {
		t.Error(d)
	}
}

// RFC 8867's default: 50 ms, and a normal distribution of 5 ms cut at three standard deviations, whose own deviation is
// 4.93 ms. 100,000 draws: the mean is known to 16 µs, the deviation to 11 µs; five times that is allowed.
func TestGaussianIsTruncated(t *testing.T) {
	x := sample(delay.RFC8867(), 1, 100_000)
	mean, std := moments(x)
	if math.Abs(mean) > 80e3 || math.Abs(std-4.933e6) > 60e3 {
		t.Errorf("mean %.0f µs, deviation %.0f µs; want 0 and 4933", mean/1e3, std/1e3)
	}
	if slices.Min(x) < -15e6 || slices.Max(x) > 15e6 || slices.Max(x) < 13e6 {
		t.Errorf("from %.1f to %.1f ms, want nearly -15 to 15", slices.Min(x)/1e6, slices.Max(x)/1e6)
	}
}

func TestUniformIsEven(t *testing.T) {
	x := sample(delay.Config{Propagation: 10 * time.Millisecond, Jitter: delay.Jitter{Shape: delay.Uniform, Spread: 4 * time.Millisecond}}, 2, 100_000)
	slices.Sort(x)
	for _, q := range []float64{.01, .25, .5, .75, .99} {
		got, want := x[int(q*1e5)], (2*q-1)*4e6
		if math.Abs(got-want) > 70e3 { // five deviations at the median
			t.Errorf("quantile %.2f: %.0f µs, want %.0f", q, got/1e3, want/1e3)
		}
	}
}

// The generalised Pareto distribution has quantiles in closed form; 100,000 draws know the p99.9 of a tail of 0.3 to about
// 2 %.
func TestParetoHasItsTail(t *testing.T) {
	for _, tail := range []float64{0, .15, .3} {
		x := sample(delay.Config{Jitter: delay.Jitter{Shape: delay.Pareto, Spread: time.Millisecond, Tail: tail}}, 3, 100_000)
		slices.Sort(x)
		for q, tolerance := range map[float64]float64{.5: .02, .9: .025, .99: .04, .999: .12} {
			want := -math.Log(1-q) * 1e6
			if tail > 0 {
				want = (math.Pow(1-q, -tail) - 1) / tail * 1e6
			}
			if got := x[int(q*1e5)]; math.Abs(got/want-1) > tolerance {
				t.Errorf("tail %.2f, quantile %.3f: %.0f µs, want %.0f", tail, q, got/1e3, want/1e3)
			}
		}
		if x[0] < 0 {
			t.Errorf("tail %.2f: a packet was %.0f ns early", tail, -x[0])
		}
	}
}

// A cut takes the tail away and does not pile it up at the cut.
func TestParetoIsCut(t *testing.T) {
	for _, tail := range []float64{0, .3} {
		cut := 2 * time.Millisecond
		x := sample(delay.Config{Jitter: delay.Jitter{Shape: delay.Pareto, Spread: time.Millisecond, Tail: tail, Cut: cut}}, 4, 20_000)
		near := 0
		for _, v := range x {
			if v > float64(cut) {
				t.Fatalf("tail %.1f: %v beyond the cut", tail, v)
			}
			if v > .99*float64(cut) {
				near++
			}
		}
		if near > 120 { // of an even density, 200 would be
			t.Errorf("tail %.1f: %d of 20000 just below the cut", tail, near)
		}
	}
}

// A shorter path than the jitter: nobody arrives before being sent.
func TestJitterNeverLeadsIntoThePast(t *testing.T) {
	cfg := delay.Config{Propagation: time.Millisecond, Jitter: delay.Jitter{Shape: delay.Uniform, Spread: 3 * time.Millisecond}}
	x := sample(cfg, 5, 10_000)
	atOnce := 0
	for _, v := range x {
		if v == -float64(time.Millisecond) {
			atOnce++
		}
	}
	if slices.Min(x) < -float64(time.Millisecond) || math.Abs(float64(atOnce)-3333) > 250 {
		t.Errorf("earliest %.0f µs, %d of 10000 at once; want -1000 and a third", slices.Min(x)/1e3, atOnce)
	}
}

// With any jitter: without reordering the order of a direction stays; with it, every packet takes the time it would take
// alone, equal instants in the order sent.
func TestLineOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := delay.Config{
			Propagation: 2 * time.Millisecond, Reorder: rapid.Bool().Draw(t, "reorder"),
			Jitter: delay.Jitter{Shape: delay.Uniform, Spread: time.Duration(rapid.Int64Range(1, 2e6).Draw(t, "spread"))},
		}
		seed := rapid.Uint64().Draw(t, "seed")
		l := delay.New(cfg, stream.New(seed, "jitter"))
		twin := stream.New(seed, "jitter")

		now := netem.True(0)
		var alone []arrival
		for id := range uint32(rapid.IntRange(1, 200).Draw(t, "packets")) {
			now += netem.True(rapid.Int64Range(0, 3).Draw(t, "gap"))
			l.Admit(now, []netem.Packet{{ID: id, Size: 100}})
			jitter := time.Duration(twin.Int64N(2*int64(cfg.Jitter.Spread)+1)) - cfg.Jitter.Spread
			alone = append(alone, arrival{now.Add(max(0, cfg.Propagation+jitter)), id})
		}
		if cfg.Reorder {
			slices.SortStableFunc(alone, func(a, b arrival) int { return int(a.At - b.At) })
		} else {
			for i := 1; i < len(alone); i++ {
				alone[i].At = max(alone[i].At, alone[i-1].At)
			}
		}
		if d := cmp.Diff(alone, drain(l)); d != "" {
			t.Fatal(d)
		}
	})
}

// A late packet holds up those after it in its direction, not the other way.
func TestDirectionsDoNotHoldEachOtherUp(t *testing.T) {
	cfg := delay.Config{Jitter: delay.Jitter{Shape: delay.Pareto, Spread: time.Millisecond, Tail: .5}}
	both := delay.New(cfg, stream.New(6, "jitter"))
	overtaken := false
	var last [2]netem.True
	for id := range uint32(1000) {
		both.Admit(0, []netem.Packet{{ID: id, Dir: netem.Dir(id % 2)}})
	}
	got := drain(both)
	var newest [2]uint32
	for _, a := range got {
		d := a.ID % 2
		if a.ID < newest[d] || a.At < last[d] {
			t.Fatalf("packet %d overtaken in its direction", a.ID)
		}
		newest[d], last[d] = a.ID, a.At
		overtaken = overtaken || newest[1-d] > a.ID
	}
	if !overtaken {
		t.Error("no packet ever passed one of the other direction")
	}
}

func TestConfigRefuses(t *testing.T) {
	gauss := func(spread, cut time.Duration) delay.Config {
		return delay.Config{Jitter: delay.Jitter{Shape: delay.Gaussian, Spread: spread, Cut: cut}}
	}
	pareto := func(tail float64) delay.Config {
		return delay.Config{Jitter: delay.Jitter{Shape: delay.Pareto, Spread: 1, Tail: tail}}
	}
	for name, c := range map[string]delay.Config{
		"negative":          {Propagation: -1},
		"absurd":            {Propagation: time.Hour},
		"no spread":         gauss(0, 0),
		"negative spread":   gauss(-1, 0),
		"absurd spread":     gauss(time.Hour, 0),
		"negative cut":      gauss(1, -1),
		"spread, no shape":  {Jitter: delay.Jitter{Spread: 1}},
		"unknown shape":     {Jitter: delay.Jitter{Shape: "weibull", Spread: 1}},
		"tail of one":       pareto(1),
		"negative tail":     pareto(-.1),
		"no number":         pareto(math.NaN()),
		"tail of a uniform": {Jitter: delay.Jitter{Shape: delay.Uniform, Spread: 1, Tail: .1}},
		"cut of a uniform":  {Jitter: delay.Jitter{Shape: delay.Uniform, Spread: 1, Cut: 1}},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, c := range []delay.Config{{}, delay.RFC8867(), pareto(0), pareto(.9), gauss(5, 1)} {
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	for _, reorder := range []bool{false, true} {
		cfg := delay.RFC8867()
		cfg.Reorder = reorder
		l := delay.New(cfg, stream.New(8, "jitter"))
		train, out, now := make([]netem.Packet, 64), []netem.Packet(nil), netem.True(0)
		step := func() {
			l.Admit(now, train)
			now += 5_000_000
			out = l.Deliver(now, out[:0])
		}
		for range 1000 {
			step()
		}
		if n := testing.AllocsPerRun(100, step); n > 0 {
			t.Errorf("reorder %v: %v allocations a train", reorder, n)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for name, reorder := range map[string]bool{"ordered": false, "reordered": true} {
		b.Run(name, func(b *testing.B) {
			cfg := delay.RFC8867()
			cfg.Reorder = reorder
			l := delay.New(cfg, stream.New(9, "jitter"))
			train, out, now := make([]netem.Packet, 16), []netem.Packet(nil), netem.True(0)
			b.ReportAllocs()
			for n := 0; n < b.N; {
				l.Admit(now, train)
				for now += 1_000_000; l.Next() <= now; {
					out = l.Deliver(l.Next(), out[:0])
					n += len(out)
				}
			}
		})
	}
}
