// Package cadence decides for how many display slots each frame is meant: one each where the machine keeps up, one for
// two slots or more where it does not. A steady picture at half the rate is easier on the eye than one at the full rate
// that stutters, and what a late frame costs is not paid. It watches the streamer's own machine only; a slow network is
// somebody else's to answer. Sans-I/O and not safe for concurrent use.
package cadence

import (
	"time"

	"airbridge/units"
)

const (
	// window is over how many frames overruns are counted, tooMany of them mean that the machine does not keep up: one in
	// four. A single hiccup of the system costs two or three frames in a row.
	window  = 32
	tooMany = 8
	// maxStep is the most slots a frame may last: 24 frames a second on a display of 72 Hz.
	maxStep = 3
	// firstHold is how long a slower cadence is kept at least; it doubles up to maxHold whenever going back failed.
	firstHold = 2 * time.Second
	maxHold   = 30 * time.Second
	// roomy is the share of the faster cadence's period that rendering and encoding together may take for going back to
	// promise anything before maxHold is over.
	roomy = 0.8
	// smooth is the weight of a frame in the mean of the work.
	smooth = 1.0 / 16
)

// Cadence is the state. Make it with New.
type Cadence struct {
	slot time.Duration
	base int
	step int

	history [window]bool // whether a frame overran, in turn
	at      int
	overran int // how many in history did

	work    time.Duration // mean of render and encode together
	changed units.Mono    // when step changed last
	hold    time.Duration
	slow    time.Duration // how long step was above base, up to changed
}

// New returns a cadence for a display with that slot period, and a source that has a frame for every base-th slot at
// best; both must be positive.
func New(slot time.Duration, base int) *Cadence {
	return &Cadence{slot: slot, base: base, step: base, hold: firstHold}
}

// Step returns for how many slots a frame is meant.
func (c *Cadence) Step() int { return c.step }

// Slow returns how long frames were meant for more slots than they would be at best.
func (c *Cadence) Slow(now units.Mono) time.Duration {
	if c.step > c.base {
		return c.slow + now.Sub(c.changed)
	}
	return c.slow
}

// Started notes that the source began a frame so much later than it was advised to, at now. Less than half the
// time between frames is made good by the next.
func (c *Cadence) Started(now units.Mono, late time.Duration) {
	c.note(now, late > time.Duration(c.step)*c.slot/2)
}

// Skipped notes that a frame found the encoder busy for so long that it was given up, at now.
func (c *Cadence) Skipped(now units.Mono) { c.note(now, true) }

// Worked notes how long a frame took to render and to encode.
func (c *Cadence) Worked(work time.Duration) {
	if c.work == 0 {
		c.work = work
	}
	c.work += time.Duration(float64(work-c.work) * smooth)
}

func (c *Cadence) note(now units.Mono, overrun bool) {
	if c.history[c.at] {
		c.overran--
	}
	c.history[c.at] = overrun
	if overrun {
		c.overran++
	}
	c.at = (c.at + 1) % window
	switch {
	case c.overran >= tooMany && c.step < max(maxStep, c.base):
		if c.step == c.base && c.changed != 0 && now.Sub(c.changed) < c.hold {
			c.hold = min(2*c.hold, maxHold) // going back has just failed
		}
		c.change(now, c.step+1)
	case c.step > c.base && c.overran <= 1 && c.ready(now):
		c.change(now, c.step-1)
	}
}

// ready says that going back to the faster cadence is worth a try.
func (c *Cadence) ready(now units.Mono) bool {
	since := now.Sub(c.changed)
	faster := time.Duration(c.step-1) * c.slot
	return since >= maxHold || since >= c.hold && float64(c.work) < roomy*float64(faster)
}

func (c *Cadence) change(now units.Mono, step int) {
	c.slow = c.Slow(now)
	c.step, c.changed = step, now
	c.history, c.overran = [window]bool{}, 0
}
