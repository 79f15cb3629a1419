package page

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/reports/verdict"
	"airbridge/streamer/statistics"
)

// timed makes a run of n frames of which slow were slower than the default budget of 60 ms.
func timed(n, slow int) *reports.Run {
	s := series.New(time.Second / fps)
	offset := statistics.NewOffset(time.Second, time.Millisecond)
	f := fake{scenario: "x"}
	for i := range n {
		at := time.Duration(i) * time.Second / fps
		hurt := 0.0
		if i < slow {
			hurt = 60
		}
		s.Frame(at, f.frame(i+1, at, hurt, func() float64 { return 0 }, offset), offset)
	}
	r := &reports.Run{Series: s}
	r.Latency.MotionToPhoton = &reports.Distribution{}
	return r
}

// One in a hundred slower than the budget is the p99 at the budget: how sure that is depends on the number of frames.
func TestTheP99IsJudgedByItsInterval(t *testing.T) {
	for _, c := range []struct {
		frames, slow int
		want         string
	}{
		{999, 0, "unknown"},
		{1000, 0, "good"},
		{1000, 3, "good"},
		{1000, 4, "undecided"},
		{1000, 10, "undecided"},
		{1000, 17, "undecided"},
		{1000, 18, "bad"},
		{10_000, 90, "undecided"},
		{10_000, 75, "good"},
		{10_000, 130, "bad"},
	} {
		got := tailTile(timed(c.frames, c.slow), Budget{}.withDefaults())
		if got.State != c.want {
			t.Errorf("%d of %d frames beyond the budget: %s, want %s", c.slow, c.frames, got.State, c.want)
		}
		if (got.Word == "undecided: run longer") != (c.want == "undecided") {
			t.Errorf("%d of %d frames beyond the budget: it says %q", c.slow, c.frames, got.Word)
		}
		low, high := verdict.Proportion(int64(c.slow), int64(c.frames))
		if c.want == "good" && high > 0.01 || c.want == "bad" && low <= 0.01 {
			t.Errorf("%d of %d: the interval %v to %v does not carry %s", c.slow, c.frames, low, high, c.want)
		}
	}
	plain := &reports.Run{}
	plain.Frames.Displayed, plain.Latency.MotionToPhoton = new(int64(5000)), &reports.Distribution{P99: 61}
	if got := tailTile(plain, Budget{}.withDefaults()); got.State != "bad" || got.Value != "61" {
		t.Errorf("a record without a series: %+v", got)
	}
}

func TestUndecidedIsAVerdict(t *testing.T) {
	r := timed(1000, 10)
	r.Frames = reports.Frames{Rendered: new(int64(1000)), Displayed: new(int64(1000))}
	if _, state := summarise(r, Budget{}.withDefaults()); state != "undecided" {
		t.Errorf("a run whose p99 is undecided is %s", state)
	}
	var b bytes.Buffer
	if err := WriteIndex(&b, "x", []Entry{{Run: *r}}, Budget{}); err != nil {
		t.Fatal(err)
	}
	if text := outline(b.Bytes()); !strings.Contains(text, "td: undecided") || !strings.Contains(text, "p: No run of 1 is over a budget; 1 undecided or incomplete.") {
		t.Errorf("the index says\n%s", text)
	}
}

func TestBlameNeedsReason(t *testing.T) {
	run := func(length time.Duration) *reports.Run {
		r := fake{scenario: "microwave", seed: 3, length: length, trouble: 2}.run(t)
		return &r
	}
	r := run(30 * time.Second)
	text := blame(r.Series, 20, 19)
	if !strings.Contains(text, "fell into “microwave oven”") || !strings.Contains(text, "network") {
		t.Errorf("%q names no cause", text)
	}
	if text := blame(r.Series, 20, 3); strings.Contains(text, "stage") {
		t.Errorf("%q names a stage of frames that were lost", text)
	}
	if text := blame(r.Series, 20, unknown); strings.Contains(text, "stage") {
		t.Errorf("%q names a stage of what is not known", text)
	}
	if text := blame(r.Series, 9, 9); strings.Contains(text, "stage") {
		t.Errorf("%q names a stage for nine frames", text)
	}
	if text := blame(r.Series, 1_000_000, 0); text != "" {
		t.Errorf("%q: most frames missed their slots elsewhere", text)
	}
	// In buckets of many seconds a moment's disturbance is not what happened.
	wide := run(30 * time.Second)
	wide.Series.Widen(30 * time.Second)
	if _, n := worstCause(wide.Series); n != 0 {
		t.Errorf("%d frames are put down to disturbances shorter than a bucket", n)
	}
}

func TestRepeatedDisturbancesAreBlamedTogether(t *testing.T) {
	s, _ := still(20 * time.Second)
	for _, at := range []int{3, 8, 15} {
		s.Span("roam", time.Duration(at)*time.Second, time.Duration(at)*time.Second+300*time.Millisecond)
		for i := range 6 {
			s.Frame(time.Duration(at)*time.Second+time.Duration(i)*50*time.Millisecond, &statistics.Frame{Outcome: 5}, statistics.Offset{})
		}
	}
	s.Span("roam", 3*time.Second, 3300*time.Millisecond) // told twice
	if got, want := blame(s, 20, 0), " 18 of them fell into “roam” (3 times)."; got != want {
		t.Errorf("blame = %q, want %q", got, want)
	}
}

func TestDifferencesHaveTheDigitsOfTheirInterval(t *testing.T) {
	for _, c := range []struct {
		diff, low, high float64
		want            string
	}{
		{-6e-6, -105, 120, "0 (−105 to +120)"},
		{-258712, -258892, -258442, "−258\u202f712 (−258\u202f892 to −258\u202f442)"},
		{0.131, 0, 0.52, "+0.13 (0 to +0.52)"},
		{-2.7e-6, -2e-5, 1.3e-5, "0 (0 to 0)"},
		{-12.13, -13.2, -11, "−12.1 (−13.2 to −11.0)"},
		{0, 0, 0, "0 (0 to 0)"},
	} {
		n := digitsOf(c.high - c.low)
		if got := fmt.Sprintf("%s (%s to %s)", fixed(c.diff, n), fixed(c.low, n), fixed(c.high, n)); got != c.want {
			t.Errorf("%v (%v to %v) is written %q, want %q", c.diff, c.low, c.high, got, c.want)
		}
	}
}
