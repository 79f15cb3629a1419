package wifi

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// Validate returns all faults of a configuration at once, each with the key it is about; nil where there is none.
func (c Config) Validate() error {
	var f faults
	full := c.withDefaults()
	f.between("sessions", full.Sessions, 1, MaxSessions)
	f.between("headsets", len(full.Headsets), 1, MaxSessions)
	f.between("guests", len(full.Guests), 0, maxGuests)
	f.between("first guest", int(full.FirstGuest), netem.FlowOwn, 1<<16-max(1, len(full.Guests)))
	f.between("stations", len(full.Stations), 0, 128)
	f.between("max mpdus", full.MaxMPDUs, 1, 256)
	f.between("max ampdu", int(full.MaxAMPDU), 1, 6_500_631)
	f.between("queue", full.Queue, 1, 1<<16)
	f.between("background queue", full.BackgroundQueue, 1, 1<<16)
	f.between("retry limit", full.RetryLimit, 0, 255)
	f.lasts("lifetime", full.Lifetime, time.Millisecond, time.Minute)
	if full.Beacon > 0 {
		f.lasts("beacon", full.Beacon, time.Millisecond, time.Minute)
	}
	if !slices.Contains([]units.Bitrate{6 * units.Mbps, 12 * units.Mbps, 24 * units.Mbps}, full.Control) {
		f.add("control %v: want 6M, 12M or 24M", full.Control)
	}
	for category, e := range full.EDCA {
		f.edca(fmt.Sprintf("edca %v", Category(category)), e)
	}
	for i, r := range full.Headsets {
		f.radio(fmt.Sprintf("headset %d", i), r)
	}
	for i, r := range full.Guests {
		f.radio(fmt.Sprintf("guest %d", i), r)
	}
	for i, s := range full.Stations {
		f.radio(fmt.Sprintf("station %d", i), s.Radio)
		f.onOff(fmt.Sprintf("station %d up", i), s.Up)
		f.onOff(fmt.Sprintf("station %d down", i), s.Down)
	}
	f.microwave(full.Microwave)
	return errors.Join(f...)
}

const (
	// maxGuests is as many as package traffic has flows.
	maxGuests = 256
	// longest is more than any run lasts, and far from where sums of times overflow.
	longest = 10 * 365 * 24 * time.Hour
	// rarest is the least interval of a disturbance: what a report has to draw stays bounded.
	rarest = 50 * time.Millisecond
)

// faults gathers what is wrong.
type faults []error

func (f *faults) add(format string, values ...any) { *f = append(*f, fmt.Errorf(format, values...)) }

func (f *faults) between(key string, got, low, high int) {
	if got < low || got > high {
		f.add("%s %d: want %d to %d", key, got, low, high)
	}
}

func (f *faults) lasts(key string, got, low, high time.Duration) {
	if got < low || got > high {
		f.add("%s %v: want %v to %v", key, got, low, high)
	}
}

// within takes a number from low to high; NaN is none.
func (f *faults) within(key string, got, low, high float64) {
	if !(got >= low && got <= high) {
		f.add("%s %v: want %v to %v", key, got, low, high)
	}
}

func (f *faults) edca(key string, e EDCA) {
	f.between(key+" aifsn", int(e.AIFSN), 1, 15)
	f.window(key+" cw min", e.CWMin)
	f.window(key+" cw max", e.CWMax)
	if e.CWMin > e.CWMax {
		f.add("%s: cw min %d is above cw max %d", key, e.CWMin, e.CWMax)
	}
	f.lasts(key+" txop", e.TXOP, 0, 8160*time.Microsecond)
}

func (f *faults) window(key string, got int32) {
	if got < 0 || got > 32767 || bits.OnesCount32(uint32(got)+1) != 1 {
		f.add("%s %d: want a power of 2 less one, up to 32767", key, got)
	}
}

func (f *faults) radio(key string, r Radio) {
	if r.Standard >= standards {
		f.add("%s standard %d: want HE or VHT", key, r.Standard)
		return
	}
	if !slices.Contains([]int{20, 40, 80, 160}, r.Width) {
		f.add("%s width %d: want 20, 40, 80 or 160 MHz", key, r.Width)
		return
	}
	f.between(key+" streams", r.Streams, 1, 8)
	guards := map[Standard][]time.Duration{HE: {800, 1600, 3200}, VHT: {400, 800}}[r.Standard]
	if !slices.Contains(guards, r.GuardInterval) {
		f.add("%s guard interval %v: %v has %v", key, r.GuardInterval, r.Standard, guards)
	}
	if r.MCS < MCS0 || r.MCS >= r.Standard.schemes() {
		f.add("%s mcs %d: %v has 0 to %d", key, r.MCS, r.Standard, r.Standard.schemes()-1)
	} else if bitsOf := bitsPerSymbol(r, max(r.MCS, 0)); r.Standard == VHT && math.Abs(bitsOf-math.Round(bitsOf)) > 1e-6 {
		f.add("%s mcs %d: VHT has none at %d MHz with %d streams", key, r.MCS, r.Width, r.Streams)
	}
	f.within(key+" loss", r.Loss, 0, 0.999)
	f.disturbed(key, r)
}

func (f *faults) disturbed(key string, r Radio) {
	if d := r.Fading; d != (Fading{}) {
		f.within(key+" fading snr", d.SNR, -20, 80)
		f.within(key+" fading sigma", d.Sigma, 0, 40)
		f.within(key+" fading margin", d.Margin, -20, 40)
		f.within(key+" fading hysteresis", d.Hysteresis, 0, 40)
		if d.SNR == 0 {
			f.add("%s fading: an SNR of 0 is none; want it with the rest", key)
		} else {
			f.lasts(key+" fading correlation", d.Correlation, 100*time.Microsecond, longest)
			f.lasts(key+" fading lag", d.Lag, 0, longest)
		}
	}
	if s := r.Scan; s != (Scan{}) {
		f.lasts(key+" scan every", s.Every, rarest, longest)
		f.lasts(key+" scan for", s.For, 0, longest)
		f.lasts(key+" scan first", s.First, 0, longest)
		if s.For >= s.Every {
			f.add("%s scan for %v: want less than every %v", key, s.For, s.Every)
		}
	}
	if m := r.Roam; m != (Roam{}) {
		f.lasts(key+" roam mean", m.Mean, rarest, longest)
		f.lasts(key+" roam for", m.For, 0, longest)
	}
}

func (f *faults) onOff(key string, o OnOff) {
	if o.Rate == 0 {
		return
	}
	if o.Rate < units.Kbps || o.Rate > 10*units.Gbps {
		f.add("%s rate %v: want 1k to 10G", key, o.Rate)
	}
	f.between(key+" size", int(o.Size), 36+netem.Overhead, 2304) // the longest MSDU
	f.lasts(key+" start", o.Start, 0, longest)
	f.lasts(key+" on mean", o.OnMean, time.Millisecond, longest)
	f.lasts(key+" off mean", o.OffMean, time.Microsecond, longest)
	f.within(key+" off shape", o.OffShape, 1.01, 100)
	if o.Category >= Categories {
		f.add("%s category %d: want BestEffort, Voice, Video or Background", key, o.Category)
	}
}

func (f *faults) microwave(m Microwave) {
	if m == (Microwave{}) {
		return
	}
	f.lasts("microwave from", m.From, 0, longest)
	f.lasts("microwave for", m.For, rarest, longest)
	f.lasts("microwave mains", m.Mains, time.Millisecond, time.Second)
	f.within("microwave duty", m.Duty, 0, 1)
	f.within("microwave loss", m.Loss, 0, 1)
	if m.Every != 0 && (m.Every < m.For || m.Every > longest) {
		f.add("microwave every %v: want 0 or at least for %v", m.Every, m.For)
	}
}
