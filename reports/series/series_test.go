package series

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/protocol/wire"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

const (
	ms       = time.Millisecond
	interval = time.Second / 72
)

var offset = statistics.NewOffset(3*time.Second, ms)

// shown makes a frame whose stages take what walk says, rendered at an instant of the run.
func shown(at time.Duration, walk [statistics.StageCount]time.Duration) *statistics.Frame {
	f := &statistics.Frame{Outcome: wire.Displayed, Posed: true, Bytes: 90_000}
	now := units.Mono(at) - units.Mono(walk[0]+walk[1]+walk[2])
	f.PoseSampled = offset.Peer(now)
	step := func(s statistics.Stage) units.Mono { now = now.Add(walk[s]); return now }
	f.PoseReceived, f.RenderStart, f.Rendered = step(statistics.Uplink), step(statistics.PoseWait), step(statistics.Render)
	f.Composited, f.Encoded = step(statistics.Composite), step(statistics.Encode)
	f.Paced, f.Sent = step(statistics.Packetize), step(statistics.Pace)
	f.LastSent = f.Sent
	f.Report.Received = offset.Peer(step(statistics.Network))
	since := func(s statistics.Stage) time.Duration { return offset.Peer(step(s)).Sub(f.Report.Received) }
	f.Report.Recovered, f.Report.DecodeStart = since(statistics.Recover), since(statistics.DecodeWait)
	f.Report.Decoded, f.Report.Latched, f.Report.Displayed = since(statistics.Decode), since(statistics.SlotWait), since(statistics.Scanout)
	return f
}

func even(d time.Duration) (walk [statistics.StageCount]time.Duration) {
	for i := range walk {
		walk[i] = d
	}
	return walk
}

func TestStagesOfABucketAddUpToItsMotionToPhoton(t *testing.T) {
	s := New(interval)
	r := stream.New(1, "walk")
	var whole time.Duration
	for i := range 720 {
		var walk [statistics.StageCount]time.Duration
		for j := range walk {
			walk[j] = time.Duration(r.Int64N(int64(5 * ms)))
			whole += walk[j]
		}
		at := time.Duration(i) * interval
		s.Frame(at, shown(at, walk), offset)
	}
	var stages, motion time.Duration
	for i := range s.Buckets() {
		b := &s.Buckets()[i]
		var sum time.Duration
		for _, st := range b.Stages {
			sum += st.Sum
		}
		if sum != b.Motion.sum || b.Timed != b.Motion.Count() {
			t.Fatalf("bucket %d: stages of %d frames add up to %v, motion-to-photon of %d to %v", i, b.Timed, sum, b.Motion.count, b.Motion.sum)
		}
		stages, motion = stages+sum, motion+b.Motion.sum
	}
	if stages != whole || motion != whole || s.Motion().Sum() != whole {
		t.Errorf("stages %v, buckets %v, run %v; want %v each", stages, motion, s.Motion().Sum(), whole)
	}
}

func TestFramesAreCountedByOutcomeWhetherShownOrNot(t *testing.T) {
	s := New(interval)
	for i, o := range []wire.Outcome{wire.Displayed, wire.Late, wire.Late, wire.Replaced, wire.Lost, wire.Lost, wire.Lost, wire.Skipped} {
		f := shown(time.Duration(i)*interval, even(ms))
		f.Outcome, f.IDR = o, o == wire.Lost
		s.Frame(0, f, offset)
	}
	b := s.Buckets()[0]
	if want := [OutcomeCount]int64{1, 2, 1, 3, 1}; b.Outcomes != want || b.Frames() != 8 || b.IDR != 3 || b.Timed != 1 {
		t.Errorf("outcomes %v of %d frames, %d IDRs, %d timed; want %v of 8, 3, 1", b.Outcomes, b.Frames(), b.IDR, b.Timed, want)
	}
	if e, _ := s.Events(); len(e) != 3 || e[0].Kind != IDR || e[0].Value != 90_000 {
		t.Errorf("events %v, want three IDRs of 90 kB", e)
	}
}

func TestAFrameWithoutClockOrPoseIsNotTimed(t *testing.T) {
	s := New(interval)
	s.Frame(0, shown(0, even(ms)), statistics.Offset{})
	film := shown(interval, even(ms))
	film.Posed = false
	s.Frame(interval, film, offset)
	stepped := shown(2*interval, even(ms))
	stepped.PoseSampled -= units.PeerMono(time.Hour)
	s.Frame(2*interval, stepped, offset)
	b := s.Buckets()[0]
	if b.Outcomes[0] != 3 || b.Timed != 1 || b.Motion.Count() != 0 || s.Motion().Count() != 0 {
		t.Errorf("%d displayed, %d timed, %d with motion-to-photon; want 3, 1 (the film's) and 0", b.Outcomes[0], b.Timed, b.Motion.Count())
	}
	if b.Stages[statistics.Uplink].Sum != 0 || b.Stages[statistics.Decode].Sum != ms {
		t.Errorf("stages %v, want no uplink and 1 ms of decoding", b.Stages)
	}
}

func TestAGapBetweenShownFramesIsAFreeze(t *testing.T) {
	s := New(interval)
	for _, at := range []time.Duration{0, 140 * ms, 280 * ms, 600 * ms, 610 * ms} {
		s.Frame(at, shown(at, even(ms)), offset)
	}
	want := []Event{{At: 600 * ms, Kind: Freeze, Value: int64(320 * ms)}}
	if got, _ := s.Events(); !slices.Equal(got, want) || s.Buckets()[6].Freezes != 1 {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestBucketsDoubleAndNothingIsLost(t *testing.T) {
	const hours = 3
	s := New(interval)
	var frames int64
	for at := time.Duration(0); at < hours*time.Hour; at += 10 * interval {
		s.Frame(at, shown(at, even(ms)), offset)
		s.Gauge(at, RTT, int64(at))
		s.Count(at, PacketsSent, 2)
		frames++
	}
	if n := len(s.Buckets()); n > Buckets || n <= Buckets/2 {
		t.Errorf("%d buckets of %v, want between %d and %d", n, s.Width(), Buckets/2, Buckets)
	}
	var sum Bucket
	for i := range s.Buckets() {
		b := &s.Buckets()[i]
		first, last := time.Duration(i)*s.Width(), time.Duration(i+1)*s.Width()
		if m := b.Gauges[RTT]; m.Min < int64(first) || m.Max >= int64(last) {
			t.Fatalf("bucket %d of %v to %v has what was recorded from %v to %v", i, first, last, time.Duration(m.Min), time.Duration(m.Max))
		}
		sum.Merge(b)
	}
	if sum.Frames() != frames || sum.Counters[PacketsSent] != 2*frames || sum.Motion.Count() != frames {
		t.Errorf("%d frames, %d packets, %d timed; want %d, twice and as many", sum.Frames(), sum.Counters[PacketsSent], sum.Motion.Count(), frames)
	}
}

// record fills a series with what a run of that length might, from one stream.
func record(seed uint64, length time.Duration, parts ...*Series) {
	r := stream.New(seed, "record")
	n := 0
	for at := time.Duration(0); at < length; at += interval {
		s := parts[n%len(parts)]
		n++
		f := shown(at, even(ms+time.Duration(r.Int64N(int64(ms)))))
		f.Outcome = wire.Outcome(1 + r.IntN(OutcomeCount))
		s.Frame(at, f, offset)
		s.Gauge(at, Capacity, r.Int64N(1e8))
		s.Gauge(at, ClockError, r.Int64N(1e6)-5e5)
		s.Count(at, PacketsLost, r.Int64N(3))
	}
}

func TestPartsMergeToTheWhole(t *testing.T) {
	whole, a, b := New(interval), New(interval), New(interval)
	record(3, 150*time.Second, whole)
	record(3, 150*time.Second, a, b)
	whole.Finish(200 * time.Second)
	b.Finish(200 * time.Second)
	whole.Span("microwave", ms, 2*ms)
	a.Span("microwave", ms, 2*ms)
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	// Freezes depend on the order in which frames come: a part sees larger gaps.
	for _, s := range []*Series{a, whole} {
		s.events.kept, s.events.dropped = nil, 0
		for i := range s.buckets {
			s.buckets[i].Freezes = 0
		}
	}
	if got, want := encode(t, a), encode(t, whole); !bytes.Equal(got, want) {
		t.Errorf("merged:\n%.300s\nwhole:\n%.300s", got, want)
	}
}

func TestAShortRunMergesWithALongOne(t *testing.T) {
	short, long := New(interval), New(interval)
	record(4, time.Second, short)
	record(5, 10*time.Minute, long)
	frames := func(s *Series) (n int64) {
		for i := range s.buckets {
			n += s.buckets[i].Frames()
		}
		return n
	}
	want := frames(short) + frames(long)
	if err := short.Merge(long); err != nil || frames(short) != want || short.End() != long.End() {
		t.Errorf("Merge = %v, %d frames until %v; want %d until %v", err, frames(short), short.End(), want, long.End())
	}
	if err := short.Merge(New(interval / 2)); !errors.Is(err, ErrMerge) {
		t.Errorf("Merge of 144 Hz into 72 Hz = %v, want ErrMerge", err)
	}
}

func TestInstantsOutsideARunAreClamped(t *testing.T) {
	s := New(interval)
	s.Frame(-time.Hour, shown(0, even(ms)), offset)
	s.Count(math.MaxInt64, PacketsSent, 1)
	s.Event(math.MinInt64, Note, 0, "early")
	s.Span("odd", 5*ms, ms)
	if n := len(s.Buckets()); n > Buckets || s.Buckets()[0].Frames() != 1 || s.Buckets()[n-1].Counters[PacketsSent] != 1 {
		t.Errorf("%d buckets, %d frames in the first", n, s.Buckets()[0].Frames())
	}
	spans, _ := s.Spans()
	if want := []Span{{"odd", 5 * ms, 5 * ms}}; !slices.Equal(spans, want) {
		t.Errorf("spans %v, want %v", spans, want)
	}
	reread(t, s)
}

func TestSpansAndEventsAreBoundedAndCounted(t *testing.T) {
	s := New(interval)
	for i := range MaxEvents + 7 {
		s.Event(time.Duration(i), RateChange, int64(i), strings.Repeat("é", 300))
		s.Span("x", 0, ms)
	}
	events, more := s.Events()
	if len(events) != MaxEvents || more != 7 || events[MaxEvents-1].Value != MaxEvents-1 || len(events[0].Text) > maxText {
		t.Errorf("%d events and %d more, want the first %d and 7", len(events), more, MaxEvents)
	}
	if spans, more := s.Spans(); len(spans) != MaxSpans || more != MaxEvents+7-MaxSpans {
		t.Errorf("%d spans and %d more", len(spans), more)
	}
	reread(t, s)
}

func TestWhatWasNeverRecordedIsNotKnown(t *testing.T) {
	s := New(interval)
	s.Count(0, PacketsLost, 0)
	s.Gauge(0, RTT, 0)
	for _, s := range []*Series{s, reread(t, s)} {
		if !s.KnowsCounter(PacketsLost) || s.KnowsCounter(PacketsSent) || !s.KnowsGauge(RTT) || s.KnowsGauge(Target) {
			t.Error("want packets lost and RTT known, and nothing else")
		}
	}
}

func TestRecordingDoesNotAllocate(t *testing.T) {
	s := New(interval)
	f := shown(0, even(ms))
	at := time.Duration(0)
	if n := testing.AllocsPerRun(20_000, func() {
		at += 10 * interval // 46 minutes: with all doublings
		f.Report.Received += units.PeerMono(10 * interval)
		f.PoseSampled += units.PeerMono(10 * interval)
		s.Frame(at, f, offset)
		s.Gauge(at, RTT, 5)
		s.Count(at, PacketsSent, 5)
	}); n != 0 {
		t.Errorf("%v allocations a frame, want none", n)
	}
}

func TestAnIntervalMustBePositive(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New(0) does not panic")
		}
	}()
	New(0)
}

func BenchmarkFrame(b *testing.B) {
	s := New(interval)
	f := shown(0, even(ms))
	at := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		at += interval
		f.Report.Received += units.PeerMono(interval)
		f.PoseSampled += units.PeerMono(interval)
		s.Frame(at, f, offset)
	}
}
