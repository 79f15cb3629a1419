package page

import (
	"airbridge/reports/series"
)

func (v *view) control() *figure {
	target, slack := v.t.gauge(v.s, series.LatencyTarget, 1e6), v.t.gauge(v.s, series.LatencySlack, 1e6)
	if target == nil && slack == nil {
		return v.missing("the latency controller's target and margin")
	}
	p := v.plot("control", "Did the latency controller hold its margin?",
		"Margin: how long before the latch of their slot frames were decoded. Means.", "ms before the latch", "ms")
	if target != nil {
		p.curve(curve{name: "target", colour: muted, dash: "dashed", y: target, step: true})
	}
	if slack != nil {
		p.curve(curve{name: "margin", colour: accent, y: slack})
	}
	return v.finish(p, nil, nil)
}

func (v *view) clock() *figure {
	offset := v.t.gauge(v.s, series.ClockOffset, 1e6)
	if offset == nil {
		return v.missing("the drift of the two clocks")
	}
	start := unknown
	for i, o := range offset {
		if !start.known() {
			start = o
		}
		offset[i] = o - start
	}
	p := v.plot("clock", "How far do the two clocks drift apart?",
		"Our clock less the client's, since the first estimate.", "ms since the start", "ms")
	if u := v.t.gauge(v.s, series.ClockUncertainty, 1e6); u != nil {
		low, high := make([]number, len(offset)), make([]number, len(offset))
		for i := range offset {
			low[i], high[i] = offset[i]-u[i], offset[i]+u[i]
		}
		p.band("what it may be wrong by", accent, 0.2, low, high)
		p.column("uncertainty ±", u)
	}
	p.curve(curve{name: "estimated offset", colour: accent, y: offset})
	if e := v.t.gauge(v.s, series.ClockError, 1e6); e != nil {
		p.curve(curve{name: "error of the estimate", colour: bad, dash: "dashed", width: 1.6, y: e})
	}
	return v.finish(p, nil, nil)
}
