package page

import (
	"slices"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
)

const (
	// maxPoints is how many points a curve has at most: as many as a phone's pixels tell apart.
	maxPoints = 120
	// pointFrames is how many frames a point should sum up, so that its 10th and 90th percentiles mean something.
	pointFrames = 24
	// tailFrames is how many a point must sum up for its 99th percentile.
	tailFrames = reports.FramesForP99
)

// point is what one abscissa sums up.
type point struct {
	// from and to bound it, in the unit of the axis.
	from, to, mid float64
	seconds       float64
	b             series.Bucket
}

// timeline is a run in points.
type timeline struct {
	points []point
	// unit is of all points: s, min or h; per is how many seconds it has.
	unit string
	per  float64
	end  float64
	step time.Duration
}

// newTimeline groups the buckets of a series of a run that streamed for so long, zero where that is not known.
func newTimeline(s *series.Series, length time.Duration) *timeline {
	t := &timeline{unit: "s", per: 1}
	switch {
	case s.End() > 5*time.Hour:
		t.unit, t.per = "h", 3600
	case s.End() > 10*time.Minute:
		t.unit, t.per = "min", 60
	}
	t.end = s.End().Seconds() / t.per
	size := groupSize(s)
	t.step = time.Duration(size) * s.Width()
	buckets := s.Buckets()
	for i := 0; i < len(buckets); i += size {
		p := point{from: (time.Duration(i) * s.Width()).Seconds() / t.per}
		to := min(time.Duration(i+size)*s.Width(), max(s.End(), time.Duration(i+1)*s.Width()))
		p.to = to.Seconds() / t.per
		p.mid, p.seconds = (p.from+p.to)/2, (p.to-p.from)*t.per
		for j := i; j < min(i+size, len(buckets)); j++ {
			p.b.Merge(&buckets[j])
		}
		t.points = append(t.points, p)
	}
	t.fold(length.Seconds())
	return t
}

// fold adds what came after the end of streaming to the last point before it: what was under way arrives then, in no time
// that a rate could be told by. length is in seconds. A last point that is much shorter than the others is added likewise.
func (t *timeline) fold(length float64) {
	for n := len(t.points); n > 1; n = len(t.points) {
		before, last := &t.points[n-2], &t.points[n-1]
		short := t.step.Seconds() / 2
		over := length > 0 && last.from*t.per > length-short && last.b.Frames() == 0
		if !over && last.seconds >= short {
			return
		}
		before.b.Merge(&last.b)
		if over {
			t.end = before.to
		} else {
			before.to = last.to
			before.mid, before.seconds = (before.from+before.to)/2, (before.to-before.from)*t.per
		}
		t.points = t.points[:n-1]
	}
}

func groupSize(s *series.Series) int {
	n := len(s.Buckets())
	size := max(1, (n+maxPoints-1)/maxPoints)
	perBucket := max(1, int(s.Width()/s.Interval()))
	return max(size, (pointFrames+perBucket-1)/perBucket)
}

// values returns f of every point.
func (t *timeline) values(f func(*point) number) []number {
	out := make([]number, len(t.points))
	for i := range t.points {
		out[i] = f(&t.points[i])
	}
	return out
}

// gauge returns a gauge's mean of every point in another unit: divided by scale. nil where it is not known at all.
func (t *timeline) gauge(s *series.Series, g series.Gauge, scale float64) []number {
	if !s.KnowsGauge(g) {
		return nil
	}
	return t.values(func(p *point) number { return number(p.b.Gauges[g].Mean() / scale) })
}

// rate returns a counter's growth a second, divided by scale; nil where it is not known at all.
func (t *timeline) rate(s *series.Series, c series.Counter, scale float64) []number {
	if !s.KnowsCounter(c) {
		return nil
	}
	return t.values(func(p *point) number { return number(float64(p.b.Counters[c]) / p.seconds / scale) })
}

// share returns a counter in per cent of the packets sent; nil where one of them is not known at all.
func (t *timeline) share(s *series.Series, c series.Counter) []number {
	if !s.KnowsCounter(c) || !s.KnowsCounter(series.PacketsSent) {
		return nil
	}
	return t.values(func(p *point) number { return percent(p.b.Counters[c], p.b.Counters[series.PacketsSent]) })
}

// parity returns how many packets of parity were sent for each hundred of data, as a record's parity_ratio; nil where
// that is not known at all.
func (t *timeline) parity(s *series.Series) []number {
	if !s.KnowsCounter(series.ParitySent) || !s.KnowsCounter(series.PacketsSent) {
		return nil
	}
	return t.values(func(p *point) number {
		parity := p.b.Counters[series.ParitySent]
		return percent(parity, p.b.Counters[series.PacketsSent]-parity)
	})
}

// percent is not known of nothing.
func percent(n, of int64) number {
	if of <= 0 {
		return unknown
	}
	return number(100 * float64(n) / float64(of))
}

// anyAbove says whether a value is above zero.
func anyAbove(values []number) bool {
	return slices.ContainsFunc(values, func(v number) bool { return v > 0 })
}

// motion returns a quantile of motion-to-photon in ms of every point with enough frames.
func (t *timeline) motion(p float64, least int64) []number {
	return t.values(func(at *point) number {
		if at.b.Motion.Count() < least {
			return unknown
		}
		d, _ := at.b.Motion.Quantile(p)
		return number(float64(d) / 1e6)
	})
}

// enough says whether all points but the last have at least n timed frames.
func (t *timeline) enough(n int64) bool {
	for i := range t.points {
		if t.points[i].b.Motion.Count() < n && i+1 < len(t.points) {
			return false
		}
	}
	return len(t.points) > 1
}
