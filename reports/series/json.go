package series

import (
	"encoding/json"
	"errors"
	"time"

	"airbridge/internal/quantile"
	"airbridge/streamer/statistics"
)

// ErrFormat is what UnmarshalJSON wraps about text that no series writes.
var ErrFormat = errors.New("not a series")

// text is a series as JSON: column by column, a column as long as there are buckets. Times are in nanoseconds. Of a
// column of tuples, a bucket in which nothing was recorded is null.
type text struct {
	Interval time.Duration `json:"interval_ns"`
	Width    time.Duration `json:"width_ns"`
	End      time.Duration `json:"end_ns"`
	Buckets  int           `json:"buckets"`
	// Outcomes has one column an outcome, IDR and Freezes one each.
	Outcomes map[string][]int64 `json:"outcomes"`
	IDR      []int64            `json:"idr"`
	Freezes  []int64            `json:"freezes"`
	// Motion is [count, sum, min, max, cell, n, cell, n, …] a bucket.
	Motion [][]int64 `json:"motion_to_photon"`
	Timed  []int64   `json:"timed"`
	// Stages has the sum and the maximum of the timed frames, one after the other.
	Stages map[string][]int64 `json:"stages"`
	// Gauges has [count, sum, min, max] a bucket. Gauges and counters that are not known are not there.
	Gauges   map[string][][]int64               `json:"gauges"`
	Counters map[string][]int64                 `json:"counters"`
	Whole    *quantile.Histogram[time.Duration] `json:"motion_to_photon_run"`
	Spans    []spanText                         `json:"disturbances"`
	Events   []eventText                        `json:"events"`
	More     [2]int64                           `json:"more"` // disturbances and events beyond those kept
}

type spanText struct {
	Name string        `json:"name"`
	From time.Duration `json:"from_ns"`
	To   time.Duration `json:"to_ns"`
}

type eventText struct {
	At    time.Duration `json:"at_ns"`
	Kind  string        `json:"kind"`
	Value int64         `json:"value"`
	Text  string        `json:"text,omitempty"`
}

// MarshalJSON writes the series; equal series give equal bytes.
func (s *Series) MarshalJSON() ([]byte, error) {
	n := len(s.buckets)
	t := text{
		Interval: s.interval, Width: s.width, End: s.end, Buckets: n,
		Outcomes: map[string][]int64{}, Stages: map[string][]int64{}, Gauges: map[string][][]int64{}, Counters: map[string][]int64{},
		IDR: s.column(func(b *Bucket) int64 { return b.IDR }), Freezes: s.column(func(b *Bucket) int64 { return b.Freezes }),
		Timed: s.column(func(b *Bucket) int64 { return b.Timed }), Motion: make([][]int64, n), Whole: &s.motion,
		Spans: make([]spanText, 0, len(s.spans.kept)), Events: make([]eventText, 0, len(s.events.kept)),
		More: [2]int64{s.spans.dropped, s.events.dropped},
	}
	for o, name := range OutcomeNames {
		t.Outcomes[name] = s.column(func(b *Bucket) int64 { return b.Outcomes[o] })
	}
	for i := range s.buckets {
		t.Motion[i] = s.buckets[i].Motion.tuple()
	}
	for st := range statistics.StageCount {
		column := make([]int64, 0, 2*n)
		for i := range s.buckets {
			b := &s.buckets[i].Stages[st]
			column = append(column, int64(b.Sum), int64(b.Max))
		}
		t.Stages[statistics.Stage(st).String()] = column
	}
	s.known(&t)
	for _, v := range s.spans.kept {
		t.Spans = append(t.Spans, spanText(v))
	}
	for _, v := range s.events.kept {
		t.Events = append(t.Events, eventText{v.At, v.Kind.String(), v.Value, v.Text})
	}
	return json.Marshal(t)
}

func (s *Series) known(t *text) {
	for g := range Gauge(GaugeCount) {
		if !s.KnowsGauge(g) {
			continue
		}
		column := make([][]int64, len(s.buckets))
		for i := range s.buckets {
			if m := s.buckets[i].Gauges[g]; m.Count > 0 {
				column[i] = []int64{m.Count, m.Sum, m.Min, m.Max}
			}
		}
		t.Gauges[g.String()] = column
	}
	for c := range Counter(CounterCount) {
		if s.KnowsCounter(c) {
			t.Counters[c.String()] = s.column(func(b *Bucket) int64 { return b.Counters[c] })
		}
	}
}

func (s *Series) column(of func(*Bucket) int64) []int64 {
	column := make([]int64, len(s.buckets))
	for i := range s.buckets {
		column[i] = of(&s.buckets[i])
	}
	return column
}

func (s *Sketch) tuple() []int64 {
	if s.count == 0 {
		return nil
	}
	out := []int64{s.count, int64(s.sum), int64(s.min), int64(s.max)}
	for i, n := range s.cells {
		if n > 0 {
			out = append(out, int64(i), int64(n))
		}
	}
	return out
}
