// Package clock gives a host a clock of its own: one that was started at another time than the world, goes wrong by some
// parts per billion, and wanders.
//
// # Arithmetic
//
// A clock shows offset + the sum over time of (1 + skew), rounded down to whole nanoseconds. The skew is piecewise
// constant in whole parts per billion, and what is left below a nanosecond is carried from piece to piece: after any
// time the clock shows exactly what the exact sum says. The products have 128 bits (math/bits). True is the exact inverse.
//
// # Memory
//
// A clock that never changes its skew is one piece. Others have a piece of 64 bytes for every interval from shortly before
// the latest instant given to Mono up to the furthest instant asked for: Mono drops what lies more than history pieces
// back, and an instant from there is refused with a panic.
package clock

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/units"
)

const (
	// maxSkew bounds every skew, base and wander together, in parts per billion: far beyond any oscillator, and what the
	// arithmetic is proven for.
	maxSkew = 100_000_000
	// maxOffset bounds the offset: 73 years.
	maxOffset = time.Duration(1) << 61
	// beyond is the instant from which on time counts as never, 146 years.
	beyond = netem.True(1) << 62
	// minEvery is the shortest interval of the wander.
	minEvery = 100 * time.Millisecond
	// wanders is how long a clock wanders; then its skew stays. It bounds what asking for a far instant costs.
	wanders = netem.True(48 * time.Hour)
	// history is how many pieces behind the present are kept, at least.
	history = 256
)

// Config says how a clock goes. The zero value goes right.
type Config struct {
	// Offset is what the clock shows when the run begins.
	Offset time.Duration
	// PPB is how much faster than the world's time it goes, in parts per billion: 50,000 is 50 ppm, which is 180 ms in an
	// hour. A crystal of a PC or a headset is within 50 ppm of right, and most are within 20.
	PPB int64
	// Steps change PPB at set instants, which rise.
	Steps []Step
	// WanderPPB bounds how far the skew wanders from PPB: a random walk that begins at PPB, moves by up to a quarter of
	// the bound every WanderEvery, and is reflected at the bound. A crystal that warms up wanders by hundreds of ppb
	// within minutes. Zero is a clock that does not.
	WanderPPB int64
	// WanderEvery is the interval of the walk, at least 100 ms. Default 10 s.
	WanderEvery time.Duration
	// Seed and Name choose the stream of the walk: Name/wander. Every clock of a run has a name of its own.
	Seed uint64
	Name string
}

// Step is a change of skew.
type Step struct {
	// At is when, after the run has begun.
	At netem.True
	// PPB takes the place of Config.PPB from then on.
	PPB int64
}

// Validate returns all faults at once.
func (c Config) Validate() error {
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("clock: "+format, args...))
		}
	}
	refuse(c.Offset.Abs() > maxOffset, "offset %s: want at most %s", c.Offset, maxOffset)
	refuse(c.WanderPPB < 0 || c.WanderPPB > maxSkew, "wander %d ppb: want 0 to %d", c.WanderPPB, maxSkew)
	refuse(c.WanderEvery != 0 && c.WanderEvery < minEvery, "wander every %s: want at least %s", c.WanderEvery, minEvery)
	limit := maxSkew - max(0, min(c.WanderPPB, maxSkew))
	refuse(c.PPB < -limit || c.PPB > limit, "skew %d ppb: want at most %d either way", c.PPB, limit)
	last := netem.True(0)
	for i, s := range c.Steps {
		refuse(s.At <= last || s.At >= beyond, "step %d at %s: want instants that rise from above 0", i, time.Duration(s.At))
		refuse(s.PPB < -limit || s.PPB > limit, "step %d to %d ppb: want at most %d either way", i, s.PPB, limit)
		last = max(last, s.At)
	}
	return errors.Join(faults...)
}

// Clock is a host's clock. It is not safe for concurrent use: asking it may extend it.
type Clock struct {
	pieces []piece
	at     int // the piece that was asked for last
	plan   plan
}

// New returns a clock. It panics where cfg is not valid: whoever takes a configuration from a user calls Validate.
func New(cfg Config) *Clock {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	if cfg.WanderEvery == 0 {
		cfg.WanderEvery = 10 * time.Second
	}
	c := &Clock{plan: plan{steps: slices.Clone(cfg.Steps), base: cfg.PPB}}
	if cfg.WanderPPB > 0 {
		c.plan.walk = walk{
			rng: stream.New(cfg.Seed, cfg.Name+"/wander"), bound: cfg.WanderPPB, every: netem.True(cfg.WanderEvery),
			next: netem.True(cfg.WanderEvery),
		}
	}
	c.pieces = append(c.pieces, newPiece(0, units.Mono(cfg.Offset), 0, cfg.PPB, c.plan.change()))
	return c
}

// Mono returns what the clock shows at t, which must not lie far before an earlier one. Before the run begins it shows
// its offset; at netem.Never, and centuries from the beginning, units.Never.
func (c *Clock) Mono(t netem.True) units.Mono {
	p := &c.pieces[c.at]
	if t < p.from || t >= p.to {
		if t >= beyond {
			return units.Never
		}
		c.find(max(t, 0))
		c.forget()
		p = &c.pieces[c.at]
	}
	return p.mono(max(t, 0))
}

// True returns the first instant at which the clock shows m or more: zero for what it showed before the run, and
// netem.Never for units.Never.
func (c *Clock) True(m units.Mono) netem.True {
	p := &c.pieces[c.at]
	if m <= p.shows || m > p.ends {
		switch {
		case m == units.Never:
			return netem.Never
		case m <= c.pieces[0].shows && c.pieces[0].from == 0:
			return 0
		case m <= c.pieces[0].shows:
			panic(fmt.Sprintf("clock: asked when it showed %d, long before %d", m, c.pieces[0].shows))
		}
		if p = c.reach(m); p == nil {
			return netem.Never
		}
	}
	return p.first(m)
}

// find makes the piece of t the present one.
func (c *Clock) find(t netem.True) {
	if t < c.pieces[0].from {
		panic(fmt.Sprintf("clock: asked what it showed at %d, long before %d", t, c.pieces[0].from))
	}
	for t >= c.pieces[len(c.pieces)-1].to {
		c.extend()
	}
	for t < c.pieces[c.at].from {
		c.at--
	}
	for t >= c.pieces[c.at].to {
		c.at++
	}
}

// reach returns the piece in which the clock first shows m, which is the last that begins below it; nil where that is
// centuries ahead. The present one stays: deadlines lie further ahead than the instants between them.
func (c *Clock) reach(m units.Mono) *piece {
	for m > c.pieces[len(c.pieces)-1].ends {
		if c.pieces[len(c.pieces)-1].to == beyond {
			return nil
		}
		c.extend()
	}
	i := c.at
	for m <= c.pieces[i].shows {
		i--
	}
	for m > c.pieces[i].ends {
		i++
	}
	return &c.pieces[i]
}

// extend adds a piece, which begins exactly where the last one ends.
func (c *Clock) extend() {
	last := &c.pieces[len(c.pieces)-1]
	shows, part := last.at(last.to)
	skew := c.plan.take(last.to)
	c.pieces = append(c.pieces, newPiece(last.to, shows, part, skew, c.plan.change()))
}

// forget drops pieces long before the present one, many at a time.
func (c *Clock) forget() {
	if c.at < 2*history {
		return
	}
	drop := c.at - history
	c.pieces = slices.Delete(c.pieces, 0, drop)
	c.at -= drop
}
