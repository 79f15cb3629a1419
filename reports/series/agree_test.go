package series

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/protocol/wire"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// The record of a run is filled from an Aggregate, its charts from a Series: of the same frames both must say the same.
func TestSeriesAndAggregateAgree(t *testing.T) {
	s, a := New(interval), statistics.NewAggregate(interval)
	r := stream.New(3, "agree")
	at := time.Duration(0)
	for i := range 5000 {
		at += interval
		if r.IntN(300) == 0 {
			at += time.Duration(r.Int64N(int64(time.Second))) // a stall: perhaps a freeze
		}
		var walk [statistics.StageCount]time.Duration
		for j := range walk {
			walk[j] = time.Duration(r.Int64N(int64(4 * ms)))
		}
		f := shown(at, walk)
		f.ID, f.IDR = units.FrameID(i+1), r.IntN(90) == 0
		switch r.IntN(12) {
		case 0:
			f.Outcome, f.Report = wire.Lost, wire.Report{}
		case 1:
			f.Posed = false
		}
		o := offset
		if r.IntN(50) == 0 {
			o = statistics.Offset{}
		}
		s.Frame(at, f, o)
		a.Add(f, o)
	}
	var sum Bucket
	for i := range s.Buckets() {
		sum.Merge(&s.Buckets()[i])
	}
	for name, pair := range map[string][2]int64{
		"frames": {sum.Frames(), a.Rendered}, "displayed": {sum.Outcomes[0], a.Displayed}, "lost": {sum.Outcomes[3], a.Lost},
		"IDRs": {sum.IDR, a.IDR}, "freezes": {sum.Freezes, a.Freezes},
		"timed": {sum.Motion.Count(), a.MotionToPhoton.Count()}, "timed in the run": {s.Motion().Count(), a.MotionToPhoton.Count()},
		"motion-to-photon": {int64(sum.Motion.sum), int64(a.MotionToPhoton.Sum())}, "longest": {int64(sum.Motion.Max()), int64(a.MotionToPhoton.Max())},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: the series says %d, the aggregate %d", name, pair[0], pair[1])
		}
	}
	if a.Freezes < 3 || a.Lost < 100 {
		t.Fatalf("%d freezes and %d lost frames are too few to compare anything by", a.Freezes, a.Lost)
	}
	events, more := s.Events()
	var freezes, longest int64
	for _, e := range events {
		if e.Kind == Freeze {
			freezes, longest = freezes+1, max(longest, e.Value)
		}
	}
	if more != 0 || freezes != a.Freezes || longest != int64(a.LongestFreeze) {
		t.Errorf("%d freezes among events, the longest %v; want %d and %v", freezes, time.Duration(longest), a.Freezes, a.LongestFreeze)
	}
}

func TestAFreezeTakesThreeIntervals(t *testing.T) {
	const slow = time.Second / 10
	for gap, want := range map[time.Duration]int64{150 * ms: 0, 300 * ms: 0, 301 * ms: 1, 5 * time.Second: 1} {
		s := New(slow)
		s.Frame(0, shown(0, even(ms)), offset)
		s.Frame(gap, shown(gap, even(ms)), offset)
		var n int64
		for i := range s.Buckets() {
			n += s.Buckets()[i].Freezes
		}
		if n != want {
			t.Errorf("at 10 Hz a gap of %v makes %d freezes, want %d", gap, n, want)
		}
	}
}

// A frame shown out of order, or twice, is no jump back in time that would hide the next freeze.
func TestFramesOutOfOrderMakeNoFreeze(t *testing.T) {
	s := New(interval)
	for _, at := range []time.Duration{100 * ms, 50 * ms, 100 * ms, 120 * ms} {
		s.Frame(at, shown(at, even(ms)), offset)
	}
	if e, _ := s.Events(); len(e) != 0 {
		t.Errorf("events %v, want none", e)
	}
	s.Frame(300*ms, shown(300*ms, even(ms)), offset)
	if e, _ := s.Events(); len(e) != 1 || e[0].Value != int64(180*ms) {
		t.Errorf("events %v, want one freeze since 120 ms", e)
	}
}

func TestGaugesKeepCountSumAndExtremes(t *testing.T) {
	s := New(interval)
	for _, v := range []int64{5, -7, 3} {
		s.Gauge(40*ms, ClockError, v)
	}
	s.Gauge(140*ms, ClockError, 11)
	b := s.Buckets()
	if m := b[0].Gauges[ClockError]; m != (Measure{3, 1, -7, 5}) || math.Abs(m.Mean()-1./3) > 1e-15 {
		t.Errorf("%+v with mean %v", m, m.Mean())
	}
	if m := b[1].Gauges[ClockError]; m != (Measure{1, 11, 11, 11}) {
		t.Errorf("%+v", m)
	}
	var none Measure
	if !math.IsNaN(none.Mean()) {
		t.Error("nothing has a mean")
	}
	for _, order := range [][2]Measure{{b[0].Gauges[ClockError], b[1].Gauges[ClockError]}, {b[1].Gauges[ClockError], b[0].Gauges[ClockError]}} {
		order[0].merge(order[1])
		order[0].merge(none)
		if order[0] != (Measure{4, 12, -7, 11}) {
			t.Errorf("merged %+v", order[0])
		}
		none := Measure{}
		none.merge(order[0])
		if none != order[0] {
			t.Errorf("merged into nothing %+v", none)
		}
	}
}

func TestNumbersThatCannotBeAreRefused(t *testing.T) {
	s := New(interval)
	for i := range 20 {
		at := time.Duration(i) * interval
		s.Frame(at, shown(at, even(2*ms)), offset)
	}
	s.Gauge(0, RTT, 5)
	s.Gauge(0, RTT, 7)
	text := string(encode(t, s))
	for name, c := range map[string]struct{ from, to, says string }{
		"a mean above the maximum":   {`[2,12,5,7]`, `[2,40,5,7]`, "rtt_ns of bucket 0"},
		"a mean below the minimum":   {`[2,12,5,7]`, `[2,-12,5,7]`, "rtt_ns of bucket 0"},
		"a minimum above":            {`[2,12,5,7]`, `[2,12,8,7]`, "rtt_ns of bucket 0"},
		"a measure of nothing":       {`[2,12,5,7]`, `[0,0,0,0]`, "rtt_ns of bucket 0"},
		"a measure cut short":        {`[2,12,5,7]`, `[2,12]`, "rtt_ns of bucket 0"},
		"more timed than frames":     {`"timed":[8,`, `"timed":[9,`, "bucket 0: 8 frames, 9 timed"},
		"motion of frames not timed": {`"timed":[8,`, `"timed":[7,`, "bucket 0: 8 frames, 7 timed, 8 with"},
		"a negative count":           {`"idr":[0,`, `"idr":[-1,`, "idr has a count of -1"},
		"a stage longer than all":    {`"encode":[16000000,`, `"encode":[1,`, "stage encode of bucket 0"},
		"no histogram of the run":    {`"motion_to_photon_run"`, `"motion_to_photon_runs"`, "motion_to_photon_run"},
	} {
		broken := strings.Replace(text, c.from, c.to, 1)
		if broken == text {
			t.Fatalf("%s: %s is not in %.900s", name, c.from, text)
		}
		var read Series
		if err := json.Unmarshal([]byte(broken), &read); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want ErrFormat that says %q", name, err, c.says)
		}
	}
	var kept Series
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		t.Fatal(err)
	}
	before := encode(t, &kept)
	if err := json.Unmarshal([]byte(`{"interval_ns":0}`), &kept); err == nil || !bytes.Equal(encode(t, &kept), before) {
		t.Errorf("a failed read (%v) leaves half a series", err)
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for g := range Gauge(GaugeCount) {
		seen[g.String()] = true
	}
	for c := range Counter(CounterCount) {
		seen[c.String()] = true
	}
	for k := range eventEnd {
		seen[k.String()] = true
	}
	if want := GaugeCount + CounterCount + int(eventEnd); len(seen) != want || seen[""] {
		t.Errorf("%d names of %d kinds: %v", len(seen), want, seen)
	}
	for o := wire.Displayed; int(o) <= OutcomeCount; o++ {
		if got, want := OutcomeNames[o-wire.Displayed], o.String(); got != want {
			t.Errorf("outcome %d is called %q here and %q on the wire", o, got, want)
		}
	}
}

func TestNamesAreCutBetweenCharacters(t *testing.T) {
	s := New(interval)
	s.Span(strings.Repeat("ü", 150), 0, ms) // 300 bytes, and 200 is within a character of 3
	s.Event(0, Note, 1, strings.Repeat("€", 100)+"\xff")
	spans, _ := s.Spans()
	events, _ := s.Events()
	if spans[0].Name != strings.Repeat("ü", 100) || events[0].Text != strings.Repeat("€", 66) {
		t.Errorf("%q and %q", spans[0].Name, events[0].Text)
	}
	reread(t, s)
}
