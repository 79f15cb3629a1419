package statistics

import (
	"time"

	"airbridge/units"
)

// MaxSkew is the fastest relative drift of two clocks that a ClockMap follows without losing its bound, in parts per
// million. Crystals are within ±50 ppm each, and a host that disciplines its clock adds some.
const MaxSkew = 200

// maxRoundTrip is the longest round trip that is worth looking at.
const maxRoundTrip = 10 * time.Second

// ClockMap maps the peer's clock to ours by a minimum-delay filter over pings, one filter a direction: the ping cannot
// have arrived before we sent it, and the pong cannot have left after it arrived here, so every ping bounds how far our
// clock is ahead from both sides. The tightest bounds are kept, each widened by MaxSkew as it ages; the truth lies
// between them. The estimate is the middle, and never worse than half the smallest round trip of late.
//
// The zero value has seen no ping.
type ClockMap struct {
	// low and high bound our clock minus the peer's, at the instant at of ours.
	low, high time.Duration
	at        units.Mono
	known     bool
}

// Observe takes one ping and its pong: when the ping left and the pong arrived on our clock, and when the ping arrived
// and the pong left on the peer's. Stamps that contradict each other are ignored. Where a ping contradicts all before it
// (a clock was stepped, or drifts faster than MaxSkew), the map starts over from it.
func (c *ClockMap) Observe(pingSent units.Mono, peerReceived, peerReturned units.PeerMono, pongArrived units.Mono) {
	low := time.Duration(int64(pingSent) - int64(peerReceived))
	high := time.Duration(int64(pongArrived) - int64(peerReturned))
	peerTook := peerReturned.Sub(peerReceived)
	if pongArrived < pingSent || peerReturned < peerReceived || peerTook < 0 || high < low || high-low > maxRoundTrip {
		return
	}
	if c.known {
		aged := widening(pongArrived.Sub(c.at))
		oldLow, oldHigh := c.low-aged, c.high+aged
		if oldLow <= high && low <= oldHigh {
			low, high = max(low, oldLow), min(high, oldHigh)
		}
	}
	c.low, c.high, c.at, c.known = low, high, pongArrived, true
}

// Snapshot returns the mapping as of the last ping; false before the first. A frame's stamps are all mapped with one
// snapshot, so that its error cancels between the way up and the way down.
func (c *ClockMap) Snapshot() (Offset, bool) {
	if !c.known {
		return Offset{}, false
	}
	half := (c.high - c.low) / 2
	return Offset{Uncertainty: c.high - c.low - half, ahead: c.low + half, at: c.at, known: true}, true
}

// Offset maps instants of the peer's clock to ours and back. The zero value knows nothing and maps nothing.
type Offset struct {
	// Uncertainty is the most that a mapped instant may be wrong, at the last ping: at most half its round trip.
	Uncertainty time.Duration
	ahead       time.Duration
	at          units.Mono
	known       bool
}

// NewOffset returns the mapping of a peer's clock to one that is ahead of it by a known time.
func NewOffset(ahead, uncertainty time.Duration) Offset {
	return Offset{Uncertainty: uncertainty, ahead: ahead, known: true}
}

// Known says whether the offset maps anything.
func (o Offset) Known() bool { return o.known }

// Mono returns the instant of our clock at which the peer's showed p.
func (o Offset) Mono(p units.PeerMono) units.Mono { return units.Mono(int64(p) + int64(o.ahead)) }

// Peer returns the instant of the peer's clock at which ours showed m.
func (o Offset) Peer(m units.Mono) units.PeerMono { return units.PeerMono(int64(m) - int64(o.ahead)) }

// UncertaintyAt returns the most that an instant mapped to m may be wrong: Uncertainty, and what the clocks may have
// drifted since the last ping.
func (o Offset) UncertaintyAt(m units.Mono) time.Duration {
	return o.Uncertainty + widening(m.Sub(o.at).Abs())
}

// widening is what two clocks may drift apart in d, rounded up.
func widening(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d/(1e6/MaxSkew) + 1
}
