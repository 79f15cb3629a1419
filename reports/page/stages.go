package page

import (
	"fmt"

	"airbridge/reports"
	"airbridge/streamer/statistics"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// waterfall draws the mean of every stage where it begins, so that the last ends at mean motion-to-photon.
func (v *view) waterfall() *figure {
	stages := &v.run.Latency.Stages
	var names []string
	var floors, values []number
	t := table{Columns: []string{"stage", "mean, ms", "p50, ms", "p99, ms", "starts at, ms"}}
	sum, any := 0.0, false
	for i, s := range stages {
		name := stageName(statistics.Stage(i))
		names = append(names, name)
		if s == nil {
			floors, values = append(floors, unknown), append(values, unknown)
			t.Rows = append(t.Rows, []string{name, dash, dash, dash, dash})
			continue
		}
		any = true
		floors, values = append(floors, number(sum)), append(values, number(s.Mean))
		p99 := number(s.P99)
		if reports.TimedFrames(v.run) < tailFrames {
			p99 = unknown
		}
		t.Rows = append(t.Rows, []string{name, number(s.Mean).String(), of(s.P50).String(), p99.String(), number(sum).String()})
		sum += s.Mean
	}
	if !any {
		return v.missing("where the time goes: no frame was timed")
	}
	total := "motion to photon"
	if v.run.Latency.MotionToPhoton == nil {
		total = "sum of stages"
	}
	names, floors, values = append(names, total), append(floors, 0), append(values, number(sum))
	t.Rows = append(t.Rows, []string{total, number(sum).String(), dash, dash, "0"})
	f := v.bars(names, floors, values)
	f.Table = t
	whose := "Means of shown frames"
	if v.run.Latency.MotionToPhoton == nil {
		whose = "Means of all frames that got through a stage, shown or not"
	}
	f.Caption = fmt.Sprintf("%s; the stages add up to %v ms. %s%s.", whose, number(sum), v.uncertain(), v.caption)
	return f
}

// uncertain says what the mapping of clocks may shift between two stages.
func (v *view) uncertain() string {
	u := v.run.Latency.ClockUncertainty
	if u == nil {
		return ""
	}
	return fmt.Sprintf("Uplink and network may be off by ± %v ms in opposite directions. ", number(*u))
}

func (v *view) bars(names []string, floors, values []number) *figure {
	b := charts.NewBar()
	b.SetGlobalOptions(base("stages")...)
	b.SetGlobalOptions(
		charts.WithGridOpts(opts.Grid{Left: "108", Right: "52", Top: "8", Bottom: "46"}),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "ms since the head moved", NameLocation: "middle", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: names, Inverse: opts.Bool(true)}),
	)
	floor, bar := make([]opts.BarData, len(names)), make([]opts.BarData, len(names))
	for i := range names {
		floor[i], bar[i] = opts.BarData{Value: floors[i]}, opts.BarData{Value: values[i]}
		if i == len(names)-1 {
			bar[i].ItemStyle = &opts.ItemStyle{Color: ink}
		}
	}
	b.AddSeries("floor", floor, charts.WithBarChartOpts(opts.BarChart{Stack: "walk"}), charts.WithItemStyleOpts(opts.ItemStyle{Color: "transparent"}))
	b.AddSeries("mean", bar, charts.WithBarChartOpts(opts.BarChart{Stack: "walk", BarWidth: "62%"}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: accent}),
		charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Position: "right", Color: ink, Formatter: "@milliseconds"}))
	b.Validate()
	return &figure{
		ID: "stages", Title: "Where does the time go?", Unit: "ms", Tall: true,
		Option: option(b.JSON(), func(o map[string]any) {
			axis(o, "yAxis")["axisTick"] = map[string]any{"show": false}
			if !values[0].known() && !values[1].known() {
				axis(o, "xAxis")["name"] = "ms since the render began"
			}
		}),
	}
}

// parts are the stages in groups that a chart over time can tell apart.
var parts = []struct {
	name   string
	stages []statistics.Stage
}{
	{"pose", []statistics.Stage{statistics.Uplink, statistics.PoseWait}},
	{"render", []statistics.Stage{statistics.Render, statistics.Composite}},
	{"encode", []statistics.Stage{statistics.Encode}},
	{"send", []statistics.Stage{statistics.Packetize, statistics.Pace}},
	{"network", []statistics.Stage{statistics.Network, statistics.Recover}},
	{"decode", []statistics.Stage{statistics.DecodeWait, statistics.Decode}},
	{"display", []statistics.Stage{statistics.SlotWait, statistics.Scanout}},
}

// parts draws the mean of groups of stages over time, one on top of the other.
func (v *view) parts() *figure {
	if !v.timed() {
		return v.missing("stages over time: no shown frame was timed")
	}
	whole := "motion-to-photon"
	if v.s.Motion().Count() == 0 {
		whole = "the time from the start of the render to the light"
	}
	p := v.plot("parts", "Which part took longer, and when?",
		"Means of shown frames, stacked: together they are "+whole+".", "ms", "ms")
	for i, part := range parts {
		p.area(part.name, fmt.Sprintf("@s%d", i+1), v.t.values(func(at *point) number {
			if at.b.Timed == 0 {
				return unknown
			}
			var sum float64
			for _, s := range part.stages {
				sum += float64(at.b.Stages[s].Sum)
			}
			return number(sum / float64(at.b.Timed) / 1e6)
		}))
	}
	return v.finish(p, nil, nil)
}

func (v *view) timed() bool {
	for i := range v.t.points {
		if v.t.points[i].b.Timed > 0 {
			return true
		}
	}
	return false
}
