package transport

import (
	"time"

	"airbridge/units"
)

// Clock is this host's monotonic clock: CLOCK_MONOTONIC on Linux, nanoseconds since construction. Steps of the wall
// clock never show in it. It is safe for concurrent use.
type Clock struct{ start time.Time }

// NewClock returns a clock that reads zero now. Inside a synctest bubble it reads the bubble's time.
func NewClock() *Clock { return &Clock{start: time.Now()} }

// Now returns the present instant; it never runs backwards.
func (c *Clock) Now() units.Mono { return units.Mono(time.Since(c.start)) }

// Time returns m as a time that carries a monotonic reading, fit for read deadlines and timers; the zero time, which
// means no deadline, for units.Never.
func (c *Clock) Time(m units.Mono) time.Time {
	if m == units.Never {
		return time.Time{}
	}
	return c.start.Add(time.Duration(m))
}

// both reads the monotonic and the wall clock at one instant; wall is nanoseconds since 1970.
func (c *Clock) both() (now units.Mono, wall int64) {
	t := time.Now()
	return units.Mono(t.Sub(c.start)), t.UnixNano()
}
