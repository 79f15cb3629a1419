// Package delay holds the time packets take whatever the load: a constant propagation delay, and jitter on it, with or
// without reordering.
package delay

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Shape is a distribution of jitter.
type Shape string

// The shapes.
const (
	// Gaussian is symmetric about zero: a normal distribution of standard deviation Spread, of which nothing lies further
	// out than Cut, by default 3 standard deviations (RFC 8868 §4.5.3).
	Gaussian Shape = "gaussian"
	// Uniform lies evenly between -Spread and Spread.
	Uniform Shape = "uniform"
	// Pareto is one-sided, above zero, with a heavy tail: the generalised Pareto distribution of scale Spread and shape
	// Tail, of which nothing lies beyond Cut, by default 50 times Spread. Tail 0 is the exponential distribution.
	Pareto Shape = "pareto"
)

// Jitter is what is added to each packet's delay. The zero value adds nothing.
type Jitter struct {
	// Shape says which distribution. None where it is empty; Spread, Tail and Cut must then be zero.
	Shape Shape
	// Spread is the width of the distribution: see the shapes.
	Spread time.Duration
	// Tail is the shape of Pareto, 0 to less than 1, so that a mean exists.
	Tail float64
	// Cut bounds Gaussian and Pareto; zero selects the shape's default.
	Cut time.Duration
}

// Config describes a Line.
type Config struct {
	// Propagation is the delay before jitter, one way. Jitter below zero can shorten it to nothing at the least.
	Propagation time.Duration
	// Jitter varies it by packet.
	Jitter Jitter
	// Reorder lets packets overtake each other. Otherwise a packet waits for those of its direction before it.
	Reorder bool
}

// RFC8867 returns the default path of RFC 8867 §5: 50 ms one way, jitter of 5 ms standard deviation, no reordering.
func RFC8867() Config {
	return Config{
		Propagation: 50 * time.Millisecond,
		Jitter:      Jitter{Shape: Gaussian, Spread: 5 * time.Millisecond},
	}
}

// maxDelay is far above any path, the Moon's included; it also bounds what a line holds.
const maxDelay = time.Minute

// Validate returns all faults.
func (c Config) Validate() error {
	return errors.Join(bounded("propagation", c.Propagation), c.Jitter.validate())
}

func (j Jitter) validate() error {
	faults := []error{bounded("jitter spread", j.Spread), bounded("jitter cut", j.Cut)}
	switch j.Shape {
	case "":
		if j != (Jitter{}) {
			faults = append(faults, errors.New("jitter shape: missing"))
		}
	case Gaussian, Uniform, Pareto:
		if j.Spread == 0 {
			faults = append(faults, errors.New("jitter spread: want more than 0s"))
		}
	default:
		faults = append(faults, fmt.Errorf("jitter shape %q: want gaussian, uniform or pareto", string(j.Shape)))
	}
	if math.IsNaN(j.Tail) || j.Tail < 0 || j.Tail >= 1 {
		faults = append(faults, fmt.Errorf("jitter tail %v: want 0 to less than 1", j.Tail))
	}
	if j.Tail > 0 && j.Shape != Pareto {
		faults = append(faults, errors.New("jitter tail: only pareto has one"))
	}
	if j.Cut > 0 && j.Shape == Uniform {
		faults = append(faults, errors.New("jitter cut: uniform has none"))
	}
	return errors.Join(faults...)
}

func bounded(key string, d time.Duration) error {
	if d < 0 || d > maxDelay {
		return fmt.Errorf("%s %v: want 0s to %v", key, d, maxDelay)
	}
	return nil
}
