package wifi

import (
	"math"
	"time"

	"airbridge/netem"
)

// Standard is a generation of Wi-Fi.
type Standard uint8

// The generations; the zero value is HE.
const (
	HE        Standard = iota // 802.11ax, Wi-Fi 6
	VHT                       // 802.11ac, Wi-Fi 5
	standards                 // how many there are
)

// String names the standard as IEEE 802.11 does.
func (s Standard) String() string {
	return [...]string{"HE", "VHT", "unknown"}[min(s, standards)]
}

// MCS0 stands for modulation and coding scheme 0 in a Radio, where zero selects the default.
const MCS0 = -1

const (
	schemes = 12 // HE has MCS 0–11, VHT 0–9
	// maxPPDU is aPPDUMaxTime (IEEE 802.11ax-2021 table 27-54, 802.11-2016 table 21-29).
	maxPPDU netem.True = 5_484_000
)

// bitsPerTone is data bits a tone and stream by MCS: modulation times coding rate (802.11-2016 §21.5, 802.11ax §27.5).
var bitsPerTone = [schemes]float64{.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20. / 3, 7.5, 25. / 3}

// phy is the arithmetic of one generation at one width.
type phy struct {
	preamble netem.True
	symbol   netem.True
	bits     [schemes]int64 // data bits a symbol, by MCS
	schemes  int            // how many the generation has
}

// dataTones by width in units of 20 MHz (802.11ax table 27-13, 802.11-2016 table 21-5).
var dataTones = [standards]map[int]float64{
	HE:  {1: 234, 2: 468, 4: 980, 8: 1960},
	VHT: {1: 52, 2: 108, 4: 234, 8: 468},
}

// trainingFields is the number of long training fields by spatial streams (802.11-2016 table 21-13).
var trainingFields = [9]int{0, 1, 2, 4, 4, 6, 6, 8, 8}

func newPHY(r Radio) phy {
	p := phy{schemes: r.Standard.schemes()}
	training := time.Duration(trainingFields[r.Streams])
	switch r.Standard {
	case HE: // legacy 20, RL-SIG 4, HE-SIG-A 8, HE-STF 4, HE-LTF 8 each, as ns-3.37 counts them
		p.preamble = netem.True(36*time.Microsecond + 8*time.Microsecond*training)
		p.symbol = netem.True(12800*time.Nanosecond + r.GuardInterval)
	default: // legacy 20, VHT-SIG-A 8, VHT-STF 4, VHT-LTF 4 each, VHT-SIG-B 4
		p.preamble = netem.True(36*time.Microsecond + 4*time.Microsecond*training)
		p.symbol = netem.True(3200*time.Nanosecond + r.GuardInterval)
	}
	for mcs := range p.bits {
		p.bits[mcs] = int64(math.Floor(bitsPerSymbol(r, mcs) + 1e-9))
	}
	return p
}

// bitsPerSymbol is the data bits of a symbol, which some combinations of VHT leave with a fraction.
func bitsPerSymbol(r Radio, mcs int) float64 {
	return dataTones[r.Standard][r.Width/20] * float64(r.Streams) * bitsPerTone[mcs]
}

func (s Standard) schemes() int {
	if s == VHT {
		return 10
	}
	return schemes
}
