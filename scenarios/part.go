package scenarios

import (
	"math"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports/series"
)

// part is a stretch of a run: the buckets of its series that lie in it as a whole.
type part struct {
	buckets []series.Bucket
	length  time.Duration
	series  *series.Series
}

// cut takes the whole buckets from one instant to another; known is false where there is none, or the run has ended before.
func cut(s *series.Series, from, to time.Duration) (p part, known bool) {
	w, end := s.Width(), s.End()
	if to == 0 {
		to = end
	} else if to > end {
		return part{}, false
	}
	first, after := int((from+w-1)/w), int(to/w)
	if to == end && end%w != 0 {
		after++ // the last one is as long as the run is
	}
	if first >= after {
		return part{}, false
	}
	all := s.Buckets()
	p = part{length: min(time.Duration(after)*w, end) - time.Duration(first)*w, series: s}
	if first < len(all) {
		p.buckets = all[first:min(after, len(all))]
	}
	return p, true
}

// The outcomes as series.Bucket counts them, from displayed on.
const (
	displayed = 0
	late      = wire.Late - wire.Displayed
	replaced  = wire.Replaced - wire.Displayed
	lost      = wire.Lost - wire.Displayed
	skipped   = wire.Skipped - wire.Displayed
)

// outcome counts the frames with one outcome.
func outcome(o wire.Outcome) func(part) (float64, bool) {
	return func(p part) (float64, bool) {
		return p.sum(func(b *series.Bucket) int64 { return b.Outcomes[o] }), true
	}
}

func (p part) sum(of func(*series.Bucket) int64) float64 {
	var n int64
	for i := range p.buckets {
		n += of(&p.buckets[i])
	}
	return float64(n)
}

func (p part) frames() (float64, bool) { return p.sum((*series.Bucket).Frames), true }

func (p part) freezes() (float64, bool) {
	return p.sum(func(b *series.Bucket) int64 { return b.Freezes }), true
}

func (p part) idr() (float64, bool) {
	return p.sum(func(b *series.Bucket) int64 { return b.IDR }), true
}

func (p part) displayedShare() (float64, bool) {
	shown, _ := outcome(displayed)(p)
	all, _ := p.frames()
	return 100 * shown / all, all > 0
}

// counter is the sum of one.
func counter(c series.Counter) func(part) (float64, bool) {
	return func(p part) (float64, bool) {
		return p.sum(func(b *series.Bucket) int64 { return b.Counters[c] }), p.series.KnowsCounter(c)
	}
}

var packetsSent = counter(series.PacketsSent)

// packetsLost is known where packets were counted: a run that lost none has no counter of losses.
func packetsLost(p part) (float64, bool) {
	n, _ := counter(series.PacketsLost)(p)
	return n, p.series.KnowsCounter(series.PacketsSent)
}

// lossShare is of the packets that left the link.
func (p part) lossShare() (float64, bool) {
	sent, known := packetsSent(p)
	gone, _ := packetsLost(p)
	return 100 * gone / sent, known && sent > 0
}

func (p part) goodput() (float64, bool) {
	bytes, known := counter(series.BytesDelivered)(p)
	return bytes * 8 / p.length.Seconds() / 1e6, known
}

// most is the greatest absolute value of a gauge of times, in milliseconds.
func (p part) most(g series.Gauge) (float64, bool) {
	var most float64
	known := false
	for i := range p.buckets {
		if m := &p.buckets[i].Gauges[g]; m.Count > 0 {
			known = true
			most = max(most, math.Abs(float64(m.Min)), math.Abs(float64(m.Max)))
		}
	}
	return most / 1e6, known
}

func (p part) longestQueue() (float64, bool)     { return p.most(series.QueueDelay) }
func (p part) clockError() (float64, bool)       { return p.most(series.ClockError) }
func (p part) clockUncertainty() (float64, bool) { return p.most(series.ClockUncertainty) }

// wantMean asks motionQuantile for the mean.
const wantMean = -1

// motionQuantile is a quantile of motion-to-photon, known from so many samples on.
func motionQuantile(q float64, samples int64) func(part) (float64, bool) {
	return func(p part) (float64, bool) {
		var all series.Bucket
		for i := range p.buckets {
			all.Merge(&p.buckets[i])
		}
		m := &all.Motion
		if m.Count() < max(samples, 1) {
			return 0, false
		}
		if q == wantMean {
			return m.Mean() / 1e6, true
		}
		d, known := m.Quantile(q)
		return float64(d) / 1e6, known
	}
}
