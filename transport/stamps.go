package transport

import "airbridge/units"

// stamps turns the kernel's receive stamps, which are wall-clock time, into monotonic instants. The zero value is
// ready. It keeps what bounds the next stamp, so that a step of the wall clock between arrival and read moves an
// instant by no more than the datagram can have waited.
type stamps struct {
	// drained is the last instant at which the socket was known to be empty: what comes later arrived later.
	drained units.Mono
	// last is the latest arrival handed out: arrivals are in order.
	last units.Mono
}

// at returns when a datagram arrived: wall is its stamp in ns since 1970 (zero: none), skew is wall clock minus
// monotonic clock, sampled at the read, now is the instant of the read.
func (s *stamps) at(wall, skew int64, now units.Mono) units.Mono {
	at := now
	if wall != 0 {
		at = units.Mono(wall - skew)
	}
	s.last = min(max(at, s.drained, s.last), now)
	return s.last
}

// empty notes that the socket held nothing more at now.
func (s *stamps) empty(now units.Mono) { s.drained = now }
