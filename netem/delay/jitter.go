package delay

import (
	"math"
	"math/rand/v2"
	"time"
)

// sampler draws jitter.
type sampler struct {
	Jitter
	rng *rand.Rand
}

func newSampler(j Jitter, rng *rand.Rand) sampler {
	if j.Cut == 0 {
		switch j.Shape {
		case Gaussian:
			j.Cut = 3 * j.Spread // N_STD of RFC 8868 §4.5.3
		case Pareto:
			j.Cut = 50 * j.Spread
		}
	}
	return sampler{j, rng}
}

// draw returns the jitter of one packet.
func (s *sampler) draw() time.Duration {
	switch s.Shape {
	case Gaussian:
		return s.gaussian()
	case Uniform:
		return time.Duration(s.rng.Int64N(2*int64(s.Spread)+1)) - s.Spread
	case Pareto:
		return s.pareto()
	}
	return 0
}

// gaussian draws again what lies too far out, which for a cut of 3 standard deviations is one draw in 370.
func (s *sampler) gaussian() time.Duration {
	for range 64 {
		d := time.Duration(s.rng.NormFloat64() * float64(s.Spread))
		if -s.Cut <= d && d <= s.Cut {
			return d
		}
	}
	return 0 // the cut is a sliver about zero
}

// pareto inverts the distribution function below the cut, so that the tail is cut off and not piled up.
func (s *sampler) pareto() time.Duration {
	scale, cut := float64(s.Spread), float64(s.Cut)
	if s.Tail == 0 {
		u := s.rng.Float64() * -math.Expm1(-cut/scale)
		return min(s.Cut, time.Duration(-scale*math.Log1p(-u)))
	}
	u := s.rng.Float64() * (1 - math.Pow(1+s.Tail*cut/scale, -1/s.Tail))
	return min(s.Cut, time.Duration(scale/s.Tail*(math.Pow(1-u, -s.Tail)-1)))
}
