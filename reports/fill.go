package reports

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// Fill writes what the frames of a run add up to: frames, missed per hour, latency, overhead, margin, bitrate, IDRs and
// freezes. DurationS must be set before; a must be finished. All other fields are left alone.
func (r *Record) Fill(a *statistics.Aggregate) {
	r.Frames = Frames{
		Rendered: new(a.Rendered), Displayed: new(a.Displayed), Replaced: new(a.Replaced), Late: new(a.Late),
		Lost: new(a.Lost), Skipped: new(a.Skipped), MissedSlots: new(a.Missed), ShownLate: new(a.ShownLate),
	}
	r.MissedPerHour = nil
	if r.DurationS > 0 {
		r.MissedPerHour = new(PerHour(a.Missed, r.DurationS/3600))
	}
	r.Latency = latency(a)
	r.Overhead = percentilesMS(&a.Overhead)
	r.Margin = nil
	if a.Margin.Count() > 0 {
		r.Margin = &Margin{P1: quantileMS(&a.Margin, 0.01), P50: quantileMS(&a.Margin, 0.5)}
	}
	r.Bitrate = bitrate(&a.Bitrate)
	r.Recovery.IDR = new(a.IDR)
	r.Recovery.Freezes = new(a.Freezes)
	r.Recovery.LongestFreezeMS = new(milliseconds(a.LongestFreeze))
}

func latency(a *statistics.Aggregate) (l Latency) {
	of := &a.Stages
	if m := &a.MotionToPhoton; m.Count() > 0 {
		l.MotionToPhoton = &Distribution{
			Mean: m.Mean() / 1e6, P50: quantileMS(m, 0.5), P90: quantileMS(m, 0.9), P99: quantileMS(m, 0.99),
			P999: quantileMS(m, 0.999), Max: milliseconds(m.Max()),
		}
		l.ClockUncertainty = new(milliseconds(a.Uncertainty))
	} else {
		of = &a.AllStages
	}
	for s := range l.Stages {
		h := &of[s]
		if h.Count() == 0 {
			continue
		}
		l.Stages[s] = &Stage{
			Mean: h.Mean() / 1e6, P50: new(quantileMS(h, 0.5)), P99: quantileMS(h, 0.99),
			AllP99: new(quantileMS(&a.AllStages[s], 0.99)),
		}
	}
	return l
}

func bitrate(h *quantile.Histogram[units.Bitrate]) *Bitrate {
	if h.Count() == 0 {
		return nil
	}
	p5, _ := h.Quantile(0.05)
	p95, _ := h.Quantile(0.95)
	return &Bitrate{Mean: h.Mean() / 1e6, P5: float64(p5) / 1e6, P95: float64(p95) / 1e6}
}

func percentilesMS(h *quantile.Histogram[time.Duration]) *Percentiles {
	if h.Count() == 0 {
		return nil
	}
	return &Percentiles{P50: quantileMS(h, 0.5), P99: quantileMS(h, 0.99)}
}

func quantileMS(h *quantile.Histogram[time.Duration], p float64) float64 {
	d, _ := h.Quantile(p)
	return milliseconds(d)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
