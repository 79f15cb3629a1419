package verdict

import (
	"math"
	"testing"

	"airbridge/internal/stream"

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
