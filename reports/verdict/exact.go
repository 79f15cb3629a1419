package verdict

import (
	"cmp"
	"math"
	"slices"

	"airbridge/internal/stream"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// resamples is how often the bootstrap draws. Of six seeds two draws in a thousand lie beyond either end of the interval:
// 24 of so many.
const resamples = 10_000

// bootstrapSeed makes the interval of the same differences the same.
const bootstrapSeed = 1

// exactPairs is how many pairs the signed-rank test enumerates; beyond, the sum of ranks is normal enough.
const exactPairs = 60

// signedRank is the two-sided p-value of Wilcoxon's signed-rank test, and the sign that most of the rank sum has.
// Differences of zero are dropped (Wilcoxon 1945); ties share their mean rank, and the distribution is that of these very
// ranks, so it is exact with ties too.
func signedRank(diffs []float64) (p float64, lean int) {
	ranks, positive, all := doubledRanks(diffs)
	tail := min(positive, all-positive)
	return rankTail(ranks, all, tail), cmp.Compare(2*positive, all)
}

// rankTail is twice the chance that ranks with random signs sum up to tail or less.
func rankTail(ranks []int, all, tail int) float64 {
	if len(ranks) == 0 {
		return 1
	}
	if len(ranks) > exactPairs {
		var variance float64 // of the doubled sum: each rank is there or not
		for _, r := range ranks {
			variance += float64(r*r) / 4
		}
		z := (float64(tail) + 1 - float64(all)/2) / math.Sqrt(variance)
		return min(1, 2*distuv.UnitNormal.CDF(z))
	}
	ways := make([]float64, all+1) // how likely each sum of ranks is
	ways[0] = 1
	top := 0
	for _, r := range ranks {
		top += r
		for s := top; s >= 0; s-- {
			ways[s] /= 2
			if s >= r {
				ways[s] += ways[s-r] / 2
			}
		}
	}
	var p float64
	for s := 0; s <= tail; s++ {
		p += ways[s]
	}
	return min(1, 2*p)
}

// doubledRanks returns twice the mean rank of every difference that is not zero by magnitude, what those of positive
// differences add up to, and what all do.
func doubledRanks(diffs []float64) (ranks []int, positive, all int) {
	sorted := slices.DeleteFunc(slices.Clone(diffs), func(d float64) bool { return d == 0 })
	slices.SortFunc(sorted, func(a, b float64) int {
		switch {
		case math.Abs(a) < math.Abs(b):
			return -1
		case math.Abs(a) > math.Abs(b):
			return 1
		}
		return 0
	})
	for i := 0; i < len(sorted); {
		j := i
		for j < len(sorted) && math.Abs(sorted[j]) == math.Abs(sorted[i]) {
			j++
		}
		rank := i + 1 + j // twice the mean of i+1 to j
		for ; i < j; i++ {
			ranks = append(ranks, rank)
			all += rank
			if sorted[i] > 0 {
				positive += rank
			}
		}
	}
	return ranks, positive, all
}

// bootstrap returns the mean of differences and its 95 % interval over draws of whole seeds: percentiles that are taken
// farther out the fewer seeds there are, as plain ones are too narrow then (Hesterberg, What teachers should know about the
// bootstrap, The American Statistician 69, 2015, section 4.2).
func bootstrap(diffs []float64, name string) (mean, low, high float64) {
	r := stream.New(bootstrapSeed, "reports/bootstrap/"+name)
	n := len(diffs)
	for _, d := range diffs {
		mean += d / float64(n)
	}
	means := make([]float64, resamples)
	for i := range means {
		var sum float64
		for range n {
			sum += diffs[r.IntN(n)]
		}
		means[i] = sum / float64(n)
	}
	slices.Sort(means)
	beyond := int(resamples * tailOf(n))
	return mean, means[beyond], means[resamples-1-beyond]
}

// tailOf is the share of draws of n seeds that an interval leaves out on either side: 0.025 of very many.
func tailOf(n int) float64 {
	t := distuv.StudentsT{Sigma: 1, Nu: float64(n - 1)}.Quantile(1 - Alpha/2)
	return distuv.UnitNormal.CDF(-math.Sqrt(float64(n)/float64(n-1)) * t)
}

// twoCounts is the two-sided p-value that two Poisson counts have one rate: given their sum, the first is binomial with the
// share of its hours (Przyborowski and Wilenski, Biometrika 31, 1940). Twice the smaller tail.
func twoCounts(na int64, hoursA float64, nb int64, hoursB float64) float64 {
	n := na + nb
	if n == 0 || !(hoursA > 0) || !(hoursB > 0) {
		return 1
	}
	share := hoursA / (hoursA + hoursB)
	return min(1, 2*min(atMost(na, n, share), atLeast(na, n, share)))
}

// atLeast is the chance of k or more of n.
func atLeast(k, n int64, p float64) float64 {
	if k <= 0 {
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}

// atMost is the chance of k or fewer of n.
func atMost(k, n int64, p float64) float64 {
	if k >= n {
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// Proportion returns the exact 95 % interval of Clopper and Pearson for k of n (Biometrika 26, 1934).
func Proportion(k, n int64) (low, high float64) {
	if n <= 0 || k < 0 || k > n {
		return 0, 1
	}
	high = 1
	if k > 0 {
		low = mathext.InvRegIncBeta(float64(k), float64(n-k+1), Alpha/2)
	}
	if k < n {
		high = mathext.InvRegIncBeta(float64(k+1), float64(n-k), 1-Alpha/2)
	}
	return low, high
}
