package vrload

import "math"

// Limits are how far a model may be from the truth.
type Limits struct {
	// Name is the class of workload: "idle", "moderate" or "heavy".
	Name string
	// P50 and P99 are relative, KS absolute.
	P50, P99, KS float64
}

// The limits by load. They follow from how far ns-3's own seeds lie apart: one 60 s run's p99 has a coefficient of
// variation of 0.7 % with an idle channel, 6.6 % with 3 stations at 15 Mbit/s, 24 % with 5 at 25 Mbit/s.
var (
	Idle     = Limits{"idle", 0.01, 0.02, 0.02}
	Moderate = Limits{"moderate", 0.03, 0.15, 0.05}
	Heavy    = Limits{"heavy", 0.05, 0.30, 0.06}
)

// heavyFrom is the ratio of p99 to p50 from which a load is heavy.
const heavyFrom = 3.5

// Limits returns the limits for a workload whose true quantiles are these.
func (w Workload) Limits(p50, p99 float64) Limits {
	switch {
	case w.Stations == 1 || w.Background == 0:
		return Idle
	case p99 < heavyFrom*p50:
		return Moderate
	}
	return Heavy
}

// Verdict is a comparison of a model with the truth.
type Verdict struct {
	// Limits are those that apply.
	Limits Limits
	// P50 and P99 are the model's quantiles relative to the truth's, less 1. KS is the distance of the distributions.
	P50, P99, KS float64
}

// Compare judges a model's delays by the true ones.
func (w Workload) Compare(truth, model Sample) Verdict {
	p50, p99 := truth.Quantile(0.5), truth.Quantile(0.99)
	return Verdict{
		Limits: w.Limits(p50, p99), P50: model.Quantile(0.5)/p50 - 1, P99: model.Quantile(0.99)/p99 - 1,
		KS: KS(truth, model),
	}
}

// Pass reports whether the model is inside all limits; nothing compared is no pass.
func (v Verdict) Pass() bool {
	return math.Abs(v.P50) <= v.Limits.P50 && math.Abs(v.P99) <= v.Limits.P99 && v.KS <= v.Limits.KS
}
