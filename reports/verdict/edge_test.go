package verdict

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"airbridge/internal/stream"
	"airbridge/reports"

	"github.com/google/go-cmp/cmp"
)

// Nineteen seeds got a little better and one much worse: whoever names a winner is wrong by one of the two.
func TestMostPairsAgainstTheMeanIsUndecided(t *testing.T) {
	zero := medians("usb", 20, func(int) float64 { return 50 })
	odd := medians("usb", 20, func(seed int) float64 {
		if seed == 7 {
			return 150
		}
		return 50 - 0.1*float64(seed+1)
	})
	c := Compare(zero, odd)
	got := c.Find("usb", P50)
	if got.Winner != Undecided || got.Adjusted > Alpha || *got.Diff <= 0 || !strings.Contains(got.Detail(), "disagree") {
		t.Errorf("%v, p = %v, mean difference %v, %q; want undecided, as most pairs and the mean disagree", got.Winner, got.Adjusted, *got.Diff, got.Detail())
	}
	if c.Decided() || !strings.HasPrefix(c.Sentence(), "Undecided") {
		t.Errorf("%q", c.Sentence())
	}
}

func TestFirmVerdictsStandOverAllMetrics(t *testing.T) {
	a, b := runs("usb", 6, 5, 0), runs("usb", 6, 5, -3) // p = 2/64 in both latencies
	c := Compare(a, b)
	p50, missed := c.Find("usb", P50), c.Find("usb", Missed)
	if p50.Winner != B || p50.Adjusted != 2./64 || p50.Overall <= Alpha {
		t.Errorf("median: %v, adjusted %v, over all metrics %v; want B by 0.031, and not over all", p50.Winner, p50.Adjusted, p50.Overall)
	}
	if missed.Overall != 1 {
		t.Errorf("equal misses have p = %v over all metrics", missed.Overall)
	}
	if firm, all := c.Firm(); firm != 0 || all != 2 {
		t.Errorf("%d of %d verdicts are firm, want 0 of 2", firm, all)
	}
	more := Compare(runs("usb", 12, 5, 0), runs("usb", 12, 5, -3)) // p = 2/4096
	if firm, all := more.Firm(); firm != 2 || all != 2 {
		t.Errorf("twelve seeds: %d of %d verdicts are firm, want both", firm, all)
	}
	for _, ts := range c.Tests {
		if ts.Overall < ts.Adjusted || ts.Adjusted < ts.P {
			t.Errorf("%v: p %v, %v, %v: a correction makes it smaller", ts.Metric, ts.P, ts.Adjusted, ts.Overall)
		}
	}
}

func TestSeedsOfWhichOneSideKnowsNothingAreCounted(t *testing.T) {
	a, b := runs("usb", 10, 5, 0), runs("usb", 10, 5, -3)
	for _, i := range []int{2, 5} {
		a[i].Frames.Displayed = new(int64(12)) // too few for a p99
	}
	b = b[:9]
	c := Compare(a, b)
	if got := c.Find("usb", P99); got.Pairs != 7 || got.Seeds != 9 || !strings.Contains(got.Detail(), "7 pairs of 9 seeds, the others not known") {
		t.Errorf("%d pairs of %d seeds, %q; want 7 of 9", got.Pairs, got.Seeds, got.Detail())
	}
	if got := c.Find("usb", Missed); got.Pairs != 9 || strings.Contains(got.Detail(), "seeds") {
		t.Errorf("missed slots: %d pairs, %q", got.Pairs, got.Detail())
	}
}

// A file of a sweep over controllers has every seed several times: such runs are no further samples.
func TestAFurtherRunOfASeedDoesNotCount(t *testing.T) {
	a, b := runs("usb", 8, 5, 0), runs("usb", 8, 5, 0)
	for i := range a {
		a[i].Controllers.Latency = new("adaptive")
		b[i].Controllers.Latency = new("adaptive")
	}
	plain := Compare(a, b)
	other := runs("usb", 8, 500, 90)
	for i := range other {
		other[i].Controllers.Latency = new("fixed:90ms") // after "adaptive"
	}
	c := Compare(append(slices.Clone(other), a...), b)
	if c.Repeated != 8 || plain.Repeated != 0 {
		t.Errorf("%d runs left out, want 8", c.Repeated)
	}
	for i := range c.Tests {
		if *c.Tests[i].A != *plain.Tests[i].A || c.Tests[i].P != plain.Tests[i].P {
			t.Errorf("%v: A is %v with p = %v, without the further runs %v and %v", c.Tests[i].Metric, *c.Tests[i].A, c.Tests[i].P, *plain.Tests[i].A, plain.Tests[i].P)
		}
	}
	left, right := c.Runs("usb")
	if len(left) != 8 || len(right) != 8 || *left[0].Controllers.Latency != "adaptive" {
		t.Errorf("%d and %d runs count, the first of %s", len(left), len(right), *left[0].Controllers.Latency)
	}
	var table bytes.Buffer
	if err := c.Table(&table); err != nil || !strings.Contains(table.String(), "another run of the seed: 8 runs") {
		t.Errorf("the table (%v) does not tell of them:\n%s", err, table.String())
	}
}

func TestRunsWithoutASeedAreNotPairedButCounted(t *testing.T) {
	a, b := runs("loopback", 7, 90, 0), runs("loopback", 7, 4, 0)
	for i := range a {
		a[i].Seed, b[i].Seed = nil, nil
	}
	c := Compare(a, b)
	if c.Repeated != 0 {
		t.Errorf("%d measurements were left out as repeated", c.Repeated)
	}
	got := c.Find("loopback", Missed)
	if got.Pairs != 0 || got.Method != Counts || got.Winner != B || got.Diff != nil {
		t.Errorf("%d pairs, %v, %v; want no pairs, and B by counts", got.Pairs, got.Method, got.Winner)
	}
	if p50 := c.Find("loopback", P50); p50.Winner != Undecided || !strings.Contains(p50.Detail(), "0 pairs") {
		t.Errorf("median: %v, %q", p50.Winner, p50.Detail())
	}
}

func TestTheOrderOfRunsDoesNotMatter(t *testing.T) {
	a := append(runs("usb", 9, 5, 0), runs("roam", 7, 40, 1)...)
	b := append(runs("usb", 9, 3, -1), runs("roam", 7, 40, 0)...)
	want := Compare(slices.Clone(a), slices.Clone(b))
	r := stream.New(1, "shuffle")
	for range 5 {
		r.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
		r.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		before := slices.Clone(a)
		got := Compare(a, b)
		if diff := cmp.Diff(want.Tests, got.Tests, cmp.AllowUnexported(Test{})); diff != "" {
			t.Fatalf("shuffled (-want +got):\n%s", diff)
		}
		for i := range a {
			if a[i].Key() != before[i].Key() {
				t.Fatal("Compare reorders the runs that it is given")
			}
		}
	}
}

func TestSidesAreTreatedAlike(t *testing.T) {
	a, b := append(runs("usb", 9, 5, 0), runs("roam", 3, 40, 0)...), append(runs("usb", 9, 30, -1), runs("roam", 3, 2, 0)...)
	one, other := Compare(a, b), Compare(b, a)
	swap := map[Winner]Winner{A: B, B: A, Undecided: Undecided, Unknown: Unknown}
	won := 0
	for i, x := range one.Tests {
		y := other.Tests[i]
		if y.Winner != swap[x.Winner] || math.Abs(y.P-x.P) > 1e-9*x.P || math.Abs(y.Overall-x.Overall) > 1e-9*x.Overall || *x.A != *y.B || *x.B != *y.A {
			t.Errorf("%s, %v: %+v, the other way round %+v", x.Scenario, x.Metric, x, y)
		}
		if x.Winner == A || x.Winner == B {
			won++
		}
	}
	if won < 3 {
		t.Errorf("%d tests were won: too few to tell anything by", won)
	}
}

func TestNothingKnownIsSaid(t *testing.T) {
	var a, b []reports.Run
	for i := range 8 {
		r := reports.Run{}
		r.Scenario, r.Seed = "view", new(uint64(i))
		a, b = append(a, r), append(b, r)
	}
	c := Compare(a, b)
	for i := range c.Tests {
		if ts := &c.Tests[i]; ts.Winner != Unknown || ts.Detail() != "not known of either side" {
			t.Errorf("%v: %v, %q", ts.Metric, ts.Winner, ts.Detail())
		}
	}
	if got := c.Sentence(); got != "Undecided: nothing is known of both sides in view." {
		t.Errorf("Sentence() = %q", got)
	}
	if firm, all := c.Firm(); firm != 0 || all != 0 || c.Of("view") != Undecided {
		t.Errorf("%d of %d verdicts, %v", firm, all, c.Of("view"))
	}
	if one := Compare(runs("usb", 7, 1, 0), a); len(one.Tests) != 0 || one.Find("usb", P50) != nil {
		t.Error("scenarios that one side alone ran are tested")
	}
}

// Rates are weighted by hours: a short run with one miss is not as bad as a long one with many.
func TestRatesAreOfAllHours(t *testing.T) {
	a := runs("usb", 2, 0, 0)
	a[0].DurationS, a[0].Frames.MissedSlots = 3600, new(int64(36))
	a[1].DurationS, a[1].Frames.MissedSlots = 36, new(int64(36))
	c := Compare(a, runs("usb", 2, 0, 0))
	if got := *c.Find("usb", Missed).A; got < 71.2 || got > 71.4 { // 72 in 1.01 hours
		t.Errorf("72 misses in 1.01 hours are %v an hour", got)
	}
	a[1].DurationS = 0
	c = Compare(a, runs("usb", 2, 0, 0))
	if got := c.Find("usb", Missed); *got.A != 36 || got.Pairs != 1 || got.Seeds != 2 {
		t.Errorf("a run of no length: %v an hour, %d pairs of %d", *got.A, got.Pairs, got.Seeds)
	}
}

func TestSentencesNameTwoScenariosAsBoth(t *testing.T) {
	a, b := append(runs("usb", 12, 5, 0), runs("roam", 12, 5, 0)...), append(runs("usb", 12, 5, -2), runs("roam", 12, 5, -2)...)
	c := Compare(a, b)
	want := "B has a lower median latency in both scenarios, a lower p99 latency in both scenarios."
	if got := c.Sentence(); got != want {
		t.Errorf("Sentence() = %q, want %q", got, want)
	}
	var table bytes.Buffer
	if err := c.Table(&table); err != nil || !strings.Contains(table.String(), "corrected over all metrics as well, 4 of 4 verdicts stand") {
		t.Errorf("table (%v):\n%s", err, table.String())
	}
}

func TestTableReportsAFailedWrite(t *testing.T) {
	full := errors.New("full")
	c := Compare(runs("usb", 1, 1, 0), runs("usb", 1, 1, 0))
	if err := c.Table(writer(func() error { return full })); !errors.Is(err, full) {
		t.Errorf("Table to a full disk = %v", err)
	}
}

type writer func() error

func (w writer) Write([]byte) (int, error) { return 0, w() }

func TestNamesOfResults(t *testing.T) {
	for got, want := range map[string]string{
		Undecided.String(): "undecided", A.String(): "A better", B.String(): "B better", Unknown.String(): "not known",
		None.String(): "too few pairs", Missed.String(): "missed slots an hour", Freezes.String(): "freezes an hour",
		pValue(0.0004): "p < 0.001", pValue(0.03125): "p = 0.031", pValue(1): "p = 1.000",
		figure(nil): "–", figure(new(0.123)): "0.12", figure(new(12.34)): "12.3", figure(new(1234.5)): "1234",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
