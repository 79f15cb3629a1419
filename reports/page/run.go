package page

import (
	"fmt"
	"math"
	"time"

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
	notes  []note
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
	v.t = newTimeline(v.s, seconds(r.DurationS))
	for i := range v.t.points {
		v.x = append(v.x, v.t.points[i].mid)
	}
	spans, more := v.s.Spans()
	v.marks, v.notes = marksOf(spans, more, v.t)
	latency.add(wide(v.latency()), v.waterfall(), tall(v.tail()), wide(v.parts()))
	network := group{Heading: "Network"}
	network.add(wide(v.rates()), v.loss(), v.parity(), v.queue())
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
	p.fig.Marks, p.fig.Notes = v.marks, v.notes
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
	pins := v.pins(p)
	line := &limit{name: fmt.Sprintf("budget %v ms", number(v.budget.motionMS())), axis: "yAxis", position: "insideStartTop", at: v.budget.motionMS()}
	return v.finish(p, line, func(o map[string]any) {
		y := axis(o, "yAxis")
		fitLatency(y, v.budget.motionMS(), p10, v.t.motion(1, 1))
		if y["max"] != nil {
			stick(o, pins, v.t, y["min"], y["max"])
		}
	})
}

// pins adds freezes and IDR pictures to a chart's legend and table.
func (v *view) pins(p *plot) []pin {
	pins := pinsOf(v.s)
	for i := range pins {
		if q := &pins[i]; q.count > 0 {
			p.fig.Keys = append(p.fig.Keys, key{q.label(), q.colour[1:], q.symbol})
		}
	}
	p.column("freezes, count", v.t.values(func(at *point) number { return number(at.b.Freezes) }))
	p.column("IDRs, count", v.t.values(func(at *point) number { return number(at.b.IDR) }))
	if n := v.run.Recovery.Freezes; n != nil && *n > pins[0].count {
		p.fig.Caption += " " + plural(*n-pins[0].count, "freeze") + " lasted to the end of the run."
	}
	return pins
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

// loss draws what was lost and made good as soon as one of them is known.
func (v *view) loss() *figure {
	curves := []curve{
		{name: "lost on the way", colour: bad, y: v.lost()},
		{name: "repaired by parity", colour: accent, dash: "dashed", y: v.t.share(v.s, series.RecoveredFEC)},
		{name: "repaired by repetition", colour: fourth, dash: "dotted", y: v.t.share(v.s, series.RecoveredRTX)},
	}
	if curves[0].y == nil && curves[1].y == nil && curves[2].y == nil {
		return v.missing("packets lost and repaired over time")
	}
	p := v.plot("loss", "Were lost packets made good?", "In per cent of the packets sent. Parity that is lost need not be repaired.", "% of packets", "%")
	empty := true
	for _, c := range curves {
		if c.y == nil {
			v.missing(c.name + ", in per cent of packets")
			continue
		}
		p.curve(c)
		empty = empty && !anyAbove(c.y)
	}
	return v.finish(p, nil, func(o map[string]any) {
		if empty {
			axis(o, "yAxis")["max"] = 1 // nothing must not fill the chart
		}
	})
}

// lost is the share of packets that was lost. A run that says that none was lost knows it of every moment.
func (v *view) lost() []number {
	if y := v.t.share(v.s, series.PacketsLost); y != nil {
		return y
	}
	if n := v.run.Network.PacketsLost; n == nil || *n != 0 || !v.s.KnowsCounter(series.PacketsSent) {
		return nil
	}
	return v.t.values(func(p *point) number { return percent(0, p.b.Counters[series.PacketsSent]) })
}

// parity draws what repair cost, where it cost anything.
func (v *view) parity() *figure {
	y := v.t.parity(v.s)
	if y == nil {
		return v.missing("parity sent over time")
	}
	if !anyAbove(y) {
		return nil
	}
	note := "Packets of parity for each hundred of data."
	if r := v.run.Recovery.ParityRatio; r != nil {
		note = fmt.Sprintf("Packets of parity for each hundred of data, %v over the whole run.", number(100**r))
	}
	p := v.plot("parity", "What did parity cost?", note, "% of data", "%")
	p.curve(curve{name: "parity for data", colour: second, y: y})
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

// seconds is a length of that many seconds, zero of what is none.
func seconds(s float64) time.Duration {
	if !(s > 0) || s > series.MaxTime.Seconds() {
		return 0
	}
	return time.Duration(s * 1e9)
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
