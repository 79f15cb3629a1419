package series

import (
	"bytes"
	"math"
	"slices"
	"testing"
	"time"

	"airbridge/internal/stream"
)

// Buckets are added in whatever order: a sum is a sum.
func TestMergeOfBucketsIsASum(t *testing.T) {
	parts := make([]*Series, 3)
	for i := range parts {
		parts[i] = New(interval)
		record(uint64(i), 3*time.Second, parts[i])
		parts[i].Count(ms, RecoveredRTX, int64(i))
	}
	sum := func(order ...int) Bucket {
		var b Bucket
		for _, i := range order {
			b.Merge(&parts[i].Buckets()[0])
		}
		return b
	}
	want := sum(0, 1, 2)
	for _, order := range [][]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		if got := sum(order...); got != want {
			t.Errorf("merged in the order %v the bucket differs", order)
		}
	}
	if want.Counters[RecoveredRTX] != 3 || want.Frames() < 15 {
		t.Errorf("%d repeated, %d frames", want.Counters[RecoveredRTX], want.Frames())
	}
}

func TestMergeLeavesTheOtherAlone(t *testing.T) {
	a, b := New(interval), New(interval)
	record(1, 3*time.Minute, a)
	record(2, 10*time.Second, b)
	before := encode(t, b)
	for range 2 { // once wider, once as wide
		if err := a.Merge(b); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(encode(t, b), before) {
		t.Error("Merge changed what it adds")
	}
	if err := b.Merge(a); err != nil || b.Width() != a.Width() {
		t.Errorf("Merge of the long into the short: %v, width %v", err, b.Width())
	}
}

func TestMergeBoundsSpansAndEvents(t *testing.T) {
	a, b := New(interval), New(interval)
	for i := range MaxSpans {
		a.Span("a", 0, ms)
		b.Span("b", 0, ms)
		b.Event(time.Duration(i), Note, 0, "")
	}
	b.Span("one more", 0, ms)
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	spans, more := a.Spans()
	if len(spans) != MaxSpans || more != MaxSpans+1 || slices.ContainsFunc(spans, func(s Span) bool { return s.Name != "a" }) {
		t.Errorf("%d spans and %d more, want the first %d", len(spans), more, MaxSpans)
	}
	if events, more := a.Events(); len(events) != MaxSpans || more != 0 {
		t.Errorf("%d events and %d more", len(events), more)
	}
	reread(t, a)
}

func TestWideningKeepsEverything(t *testing.T) {
	s := New(interval)
	record(4, 20*time.Second, s)
	total := func() (b Bucket) {
		for i := range s.Buckets() {
			b.Merge(&s.Buckets()[i])
		}
		return b
	}
	before, end := total(), s.End()
	for _, width := range []time.Duration{0, 150 * ms, 5 * time.Second, time.Hour} {
		s.Widen(width)
		if s.Width() < width || total() != before || s.End() != end {
			t.Fatalf("Widen(%v): width %v, end %v", width, s.Width(), s.End())
		}
		if want := int(end/s.Width()) + 1; len(s.Buckets()) > want {
			t.Errorf("Widen(%v): %d buckets, want %d at most", width, len(s.Buckets()), want)
		}
	}
	s.Widen(math.MaxInt64)
	if s.Width() != FirstWidth<<maxDoublings || len(s.Buckets()) != 1 {
		t.Errorf("at the widest %v and %d buckets", s.Width(), len(s.Buckets()))
	}
}

func TestFinishNeverShortens(t *testing.T) {
	s := New(interval)
	s.Finish(10 * time.Second)
	s.Finish(5 * time.Second)
	if s.End() != 10*time.Second {
		t.Errorf("end %v, want 10 s", s.End())
	}
	s.Count(12*time.Second, PacketsSent, 1)
	if s.End() != 12*time.Second {
		t.Errorf("end %v, want the last record's", s.End())
	}
	s.Finish(math.MaxInt64)
	if s.End() != MaxTime {
		t.Errorf("end %v, want %v", s.End(), time.Duration(MaxTime))
	}
	reread(t, s)
}

// What stays within its cell is exact; a mean and extremes always are.
func TestSketchesMergeExactly(t *testing.T) {
	var whole Sketch
	parts := make([]Sketch, 4)
	r := stream.New(7, "parts")
	for i := range 4000 {
		d := time.Duration(r.Int64N(int64(3 * time.Second))) // some beyond the last cell
		whole.record(d)
		parts[i%4].record(d)
	}
	var merged Sketch
	for _, i := range []int{2, 0, 3, 1} {
		merged.merge(&parts[i])
	}
	var empty Sketch
	merged.merge(&empty)
	if merged != whole {
		t.Error("four parts merged are not the whole")
	}
	var sum time.Duration
	for i := range parts {
		sum += parts[i].sum
	}
	if got := whole.Mean(); math.Abs(got-float64(sum)/4000) > 1e-6 {
		t.Errorf("mean %v, want %v", got, float64(sum)/4000)
	}
	last := time.Duration(-1)
	for p := 0.0; p <= 1; p += 0.001 {
		q, ok := whole.Quantile(p)
		if !ok || q < last || q < whole.Min() || q > whole.Max() {
			t.Fatalf("Quantile(%v) = %v after %v", p, q, last)
		}
		last = q
	}
	if q, _ := whole.Quantile(-5); q != whole.Min() {
		t.Errorf("Quantile(-5) = %v", q)
	}
	if q, _ := whole.Quantile(5); q != whole.Max() {
		t.Errorf("Quantile(5) = %v", q)
	}
}
