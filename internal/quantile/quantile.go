// Package quantile counts integer quantities (times, rates, sizes) in log-linear buckets, so that a run of any length
// is summed up in bounded memory and shards of a run add up to exactly what one long run would have counted.
//
// Magnitudes below 64 are counted exactly; every octave above is cut into 64 buckets of equal width. A quantile is the
// middle of its bucket, so it is within 1/128 (0.8 %) of a value that was recorded. Count, sum, minimum, maximum and
// mean are exact. Negative values are counted with the same relative error.
package quantile

import (
	"math"
	"math/bits"
)

// MaxError is the largest relative error of a quantile whose magnitude is below Limit.
const MaxError = 1.0 / 128

// Limit is the magnitude from which values share one outermost bucket on either side: 2^40, which is 18 minutes in
// nanoseconds or 1.1 terabits per second. Their quantile is the exact minimum or maximum.
const Limit = 1 << limitBits

const (
	limitBits = 40
	subBits   = 6
	sub       = 1 << subBits
	// A value of n > subBits bits lies in one of n-subBits octaves of sub buckets after the first sub exact ones; one more
	// bucket takes all from Limit up.
	side = sub + (limitBits-subBits)*sub + 1
)

// Histogram counts values of one quantity. The zero value is empty and ready; it never allocates. It is about 36 kB,
// to be passed by pointer. Not safe for concurrent use.
type Histogram[T ~int64] struct {
	count    int64
	sum      int64
	min, max T
	// positive[i] counts values from 0 up, negative[i] those of magnitude 1 up.
	positive, negative [side]int64
}

// Record counts v once.
func (h *Histogram[T]) Record(v T) { h.RecordN(v, 1) }

// RecordN counts v n times; n must not be negative.
func (h *Histogram[T]) RecordN(v T, n int64) {
	if n < 0 {
		panic("quantile: negative count")
	}
	if n == 0 {
		return
	}
	if h.count == 0 {
		h.min, h.max = v, v
	}
	h.min, h.max = min(h.min, v), max(h.max, v)
	h.count += n
	h.sum += int64(v) * n
	if v < 0 {
		h.negative[index(-uint64(v))] += n
	} else {
		h.positive[index(uint64(v))] += n
	}
}

// Merge adds what o counted: the result equals a histogram that recorded both series.
func (h *Histogram[T]) Merge(o *Histogram[T]) {
	if o.count == 0 {
		return
	}
	if h.count == 0 {
		h.min, h.max = o.min, o.max
	}
	h.min, h.max = min(h.min, o.min), max(h.max, o.max)
	h.count += o.count
	h.sum += o.sum
	for i := range side {
		h.positive[i] += o.positive[i]
		h.negative[i] += o.negative[i]
	}
}

// Reset empties the histogram.
func (h *Histogram[T]) Reset() { *h = Histogram[T]{} }

// Count returns how many values were recorded.
func (h *Histogram[T]) Count() int64 { return h.count }

// Sum returns the sum of all values, exact while it fits 63 bits: 292 years of nanoseconds.
func (h *Histogram[T]) Sum() T { return T(h.sum) }

// Min returns the smallest value, zero of an empty histogram.
func (h *Histogram[T]) Min() T { return h.min }

// Max returns the largest value, zero of an empty histogram.
func (h *Histogram[T]) Max() T { return h.max }

// Mean returns the exact mean, NaN of an empty histogram.
func (h *Histogram[T]) Mean() float64 {
	if h.count == 0 {
		return math.NaN()
	}
	return float64(h.sum) / float64(h.count)
}

// Quantile returns the value of nearest rank: the smallest that at least the share p of all values do not exceed, off
// by at most MaxError of itself. p from 0 (the exact minimum) to 1 (the exact maximum); beyond, it is clamped. ok is
// false of an empty histogram and of a p that is no number.
func (h *Histogram[T]) Quantile(p float64) (v T, ok bool) {
	if h.count == 0 || math.IsNaN(p) {
		return 0, false
	}
	rank := rankOf(p, h.count)
	if rank <= 1 {
		return h.min, true
	}
	if rank >= h.count {
		return h.max, true
	}
	var seen int64
	for i := side - 1; i >= 0; i-- {
		if seen += h.negative[i]; seen >= rank {
			return h.within(h.middleBelowZero(i)), true
		}
	}
	for i := range side {
		if seen += h.positive[i]; seen >= rank {
			return h.within(h.middle(i)), true
		}
	}
	panic("quantile: buckets hold fewer values than were counted")
}

// Each calls f with every bucket that is not empty, from the smallest values to the largest: the least and the greatest
// value that the bucket takes, and how many it counted. Charts are drawn from it.
func (h *Histogram[T]) Each(f func(low, high T, count int64)) {
	for i := side - 1; i >= 0; i-- {
		if n := h.negative[i]; n > 0 {
			low, high := bounds(i)
			f(-T(high), -T(low), n)
		}
	}
	for i, n := range h.positive {
		if n > 0 {
			low, high := bounds(i)
			f(T(low), T(high), n)
		}
	}
}

func (h *Histogram[T]) middle(i int) T {
	if i == side-1 {
		return h.max
	}
	low, high := bounds(i)
	return T(low + (high-low)/2)
}

func (h *Histogram[T]) middleBelowZero(i int) T {
	if i == side-1 {
		return h.min
	}
	low, high := bounds(i)
	return -T(low + (high-low)/2)
}

func (h *Histogram[T]) within(v T) T { return min(max(v, h.min), h.max) }

// rankOf is the nearest rank of p among n values. The factor keeps a product that is a whole number but for rounding
// (0.07 of 100) from being rounded up to the next.
func rankOf(p float64, n int64) int64 {
	return int64(math.Ceil(min(max(p, 0), 1) * float64(n) * (1 - 1e-12)))
}

// index returns the bucket of magnitude u.
func index(u uint64) int {
	if u < sub {
		return int(u)
	}
	if u >= Limit {
		return side - 1
	}
	shift := bits.Len64(u) - 1 - subBits
	return (shift+1)<<subBits + int(u>>shift) - sub
}

// bounds returns the least and the greatest magnitude of bucket i.
func bounds(i int) (low, high int64) {
	if i < sub {
		return int64(i), int64(i)
	}
	if i == side-1 {
		return Limit, math.MaxInt64
	}
	shift := i>>subBits - 1
	low = int64(i&(sub-1)+sub) << shift
	return low, low + 1<<shift - 1
}
