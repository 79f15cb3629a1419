package display

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"airbridge/machine"
	"airbridge/units"
)

// Config is what a display is made of. The zero value is the display that client/shell makes: 72 Hz, latched 2 ms before
// the light, on a crystal that is the host's own.
type Config struct {
	// Period is the nominal time from slot to slot, which the slots say. Default 1/72 s in whole nanoseconds.
	Period time.Duration
	// PPB is how much faster than its host's clock the display's crystal goes, in parts per billion.
	PPB int64
	// Scanout is how long before a slot's light its frame must be latched: what the compositor takes. Default 2 ms. An
	// OpenXR runtime's compositor takes 2 to 5 ms.
	Scanout time.Duration
	// Start is when the first slot is announced, at the earliest; its light comes a period later. A display whose host
	// first looks at it later starts then. Default at once.
	Start units.Mono
	// Jitter is the longest that an announcement comes after the light of the slot before, as xrWaitFrame returns when the
	// scheduler lets it; each is drawn evenly. Period must have room for it before the latch. Default zero.
	Jitter time.Duration
	// Pictures, where set, says which frame's picture a handle is, zero for none: the decoder. The display then notices
	// a latch of a picture that was given back.
	Pictures interface {
		Lent(h machine.Handle) units.FrameID
	}
	// Seed and Name choose the stream of the jitter: Name/announce. Default name "display".
	Seed uint64
	Name string
}

// maxSkew bounds PPB: far beyond any crystal.
const maxSkew = 100_000_000

func (c Config) withDefaults() Config {
	c.Period = cmp.Or(c.Period, time.Second/72)
	c.Scanout = cmp.Or(c.Scanout, 2*time.Millisecond)
	c.Start = cmp.Or(c.Start, math.MinInt64)
	c.Name = cmp.Or(c.Name, "display")
	return c
}

// Validate returns all faults at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("display: "+format, args...))
		}
	}
	refuse(c.Period < time.Millisecond || c.Period > time.Second, "period %s: want 1 ms to 1 s", c.Period)
	refuse(c.PPB < -maxSkew || c.PPB > maxSkew, "skew %d ppb: want at most %d either way", c.PPB, maxSkew)
	refuse(c.Scanout < 0 || c.Scanout >= c.Period*9/10, "scanout %s: want less than 0.9 of the period %s", c.Scanout, c.Period)
	refuse(c.Jitter < 0 || c.Jitter >= c.Period*9/10-c.Scanout, "jitter %s: want less than 0.9 of the period %s without the scanout %s",
		c.Jitter, c.Period, c.Scanout)
	return errors.Join(faults...)
}

// Statistics are what a display counted.
type Statistics struct {
	// Slots lit up; Fresh of them showed at least one new frame.
	Slots, Fresh uint64
	// Late frames were latched too late for their slot and lit up in a later one, Dropped ones came while Depth were
	// waiting.
	Late, Dropped uint64
	// Stale latches named a picture that was given back, or one of another frame; Reordered ones an older frame than the
	// latch before. Both are defects of the core.
	Stale, Reordered uint64
}
