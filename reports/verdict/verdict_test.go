package verdict

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"airbridge/internal/stream"
	"airbridge/reports"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestSignedRankCountsTheSignsThatAreAsExtreme(t *testing.T) {
	// Of n pairs all 2^n choices of signs are equally likely; want counts those with a rank sum as small, by hand.
	for _, c := range []struct {
		diffs []float64
		want  float64
	}{
		{nil, 1},
		{[]float64{0, 0, 0}, 1},
		{[]float64{1}, 1},
		{[]float64{1, 2, 3, 4, 5}, 2. / 32},
		{[]float64{-1, -2, -3, -4, -5, -6}, 2. / 64},
		{[]float64{1, 2, 3, 4, 5, 6, 0}, 2. / 64},
		{[]float64{-1, 2, 3, 4, 5, 6, 7, 8}, 4. / 256},
		{[]float64{-1, -2, 3, 4, 5, 6, 7, 8}, 10. / 256},
		{[]float64{1, -2, 3, -4, 5, -6}, 54. / 64},
		{[]float64{2, 2, 2, 2, 2, 2}, 2. / 64}, // ties
		{[]float64{-1, 1, 2, 2, 2, 2}, 6. / 64},
	} {
		if got, _ := signedRank(c.diffs); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("signedRank(%v) = %v, want %v", c.diffs, got, c.want)
		}
	}
}

func TestSignedRankIsCalibrated(t *testing.T) {
	r := stream.New(5, "calibration")
	for _, n := range []int{8, 20, 80} { // 80 takes the normal approximation
		wrong := 0
		const trials = 2000
		for range trials {
			d := make([]float64, n)
			for i := range d {
				d[i] = r.NormFloat64()
			}
			if p, _ := signedRank(d); p <= 0.05 {
				wrong++
			}
		}
		if share := float64(wrong) / trials; share > 0.065 || share < 0.02 {
			t.Errorf("%d pairs: %.3f of equal sides are told apart, want at most 0.05", n, share)
		}
	}
}

func TestTheNormalTailJoinsTheExactOne(t *testing.T) {
	exact := make([]float64, exactPairs)
	for i := range exact {
		exact[i] = float64(i + 1)
		if i%3 == 0 {
			exact[i] = -exact[i]
		}
	}
	more := append(append([]float64(nil), exact...), float64(exactPairs+1))
	a, _ := signedRank(exact)
	if b, _ := signedRank(more); math.Abs(a-b) > 0.35*a {
		t.Errorf("60 pairs give %v, 61 give %v", a, b)
	}
}

func TestTwoCountsIsTheConditionalBinomialTest(t *testing.T) {
	for _, c := range []struct {
		na, nb int64
		ha, hb float64
		want   float64
	}{
		{0, 0, 1, 1, 1},
		{0, 5, 1, 1, 2. / 32},
		{5, 0, 1, 1, 2. / 32},
		{0, 6, 1, 1, 2. / 64},
		{3, 3, 1, 1, 1},
		{10, 10, 1, 1, 1},
		{1, 9, 1, 1, 22. / 1024},
		{0, 2, 3, 1, 2. / 16}, // a quarter of the hours has both
		{4, 1, 0, 1, 1},
	} {
		if got := twoCounts(c.na, c.ha, c.nb, c.hb); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("twoCounts(%d in %v h, %d in %v h) = %v, want %v", c.na, c.ha, c.nb, c.hb, got, c.want)
		}
	}
}

func TestProportionIsClopperPearson(t *testing.T) {
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{ // published: Clopper and Pearson 1934, and standard tables
		{0, 10, 0, 0.3085}, {1, 10, 0.0025, 0.4450}, {5, 10, 0.1871, 0.8129}, {10, 10, 0.6915, 1}, {0, 0, 0, 1}, {3, 1000, 0.00062, 0.00874},
	} {
		low, high := Proportion(c.k, c.n)
		if math.Abs(low-c.low) > 6e-5 || math.Abs(high-c.high) > 6e-5 {
			t.Errorf("Proportion(%d of %d) = %.5f to %.5f, want %.5f to %.5f", c.k, c.n, low, high, c.low, c.high)
		}
		if c.k > 0 && c.k < c.n {
			if tail := 1 - (distuv.Binomial{N: float64(c.n), P: low}).CDF(float64(c.k-1)); math.Abs(tail-0.025) > 1e-6 {
				t.Errorf("the lower limit of %d of %d leaves a tail of %v", c.k, c.n, tail)
			}
		}
	}
}

func TestBootstrapCoversTheMean(t *testing.T) {
	r := stream.New(6, "coverage")
	covered := 0
	const trials = 300
	for range trials {
		d := make([]float64, 20)
		for i := range d {
			d[i] = 2 + r.NormFloat64()
		}
		_, low, high := bootstrap(d, "x")
		if low <= 2 && 2 <= high {
			covered++
		}
	}
	if share := float64(covered) / trials; share < 0.87 {
		t.Errorf("%.2f of the intervals cover the mean, want about 0.93 with 20 seeds", share)
	}
	_, a, b := bootstrap([]float64{1, 2, 3, 4, 5, 6}, "x")
	_, c, d := bootstrap([]float64{1, 2, 3, 4, 5, 6}, "x")
	if a != c || b != d || a < 1 || b > 6 || a >= b {
		t.Errorf("intervals %v to %v and %v to %v of the same differences", a, b, c, d)
	}
}

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
