package page

import (
	"fmt"
	"math"

	"airbridge/reports"
	"airbridge/reports/series"
)

// view is a run prepared for its charts.
type view struct {
	run    *reports.Run
	s      *series.Series
	t      *timeline
	x      []float64
	marks  []mark
	budget Budget
	// caption is what every chart says: scenario, seed, sample count.
	caption string
	unknown []string
}

// runFigures returns the charts of a run, and the questions that it cannot answer.
func runFigures(r *reports.Run, b Budget) ([]group, []string) {
	v := &view{run: r, s: r.Series, budget: b, caption: caption(r)}
	latency := group{Heading: "Latency"}
	if v.s == nil || len(v.s.Buckets()) == 0 {
		latency.add(wide(v.waterfall()))
		v.missing("anything over time: the run kept no series")
		if len(latency.Figures) == 0 {
			return nil, v.unknown
		}
		return []group{latency}, v.unknown
	}
	v.t = newTimeline(v.s)
	for i := range v.t.points {
		v.x = append(v.x, v.t.points[i].mid)
	}
	v.marks = marksOf(v.s, v.t)
	latency.add(wide(v.latency()), v.waterfall(), tall(v.tail()), wide(v.parts()))
	network := group{Heading: "Network"}
	network.add(wide(v.rates()), v.loss(), v.queue())
	frames := group{Heading: "Frames and control"}
	frames.add(wide(v.frames()), v.control(), v.clock())
	var groups []group
	for _, g := range []group{latency, network, frames} {
		if len(g.Figures) > 0 {
			g.balance()
			groups = append(groups, g)
		}
	}
	return groups, v.unknown
}

// add appends the figures that there are.
func (g *group) add(figures ...*figure) {
	for _, f := range figures {
		if f != nil {
			g.Figures = append(g.Figures, *f)
		}
	}
}

// balance gives a figure that is left alone in its row all of the row.
func (g *group) balance() {
	alone := -1
	for i := range g.Figures {
		switch f := &g.Figures[i]; {
		case f.Wide && alone >= 0:
			g.Figures[alone].Wide, alone = true, -1
		case f.Wide:
		case alone >= 0:
			alone = -1
		default:
			alone = i
		}
	}
	if alone >= 0 {
		g.Figures[alone].Wide = true
	}
}

// wide gives a figure a row of its own.
func wide(f *figure) *figure {
	if f != nil {
		f.Wide = true
	}
	return f
}

// tall gives a figure the height of a chart with a row for every stage.
func tall(f *figure) *figure {
	if f != nil {
		f.Tall = true
	}
	return f
}

func (v *view) missing(what string) *figure {
	v.unknown = append(v.unknown, what)
	return nil
}

// plot begins a chart over the run's time.
func (v *view) plot(id, title, note, yName, unit string) *plot {
	caption := note
	if caption != "" {
		caption += " "
	}
	return newPlot(id, title, caption+v.caption+".", "time, "+v.t.unit, yName, unit, v.x)
}

// finish ends a chart over the run's time.
func (v *view) finish(p *plot, line *limit, change func(map[string]any)) *figure {
	p.fig.Marks = v.marks
	f := p.done(func(o map[string]any) {
		x := axis(o, "xAxis")
		x["min"], x["max"] = 0, number(v.t.end)
		decorate(o, v.marks, line)
		if change != nil {
			change(o)
		}
	})
	return &f
}

func (v *view) latency() *figure {
	if v.s.Motion().Count() == 0 {
		return v.missing("motion-to-photon over time: no shown frame had a pose and a clock")
	}
	step := number(v.t.step.Seconds())
	p := v.plot("latency", "How long from head movement to light?",
		fmt.Sprintf("Each point sums up %v s of shown frames.", step), "motion-to-photon, ms", "ms")
	p10, p90 := v.t.motion(0.1, pointFrames/2), v.t.motion(0.9, pointFrames/2)
	p.band("10 to 90 % of frames", accent, 0.22, p10, p90)
	p.column("p10", p10)
	p.curve(curve{name: "median", colour: accent, width: 2.5, y: v.t.motion(0.5, 1)})
	p.column("p90", p90)
	if v.t.enough(tailFrames) {
		p.curve(curve{name: "p99", colour: third, dash: "dashed", width: 1.5, y: v.t.motion(0.99, tailFrames)})
	}
	p.curve(curve{name: "longest", colour: muted, dash: "dotted", width: 1.3, y: v.t.motion(1, 1)})
	line := &limit{name: fmt.Sprintf("budget %v ms", number(v.budget.motionMS())), axis: "yAxis", position: "insideStartTop", at: v.budget.motionMS()}
	return v.finish(p, line, func(o map[string]any) {
		fitLatency(axis(o, "yAxis"), v.budget.motionMS(), p10, v.t.motion(1, 1))
	})
}

func (v *view) rates() *figure {
	const mega = 1e6
	capacity, target := v.t.gauge(v.s, series.Capacity, mega), v.t.gauge(v.s, series.Target, mega)
	sent, good := v.t.rate(v.s, series.BytesSent, mega/8), v.t.rate(v.s, series.BytesDelivered, mega/8)
	if capacity == nil && target == nil && sent == nil && good == nil {
		return v.missing("bitrate against capacity")
	}
	p := v.plot("rates", "Did the bitrate follow what the path could carry?", "", "Mbit/s", "Mbit/s")
	for _, c := range []curve{
		{name: "capacity", colour: muted, dash: "dashed", width: 1.8, y: capacity, step: true},
		{name: "target of the encoder", colour: fourth, dash: "dotted", y: target, step: true},
		{name: "sent", colour: second, width: 1.6, y: sent},
		{name: "goodput", colour: accent, width: 2.4, y: good},
	} {
		if c.y != nil {
			p.curve(c)
		} else {
			v.missing(c.name + " in Mbit/s")
		}
	}
	return v.finish(p, nil, nil)
}

func (v *view) loss() *figure {
	lost := v.t.share(v.s, series.PacketsLost, series.PacketsSent)
	if lost == nil {
		return v.missing("packet loss over time")
	}
	p := v.plot("loss", "Were lost packets made good?", "In per cent of the packets sent.", "% of packets", "%")
	p.curve(curve{name: "lost on the way", colour: bad, y: lost})
	for _, c := range []curve{
		{name: "repaired by parity", colour: accent, dash: "dashed", y: v.t.share(v.s, series.RecoveredFEC, series.PacketsSent)},
		{name: "repaired by repetition", colour: fourth, dash: "dotted", y: v.t.share(v.s, series.RecoveredRTX, series.PacketsSent)},
		{name: "parity sent", colour: muted, width: 1.3, y: v.t.share(v.s, series.ParitySent, series.PacketsSent)},
	} {
		if c.y != nil {
			p.curve(c)
		} else {
			v.missing(c.name + ", in per cent of packets")
		}
	}
	return v.finish(p, nil, nil)
}

func (v *view) queue() *figure {
	queue, rtt := v.t.gauge(v.s, series.QueueDelay, 1e6), v.t.gauge(v.s, series.RTT, 1e6)
	if queue == nil && rtt == nil {
		return v.missing("queueing delay and round trip over time")
	}
	p := v.plot("queue", "How long did packets wait in the path?", "Means.", "ms", "ms")
	if queue != nil {
		longest := v.t.values(func(at *point) number {
			m := &at.b.Gauges[series.QueueDelay]
			if m.Count == 0 {
				return unknown
			}
			return number(float64(m.Max) / 1e6)
		})
		p.curve(curve{name: "queue", colour: accent, y: queue})
		p.curve(curve{name: "longest queue", colour: muted, dash: "dotted", width: 1.3, y: longest})
	}
	if rtt != nil {
		p.curve(curve{name: "round trip", colour: second, dash: "dashed", width: 1.6, y: rtt})
	}
	return v.finish(p, nil, nil)
}

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

// fitLatency lets an axis of latencies begin below the fastest frames rather than at zero, and reach the budget where that
// is near.
func fitLatency(y map[string]any, budget float64, low, high []number) {
	least, most := math.Inf(1), 0.0
	for _, v := range low {
		if v.known() {
			least = min(least, float64(v))
		}
	}
	for _, v := range high {
		if v.known() {
			most = max(most, float64(v))
		}
	}
	if math.IsInf(least, 1) {
		return
	}
	if budget > most && budget < 2*most {
		most = budget
	}
	step := math.Pow(10, math.Floor(math.Log10(most-0.9*least+1e-3)))
	y["min"] = number(max(0, math.Floor(0.9*least/step)*step))
	y["max"] = number(math.Ceil(1.02*most/step) * step)
}

// caption is scenario, seed and sample count.
func caption(r *reports.Run) string {
	text := r.Scenario
	if r.Seed != nil {
		text += fmt.Sprintf(", seed %d", *r.Seed)
	}
	if r.Frames.Rendered != nil {
		text += ", " + plural(*r.Frames.Rendered, "frame")
	}
	return text
}
