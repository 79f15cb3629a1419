package wifi

import (
	"math"
	"math/rand/v2"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
)

// Radio is the link between a station and the access point, the same in both directions.
type Radio struct {
	// Standard is the generation both ends speak. Default HE.
	Standard Standard
	// Width is that of the channel in MHz: 20, 40, 80 or 160. Default 80.
	Width int
	// Streams is the number of spatial streams, 1 to 8. Default 1.
	Streams int
	// GuardInterval is 800, 1600 or 3200 ns with HE (default 3200 ns, as ns-3 has it), 400 or 800 ns with VHT (default 800 ns).
	GuardInterval time.Duration
	// MCS is the modulation and coding scheme, up to 11 with HE and 9 with VHT; MCS0 is scheme 0. Default 9. With Fading it
	// is what the link begins with.
	MCS int
	// Loss is the probability that an MPDU is lost, 0 to below 1; other causes of loss come on top.
	Loss float64
	// Fading lets SNR and MCS vary.
	Fading Fading
	// Scan and Roam take the station off the channel from time to time.
	Scan Scan
	Roam Roam
}

// Fading is a Gauss-Markov process of the signal-to-noise ratio, with a rate adaptation that follows it. The zero value
// is a constant rate.
type Fading struct {
	// SNR is the mean signal-to-noise ratio in dB. Zero is no fading.
	SNR float64
	// Sigma is its standard deviation in dB.
	Sigma float64
	// Correlation is the time in which its autocorrelation falls to 1/e. Default 100 ms.
	Correlation time.Duration
	// Lag is how old the SNR is that the sender chooses its MCS by, and how often it chooses. Default 20 ms.
	Lag time.Duration
	// Margin is how much better than its threshold an MCS's SNR has to be, in dB. Default 2 dB.
	Margin float64
	// Hysteresis is how much more than that it takes to change to a higher MCS, in dB. Default 1 dB.
	Hysteresis float64
}

// threshold is the SNR in dB at which an MPDU of some 1,300 bytes is lost with probability 0.1: receiver sensitivity
// (802.11ax table 27-51) less noise, rounded. It has not been compared with anything.
var threshold = [schemes]float64{5, 8, 11, 14, 17, 21, 23, 24, 28, 30, 34, 36}

// lossSlope is how fast the odds of an MPDU's loss fall, per dB: tenfold in 1.15 dB.
const lossSlope = 2.0

// radio is the state of a Radio; name is what its random streams end with.
type radio struct {
	phy
	cfg  Radio
	name string
	mcs  int
	rate int64 // data bits a symbol at mcs

	drawFading   *rand.Rand
	snr, seen    float64 // now, and as the sender knows it
	snrAt, sawAt netem.True

	roaming absences
}

func newRadio(cfg Radio, seed uint64, name string) *radio {
	r := &radio{
		phy: newPHY(cfg), cfg: cfg, name: name, snr: cfg.Fading.SNR, seen: cfg.Fading.SNR,
		drawFading: stream.New(seed, "wifi/fading/"+name),
		roaming:    newAbsences(cfg.Roam, seed, name),
	}
	r.use(max(cfg.MCS, 0))
	if cfg.Fading.SNR != 0 {
		r.use(r.adapted(r.seen))
	}
	return r
}

func (r *radio) use(mcs int) { r.mcs, r.rate = mcs, r.bits[mcs] }

// airtime is what a PPDU with an A-MPDU of so many bytes takes.
func (r *radio) airtime(bytes int64) netem.True {
	return r.preamble + netem.True((bytes*8+serviceAndTail+r.rate-1)/r.rate)*r.symbol
}

// room is how many bytes fit into a PPDU of that length.
func (r *radio) room(limit netem.True) int64 {
	return (int64((limit-r.preamble)/r.symbol)*r.rate - serviceAndTail) / 8
}

// fade advances the SNR to t and adapts the MCS.
func (r *radio) fade(t netem.True) {
	f := &r.cfg.Fading
	if f.SNR == 0 {
		return
	}
	a := math.Exp(-float64(t-r.snrAt) / float64(f.Correlation))
	r.snr = f.SNR + a*(r.snr-f.SNR) + math.Sqrt(1-a*a)*f.Sigma*r.drawFading.NormFloat64()
	r.snrAt = t
	if t-r.sawAt >= netem.True(f.Lag) {
		r.use(r.adapted(r.seen))
		r.seen, r.sawAt = r.snr, t
	}
}

// adapted returns the MCS for an SNR: the highest whose threshold it exceeds by the margin, and for a higher one than
// is in use by the hysteresis too.
func (r *radio) adapted(snr float64) int {
	spare := snr - r.cfg.Fading.Margin
	best := 0
	for mcs := 1; mcs < r.schemes; mcs++ {
		need := threshold[mcs]
		if mcs > r.mcs {
			need += r.cfg.Fading.Hysteresis
		}
		if spare >= need {
			best = mcs
		}
	}
	return best
}

// lossAt is the probability that an MPDU of a PPDU that ends at t is lost.
func (c *Cell) lossAt(r *radio, t netem.True) float64 {
	kept := r.kept()
	if c.cfg.Microwave.radiates(t) {
		kept *= 1 - c.cfg.Microwave.Loss
	}
	return 1 - kept
}

// meanLossAt is the same as a mean over the mains' period.
func (c *Cell) meanLossAt(r *radio, t netem.True) float64 {
	kept := r.kept()
	if m := &c.cfg.Microwave; m.runs(t) {
		kept *= 1 - m.Duty*m.Loss
	}
	return 1 - kept
}

// kept is the probability that an MPDU gets through where nothing interferes.
func (r *radio) kept() float64 {
	kept := 1 - r.cfg.Loss
	if r.cfg.Fading.SNR != 0 {
		kept *= 1 - 1/(1+9*math.Exp(lossSlope*(r.snr-threshold[r.mcs])))
	}
	return kept
}
