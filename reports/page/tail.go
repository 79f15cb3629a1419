package page

import (
	"fmt"
	"time"

	"airbridge/internal/quantile"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// tailLeast is how many frames must lie beyond a point of the tail: fewer are an anecdote.
const tailLeast = 10

// exceedance is the share of frames that were slower than x ms.
type exceedance struct{ x, share []float64 }

// beyond returns the complementary distribution function of a histogram as far as frames are many enough.
func beyond(h *quantile.Histogram[time.Duration]) (e exceedance) {
	n, left := h.Count(), h.Count()
	if n == 0 {
		return e
	}
	e.x, e.share = append(e.x, float64(h.Min())/1e6), append(e.share, 1)
	h.Each(func(_, high time.Duration, count int64) {
		left -= count
		if left >= tailLeast {
			e.x = append(e.x, float64(min(high, h.Max()))/1e6)
			e.share = append(e.share, float64(left)/float64(n))
		}
	})
	return e
}

// quantiles are the rows of a tail's table.
var quantiles = []struct {
	name string
	p    float64
}{{"p50", .5}, {"p90", .9}, {"p95", .95}, {"p99", .99}, {"p99.9", .999}, {"p99.99", .9999}}

// tails draws the complementary distribution functions of histograms, each a curve with its name.
func tails(id, title, caption string, budget Budget, names []string, of []*quantile.Histogram[time.Duration]) *figure {
	styles := []curve{{colour: accent, dash: "solid", width: 2.4}, {colour: third, dash: "dashed", width: 2.4}}
	l := charts.NewLine()
	l.SetGlobalOptions(base(id)...)
	l.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "motion-to-photon, ms", NameLocation: "middle", NameGap: 28, Scale: opts.Bool(true)}),
		charts.WithYAxisOpts(opts.YAxis{Type: "log", Name: "frames slower than x", Max: 1}),
	)
	f := &figure{ID: id, Title: title, Caption: caption, Unit: "tail"}
	f.Table.Columns = []string{"quantile"}
	rows := make([][]string, len(quantiles)+1)
	for i, q := range quantiles {
		rows[i] = []string{q.name}
	}
	rows[len(quantiles)] = []string{"longest"}
	lowest := 1.0
	for i, h := range of {
		e := beyond(h)
		data := make([]opts.LineData, len(e.x))
		for j := range e.x {
			data[j] = opts.LineData{Value: [2]number{number(e.x[j]), number(e.share[j])}}
			lowest = min(lowest, e.share[j])
		}
		style := styles[i%len(styles)]
		l.AddSeries(names[i], data, charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: style.colour}),
			charts.WithLineStyleOpts(opts.LineStyle{Color: style.colour, Width: style.width, Type: style.dash}))
		f.Keys = append(f.Keys, key{names[i], style.colour[1:], map[string]string{"solid": "line"}[style.dash] + map[string]string{"dashed": "dashed"}[style.dash]})
		f.Table.Columns = append(f.Table.Columns, names[i]+", ms")
		tailColumn(rows, h)
	}
	f.Table.Rows = rows
	l.Validate()
	f.Option = option(l.JSON(), func(o map[string]any) {
		y := axis(o, "yAxis")
		y["min"] = powerBelow(lowest)
		y["axisLabel"] = map[string]any{"formatter": "@share"}
		decorate(o, nil, &limit{name: fmt.Sprintf("budget %v ms", number(budget.motionMS())), axis: "xAxis", position: "insideEndTop", at: budget.motionMS()})
		line := o["series"].([]any)[0].(map[string]any)["markLine"].(map[string]any)
		line["label"].(map[string]any)["rotate"] = 90
	})
	return f
}

func tailColumn(rows [][]string, h *quantile.Histogram[time.Duration]) {
	n := float64(h.Count())
	for i, q := range quantiles {
		v := unknown
		if d, ok := h.Quantile(q.p); ok && n*(1-q.p) >= tailLeast*(1-1e-9) {
			v = number(float64(d) / 1e6)
		}
		rows[i] = append(rows[i], v.String())
	}
	longest := unknown
	if h.Count() > 0 {
		longest = number(float64(h.Max()) / 1e6)
	}
	rows[len(quantiles)] = append(rows[len(quantiles)], longest.String())
}

// powerBelow returns the power of ten at or below v.
func powerBelow(v float64) float64 {
	p := 1.0
	for p > v*(1+1e-9) && p > 1e-9 {
		p /= 10
	}
	return number(p).rounded()
}

// tail draws how rare the slow frames of a run are.
func (v *view) tail() *figure {
	h := v.s.Motion()
	if h.Count() < 2*tailLeast {
		return v.missing("the tail of motion-to-photon: fewer than 20 frames were timed")
	}
	caption := fmt.Sprintf("Read across at 1 %% for p99. Drawn as far as %d frames lie beyond, of %s. %s.", tailLeast,
		plural(h.Count(), "timed frame"), v.caption)
	return tails("tail", "How rare are slow frames?", caption, v.budget, []string{v.run.Scenario}, []*quantile.Histogram[time.Duration]{h})
}
