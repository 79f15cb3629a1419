package quantile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func Example() {
	var latency Histogram[time.Duration]
	for ms := range 1000 {
		latency.Record(time.Duration(ms) * time.Millisecond)
	}
	p99, _ := latency.Quantile(0.99)
	fmt.Println(latency.Count(), latency.Max(), p99.Round(10*time.Millisecond))
	// Output: 1000 999ms 990ms
}

// exact is the nearest-rank quantile of a sorted series.
func exact(sorted []int64, p float64) int64 {
	rank := int(math.Ceil(p * float64(len(sorted)) * (1 - 1e-12)))
	return sorted[max(rank, 1)-1]
}

// series are the shapes of what is measured: delays with tails, margins around zero, constants, rates.
var series = map[string]func(*rand.Rand) int64{
	"constant":     func(*rand.Rand) int64 { return 13_888_888 },
	"exponential":  func(r *rand.Rand) int64 { return int64(r.ExpFloat64() * 3e6) },
	"heavy tail":   func(r *rand.Rand) int64 { return int64(1e5 / math.Pow(1-r.Float64(), 0.8)) },
	"signed":       func(r *rand.Rand) int64 { return int64(r.NormFloat64() * 4e6) },
	"all negative": func(r *rand.Rand) int64 { return -1 - r.Int64N(1e9) },
	"small":        func(r *rand.Rand) int64 { return r.Int64N(9) - 4 },
	"every octave": func(r *rand.Rand) int64 { return r.Int64N(1<<limitBits) >> r.IntN(limitBits) },
}

func TestQuantilesStayWithinTheStatedError(t *testing.T) {
	for name, draw := range series {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var h Histogram[int64]
			values := make([]int64, 20_000)
			var sum int64
			for i := range values {
				values[i] = draw(r)
				sum += values[i]
				h.Record(values[i])
			}
			slices.Sort(values)
			if h.Sum() != sum || h.Min() != values[0] || h.Max() != values[len(values)-1] || h.Count() != 20_000 {
				t.Errorf("count %d sum %d min %d max %d, want exact ones", h.Count(), h.Sum(), h.Min(), h.Max())
			}
			for _, p := range []float64{0, 1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1} {
				got, ok := h.Quantile(p)
				want := exact(values, p)
				if e := math.Abs(float64(got - want)); !ok || e > MaxError*math.Abs(float64(want)) {
					t.Errorf("Quantile(%v) = %d, %v, want %d within %.2f %%", p, got, ok, want, 100*MaxError)
				}
			}
		})
	}
}

func TestEveryValueLiesInItsBucketAndBucketsTouch(t *testing.T) {
	next := int64(0)
	for i := range side - 1 {
		low, high := bounds(i)
		if low != next || index(uint64(low)) != i || index(uint64(high)) != i {
			t.Fatalf("bucket %d spans %d–%d (index %d, %d), want it to start at %d",
				i, low, high, index(uint64(low)), index(uint64(high)), next)
		}
		if middle := low + (high-low)/2; float64(high-middle) > MaxError*float64(low) {
			t.Fatalf("bucket %d: middle %d is off by %d at the top", i, middle, high-middle)
		}
		next = high + 1
	}
	if next != Limit || index(Limit) != side-1 || index(1<<63) != side-1 {
		t.Errorf("buckets end at %d, want %d", next, int64(Limit))
	}
}

func TestMergeEqualsRecordingBoth(t *testing.T) {
	for name, draw := range series {
		r := rand.New(rand.NewPCG(3, 4))
		var a, b, both Histogram[int64]
		for i := range 5000 {
			v := draw(r)
			both.Record(v)
			if i%3 == 0 {
				a.Record(v)
			} else {
				b.Record(v)
			}
		}
		ab, ba := a, b
		ab.Merge(&b)
		ba.Merge(&a)
		var empty Histogram[int64]
		ab.Merge(&empty)
		empty.Merge(&ab)
		for _, got := range []*Histogram[int64]{&ab, &ba, &empty} {
			if *got != both {
				t.Errorf("%s: merged histogram differs from one that recorded both", name)
			}
		}
	}
}

func TestRanksOfSharesThatDivideTheCount(t *testing.T) {
	var h Histogram[int64]
	for v := range int64(50) {
		h.Record(v + 1)
	}
	for rank := int64(1); rank <= 50; rank++ {
		// Some of these products are a hair above the whole number.
		if got, _ := h.Quantile(float64(rank) / 50); got != rank {
			t.Errorf("Quantile(%d/50) = %d", rank, got)
		}
		if got, _ := h.Quantile(0.01 * 2 * float64(rank)); got != rank {
			t.Errorf("Quantile(0.01 * 2 * %d) = %d", rank, got)
		}
	}
}

func TestEmptyAndForeignQuantiles(t *testing.T) {
	var h Histogram[int64]
	if v, ok := h.Quantile(0.5); ok || v != 0 {
		t.Errorf("Quantile of an empty histogram = %d, %v, want 0, false", v, ok)
	}
	if !math.IsNaN(h.Mean()) {
		t.Errorf("Mean of an empty histogram = %v, want NaN", h.Mean())
	}
	h.RecordN(7, 0)
	if h.Count() != 0 {
		t.Errorf("RecordN(7, 0) counted %d", h.Count())
	}
	h.RecordN(7, 3)
	for p, want := range map[float64]bool{-1: true, 2: true, math.Inf(1): true, math.NaN(): false} {
		if v, ok := h.Quantile(p); ok != want || ok && v != 7 {
			t.Errorf("Quantile(%v) = %d, %v, want 7, %v", p, v, ok, want)
		}
	}
	h.Reset()
	if h != (Histogram[int64]{}) {
		t.Error("Reset leaves counts behind")
	}
}

func TestNegativeCountPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("RecordN(1, -1) does not panic")
		}
	}()
	new(Histogram[int64]).RecordN(1, -1)
}

func TestExtremesOfTheTypeAreCounted(t *testing.T) {
	var h Histogram[int64]
	for _, v := range []int64{math.MinInt64, math.MinInt64 + 1, -Limit, -1, 0, Limit, math.MaxInt64} {
		h.Record(v)
	}
	for p, want := range map[float64]int64{0: math.MinInt64, 0.4: math.MinInt64, 0.5: -1, 0.6: 0, 0.85: math.MaxInt64, 1: math.MaxInt64} {
		if got, _ := h.Quantile(p); got != want {
			t.Errorf("Quantile(%v) = %d, want %d", p, got, want)
		}
	}
}

func TestEachVisitsBucketsInOrderOfValue(t *testing.T) {
	var h Histogram[int64]
	for _, v := range []int64{-200, -3, -3, 0, 5, 1000, 1001} {
		h.Record(v)
	}
	var got [][3]int64
	h.Each(func(low, high, count int64) { got = append(got, [3]int64{low, high, count}) })
	want := [][3]int64{{-201, -200, 1}, {-3, -3, 2}, {0, 0, 1}, {5, 5, 1}, {1000, 1007, 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Each (-want +got):\n%s", diff)
	}
}

func TestRecordAllocatesNothing(t *testing.T) {
	var h Histogram[time.Duration]
	d := time.Duration(1)
	if n := testing.AllocsPerRun(1000, func() { h.Record(d); d = d*3 + 1; h.Quantile(0.99) }); n != 0 {
		t.Errorf("Record and Quantile allocate %v times", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	var h Histogram[time.Duration]
	b.ReportAllocs()
	for i := range b.N {
		h.Record(time.Duration(i*7919) & (1<<30 - 1))
	}
}
