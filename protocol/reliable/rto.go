package reliable

import "time"

// Bounds of the retransmission timeout. The lower is far below RFC 6298's second, which suits the Internet and not a
// wireless hop where an IDR is being waited for.
const (
	minTimeout = 20 * time.Millisecond
	maxTimeout = 1 * time.Second
	// firstTimeout is used before anything is known about the path.
	firstTimeout = 100 * time.Millisecond
	granularity  = time.Millisecond
)

// estimator smooths round-trip times (RFC 6298 §2). Measured times contain the peer's acknowledgement delay.
type estimator struct {
	smoothed, variation time.Duration
	measured            bool
	hint                time.Duration // from elsewhere; zero: none
}

func (e *estimator) measure(rtt time.Duration) {
	if rtt < 0 {
		return
	}
	if !e.measured {
		e.smoothed, e.variation, e.measured = rtt, rtt/2, true
		return
	}
	e.variation = (3*e.variation + (e.smoothed - rtt).Abs()) / 4
	e.smoothed = (7*e.smoothed + rtt) / 8
}

// timeout is how long to wait for the acknowledgement of a message that was sent tries times before.
func (e *estimator) timeout(tries int) time.Duration {
	rto := firstTimeout
	switch {
	case e.measured:
		rto = e.smoothed + max(granularity, 4*e.variation) + DefaultAckDelay
	case e.hint > 0:
		rto = 3*e.hint + DefaultAckDelay
	}
	rto = max(rto, minTimeout)
	for range min(tries, 6) { // 20 ms doubled six times exceeds the upper bound
		rto = min(2*rto, maxTimeout)
	}
	return min(rto, maxTimeout)
}
