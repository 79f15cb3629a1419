package verdict

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"airbridge/internal/stream"
	"airbridge/reports"
)

// runs makes n runs of a scenario; every seed adds its own to both sides, and the side adds diff.
func runs(scenario string, n int, missed int64, diff float64) (all []reports.Run) {
	for i := range n {
		seed := uint64(i)
		own := stream.New(seed, "verdict/"+scenario).NormFloat64() * 5
		noise := stream.New(seed, "verdict/"+scenario+string(rune('0'+missed%7))).NormFloat64() * 0.05
		r := reports.Run{}
		r.Scenario, r.Seed, r.DurationS = scenario, &seed, 3600
		r.Frames = reports.Frames{Displayed: new(int64(259_000)), MissedSlots: new(missed + int64(i%3))}
		r.Recovery.Freezes = new(int64(0))
		r.Latency.MotionToPhoton = &reports.Distribution{P50: 50 + own + diff + noise, P99: 60 + own + diff + noise}
		all = append(all, r)
	}
	return all
}

func TestAClearWinnerIsNamedWhereItWon(t *testing.T) {
	a := append(runs("usb", 10, 5, 0), runs("wifi6-busy", 10, 40, 0)...)
	b := append(runs("usb", 10, 5, 0), runs("wifi6-busy", 10, 8, -2)...)
	c := Compare(a, b)
	for m, want := range map[Metric]Winner{Missed: B, P50: B, P99: B, Freezes: Undecided} {
		if got := c.Find("wifi6-busy", m); got.Winner != want || got.Pairs != 10 {
			t.Errorf("%v: %v of %d pairs (%s), want %v of 10", m, got.Winner, got.Pairs, got.Detail(), want)
		}
	}
	if c.Of("wifi6-busy") != B || c.Of("usb") != Undecided || !c.Decided() {
		t.Errorf("wifi6-busy %v, usb %v", c.Of("wifi6-busy"), c.Of("usb"))
	}
	want := "B has fewer missed slots in wifi6-busy, a lower median latency in wifi6-busy, a lower p99 latency in wifi6-busy; undecided in 1 of 2 scenarios."
	if got := c.Sentence(); got != want {
		t.Errorf("Sentence() = %q, want %q", got, want)
	}
	d := c.Find("wifi6-busy", P50)
	if *d.Low > *d.Diff || *d.High < *d.Diff || *d.Low < -2.2 || *d.High > -1.8 {
		t.Errorf("difference %v (%v to %v), want about -2 within its interval", *d.Diff, *d.Low, *d.High)
	}
	mirrored := Compare(b, a)
	if mirrored.Of("wifi6-busy") != A || mirrored.Find("wifi6-busy", P50).P != d.P {
		t.Errorf("the other way round: %v", mirrored.Of("wifi6-busy"))
	}
}

func TestPairsFindWhatAveragesWouldNot(t *testing.T) {
	a, b := runs("usb", 8, 5, 0), runs("usb", 8, 5, -0.5) // a tenth of what seeds differ by
	c := Compare(a, b)
	if got := c.Find("usb", P50); got.Winner != B {
		t.Errorf("%v, %s; want B better", got.Winner, got.Detail())
	}
}

func TestTooFewRunsAreUndecided(t *testing.T) {
	c := Compare(runs("usb", 3, 5, 0), runs("usb", 3, 5, -20))
	p50 := c.Find("usb", P50)
	if p50.Winner != Undecided || p50.Method != None || p50.Diff != nil || !strings.Contains(p50.Detail(), "3 pairs") {
		t.Errorf("three seeds: %v by %v, %s; want undecided", p50.Winner, p50.Method, p50.Detail())
	}
	if got := c.Sentence(); !strings.HasPrefix(got, "Undecided") || !strings.Contains(got, "usb") {
		t.Errorf("Sentence() = %q", got)
	}
	one := Compare(runs("usb", 1, 90, 0), runs("usb", 1, 4, 0))
	if got := one.Find("usb", Missed); got.Winner != B || got.Method != Counts || !strings.Contains(got.Detail(), "independent") {
		t.Errorf("90 misses against 4: %v by %v, %s; want B by counts", got.Winner, got.Method, got.Detail())
	}
}

func TestWithoutADifferenceNothingIsWon(t *testing.T) {
	wrong := 0
	for i := range 40 {
		r := stream.New(uint64(i), "null")
		var a, b []reports.Run
		for s := range 5 {
			name := string(rune('a' + s))
			x, y := runs(name, 8, 5, 0), runs(name, 8, 5, 0)
			for j := range x {
				x[j].Latency.MotionToPhoton = &reports.Distribution{P50: r.NormFloat64(), P99: 5}
				y[j].Latency.MotionToPhoton = &reports.Distribution{P50: r.NormFloat64(), P99: 5}
			}
			a, b = append(a, x...), append(b, y...)
		}
		if c := Compare(a, b); c.Decided() {
			wrong++
		}
	}
	if wrong > 6 { // 5 % of 40 are two; seven or more come once in 250 such tests
		t.Errorf("%d of 40 comparisons of equals were won, want about 2", wrong)
	}
}

func TestHolmTakesTheNumberOfScenariosIntoAccount(t *testing.T) {
	one := Compare(runs("a", 6, 5, 0), runs("a", 6, 5, -3)) // p = 2/64 = 0.031
	if one.Find("a", P50).Winner != B {
		t.Error("one scenario with p = 0.031 is not won")
	}
	b := append(runs("a", 6, 5, -3), runs("b", 6, 5, 0)...)
	two := Compare(append(runs("a", 6, 5, 0), runs("b", 6, 5, 0)...), b)
	if got := two.Find("a", P50); got.Winner != Undecided || math.Abs(got.Adjusted-4./64) > 1e-12 {
		t.Errorf("one of two scenarios: %v, adjusted p %v; want undecided, 0.0625", got.Winner, got.Adjusted)
	}
}

func TestWhatIsNotKnownIsNotCompared(t *testing.T) {
	a, b := runs("usb", 8, 5, 0), runs("usb", 8, 5, -9)
	for i := range b {
		b[i].Latency.MotionToPhoton = nil
		b[i].Frames.Displayed = new(int64(500))
	}
	c := Compare(a, b)
	if got := c.Find("usb", P50); got.Winner != Unknown || got.B != nil || got.Detail() != "not known of B" {
		t.Errorf("no latency of B: %v, %q", got.Winner, got.Detail())
	}
	short := runs("usb", 8, 5, -9)
	for i := range short {
		short[i].Frames.Displayed = new(int64(MinFrames - 1))
	}
	few := Compare(a, short)
	if got := few.Find("usb", P99); got.Winner != Unknown {
		t.Errorf("p99 of 999 frames: %v, want not known", got.Winner)
	}
}

func TestIncompleteRunsAndLonelyScenariosAreLeftOut(t *testing.T) {
	a, b := append(runs("usb", 8, 5, 0), runs("roam", 2, 5, 0)...), append(runs("usb", 8, 5, 0), runs("mesh", 2, 5, 0)...)
	a[0].Incomplete = new("stopped by the user")
	c := Compare(a, b)
	if c.Incomplete != 1 || c.Find("usb", P50).Pairs != 7 || len(c.OnlyA) != 1 || c.OnlyA[0] != "roam" || c.OnlyB[0] != "mesh" {
		t.Errorf("%d incomplete, %d pairs, only in A %v, only in B %v", c.Incomplete, c.Find("usb", P50).Pairs, c.OnlyA, c.OnlyB)
	}
	if c.Find("roam", P50) != nil {
		t.Error("a scenario of A alone was compared")
	}
	nothing := Compare(runs("roam", 1, 0, 0), runs("mesh", 1, 0, 0))
	if got := nothing.Sentence(); !strings.Contains(got, "nothing can be compared") || nothing.Decided() {
		t.Errorf("Sentence() = %q", got)
	}
}

func TestMixedResultsAreNobodys(t *testing.T) {
	b := runs("usb", 10, 30, -3)
	c := Compare(runs("usb", 10, 2, 0), b)
	if c.Of("usb") != Undecided || c.Find("usb", Missed).Winner != A || c.Find("usb", P50).Winner != B {
		t.Errorf("usb: %v, missed %v, median %v", c.Of("usb"), c.Find("usb", Missed).Winner, c.Find("usb", P50).Winner)
	}
	if got := c.Sentence(); !strings.HasPrefix(got, "A has fewer missed slots in usb; B has a lower median latency in usb") {
		t.Errorf("Sentence() = %q", got)
	}
}

func TestTableHasALineForEveryTest(t *testing.T) {
	c := Compare(append(runs("usb", 8, 5, 0), runs("roam", 1, 0, 0)...), runs("usb", 8, 5, -2))
	var b bytes.Buffer
	if err := c.Table(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"usb\n", "median latency, ms", "B better", "undecided", "signed-rank", "only in A: roam", "equal in all 8 pairs"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, b.String())
		}
	}
}

func TestManyScenariosAreNotAllNamed(t *testing.T) {
	var a, b []reports.Run
	for s := range 12 {
		name := string(rune('a' + s))
		diff := -3.0
		if s > 5 {
			diff = 0
		}
		a, b = append(a, runs(name, 16, 5, 0)...), append(b, runs(name, 16, 5, diff)...)
	}
	c := Compare(a, b)
	if got := c.Sentence(); !strings.Contains(got, "a, b, c and 3 more") || !strings.Contains(got, "undecided in 6 of 12") {
		t.Errorf("Sentence() = %q", got)
	}
}
