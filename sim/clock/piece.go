package clock

import (
	"math/bits"

	"airbridge/netem"
	"airbridge/units"
)

// giga is how many parts a nanosecond has here: what a skew of one part per billion gains in one.
const giga = 1_000_000_000

// piece is a time of constant skew. With d = t - from, it shows shows + floor((part + d*rate) / giga).
type piece struct {
	from, to netem.True
	// shows and part are what the clock shows at from: nanoseconds, and giga-ths of one.
	shows units.Mono
	part  int64
	// ends is what it shows at to, where the next piece begins.
	ends units.Mono
	// rate is giga plus the skew. slope is rate/giga and pace giga/rate as fractions of 2^63, rounded down: a product with
	// them is at most two below the exact quotient for factors below 2^62, and the remainder tells how much.
	rate        int64
	slope, pace uint64
}

func newPiece(from netem.True, shows units.Mono, part, skew int64, to netem.True) piece {
	p := piece{from: from, to: to, shows: shows, part: part, rate: giga + skew}
	p.slope, p.pace = ratio(uint64(p.rate), giga), ratio(giga, uint64(p.rate))
	p.ends, _ = p.at(to)
	return p
}

// ratio returns a/b as a fraction of 2^63. With skews of at most a tenth it is below 2.
func ratio(a, b uint64) uint64 {
	q, _ := bits.Div64(a>>1, a<<63, b)
	return q
}

// scale multiplies by a fraction of 2^63.
func scale(v, fraction uint64) int64 {
	hi, lo := bits.Mul64(v, fraction)
	return int64(hi<<1 | lo>>63)
}

// mono returns what the clock shows at t.
func (p *piece) mono(t netem.True) units.Mono {
	m, _ := p.at(t)
	return m
}

// at returns what the clock shows at t, with the part below a nanosecond. The remainder of the estimate is exact although
// its terms overflow 64 bits, since it fits itself.
func (p *piece) at(t netem.True) (units.Mono, int64) {
	d := int64(t - p.from)
	q := scale(uint64(d), p.slope)
	rest := p.part + d*p.rate - q*giga
	for rest >= giga {
		q++
		rest -= giga
	}
	return p.shows + units.Mono(q), rest
}

// first returns the first instant at which the clock shows m, which it does not before from: the least d with
// part + d*rate >= (m-shows)*giga.
func (p *piece) first(m units.Mono) netem.True {
	k := int64(m - p.shows)
	d := scale(uint64(k), p.pace)
	rest := p.part + d*p.rate - k*giga
	for rest >= p.rate {
		d--
		rest -= p.rate
	}
	for rest < 0 {
		d++
		rest += p.rate
	}
	return p.from + netem.True(d)
}
