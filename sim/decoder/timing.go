package decoder

import (
	"math"
	"math/rand/v2"
	"time"

	"airbridge/client"
	"airbridge/internal/stream"
	"airbridge/sim/payload"
)

// cut is how many standard deviations the jitter reaches.
const cut = 4

// timing draws latencies.
type timing struct {
	latency Latency
	rng     *rand.Rand
	fixed   float64 // nanoseconds, for the present picture size
	state   float64 // of the jitter: standard normal, correlated from draw to draw
	fresh   float64 // how much of it is new with every draw
}

func newTiming(cfg Config) timing {
	t := timing{latency: cfg.Latency, rng: stream.New(cfg.Seed, cfg.Name+"/decode")}
	t.fresh = math.Sqrt(1 - t.latency.Memory*t.latency.Memory)
	t.state = t.rng.NormFloat64()
	t.resize(0, 0)
	return t
}

// resize takes the size of the pictures.
func (t *timing) resize(width, height int) {
	t.fixed = float64(t.latency.Fixed) + float64(t.latency.PerMegapixel)*float64(width)*float64(height)/1e6
}

// draw returns how long a unit of length bytes takes.
func (t *timing) draw(length int) time.Duration {
	t.state = t.latency.Memory*t.state + t.fresh*t.rng.NormFloat64()
	s := t.latency.Spread
	jitter := math.Exp(s*min(max(t.state, -cut), cut) - s*s/2)
	mean := t.fixed + t.latency.PerByte*float64(length)
	return max(time.Duration(mean*jitter), t.latency.Fixed/4)
}

// right says whether a unit is what was encoded, as far as it is there.
func right(r *client.Decode) bool { return payload.Check(r.Unit, r.Frame, 0) }
