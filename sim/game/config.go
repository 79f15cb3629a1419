package game

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Kind is how a source takes advice.
type Kind uint8

// The kinds; see the package.
const (
	Scene Kind = iota
	Vsync
	Video
	kinds // how many there are
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"scene", "vsync", "video", "unknown"}[min(k, kinds)]
}

// Steerable says that the source starts frames as advised: streamer.Config.Steerable.
func (k Kind) Steerable() bool { return k == Scene }

// Posed says that the source draws from poses: streamer.Config.Posed.
func (k Kind) Posed() bool { return k != Video }

// Config says which source to model.
type Config struct {
	// Kind is how it takes advice. Default Scene.
	Kind Kind
	// Period is the time between frames of Vsync and Video. Default what streamer.Begin says, 1/72 s before.
	Period time.Duration
	// Render is how long a frame takes. Video takes none.
	Render Render
	// Running is how long before a vsync a frame of Vsync starts. Default 3 ms, about what SteamVR's running start is.
	Running time.Duration
	// SlewMax is by how much the virtual vsync moves a frame at most, unless advice says less. Default 100 µs.
	SlewMax time.Duration
	// PPM is how much faster than the host's clock that of Video is, in millionths, -1000 to 1000.
	PPM float64
	// Pool is how many frames there are. While all are out Vsync and Video skip a frame; Scene ends with ErrPool, as the
	// real one does: only a core that keeps frames gets it there. Default 8.
	Pool int
	// Frames is after how many the source ends, in order; zero without end.
	Frames int
	// Seed and Name select the random stream: Name+"/render" and Name+"/hitch". Default name "game".
	Seed uint64
	Name string
}

// Render is how long rendering a frame takes.
type Render struct {
	// Mean is the mean without hitches. Default 6 ms.
	Mean time.Duration
	// Spread is the standard deviation by the mean. Default 0.1; negative for none.
	Spread float64
	// Persist is the correlation from frame to frame, 0 to below 1. Default 0.9; negative for none.
	Persist float64
	// HitchEvery is the mean time between hitches, by rendering time and waits together. Default a minute; negative for
	// none.
	HitchEvery time.Duration
	// HitchMean is the mean of what a hitch adds, exponential. Default 12 ms.
	HitchMean time.Duration
}

func (c Config) withDefaults() Config {
	c.Running = cmp.Or(c.Running, 3*time.Millisecond)
	c.SlewMax = cmp.Or(c.SlewMax, 100*time.Microsecond)
	c.Pool = cmp.Or(c.Pool, 8)
	c.Name = cmp.Or(c.Name, "game")
	c.Render = c.Render.withDefaults()
	return c
}

func (r Render) withDefaults() Render {
	r.Mean = cmp.Or(r.Mean, 6*time.Millisecond)
	r.Spread = max(cmp.Or(r.Spread, 0.1), 0)
	r.Persist = max(cmp.Or(r.Persist, 0.9), 0)
	r.HitchEvery = max(cmp.Or(r.HitchEvery, time.Minute), 0)
	r.HitchMean = cmp.Or(r.HitchMean, 12*time.Millisecond)
	return r
}

// Validate returns all faults of the configuration, taken with its defaults, at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.Kind >= kinds, "game kind %d: want 0 to %d", c.Kind, kinds-1)
	fault(c.Period != 0 && (c.Period < time.Millisecond || c.Period > time.Second), "game period %s: want 1ms to 1s", c.Period)
	fault(c.Running < 0 || c.Running > time.Second, "game running start %s: want 0 to 1s", c.Running)
	fault(c.Period != 0 && c.Running >= c.Period, "game running start %s: want less than the period, %s", c.Running, c.Period)
	fault(c.SlewMax < 0, "game slew %s: want none negative", c.SlewMax)
	fault(!(c.PPM >= -1000 && c.PPM <= 1000), "game clock %g ppm: want -1000 to 1000", c.PPM)
	fault(c.Pool < 1 || c.Pool > 1024, "game pool of %d frames: want 1 to 1024", c.Pool)
	fault(c.Frames < 0, "game of %d frames: want none negative", c.Frames)
	fault(c.Render.Mean < time.Microsecond || c.Render.Mean > 10*time.Second, "render mean %s: want 1µs to 10s", c.Render.Mean)
	fault(!(c.Render.Spread <= 5), "render spread %g: want 5 at most", c.Render.Spread)
	fault(!(c.Render.Persist < 1), "render persistence %g: want less than 1", c.Render.Persist)
	fault(c.Render.HitchMean < 0 || c.Render.HitchMean > 10*time.Second, "hitches of %s: want 0 to 10s", c.Render.HitchMean)
	return errors.Join(faults...)
}
