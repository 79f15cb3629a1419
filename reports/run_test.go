package reports

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"

	"github.com/google/go-cmp/cmp"
)

// withSeries is a run of a seed that recorded a little.
func withSeries(scenario string, seed uint64) Run {
	r := Run{Record: known(), Series: series.New(time.Second / 72)}
	r.Scenario, r.Seed = scenario, &seed
	for i := range 10 {
		r.Series.Frame(time.Duration(i)*time.Second/72, &statistics.Frame{Outcome: wire.Lost}, statistics.Offset{})
	}
	r.Series.Gauge(time.Second, series.RTT, int64(seed))
	r.Series.Finish(2 * time.Second)
	return r
}

func lines(t *testing.T, runs []Run) string {
	t.Helper()
	var b bytes.Buffer
	for i := range runs {
		if err := runs[i].Write(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestRunsSurviveARoundTrip(t *testing.T) {
	bare := Run{Record: known()}
	want := lines(t, []Run{withSeries("a <b>", 1), bare, withSeries("z", 2)})
	got, err := ReadRuns("x.json", strings.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if again := lines(t, got); again != want || got[1].Series != nil || got[0].Series == nil {
		t.Errorf("written again:\n%.300s\nwant\n%.300s", again, want)
	}
	if strings.Count(want, "\n") != 3 {
		t.Errorf("three runs are %d lines", strings.Count(want, "\n"))
	}
	if _, err := Parse([]byte(strings.TrimSpace(lines(t, []Run{bare})))); err != nil {
		t.Errorf("a run without a series is no record: %v", err)
	}
}

func TestReadRunsTakesIndentedRecords(t *testing.T) {
	var b bytes.Buffer
	r := known()
	for range 2 {
		if err := r.Write(&b, "  "); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadRuns("x.json", &b)
	if err != nil || len(got) != 2 {
		t.Fatalf("ReadRuns = %d runs, %v", len(got), err)
	}
	if diff := cmp.Diff(r, got[1].Record); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestFaultsOfARunFileNameFileAndLine(t *testing.T) {
	good := lines(t, []Run{withSeries("a", 1)})
	for name, c := range map[string]struct{ text, at, says string }{
		"empty":                {"", "f.json:", "no run"},
		"blank lines":          {"\n\n", "f.json:", "no run"},
		"not JSON":             {good + "\n\nhello\n", "f.json:4:", "invalid character"},
		"cut short":            {good + good[:len(good)/2], "f.json:2:", "unexpected EOF"},
		"a missing field":      {good + strings.Replace(good, `"trace_hash"`, `"trace_hush"`, 1), "f.json:2:", "trace_hush"},
		"a contradiction":      {"\n" + strings.Replace(good, `"rendered":1440`, `"rendered":1441`, 1), "f.json:2:", "1441 frames rendered"},
		"an impossible series": {good + good + strings.Replace(good, `"buckets":11`, `"buckets":12`, 1), "f.json:3:", "want 12"},
		"no object":            {good + "[]\n", "f.json:2:", "cannot unmarshal"},
		"a later one":          {"{\n\"scenario\": 1\n}\n", "f.json:1:", "scenario"},
	} {
		_, err := ReadRuns("f.json", strings.NewReader(c.text))
		if !errors.Is(err, ErrRecord) || !strings.HasPrefix(err.Error(), c.at) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want ErrRecord at %s that says %q", name, err, c.at, c.says)
		}
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadFile of no file = %v", err)
	}
}

func TestMergedShardsEqualTheUnshardedRun(t *testing.T) {
	var whole []Run
	shards := make([][]Run, 3)
	n := 0
	for _, name := range []string{"usb", "ethernet", "mesh-roam"} {
		for _, latency := range []string{"fixed:8ms", "adaptive"} {
			for _, seed := range []uint64{10, 9, 1} {
				r := withSeries(name, seed)
				r.Controllers.Latency = &latency
				whole = append(whole, r)
				r.WallS = new(float64(n))
				shards[n%3] = append(shards[n%3], r)
				n++
			}
		}
	}
	merged, err := Merge(shards[2], shards[0], shards[1], shards[0])
	if err != nil {
		t.Fatal(err)
	}
	want, err := Merge(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i := range merged {
		merged[i].WallS = nil
	}
	for i := range want {
		want[i].WallS = nil
	}
	if got, want := lines(t, merged), lines(t, want); got != want {
		t.Errorf("merged:\n%.400s\nwant\n%.400s", got, want)
	}
	var order []string
	for i := range merged {
		order = append(order, merged[i].Key())
	}
	if order[0] != "ethernet adaptive "+rest(merged[0])+" seed 1" || order[2] != "ethernet adaptive "+rest(merged[2])+" seed 10" {
		t.Errorf("order %q, want ethernet first and seeds by number", order[:3])
	}
}

func rest(r Run) string { return *r.Controllers.Bitrate + " " + *r.Controllers.Recovery }

func TestRunsOfOneSeedThatDifferAreAConflict(t *testing.T) {
	a, b := withSeries("usb", 1), withSeries("usb", 1)
	b.TraceHash = new("0000000000000000")
	if _, err := Merge([]Run{a}, []Run{b}); !errors.Is(err, ErrConflict) || !strings.Contains(err.Error(), "usb") || !strings.Contains(err.Error(), "seed 1") {
		t.Errorf("Merge = %v, want ErrConflict that names usb and seed 1", err)
	}
	a.Seed, b.Seed = nil, nil
	x, err := Merge([]Run{a, b}, []Run{a})
	if err != nil || len(x) != 2 {
		t.Fatalf("Merge of measurements = %d runs, %v; want the two that differ", len(x), err)
	}
	y, err := Merge([]Run{b}, []Run{a})
	if err != nil || lines(t, x) != lines(t, y) {
		t.Errorf("the order of measurements depends on the order of shards (%v)", err)
	}
	if none, err := Merge(); err != nil || len(none) != 0 {
		t.Errorf("Merge of nothing = %v, %v", none, err)
	}
}

func TestTimedFrames(t *testing.T) {
	r := Run{Record: known()}
	r.Frames.ShownLate = new(int64(2))
	if got, want := TimedFrames(&r), *r.Frames.Displayed+2; got != want {
		t.Errorf("TimedFrames = %d, want %d", got, want)
	}
	r.Series = series.New(time.Second)
	if got := TimedFrames(&r); got != 0 {
		t.Errorf("TimedFrames of an empty series = %d", got)
	}
	if got := TimedFrames(new(Run)); got != 0 {
		t.Errorf("TimedFrames of nothing = %d", got)
	}
}

func FuzzReadRuns(f *testing.F) {
	for _, name := range []string{"full.json", "little.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	r := withSeries("a", 1)
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		runs, err := ReadRuns("f", bytes.NewReader(text))
		if err != nil {
			return
		}
		first := lines(t, runs)
		again, err := ReadRuns("f", strings.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		if second := lines(t, again); first != second {
			t.Fatalf("%s does not survive a round trip: %s", first, second)
		}
	})
}
