package verdict

import (
	"math"
	"math/rand/v2"
	"testing"

	"airbridge/internal/stream"
	"airbridge/reports"

	"gonum.org/v1/gonum/stat/distuv"
)

// atMostShare fails where more than a share of trials went wrong than chance explains: five standard deviations.
func atMostShare(t *testing.T, what string, wrong, trials int, share float64) {
	t.Helper()
	slack := 5 * math.Sqrt(share*(1-share)/float64(trials))
	if got := float64(wrong) / float64(trials); got > share+slack {
		t.Errorf("%s: %.4f of %d trials, want %.4f at most", what, got, trials, share)
	}
}

// bruteForce is the signed-rank test from its definition: every choice of signs, one after the other.
func bruteForce(diffs []float64) float64 {
	ranks, positive, all := doubledRanks(diffs)
	observed := min(positive, all-positive)
	asExtreme := 0
	for signs := range 1 << len(ranks) {
		sum := 0
		for i, r := range ranks {
			if signs>>i&1 == 1 {
				sum += r
			}
		}
		if min(sum, all-sum) <= observed {
			asExtreme++
		}
	}
	return float64(asExtreme) / math.Pow(2, float64(len(ranks)))
}

func TestSignedRankIsWhatAllChoicesOfSignsSay(t *testing.T) {
	r := stream.New(11, "signs")
	for range 200 {
		diffs := make([]float64, 1+r.IntN(11))
		for i := range diffs {
			diffs[i] = float64(r.IntN(9) - 4) // with ties and zeros
		}
		if got, _ := signedRank(diffs); math.Abs(got-bruteForce(diffs)) > 1e-12 {
			t.Errorf("signedRank(%v) = %v, all choices of signs give %v", diffs, got, bruteForce(diffs))
		}
	}
}

func TestSignedRankSaysWhichWay(t *testing.T) {
	for _, c := range []struct {
		diffs []float64
		want  int
	}{
		{[]float64{1, 2, 3}, 1},
		{[]float64{-1, -2, -3}, -1},
		{[]float64{-3, 1, 2}, 0},
		{[]float64{0, 0}, 0},
		{nil, 0},
		{[]float64{-1, -2, -3, -4, 1000}, -1}, // by ranks, not by size
	} {
		if _, got := signedRank(c.diffs); got != c.want {
			t.Errorf("signedRank(%v) leans to %d, want %d", c.diffs, got, c.want)
		}
	}
}

// The published claim of an interval is that it holds the truth in 95 of 100 cases. For few seeds of a normal quantity it
// must; of a skewed one a bootstrap is known to fall short, but not by much.
func TestBootstrapHoldsWhatItClaims(t *testing.T) {
	r := stream.New(21, "coverage")
	draws := map[string]func() float64{
		"normal": func() float64 { return 3 + 2*r.NormFloat64() },
		"skewed": func() float64 { return 2 + r.ExpFloat64() },
	}
	for _, c := range []struct {
		of   string
		n    int
		want float64
	}{{"normal", 6, 0.93}, {"normal", 12, 0.93}, {"skewed", 8, 0.87}} {
		const trials = 400
		covered := 0
		for range trials {
			diffs := make([]float64, c.n)
			for i := range diffs {
				diffs[i] = draws[c.of]()
			}
			if _, low, high := bootstrap(diffs, "x"); low <= 3 && 3 <= high {
				covered++
			}
		}
		if share := float64(covered) / trials; share < c.want-0.03 {
			t.Errorf("%d seeds of a %s quantity: %.3f of the intervals hold the truth, want %.2f", c.n, c.of, share, c.want)
		}
	}
}

func TestFewSeedsWidenTheInterval(t *testing.T) {
	last := 0.0
	for _, n := range []int{6, 8, 12, 20, 100, 10_000} {
		tail := tailOf(n)
		if tail <= last || tail >= Alpha/2 {
			t.Errorf("of %d seeds %v is left out on either side, want more than %v and less than %v", n, tail, last, Alpha/2)
		}
		last = tail
	}
	if int(resamples*tailOf(minPairs)) < 20 {
		t.Errorf("%d draws lie beyond the interval of %d seeds: too few to tell where it ends", int(resamples*tailOf(minPairs)), minPairs)
	}
}

// The coverage of an exact interval can be added up: never below 95 per cent, whatever the truth.
func TestProportionCoversWhateverTheTruth(t *testing.T) {
	for _, n := range []int64{5, 20, 60} {
		low, high := make([]float64, n+1), make([]float64, n+1)
		for k := range n + 1 {
			low[k], high[k] = Proportion(k, n)
		}
		for p := 0.01; p < 1; p += 0.01 {
			covered := 0.0
			for k := range n + 1 {
				if low[k] <= p && p <= high[k] {
					covered += distuv.Binomial{N: float64(n), P: p}.Prob(float64(k))
				}
			}
			if covered < 0.95-1e-9 {
				t.Errorf("of %d with a chance of %.2f the interval covers %.4f, want 0.95", n, p, covered)
			}
		}
	}
	for _, c := range [][2]int64{{-1, 5}, {6, 5}, {0, 0}, {0, -3}} {
		if low, high := Proportion(c[0], c[1]); low != 0 || high != 1 {
			t.Errorf("Proportion(%d of %d) = %v to %v, want all there is", c[0], c[1], low, high)
		}
	}
}

// poisson draws a count of events that do not know of each other.
func poisson(r *rand.Rand, mean float64) (n int64) {
	for sum := r.ExpFloat64(); sum < mean; sum += r.ExpFloat64() {
		n++
	}
	return n
}

func TestEqualRatesAreSeldomToldApartByCounts(t *testing.T) {
	r := stream.New(31, "counts")
	for _, c := range []struct{ rate, hoursA, hoursB float64 }{{1, 1, 1}, {5, 1, 1}, {5, 3, 1}, {60, 1, 0.2}} {
		const trials = 2000
		wrong := 0
		for range trials {
			if twoCounts(poisson(r, c.rate*c.hoursA), c.hoursA, poisson(r, c.rate*c.hoursB), c.hoursB) <= Alpha {
				wrong++
			}
		}
		atMostShare(t, "equal rates told apart", wrong, trials, Alpha)
	}
}

// What the package says of its own test: of misses that come five at a time it is too sure.
func TestCountsAreTooSureOfBursts(t *testing.T) {
	r := stream.New(32, "bursts")
	const trials = 500
	wrong := 0
	for range trials {
		if twoCounts(5*poisson(r, 6), 1, 5*poisson(r, 6), 1) <= Alpha {
			wrong++
		}
	}
	if share := float64(wrong) / trials; share < 0.15 {
		t.Errorf("bursts of five: %.3f of equals are told apart; with so few the warning of the method is idle", share)
	}
}

// medians makes the runs of a side that know nothing but their median latency.
func medians(scenario string, n int, draw func(seed int) float64) (all []reports.Run) {
	for i := range n {
		r := reports.Run{}
		r.Scenario, r.Seed, r.DurationS = scenario, new(uint64(i)), 60
		r.Latency.MotionToPhoton = &reports.Distribution{P50: draw(i)}
		all = append(all, r)
	}
	return all
}

// The whole way, on comparisons of equals: seeds differ much, sides do not.
func TestEqualsAreSeldomToldApart(t *testing.T) {
	r := stream.New(51, "equals")
	const trials = 200
	wrong := 0
	for range trials {
		var a, b []reports.Run
		for s := range 4 {
			name := string(rune('a' + s))
			own := make([]float64, 8)
			for i := range own {
				own[i] = 40 + 10*r.NormFloat64()
			}
			draw := func(seed int) float64 { return own[seed] + r.NormFloat64() }
			a, b = append(a, medians(name, 8, draw)...), append(b, medians(name, 8, draw)...)
		}
		if c := Compare(a, b); c.Decided() {
			wrong++
		}
	}
	atMostShare(t, "comparisons of equals that were decided", wrong, trials, Alpha)
}

// A true difference is found by its pairs, and never for the wrong side.
func TestATrueDifferenceIsFound(t *testing.T) {
	r := stream.New(52, "different")
	const trials = 100
	found := 0
	for range trials {
		own := make([]float64, 10)
		for i := range own {
			own[i] = 40 + 10*r.NormFloat64()
		}
		a := medians("usb", 10, func(seed int) float64 { return own[seed] + r.NormFloat64() })
		b := medians("usb", 10, func(seed int) float64 { return own[seed] - 2 + r.NormFloat64() })
		c := Compare(a, b)
		switch got := c.Find("usb", P50); got.Winner {
		case B:
			found++
			if *got.Low > -2+3 || *got.High < -2-3 {
				t.Errorf("a difference of -2 is said to be %v to %v", *got.Low, *got.High)
			}
		case A:
			t.Error("the slower side won")
		}
	}
	if found < 90 {
		t.Errorf("2 ms of 1.4 ms noise and 10 ms between seeds were found %d times of %d, want 90 at least", found, trials)
	}
}
