package page

import (
	"fmt"

	"airbridge/reports/series"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// outcomeColours are those of the outcomes other than displayed.
var outcomeColours = [series.OutcomeCount]string{"", "@o1", "@o2", "@bad", "@o4"}

// frames draws what became of the frames that were not displayed in their slot.
func (v *view) frames() *figure {
	b := charts.NewBar()
	b.SetGlobalOptions(base("frames")...)
	b.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "time, " + v.t.unit, NameLocation: "middle", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Name: "frames"}),
	)
	f := &figure{ID: "frames", Title: "What became of the frames that missed their slot?", Unit: "frames", Table: v.outcomes()}
	f.Caption = fmt.Sprintf("Frames rendered in each %v s that were not displayed in their slot. %s.", number(v.t.step.Seconds()), v.caption)
	f.Marks, f.Notes = v.marks, v.notes
	for o := 1; o < series.OutcomeCount; o++ {
		d := make([]opts.BarData, len(v.t.points))
		for i := range v.t.points {
			at := &v.t.points[i]
			middle := at.from + v.t.step.Seconds()/v.t.per/2 // of a whole step: bars are as wide as the least distance
			d[i] = opts.BarData{Value: [2]number{number(middle), number(at.b.Outcomes[o])}}
		}
		b.AddSeries(series.OutcomeNames[o], d, charts.WithBarChartOpts(opts.BarChart{Stack: "frames", BarCategoryGap: "10%"}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: outcomeColours[o]}))
		f.Keys = append(f.Keys, key{series.OutcomeNames[o], outcomeColours[o][1:], "box"})
	}
	b.Validate()
	f.Option = option(b.JSON(), func(o map[string]any) {
		x, y := axis(o, "xAxis"), axis(o, "yAxis")
		x["min"], x["max"] = 0, number(v.t.end)
		decorate(o, v.marks, nil)
		y["minInterval"] = 1
		if v.displayedAll() {
			y["max"] = 4
		}
	})
	return f
}

// outcomes are the numbers of all frames.
func (v *view) outcomes() table {
	t := table{Columns: append([]string{"time, " + v.t.unit}, series.OutcomeNames[:]...)}
	for i := range v.t.points {
		row := []string{number(v.x[i]).String()}
		for _, n := range v.t.points[i].b.Outcomes {
			row = append(row, number(n).String())
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// displayedAll says whether no frame missed its slot: the chart is empty then, and must not zoom in on nothing.
func (v *view) displayedAll() bool {
	for i := range v.t.points {
		if b := &v.t.points[i].b; b.Frames() != b.Outcomes[0] {
			return false
		}
	}
	return true
}
