package reports

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"airbridge/internal/stream"
	"airbridge/streamer/statistics"
)

// poisson draws a count of events that do not know of each other.
func poisson(r *rand.Rand, mean float64) (n int64) {
	for sum := r.ExpFloat64(); sum < mean; sum += r.ExpFloat64() {
		n++
	}
	return n
}

// The interval of a rate must hold the truth in 95 of 100 runs, however rare the events and long the run.
func TestPerHourCoversTheTruth(t *testing.T) {
	r := stream.New(1, "garwood")
	const trials = 3000
	for _, c := range []struct{ rate, hours float64 }{{0.5, 1}, {3, 1}, {3, 1. / 60}, {12, 0.5}, {200, 1}} {
		covered := 0
		for range trials {
			if got := PerHour(poisson(r, c.rate*c.hours), c.hours); got.Low <= c.rate && c.rate <= got.High {
				covered++
			}
		}
		if share := float64(covered) / trials; share < 0.95-5*math.Sqrt(0.05*0.95/trials) {
			t.Errorf("%v an hour over %v h: %.4f of the intervals hold it, want 0.95", c.rate, c.hours, share)
		}
	}
}

// What the doc says of bursts: five misses at a time make the interval too narrow.
func TestPerHourIsTooNarrowForBursts(t *testing.T) {
	r := stream.New(2, "bursts")
	const trials, rate = 500, 50
	covered := 0
	for range trials {
		if got := PerHour(5*poisson(r, rate/5), 1); got.Low <= rate && rate <= got.High {
			covered++
		}
	}
	if share := float64(covered) / trials; share > 0.85 {
		t.Errorf("%.3f of the intervals hold the rate of bursts: the warning is idle", share)
	}
}

func TestPerHourIsOrdered(t *testing.T) {
	last := Rate{Low: -1, High: -1, Value: -1}
	for n := range int64(300) {
		got := PerHour(n, 2)
		if !(got.Low <= got.Value && got.Value <= got.High) || got.Value <= last.Value || got.High <= last.High || got.Low < last.Low {
			t.Fatalf("PerHour(%d, 2) = %+v after %+v", n, got, last)
		}
		last = got
	}
	for _, c := range []struct {
		n     int64
		hours float64
	}{{-1, 1}, {1, -1}, {1, math.NaN()}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("PerHour(%d, %v) does not panic", c.n, c.hours)
				}
			}()
			PerHour(c.n, c.hours)
		}()
	}
}

// table is what the terminal shows of a run of so many frames.
func table(t *testing.T, frames int64) string {
	t.Helper()
	r := known()
	r.Frames.Displayed, r.Frames.ShownLate = &frames, nil
	var b bytes.Buffer
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// No p99 of fewer than a thousand frames, and no p99.9 of fewer than ten thousand: the median is told all the same.
func TestTheTableTellsNoQuantileOfTooFewFrames(t *testing.T) {
	for frames, want := range map[int64][2]bool{0: {false, false}, 999: {false, false}, 1000: {true, false}, 9999: {true, false}, 10_000: {true, true}} {
		text := table(t, frames)
		for _, line := range strings.Split(text, "\n") {
			cells := strings.Fields(line)
			switch {
			case strings.HasPrefix(line, "motion-to-photon"):
				if (cells[3] != "–") != want[0] || (cells[5] != "–,") != want[1] || cells[2] == "–" {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "encode"):
				if (cells[3] != "–") != want[0] || cells[2] == "–" {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "overhead"), strings.HasPrefix(line, "pose error"):
				if strings.Contains(line, "p99 –") == want[0] {
					t.Errorf("%d frames: %q", frames, line)
				}
			case strings.HasPrefix(line, "margin"):
				if strings.Contains(line, "p1 –") == want[0] {
					t.Errorf("%d frames: %q", frames, line)
				}
			}
		}
	}
}

func TestFramesShownLateCountAsTimed(t *testing.T) {
	r := known()
	r.Frames.Displayed, r.Frames.ShownLate = new(int64(990)), new(int64(10))
	if got := r.tail(12.345, FramesForP99); got != "12.35" && got != "12.34" {
		t.Errorf("990 in their slot and 10 later: %q", got)
	}
	if got := (&Record{}).tail(1, FramesForP99); got != "–" {
		t.Errorf("of a run that knows nothing: %q", got)
	}
}

// All that cannot be of a run is refused, each by its name and all at once.
func TestContradictionsAreNamed(t *testing.T) {
	for says, change := range map[string]func(r *Record){
		"duration_s is -1":                             func(r *Record) { r.DurationS = -1 },
		"duration_s is +Inf":                           func(r *Record) { r.DurationS = math.Inf(1) },
		"duration_s is NaN":                            func(r *Record) { r.DurationS = math.NaN() },
		"missed_per_hour 5 is outside 6 to 7":          func(r *Record) { r.MissedPerHour = &Rate{5, 6, 7} },
		"missed_per_hour 5 is outside -1 to 7":         func(r *Record) { r.MissedPerHour = &Rate{5, -1, 7} },
		"the quantiles of motion_to_photon fall":       func(r *Record) { r.Latency.MotionToPhoton.P90 = 1 },
		"the quantiles of motion_to_photon fall: {Mea": func(r *Record) { r.Latency.MotionToPhoton.Max = 2 },
		"fps is 0":                            func(r *Record) { r.FPS = new(0.0) },
		"fps is NaN":                          func(r *Record) { r.FPS = new(math.NaN()) },
		"width is 0":                          func(r *Record) { r.Width = new(0) },
		"height is -5":                        func(r *Record) { r.Height = new(-5) },
		"packets_lost is 9 of packets_sent 8": func(r *Record) { r.Network.PacketsSent, r.Network.PacketsLost = new(int64(8)), new(int64(9)) },
		"recovered_fec is -1":                 func(r *Record) { r.Network.RecoveredFEC = new(int64(-1)) },
		"recovered_rtx is -1":                 func(r *Record) { r.Network.RecoveredRTX = new(int64(-1)) },
		"missed_slots is -3":                  func(r *Record) { r.Frames.MissedSlots = new(int64(-3)) },
		"shown_late is -3":                    func(r *Record) { r.Frames.ShownLate = new(int64(-3)) },
		"freezes is -1":                       func(r *Record) { r.Recovery.Freezes = new(int64(-1)) },
		"idr is -1":                           func(r *Record) { r.Recovery.IDR = new(int64(-1)) },
		"nack is -1":                          func(r *Record) { r.Recovery.NACK = new(int64(-1)) },
		"marker_errors is -1":                 func(r *Record) { r.Picture.MarkerErrors = new(int64(-1)) },
		"parity_ratio is -0.5":                func(r *Record) { r.Recovery.ParityRatio = new(-0.5) },
		"longest_freeze_ms is -1":             func(r *Record) { r.Recovery.LongestFreezeMS = new(-1.0) },
		"goodput_mbps is -1":                  func(r *Record) { r.Network.GoodputMbps = new(-1.0) },
		"utilisation is -1":                   func(r *Record) { r.Network.Utilisation = new(-1.0) },
		"wall_s is -1":                        func(r *Record) { r.WallS = new(-1.0) },
		"lost is -3":                          func(r *Record) { r.Frames.Lost = new(int64(-3)) },
		"frames rendered, 1438 outcomes":      func(r *Record) { r.Frames.Displayed = new(*r.Frames.Displayed - 2) },
	} {
		r := known()
		change(&r)
		if err := r.contradiction(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("contradiction() = %v, want %q", err, says)
		}
	}
	r := known()
	r.DurationS, r.FPS, r.Recovery.Freezes, r.Frames.Skipped = -1, new(-1.0), new(int64(-2)), nil
	if err := r.contradiction(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three faults are told as %v", err)
	}
	good, bare := known(), Record{}
	if err := errors.Join(good.contradiction(), bare.contradiction()); err != nil {
		t.Errorf("good records are refused: %v", err)
	}
	good.Network.PacketsLost = good.Network.PacketsSent // all of them
	good.Latency.MotionToPhoton = &Distribution{1, 1, 1, 1, 1, 1}
	if err := good.contradiction(); err != nil {
		t.Errorf("a run at the limit is refused: %v", err)
	}
}

// A number that a run does not know must be null: a reader can tell it from nothing.
func TestNullSurvivesWhereverARunMayNotKnow(t *testing.T) {
	var b bytes.Buffer
	r := Record{Scenario: "view", Version: "1"}
	if err := r.Write(&b, ""); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, field := range []string{
		"seed", "wall_s", "trace_hash", "missed_per_hour", "motion_to_photon", "packets_sent", "packets_lost", "recovered_fec",
		"recovered_rtx", "capacity_mbps", "goodput_mbps", "utilisation", "queue_ms", "bitrate_mbps", "idr", "nack", "parity_ratio",
		"freezes", "longest_freeze_ms", "psnr_db_mean", "marker_errors", "rendered", "displayed", "missed_slots", "incomplete",
	} {
		if !strings.Contains(text, fmt.Sprintf("%q:null", field)) {
			t.Errorf("%s is not null in %s", field, text)
		}
	}
	got, err := Parse(b.Bytes())
	if err != nil || got.Recovery.IDR != nil || got.Network.PacketsLost != nil || got.Latency.MotionToPhoton != nil {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestFillLeavesOtherFieldsAlone(t *testing.T) {
	r := known()
	before := r.Network
	r.Recovery.NACK, r.Recovery.ParityRatio = new(int64(3)), new(0.2)
	a := aggregate()
	r.Fill(a)
	if r.Network != before || *r.Recovery.NACK != 3 || *r.Recovery.ParityRatio != 0.2 {
		t.Errorf("Fill changed %+v, %+v", r.Network, r.Recovery)
	}
	if *r.Frames.Rendered != 1440 || *r.Frames.Lost != 3 || *r.Recovery.IDR != 1 || *r.Recovery.Freezes != 0 {
		t.Errorf("%d rendered, %d lost, %d IDRs, %d freezes", *r.Frames.Rendered, *r.Frames.Lost, *r.Recovery.IDR, *r.Recovery.Freezes)
	}
	if want := PerHour(a.Missed, 20./3600); *r.MissedPerHour != want {
		t.Errorf("%+v an hour, want %+v", *r.MissedPerHour, want)
	}
	p50, _ := a.MotionToPhoton.Quantile(0.5)
	if got := r.Latency.MotionToPhoton.P50; math.Abs(got-float64(p50)/1e6) > 1e-12 {
		t.Errorf("the median is %v ms, the histogram says %v", got, p50)
	}
	if p99 := r.Latency.Stages[statistics.Decode].P99; p99 < 4.9 || p99 > 5.1 {
		t.Errorf("decoding takes %v ms at the 99th percentile, want 5", p99)
	}
}

func TestAConflictSaysInWhatRunsDiffer(t *testing.T) {
	a, b := withSeries("usb", 1), withSeries("usb", 1)
	b.TraceHash, b.DurationS, b.WallS = new("0000000000000000"), 30, new(99.0)
	_, err := Merge([]Run{a}, []Run{b})
	if err == nil || !strings.HasSuffix(err.Error(), "differ in duration_s, trace_hash") {
		t.Errorf("Merge = %v, want both fields that differ, and not wall_s", err)
	}
	c := a
	c.Series = nil
	if _, err := Merge([]Run{a, c}); err == nil || !strings.HasSuffix(err.Error(), "differ in series") {
		t.Errorf("Merge of a run with and without its series = %v", err)
	}
}

// Every conflict is told, not the first alone.
func TestAllConflictsAreTold(t *testing.T) {
	var a, b []Run
	for _, seed := range []uint64{3, 5} {
		x, y := withSeries("usb", seed), withSeries("usb", seed)
		y.Version, x.Version = "v1", "v1"
		y.DurationS = 21
		a, b = append(a, x), append(b, y)
	}
	if _, err := Merge(a, b); err == nil || !strings.Contains(err.Error(), "seed 3") || !strings.Contains(err.Error(), "seed 5") {
		t.Errorf("Merge = %v, want both seeds", err)
	}
}

func TestOrderIsTotal(t *testing.T) {
	base := withSeries("b", 5)
	vary := []func(r *Run){
		func(*Run) {},
		func(r *Run) { r.Scenario = "a" },
		func(r *Run) { r.Seed = nil },
		func(r *Run) { r.Seed = new(uint64(10)) },
		func(r *Run) { r.Controllers.Latency = nil },
		func(r *Run) { r.Controllers.Recovery = new("zz") },
		func(r *Run) { r.Link = new("l") },
		func(r *Run) { r.FPS = new(90.0) },
		func(r *Run) { r.Version = "9" },
	}
	runs := make([]Run, len(vary))
	for i, f := range vary {
		runs[i] = base
		f(&runs[i])
	}
	for i, a := range runs {
		for j, b := range runs {
			if Order(a, b) != -Order(b, a) || (Order(a, b) == 0) != (i == j) {
				t.Errorf("Order(%d, %d) = %d, the other way round %d", i, j, Order(a, b), Order(b, a))
			}
		}
	}
	r := stream.New(5, "shuffle")
	want := slices.SortedFunc(slices.Values(runs), Order)
	for range 10 {
		r.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
		merged, err := Merge(runs[:4], runs[4:])
		if err != nil {
			t.Fatal(err)
		}
		if lines(t, merged) != lines(t, want) {
			t.Fatal("what is merged depends on how it was spread")
		}
	}
}

func TestKeysNameARun(t *testing.T) {
	r := Record{Scenario: "usb", Seed: new(uint64(7))}
	r.Controllers = Controllers{Latency: new("tail:0.2%"), Recovery: new("idr")}
	if got := r.Key(); got != "usb tail:0.2% idr seed 7" {
		t.Errorf("Key() = %q", got)
	}
	if got := (&Record{Scenario: "demo"}).Key(); got != "demo" {
		t.Errorf("Key() = %q", got)
	}
}

// However runs are written, a fault is told with the line on which its run begins.
func TestLinesOfARunFileAreCountedWhateverTheirLength(t *testing.T) {
	good := lines(t, []Run{withSeries("a", 1)})
	var indented bytes.Buffer
	r := known()
	if err := r.Write(&indented, "\t"); err != nil {
		t.Fatal(err)
	}
	n := strings.Count(indented.String(), "\n")
	text := good + indented.String() + "\n\r\n \t" + good + `{"scenario":"x"}`
	_, err := ReadRuns("runs.jsonl", strings.NewReader(text))
	if want := fmt.Sprintf("runs.jsonl:%d: ", 1+n+3+1); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want it at %s", err, want)
	}
	fault := errors.New("the disk is gone")
	if _, err := ReadRuns("runs.jsonl", &failing{text: good, err: fault}); !errors.Is(err, fault) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// failing reads a text and fails then.
type failing struct {
	text string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	n := copy(p, f.text)
	f.text = f.text[n:]
	if n == 0 {
		return 0, f.err
	}
	return n, nil
}
