package game

import (
	"math"
	"math/rand/v2"
	"time"

	"airbridge/internal/stream"
)

// work draws how long frames take to render, one after the other.
type work struct {
	cfg     Render
	rng     *rand.Rand
	hitches *rand.Rand
	sigma   float64 // of the logarithm
	state   float64 // standard normal
}

func newWork(cfg Render, seed uint64, name string) work {
	w := work{cfg: cfg, rng: stream.New(seed, name+"/render"), hitches: stream.New(seed, name+"/hitch")}
	w.sigma = math.Sqrt(math.Log1p(cfg.Spread * cfg.Spread))
	w.state = w.rng.NormFloat64()
	return w
}

// next returns the time of the next frame, above 0. interval is the time between frames: hitches are rare in time, not
// in frames.
func (w *work) next(interval time.Duration) time.Duration {
	w.state = w.cfg.Persist*w.state + math.Sqrt(1-w.cfg.Persist*w.cfg.Persist)*w.rng.NormFloat64()
	took := float64(w.cfg.Mean) * math.Exp(w.sigma*w.state-w.sigma*w.sigma/2)
	if every := w.cfg.HitchEvery; every > 0 && w.hitches.Float64() < float64(interval)/float64(every) {
		took += float64(w.cfg.HitchMean) * w.hitches.ExpFloat64()
	}
	return max(time.Duration(took), time.Microsecond)
}
