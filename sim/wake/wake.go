// Package wake models how late an operating system wakes the pump of a core: after a datagram arrived, and after the
// instant for which a timer was set. What arrives between the first datagram and the wake is handed over with it, so that
// the batches of a real receiver follow from the latencies alone.
//
// The latencies of one pump are drawn one by one from a Profile, each independently of the one before. On a real machine a
// late wake is often followed by another: stretches of trouble are longer there than here.
package wake

import (
	"math/rand/v2"
	"time"

	"airbridge/internal/stream"
)

// Profile is a kind of computer. The zero value is never late.
type Profile struct {
	// Arrival is how long after a datagram's arrival the pump handles it, Timer how long after its deadline it ticks.
	Arrival Quantiles `json:"arrival"`
	Timer   Quantiles `json:"timer"`
}

// Validate returns all faults at once.
func (p Profile) Validate() error { return validate(p) }

// Config is what a Model is made of. The zero value is never late.
type Config struct {
	// Profile is the kind of computer.
	Profile Profile
	// Seed and Name choose the streams: Name/arrival and Name/timer. Every host of a run has a name of its own.
	Seed uint64
	Name string
}

// Model draws the latencies of one host. It is not safe for concurrent use.
type Model struct{ arrival, timer source }

// source draws from a curve.
type source struct {
	curve *curve
	rng   *rand.Rand
}

// New returns a model. It panics where the profile is not valid.
func New(cfg Config) *Model {
	if err := cfg.Profile.Validate(); err != nil {
		panic(err)
	}
	return &Model{
		arrival: newSource(cfg.Profile.Arrival, cfg.Seed, cfg.Name+"/arrival"),
		timer:   newSource(cfg.Profile.Timer, cfg.Seed, cfg.Name+"/timer"),
	}
}

func newSource(q Quantiles, seed uint64, name string) (s source) {
	if len(q) > 0 {
		s = source{newCurve(q), stream.New(seed, name)}
	}
	return s
}

// Arrival returns how long after a datagram's arrival the pump handles it.
func (m *Model) Arrival() time.Duration { return m.arrival.draw() }

// Timer returns how long after its deadline the pump ticks.
func (m *Model) Timer() time.Duration { return m.timer.draw() }

func (s *source) draw() time.Duration {
	if s.rng == nil {
		return 0
	}
	return s.curve.draw(s.rng.Float64())
}
