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
