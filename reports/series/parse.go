package series

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"airbridge/streamer/statistics"
)

// UnmarshalJSON replaces the series by what MarshalJSON wrote. It rejects text that cannot be a series.
func (s *Series) UnmarshalJSON(in []byte) error {
	var t text
	dec := json.NewDecoder(bytes.NewReader(in))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := t.check(); err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	read := &Series{
		interval: t.Interval, width: t.Width, end: t.End, buckets: make([]Bucket, t.Buckets),
		spans: bounded[Span]{limit: MaxSpans}, events: bounded[Event]{limit: MaxEvents},
	}
	r := reader{s: read}
	r.plain("idr", t.IDR, func(b *Bucket) *int64 { return &b.IDR })
	r.plain("freezes", t.Freezes, func(b *Bucket) *int64 { return &b.Freezes })
	r.plain("timed", t.Timed, func(b *Bucket) *int64 { return &b.Timed })
	r.frames(&t)
	r.known(&t)
	r.lists(&t)
	if r.err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, r.err)
	}
	*s = *read
	return nil
}

func (t *text) check() error {
	doublings := 0
	for w := FirstWidth; w < t.Width && doublings <= maxDoublings; w *= 2 {
		doublings++
	}
	switch {
	case t.Interval <= 0:
		return fmt.Errorf("interval_ns is %d", t.Interval)
	case doublings > maxDoublings || t.Width != FirstWidth<<doublings:
		return fmt.Errorf("width_ns is %d", t.Width)
	case t.Buckets < 0 || t.Buckets > Buckets:
		return fmt.Errorf("%d buckets, want 0 to %d", t.Buckets, Buckets)
	case t.End < 0 || t.End > MaxTime || t.Buckets > 0 && t.End < time.Duration(t.Buckets-1)*t.Width:
		return fmt.Errorf("end_ns is %d", t.End)
	case len(t.Spans) > MaxSpans || len(t.Events) > MaxEvents || t.More[0] < 0 || t.More[1] < 0:
		return errors.New("too many disturbances or events")
	case t.Whole == nil:
		return errors.New("motion_to_photon_run is missing")
	case len(t.Outcomes) != OutcomeCount || len(t.Stages) != statistics.StageCount:
		return fmt.Errorf("%d outcomes and %d stages, want %d and %d", len(t.Outcomes), len(t.Stages), OutcomeCount, statistics.StageCount)
	}
	return nil
}

// reader fills a series and keeps the first fault.
type reader struct {
	s   *Series
	err error
}

func (r *reader) fault(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// long says whether a column is as long as it must be.
func (r *reader) long(name string, n, each int) bool {
	if n != each*len(r.s.buckets) {
		r.fault("%s has %d values, want %d", name, n, each*len(r.s.buckets))
	}
	return r.err == nil
}

func (r *reader) plain(name string, column []int64, to func(*Bucket) *int64) {
	if !r.long(name, len(column), 1) {
		return
	}
	for i, v := range column {
		if v < 0 {
			r.fault("%s has a count of %d", name, v)
		}
		*to(&r.s.buckets[i]) = v
	}
}

func (r *reader) frames(t *text) {
	for o, name := range OutcomeNames {
		r.plain(name, t.Outcomes[name], func(b *Bucket) *int64 { return &b.Outcomes[o] })
	}
	if !r.long("motion_to_photon", len(t.Motion), 1) {
		return
	}
	var n int64
	for i, tuple := range t.Motion {
		r.err = r.s.buckets[i].Motion.read(tuple)
		if r.err != nil {
			return
		}
		b := &r.s.buckets[i]
		n += b.Motion.count
		if b.Motion.count > b.Timed || b.Timed > b.Frames() {
			r.fault("bucket %d: %d frames, %d timed, %d with motion-to-photon", i, b.Frames(), b.Timed, b.Motion.count)
			return
		}
	}
	if r.s.motion = *t.Whole; n != t.Whole.Count() {
		r.fault("motion-to-photon of %d frames in buckets, %d in the run", n, t.Whole.Count())
	}
	for st := range statistics.StageCount {
		name := statistics.Stage(st).String()
		column := t.Stages[name]
		if !r.long(name, len(column), 2) {
			return
		}
		for i := range r.s.buckets {
			sum, longest := column[2*i], column[2*i+1]
			if sum < 0 || longest < 0 || longest > sum {
				r.fault("stage %s of bucket %d: sum %d, maximum %d", name, i, sum, longest)
			}
			r.s.buckets[i].Stages[st] = StageTime{time.Duration(sum), time.Duration(longest)}
		}
	}
}

func (s *Sketch) read(tuple []int64) error {
	if len(tuple) == 0 {
		return nil
	}
	if len(tuple) < 6 || len(tuple)%2 != 0 {
		return fmt.Errorf("motion_to_photon: a tuple of %d", len(tuple))
	}
	s.count, s.sum, s.min, s.max = tuple[0], time.Duration(tuple[1]), time.Duration(tuple[2]), time.Duration(tuple[3])
	var total int64
	last := int64(-1)
	for i := 4; i < len(tuple); i += 2 {
		place, n := tuple[i], tuple[i+1]
		if place <= last || place >= size || n <= 0 || n > math.MaxUint32 {
			return fmt.Errorf("motion_to_photon: cell %d with %d", place, n)
		}
		s.cells[place], last = uint32(n), place
		total += n
	}
	if total != s.count || !sums(s.count, int64(s.sum), int64(s.min), int64(s.max)) || cell(s.min) != int(tuple[4]) || cell(s.max) != int(last) {
		return errors.New("motion_to_photon: counts or extremes do not fit the cells")
	}
	return nil
}

// sums says whether so many values from least to most can have that sum.
func sums(count, sum, least, most int64) bool {
	if count <= 0 || least > most {
		return false
	}
	mean, slack := float64(sum)/float64(count), 1+1e-9*max(math.Abs(float64(least)), math.Abs(float64(most)))
	return mean >= float64(least)-slack && mean <= float64(most)+slack
}

func (r *reader) known(t *text) {
	for name := range t.Gauges {
		if !slices.Contains(gaugeNames[:], name) {
			r.fault("unknown gauge %q", name)
		}
	}
	for name := range t.Counters {
		if !slices.Contains(counterNames[:], name) {
			r.fault("unknown counter %q", name)
		}
	}
	for g, name := range gaugeNames {
		column, ok := t.Gauges[name]
		if !ok || !r.long(name, len(column), 1) {
			continue
		}
		r.s.gauges |= 1 << g
		for i, m := range column {
			if len(m) == 0 {
				continue
			}
			if len(m) != 4 || !sums(m[0], m[1], m[2], m[3]) {
				r.fault("%s of bucket %d: %v", name, i, m)
				return
			}
			r.s.buckets[i].Gauges[g] = Measure{m[0], m[1], m[2], m[3]}
		}
	}
	for c, name := range counterNames {
		if column, ok := t.Counters[name]; ok {
			r.s.counters |= 1 << c
			r.plain(name, column, func(b *Bucket) *int64 { return &b.Counters[c] })
		}
	}
}

func (r *reader) lists(t *text) {
	for _, v := range t.Spans {
		if v.From < 0 || v.To < v.From || v.To > MaxTime || clip(v.Name) != v.Name {
			r.fault("disturbance %.20q from %d to %d", v.Name, v.From, v.To)
		}
		r.s.spans.add(Span(v))
	}
	for _, v := range t.Events {
		kind := slices.Index(eventNames[:], v.Kind)
		if kind < 0 || v.At < 0 || v.At > MaxTime || clip(v.Text) != v.Text {
			r.fault("event %.20q at %d", v.Kind, v.At)
			continue
		}
		r.s.events.add(Event{v.At, EventKind(kind), v.Value, v.Text})
	}
	r.s.spans.dropped, r.s.events.dropped = t.More[0], t.More[1]
}
