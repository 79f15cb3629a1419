package quantile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrFormat is what UnmarshalJSON wraps about text that no histogram writes.
var ErrFormat = errors.New("quantile: not a histogram")

// sparse is a histogram as text: what shards of a run hand over to be merged. A bucket is its index and its count; the
// index of a bucket of negative values is -1 minus its place.
type sparse struct {
	Count   int64      `json:"count"`
	Sum     int64      `json:"sum"`
	Min     int64      `json:"min"`
	Max     int64      `json:"max"`
	Buckets [][2]int64 `json:"buckets"`
}

// MarshalJSON writes the counts that are not zero, in order of value.
func (h *Histogram[T]) MarshalJSON() ([]byte, error) {
	s := sparse{Count: h.count, Sum: h.sum, Min: int64(h.min), Max: int64(h.max), Buckets: [][2]int64{}}
	for i := side - 1; i >= 0; i-- {
		if n := h.negative[i]; n > 0 {
			s.Buckets = append(s.Buckets, [2]int64{int64(-1 - i), n})
		}
	}
	for i, n := range h.positive {
		if n > 0 {
			s.Buckets = append(s.Buckets, [2]int64{int64(i), n})
		}
	}
	return json.Marshal(s)
}

// UnmarshalJSON replaces the histogram by what MarshalJSON wrote. It rejects text that cannot be a histogram: buckets
// that are unknown, unordered or empty, counts that do not add up, extremes outside the outermost buckets.
func (h *Histogram[T]) UnmarshalJSON(text []byte) error {
	var s sparse
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	read := Histogram[T]{count: s.Count, sum: s.Sum, min: T(s.Min), max: T(s.Max)}
	var total int64
	for i, b := range s.Buckets {
		place, n := b[0], b[1]
		ordered := i == 0 || s.Buckets[i-1][0] < place
		if place >= side || place < -side || place == -1 || n <= 0 || total+n < total || !ordered {
			return fmt.Errorf("%w: bucket %d", ErrFormat, place)
		}
		total += n
		if place < 0 {
			read.negative[-1-place] = n
		} else {
			read.positive[place] = n
		}
	}
	if total != s.Count || !s.extremesFit() {
		return fmt.Errorf("%w: counts or extremes do not fit the buckets", ErrFormat)
	}
	*h = read
	return nil
}

func (s *sparse) extremesFit() bool {
	if s.Count == 0 {
		return s.Sum == 0 && s.Min == 0 && s.Max == 0
	}
	return s.Min <= s.Max && place(s.Min) == s.Buckets[0][0] && place(s.Max) == s.Buckets[len(s.Buckets)-1][0]
}

func place(v int64) int64 {
	if v < 0 {
		return int64(-1 - index(-uint64(v)))
	}
	return int64(index(uint64(v)))
}
