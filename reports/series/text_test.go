package series

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"airbridge/internal/quantile"

	"github.com/google/go-cmp/cmp"
)

func encode(t *testing.T, s *Series) []byte {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reread writes and reads a series, and checks that nothing was lost.
func reread(t *testing.T, s *Series) *Series {
	t.Helper()
	text := encode(t, s)
	var again Series
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatalf("%v\n%.400s", err, text)
	}
	if diff := cmp.Diff(s.Buckets(), again.Buckets(), cmp.Comparer(func(a, b Sketch) bool { return a == b })); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
	if second := encode(t, &again); !bytes.Equal(text, second) {
		t.Errorf("written again:\n%.400s\nwant\n%.400s", second, text)
	}
	return &again
}

func TestSeriesSurviveARoundTrip(t *testing.T) {
	s := New(interval)
	reread(t, s)
	record(8, 90*time.Second, s)
	s.Span("roam <&>\u2028", ms, 2*ms)
	s.Event(5*ms, RateChange, 30e6, "loss")
	s.Finish(100 * time.Second)
	again := reread(t, s)
	if again.End() != 100*time.Second || again.Width() != 200*ms || again.Interval() != interval {
		t.Errorf("until %v in buckets of %v, frames every %v", again.End(), again.Width(), again.Interval())
	}
	other := New(interval)
	record(2, time.Second, other)
	if err := again.Merge(other); err != nil {
		t.Error(err)
	}
}

func TestTextThatIsNoSeriesIsRefused(t *testing.T) {
	s := New(interval)
	record(8, time.Second, s)
	good := string(encode(t, s))
	for name, c := range map[string]struct{ from, to, says string }{
		"an unknown field":    {`{"interval_ns"`, `{"mood":1,"interval_ns"`, "mood"},
		"no interval":         {`"interval_ns":13888888`, `"interval_ns":0`, "interval_ns"},
		"an odd width":        {`"width_ns":100000000`, `"width_ns":150000000`, "width_ns"},
		"too many buckets":    {`"buckets":10`, `"buckets":601`, "601 buckets"},
		"a short column":      {`"buckets":10`, `"buckets":9`, "want 9"},
		"an unknown gauge":    {`"capacity_bps"`, `"temperature"`, "temperature"},
		"an unknown counter":  {`"packets_lost"`, `"packets_found"`, "packets_found"},
		"a renamed outcome":   {`"skipped"`, `"dropped"`, "skipped"},
		"a renamed stage":     {`"encode"`, `"encoding"`, "encode"},
		"an unknown event":    {`"events":[`, `"events":[{"at_ns":1,"kind":"party","value":1},`, "party"},
		"a span backwards":    {`"disturbances":[`, `"disturbances":[{"name":"x","from_ns":2,"to_ns":1}`, "disturbance"},
		"an end in the midst": {`"end_ns":`, `"end_ns":0,"end_ns":-`, "end_ns"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if text == good {
			t.Fatalf("%s: nothing to change", name)
		}
		var read Series
		if err := json.Unmarshal([]byte(text), &read); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want ErrFormat that says %q", name, err, c.says)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	s := New(interval)
	for i := range 3 {
		at := time.Duration(i) * 400 * ms
		s.Frame(at, shown(at, even(time.Duration(i+1)*ms)), offset)
	}
	s.Gauge(0, RTT, -5)
	s.Count(0, BytesSent, 0)
	s.Span("a", 1, 2)
	text, err := json.Marshal(s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var read Series
		if json.Unmarshal(text, &read) != nil || read.interval == 0 {
			return
		}
		reread(t, &read)
		other := New(read.interval)
		other.Frame(time.Hour, shown(time.Hour, even(ms)), offset)
		if err := other.Merge(&read); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheRunsHistogramIsKept(t *testing.T) {
	s := New(interval)
	record(1, 5*time.Second, s)
	var want quantile.Histogram[time.Duration]
	want.Merge(s.Motion())
	if got := reread(t, s).Motion(); got.Count() != want.Count() || got.Max() != want.Max() {
		t.Errorf("%d frames up to %v, want %d up to %v", got.Count(), got.Max(), want.Count(), want.Max())
	}
}
