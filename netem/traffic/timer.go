package traffic

import (
	"time"

	"airbridge/netem"
)

// Bounds of the retransmission timeout: RFC 6298 §2, but for the least, which is Linux's instead of a second.
const (
	firstTimeout = time.Second
	minTimeout   = 200 * time.Millisecond
	maxTimeout   = 60 * time.Second
)

// timer estimates the round trip and keeps the retransmission timeout by RFC 6298.
type timer struct {
	smooth, spread time.Duration // SRTT, RTTVAR; zero before the first sample
	backoff        uint
	deadline       netem.True
}

func (t *timer) reset() { *t = timer{deadline: netem.Never} }

// sample takes a measured round trip: RFC 6298 §2.2 and §2.3.
func (t *timer) sample(rtt time.Duration) {
	if t.smooth == 0 {
		t.smooth, t.spread = rtt, rtt/2
		return
	}
	t.spread += ((rtt - t.smooth).Abs() - t.spread) / 4
	t.smooth += (rtt - t.smooth) / 8
}

// arm lets the timer run from now.
func (t *timer) arm(now netem.True) {
	timeout := firstTimeout
	if t.smooth > 0 {
		timeout = max(t.smooth+4*t.spread, minTimeout)
	}
	t.deadline = now.Add(min(timeout<<t.backoff, maxTimeout))
}

// expire doubles the timeout: RFC 6298 §5.5.
func (t *timer) expire() { t.backoff = min(t.backoff+1, 9) } // 200 ms << 9 is beyond a minute

// progress ends the doubling: something new was acknowledged.
func (t *timer) progress() { t.backoff = 0 }

// stop ends the timer: nothing is under way.
func (t *timer) stop() { t.deadline = netem.Never }
