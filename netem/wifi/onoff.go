package wifi

import (
	"math"
	"math/rand/v2"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// OnOff is background traffic: packets at a constant rate during on periods of exponential length, with off periods of
// Pareto length between them, as ns-3's OnOffApplication sends them. The zero value is no traffic.
type OnOff struct {
	// Rate is the rate of UDP payload while on. Zero is no traffic.
	Rate units.Bitrate
	// Size is the length of a packet in bytes with IP and UDP header. Default 1428.
	Size int32
	// Start is when the first off period begins.
	Start time.Duration
	// OnMean is the mean length of an on period. Default 500 ms.
	OnMean time.Duration
	// OffMean is the mean length of an off period. Default 1 s.
	OffMean time.Duration
	// OffShape is the exponent of the Pareto distribution, above 1; the smaller, the heavier its tail. Default 1.5.
	OffShape float64
	// Category is the access category it contends in. Default BestEffort.
	Category Category
}

// source makes the arrivals of an OnOff.
type source struct {
	cfg      OnOff
	draw     *rand.Rand
	gap      netem.True // between two packets
	offScale float64    // shortest off period in ns
	next     netem.True // next arrival
	end      netem.True // of the on period
}

func newSource(cfg OnOff, draw *rand.Rand) *source {
	s := &source{
		cfg: cfg, draw: draw, end: netem.True(cfg.Start),
		gap:      netem.True(float64(cfg.Size-netem.Overhead) * 8e9 / float64(cfg.Rate)),
		offScale: float64(cfg.OffMean) * (cfg.OffShape - 1) / cfg.OffShape,
	}
	s.period(s.gap)
	return s
}

// take returns how many packets arrived from next to t.
func (s *source) take(t netem.True) (packets int) {
	for s.next <= t {
		k := (min(t, s.end)-s.next)/s.gap + 1
		packets += int(k)
		if s.next += k * s.gap; s.next > s.end {
			s.period(s.next - s.end)
		}
	}
	return packets
}

// longestPeriod bounds what a distribution with a heavy tail may draw, in ns: a century.
const longestPeriod = 100 * 365 * 24 * 3600e9

// period draws the next on period with an arrival in it; rest is what remained of the gap between two packets when the
// last one ended: the sender's clock for packets stands still while it is off.
func (s *source) period(rest netem.True) {
	for s.end < later {
		off := s.offScale * math.Pow(1-s.draw.Float64(), -1/s.cfg.OffShape)
		on := s.end + netem.True(min(off, longestPeriod))
		s.end = on + netem.True(s.draw.ExpFloat64()*float64(s.cfg.OnMean))
		if s.next = on + rest; s.next <= s.end {
			return
		}
		rest = s.next - s.end
	}
	s.next = later
}

// aggregate returns how many of some packets fit into room bytes, at least one, and the bytes of their A-MPDU.
func (s *source) aggregate(packets int, room int64) (mpdus int, bytes int64) {
	for mpdus < packets {
		next := grown(bytes, s.cfg.Size)
		if mpdus > 0 && next > room {
			break
		}
		bytes = next
		mpdus++
	}
	return mpdus, bytes
}
