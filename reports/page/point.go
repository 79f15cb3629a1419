package page

import (
	"time"

	"airbridge/reports/series"
)

const (
	// maxPoints is how many points a curve has at most: as many as a phone's pixels tell apart.
	maxPoints = 120
	// pointFrames is how many frames a point should sum up, so that its 10th and 90th percentiles mean something.
	pointFrames = 24
	// tailFrames is how many a point must sum up for its 99th percentile.
	tailFrames = 1000
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
	// least is the smallest number of frames a point with any has.
	least int64
}

// newTimeline groups the buckets of a series.
func newTimeline(s *series.Series) *timeline {
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
		if n := p.b.Motion.Count(); n > 0 && (t.least == 0 || n < t.least) {
			t.least = n
		}
		t.points = append(t.points, p)
	}
	return t
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

// share returns one counter in per cent of another; nil where one is not known at all.
func (t *timeline) share(s *series.Series, c, whole series.Counter) []number {
	if !s.KnowsCounter(c) || !s.KnowsCounter(whole) {
		return nil
	}
	return t.values(func(p *point) number {
		if p.b.Counters[whole] == 0 {
			return unknown
		}
		return number(100 * float64(p.b.Counters[c]) / float64(p.b.Counters[whole]))
	})
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
