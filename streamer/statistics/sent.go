package statistics

import (
	"time"

	"airbridge/units"
)

// SentStamp is what a datagram sent at now carries: the low 32 bits of our clock in whole microseconds. It wraps every
// 72 minutes.
func SentStamp(now units.Mono) uint32 { return uint32(micros(now)) }

// unwrapSent returns the instant whose stamp the client echoed, between the first and the last datagram of the frame. The
// stamps of these two are known to the nanosecond, of others to the microsecond.
func unwrapSent(stamp uint32, first, last units.Mono) units.Mono {
	near := micros(last)
	sent := near + int64(int32(stamp-uint32(near)))
	switch {
	case sent >= near:
		return last
	case sent <= micros(first):
		return first
	}
	return units.Mono(sent * int64(time.Microsecond))
}

// micros rounds down, also before the clock's zero.
func micros(m units.Mono) int64 {
	us := int64(m) / int64(time.Microsecond)
	if int64(m)%int64(time.Microsecond) < 0 {
		us--
	}
	return us
}
