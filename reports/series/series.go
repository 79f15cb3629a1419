// Package series keeps what a run records over time: a fixed number of buckets whose width doubles whenever the run
// outgrows them, so that a day of streaming costs no more memory than a minute. Charts are drawn from it.
//
// All that is kept are integers that add up: counts, sums, extremes and sketches. Recording in parts that are merged gives
// the same buckets, so that the text of a series is a function of what was recorded alone; events and disturbances stay
// in the order in which they came.
//
// The bounds are Buckets buckets of about 2.2 kB, MaxSpans disturbances and MaxEvents events; what goes beyond the last
// two is counted and not kept.
package series

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"airbridge/internal/quantile"
	"airbridge/protocol/wire"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

const (
	// Buckets is the most buckets a series has.
	Buckets = 600
	// FirstWidth is how wide they are until a run is longer than a minute.
	FirstWidth = 100 * time.Millisecond
	// maxDoublings bounds a run at two years: none is that long, and a stamp that says so is nonsense.
	maxDoublings = 20
)

// MaxTime is the latest instant of a run that is told apart; what comes later is recorded there.
const MaxTime = Buckets*FirstWidth<<maxDoublings - 1

// minFreeze and freezeIntervals are those of package statistics: a freeze is a gap above max(150 ms, 3 intervals).
const (
	minFreeze       = 150 * time.Millisecond
	freezeIntervals = 3
)

// ErrMerge is what Merge wraps about series that cannot be one.
var ErrMerge = errors.New("series cannot be merged")

// Series is what one run recorded, from its first instant on. Its methods other than New and UnmarshalJSON do not
// allocate while there is room for spans and events. Not safe for concurrent use.
type Series struct {
	interval time.Duration
	width    time.Duration
	end      time.Duration
	buckets  []Bucket
	motion   quantile.Histogram[time.Duration]
	gauges   uint32 // bit g is set once gauge g was recorded
	counters uint32
	spans    bounded[Span]
	events   bounded[Event]

	lastShown units.PeerMono
	shown     bool
}

// New returns an empty series of a source with that interval between frames, which must be positive. It takes 1.3 MB.
func New(interval time.Duration) *Series {
	if interval <= 0 {
		panic(fmt.Sprintf("series: interval %v", interval))
	}
	return &Series{
		interval: interval, width: FirstWidth, buckets: make([]Bucket, 0, Buckets),
		spans:  bounded[Span]{limit: MaxSpans, kept: make([]Span, 0, MaxSpans)},
		events: bounded[Event]{limit: MaxEvents, kept: make([]Event, 0, MaxEvents)},
	}
}

// Frame records a frame whose outcome is known, at the instant of the run that it belongs to (when it was rendered), with
// the mapping of the client's clock. Frames should come in order of their numbers: only freezes depend on it.
func (s *Series) Frame(at time.Duration, f *statistics.Frame, o statistics.Offset) {
	at = clamp(at)
	b := s.at(at)
	if f.Outcome >= wire.Displayed && int(f.Outcome) <= OutcomeCount {
		b.Outcomes[f.Outcome-wire.Displayed]++
	}
	if f.IDR {
		b.IDR++
		s.events.add(Event{At: at, Kind: IDR, Value: int64(f.Bytes)})
	}
	if !f.Shown() {
		return
	}
	s.freeze(at, f.DisplayedAt())
	if !o.Known() {
		return
	}
	motion, posed := f.MotionToPhoton()
	t := f.Timeline(o)
	if span := t[statistics.Displayed].Sub(t[statistics.Sampled]); span < 0 || span > maxSpan || posed && span != motion {
		return // as Aggregate does: a clock was stepped
	}
	b.Timed++
	for i := range b.Stages {
		d := t.Stage(statistics.Stage(i))
		b.Stages[i].Sum += d
		b.Stages[i].Max = max(b.Stages[i].Max, d)
	}
	if posed {
		b.Motion.record(motion)
		s.motion.Record(motion)
	}
}

// maxSpan is the longest life of a frame that is believed.
const maxSpan = time.Minute

func (s *Series) freeze(at time.Duration, shown units.PeerMono) {
	gap := shown.Sub(s.lastShown)
	first := !s.shown
	if !first && gap <= 0 {
		return
	}
	s.lastShown, s.shown = shown, true
	if !first && gap > max(minFreeze, freezeIntervals*s.interval) {
		s.events.add(Event{At: at, Kind: Freeze, Value: int64(gap)})
		s.at(at).Freezes++
	}
}

// Gauge records what a quantity measured at an instant, in its gauge's unit.
func (s *Series) Gauge(at time.Duration, g Gauge, value int64) {
	s.gauges |= 1 << g
	s.at(at).Gauges[g].record(value)
}

// Count adds n to a counter at an instant. Counting zero makes the counter known: without it, it is not known.
func (s *Series) Count(at time.Duration, c Counter, n int64) {
	s.counters |= 1 << c
	s.at(at).Counters[c] += n
}

// Span records a disturbance: what it was, and from when until when.
func (s *Series) Span(name string, from, to time.Duration) {
	s.spans.add(Span{Name: clip(name), From: clamp(from), To: max(clamp(to), clamp(from))})
}

// Event records that something happened once. Frame records IDR and Freeze itself.
func (s *Series) Event(at time.Duration, kind EventKind, value int64, text string) {
	s.events.add(Event{At: clamp(at), Kind: kind, Value: value, Text: clip(text)})
}

// Finish says how long the run was.
func (s *Series) Finish(end time.Duration) { s.end = max(s.end, clamp(end)) }

// Interval returns the interval between the source's frames.
func (s *Series) Interval() time.Duration { return s.interval }

// Width returns how wide a bucket is now: FirstWidth times a power of two.
func (s *Series) Width() time.Duration { return s.width }

// End returns how long the run was: what Finish said, and at least the instant of the last record.
func (s *Series) End() time.Duration { return s.end }

// Buckets returns the buckets up to the last that recorded something. They belong to the series.
func (s *Series) Buckets() []Bucket { return s.buckets }

// Motion returns motion-to-photon over the whole run.
func (s *Series) Motion() *quantile.Histogram[time.Duration] { return &s.motion }

// KnowsGauge says whether a gauge was ever recorded.
func (s *Series) KnowsGauge(g Gauge) bool { return s.gauges&(1<<g) != 0 }

// KnowsCounter says whether a counter was ever recorded, be it with zero.
func (s *Series) KnowsCounter(c Counter) bool { return s.counters&(1<<c) != 0 }

// Spans returns the disturbances as they were recorded, and how many more there were.
func (s *Series) Spans() (kept []Span, more int64) { return s.spans.kept, s.spans.dropped }

// Events returns the events as they were recorded, and how many more there were.
func (s *Series) Events() (kept []Event, more int64) { return s.events.kept, s.events.dropped }

// at returns the bucket of an instant, wide enough to be one of Buckets.
func (s *Series) at(at time.Duration) *Bucket {
	at = clamp(at)
	s.end = max(s.end, at)
	i := int64(at / s.width)
	if i < int64(len(s.buckets)) {
		return &s.buckets[i]
	}
	for i >= Buckets {
		s.double()
		i = int64(at / s.width)
	}
	s.grow(int(i) + 1)
	return &s.buckets[i]
}

func (s *Series) grow(n int) {
	if n <= len(s.buckets) {
		return
	}
	if n <= cap(s.buckets) {
		was := len(s.buckets)
		s.buckets = s.buckets[:n]
		clear(s.buckets[was:])
		return
	}
	s.buckets = append(s.buckets, make([]Bucket, n-len(s.buckets))...)
}

// double makes one bucket of every two.
func (s *Series) double() {
	n := len(s.buckets)
	for i := 0; i < n; i += 2 {
		to := &s.buckets[i/2]
		if i > 0 {
			*to = s.buckets[i]
		}
		if i+1 < n {
			to.Merge(&s.buckets[i+1])
		}
	}
	s.buckets = s.buckets[:(n+1)/2]
	s.width *= 2
}

// Widen makes buckets at least as wide as width, as far as MaxTime allows.
func (s *Series) Widen(width time.Duration) {
	for s.width < width && s.width < FirstWidth<<maxDoublings {
		s.double()
	}
}

// Merge adds what o recorded at the same instants of its run: shards of one run, or runs of several seeds laid over each
// other. Both must be of one interval. o is left as it was.
func (s *Series) Merge(o *Series) error {
	if s.interval != o.interval {
		return fmt.Errorf("%w: frames every %v and every %v", ErrMerge, s.interval, o.interval)
	}
	s.Widen(o.width)
	if o.width < s.width {
		o = o.clone()
		o.Widen(s.width)
	}
	s.grow(len(o.buckets))
	for i := range o.buckets {
		s.buckets[i].Merge(&o.buckets[i])
	}
	s.motion.Merge(&o.motion)
	s.gauges |= o.gauges
	s.counters |= o.counters
	s.end = max(s.end, o.end)
	s.spans.merge(&o.spans)
	s.events.merge(&o.events)
	return nil
}

func (s *Series) clone() *Series {
	c := *s
	c.buckets = slices.Clone(s.buckets)
	return &c
}

func clamp(at time.Duration) time.Duration { return min(max(at, 0), MaxTime) }

// mean is the mean of n integers that sum up to sum, NaN of none.
func mean(sum, n int64) float64 {
	if n == 0 {
		return math.NaN()
	}
	return float64(sum) / float64(n)
}
