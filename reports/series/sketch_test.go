package series

import (
	"math"
	"slices"
	"testing"
	"time"

	"airbridge/internal/stream"
)

func TestSketchIsAsExactAsItSays(t *testing.T) {
	var s Sketch
	var exact []time.Duration
	r := stream.New(9, "sketch")
	for range 5000 {
		d := time.Duration(math.Exp(r.NormFloat64()*1.2) * 30e6)
		s.record(d)
		exact = append(exact, d)
	}
	slices.Sort(exact)
	for _, p := range []float64{0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1} {
		got, ok := s.Quantile(p)
		want := exact[max(int(math.Ceil(p*5000))-1, 0)]
		if off := (got - want).Abs(); !ok || off > max(33*time.Microsecond, time.Duration(float64(want)*SketchError)) {
			t.Errorf("Quantile(%v) = %v, want %v ± %.1f %%", p, got, want, 100*SketchError)
		}
	}
	if got, _ := s.Quantile(0); got != s.Min() || s.Max() != exact[4999] {
		t.Errorf("extremes %v and %v, want %v and %v", s.Min(), s.Max(), exact[0], exact[4999])
	}
	if _, ok := new(Sketch).Quantile(0.5); ok || !math.IsNaN(new(Sketch).Mean()) {
		t.Error("an empty sketch has a median")
	}
	if _, ok := s.Quantile(math.NaN()); ok {
		t.Error("a sketch has a quantile of no number")
	}
}

func TestCellsCoverAllTimesInOrder(t *testing.T) {
	last := -1
	for d := time.Duration(0); d < 5*time.Second; d += 16 * time.Microsecond {
		c := cell(d)
		if c < last || c >= size {
			t.Fatalf("cell(%v) = %d after %d", d, c, last)
		}
		low, width := bounds(c)
		if c < size-1 && (d < low || d >= low+width || width > max(33*time.Microsecond, time.Duration(float64(low)*SketchError))) {
			t.Fatalf("cell %d of %v begins at %v and is %v wide", c, d, low, width)
		}
		last = c
	}
	if cell(-ms) != 0 || cell(math.MaxInt64) != size-1 {
		t.Errorf("cell(-1ms) = %d, cell(max) = %d", cell(-ms), cell(math.MaxInt64))
	}
}

func TestASketchThatDoesNotAddUpIsRefused(t *testing.T) {
	for _, tuple := range [][]int64{
		{1},
		{1, 2, 3, 4},
		{1, 2, 3, 4, 5},
		{2, 2, 1, 1, 0, 1},
		{1, 1, 1, 1, size, 1},
		{1, 1, 1, 1, -1, 1},
		{2, 2, 1, 1, 0, 1, 0, 1},
		{1, 1, 2, 1, 0, 1},
		{1, 1, 1, 1, 3, 1},
		{1, 1, 1, 1, 0, -1},
		{1 << 33, 1, 1, 1, 0, 1 << 33},
	} {
		if err := new(Sketch).read(tuple); err == nil {
			t.Errorf("read(%v) = nil, want an error", tuple)
		}
	}
}
