package transport

import (
	"time"

	"airbridge/units"
)

// Clock is this host's monotonic clock: CLOCK_MONOTONIC on Linux, nanoseconds since construction. Steps of the wall
// clock never show in it. It is safe for concurrent use where its Mapping is.
type Clock struct {
	start time.Time
	crook Mapping // nil: the clock goes right
}

// Mapping bends a clock: a laboratory lets the clocks of its hosts drift.
type Mapping interface {
	// Shown is what the clock shows when it has run for elapsed; it never runs backwards.
	Shown(elapsed time.Duration) units.Mono
	// Elapsed is how long the clock has run when it first shows m or more.
	Elapsed(m units.Mono) time.Duration
}

// NewClock returns a clock that reads zero now. Inside a synctest bubble it reads the bubble's time.
func NewClock() *Clock { return &Clock{start: time.Now()} }

// NewMappedClock returns a clock that has run since start and is bent by m.
func NewMappedClock(start time.Time, m Mapping) *Clock { return &Clock{start: start, crook: m} }

// Now returns the present instant; it never runs backwards.
func (c *Clock) Now() units.Mono {
	elapsed := time.Since(c.start)
	if c.crook != nil {
		return c.crook.Shown(elapsed)
	}
	return units.Mono(elapsed)
}

// Time returns m as a time that carries a monotonic reading, fit for read deadlines and timers; the zero time, which
// means no deadline, for units.Never.
func (c *Clock) Time(m units.Mono) time.Time {
	if m == units.Never {
		return time.Time{}
	}
	if c.crook != nil {
		return c.start.Add(c.crook.Elapsed(m))
	}
	return c.start.Add(time.Duration(m))
}

// both reads the monotonic and the wall clock at one instant; wall is nanoseconds since 1970.
func (c *Clock) both() (now units.Mono, wall int64) {
	t := time.Now()
	return units.Mono(t.Sub(c.start)), t.UnixNano()
}
