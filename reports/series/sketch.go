package series

import (
	"math"
	"math/bits"
	"time"
)

// A sketch counts in units of 2^15 ns (33 µs): exactly below 32 units, in 32 cells an octave above, up to 2.1 s.
const (
	unitBits = 15
	cellBits = 5
	cells    = 1 << cellBits
	octaves  = 11
	size     = cells + octaves*cells
)

// SketchError is the largest relative error of a quantile from 1 ms up to 2.1 s, and a tenth of that where times are spread
// evenly over a cell; below 1 ms it is off by at most 33 µs.
const SketchError = 1.0 / cells

// Sketch counts times in 1.5 kB: a quantile.Histogram a twentieth its size and half as fine. Count, sum and extremes are
// exact. The zero value is empty.
type Sketch struct {
	count    int64
	sum      time.Duration
	min, max time.Duration
	cells    [size]uint32
}

func (s *Sketch) record(d time.Duration) {
	if s.count == 0 {
		s.min, s.max = d, d
	}
	s.count++
	s.sum += d
	s.min, s.max = min(s.min, d), max(s.max, d)
	s.cells[cell(d)]++
}

func (s *Sketch) merge(o *Sketch) {
	if o.count == 0 {
		return
	}
	if s.count == 0 {
		*s = *o
		return
	}
	s.count += o.count
	s.sum += o.sum
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	for i := cell(o.min); i <= cell(o.max); i++ {
		s.cells[i] += o.cells[i]
	}
}

// Count returns how many times were recorded.
func (s *Sketch) Count() int64 { return s.count }

// Max returns the longest, zero of an empty sketch.
func (s *Sketch) Max() time.Duration { return s.max }

// Min returns the shortest, zero of an empty sketch.
func (s *Sketch) Min() time.Duration { return s.min }

// Mean returns the mean in nanoseconds, NaN of an empty sketch.
func (s *Sketch) Mean() float64 { return mean(int64(s.sum), s.count) }

// Quantile returns the time of nearest rank, as if times lay evenly in their cell; false of an empty sketch. p is clamped to 0 to 1.
func (s *Sketch) Quantile(p float64) (time.Duration, bool) {
	if s.count == 0 || math.IsNaN(p) {
		return 0, false
	}
	rank := int64(math.Ceil(min(max(p, 0), 1) * float64(s.count) * (1 - 1e-12)))
	if rank <= 1 {
		return s.min, true
	}
	var seen int64
	for i := cell(s.min); i < size-1; i++ {
		n := int64(s.cells[i])
		if seen+n < rank {
			seen += n
			continue
		}
		if rank >= s.count {
			return s.max, true
		}
		low, width := bounds(i)
		within := time.Duration(float64(width) * (float64(rank-seen) - 0.5) / float64(n))
		return min(max(low+within, s.min), s.max), true
	}
	return s.max, true
}

func cell(d time.Duration) int {
	u := uint64(max(d, 0)) >> unitBits
	if u < cells {
		return int(u)
	}
	shift := bits.Len64(u) - 1 - cellBits
	return min((shift+1)<<cellBits+int(u>>shift)-cells, size-1)
}

// bounds returns where cell i begins and how wide it is.
func bounds(i int) (low, width time.Duration) {
	if i < cells {
		return time.Duration(i) << unitBits, 1 << unitBits
	}
	shift := i>>cellBits - 1 + unitBits
	return time.Duration(i&(cells-1)+cells) << shift, 1 << shift
}
