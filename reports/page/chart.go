package page

import (
	"encoding/json"
	"fmt"
	"html/template"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// figure is one chart with what belongs to it.
type figure struct {
	ID, Title, Caption string
	// Unit is the unit of the ordinate, for tooltips.
	Unit   string
	Keys   []key
	Option template.JS
	Table  table
	// Marks are the disturbances that are shaded, lettered as in the chart; Notes explain them.
	Marks []mark
	Notes []note
	// Tall and Wide give it more room.
	Tall, Wide bool
}

// key is an entry of the legend: drawn as a line, a dashed line, a band, a box, a triangle or a diamond.
type key struct{ Name, Colour, Shape string }

// table holds the numbers of a chart, its first column the abscissa.
type table struct {
	Columns []string
	Rows    [][]string
}

// colours are names that the page's script resolves for the reader's scheme: "@" and the name of a custom property.
const (
	ink, muted, accent, second, third = "@ink", "@muted", "@c1", "@c2", "@c3"
	fourth, fifth, bad, shade         = "@c4", "@c5", "@bad", "@shade"
)

// curve is one line of a chart.
type curve struct {
	name, colour string
	dash         string // solid, dashed or dotted
	width        float32
	y            []number
	step         bool
}

// plot builds a chart over one abscissa.
type plot struct {
	line  *charts.Line
	x     []float64
	fig   figure
	stack int
}

// newPlot begins a chart with linear axes.
func newPlot(id, title, caption, xName, yName, unit string, x []float64) *plot {
	p := &plot{line: charts.NewLine(), x: x, fig: figure{ID: id, Title: title, Caption: caption, Unit: unit}}
	p.line.SetGlobalOptions(base(id)...)
	p.line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: xName, NameLocation: "middle", NameGap: 28, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Name: yName}),
	)
	p.fig.Table.Columns = []string{xName}
	p.fig.Table.Rows = make([][]string, len(x))
	for i, v := range x {
		p.fig.Table.Rows[i] = []string{number(v).String()}
	}
	return p
}

// base are the options of every chart; legends and titles are HTML, so that they wrap and can be read aloud.
func base(id string) []charts.GlobalOpts {
	return []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: id, Renderer: "svg"}),
		charts.WithTitleOpts(opts.Title{Show: opts.Bool(false)}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis"}),
		charts.WithGridOpts(opts.Grid{Left: "52", Right: "16", Top: "34", Bottom: "46"}),
		charts.WithAnimation(false),
	}
}

func (p *plot) data(y []number) []opts.LineData {
	d := make([]opts.LineData, len(y))
	for i, v := range y {
		d[i] = opts.LineData{Value: [2]number{number(p.x[i]), v}}
	}
	return d
}

// column adds a column to the table, which tooltips read too.
func (p *plot) column(name string, y []number) {
	p.fig.Table.Columns = append(p.fig.Table.Columns, name)
	for i, v := range y {
		p.fig.Table.Rows[i] = append(p.fig.Table.Rows[i], v.String())
	}
}

// curve adds a line.
func (p *plot) curve(c curve) {
	shape := "line"
	if c.dash == "" {
		c.dash = "solid"
	} else {
		shape = c.dash
	}
	if c.width == 0 {
		c.width = 2
	}
	o := opts.LineChart{ShowSymbol: opts.Bool(alone(c.y)), Symbol: "circle"}
	if c.step {
		o.Step = "middle"
	}
	p.line.AddSeries(c.name, p.data(c.y), charts.WithLineChartOpts(o),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: c.colour}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: c.colour, Width: c.width, Type: c.dash}))
	p.column(c.name, c.y)
	p.fig.Keys = append(p.fig.Keys, key{c.name, c.colour[1:], shape})
}

// alone says whether a value has no neighbour: no line shows it then.
func alone(y []number) bool {
	for i, v := range y {
		if v.known() && (i == 0 || !y[i-1].known()) && (i+1 == len(y) || !y[i+1].known()) {
			return true
		}
	}
	return false
}

// band fills between two curves: an invisible floor and the difference on top of it.
func (p *plot) band(name, colour string, opacity float32, low, high []number) {
	p.stack++
	stack := fmt.Sprintf("band%d", p.stack)
	gap := make([]number, len(low))
	for i := range gap {
		gap[i] = high[i] - low[i]
	}
	hidden := charts.WithLineStyleOpts(opts.LineStyle{Opacity: opts.Float(0)})
	p.line.AddSeries(name+" floor", p.data(low), hidden, charts.WithLineChartOpts(opts.LineChart{Stack: stack, ShowSymbol: opts.Bool(false)}))
	p.line.AddSeries(name, p.data(gap), hidden, charts.WithLineChartOpts(opts.LineChart{Stack: stack, ShowSymbol: opts.Bool(false)}),
		charts.WithAreaStyleOpts(opts.AreaStyle{Color: colour, Opacity: opts.Float(opacity)}))
	p.fig.Keys = append(p.fig.Keys, key{name, colour[1:], "band"})
}

// area adds a layer on top of those before.
func (p *plot) area(name, colour string, y []number) {
	p.line.AddSeries(name, p.data(y), charts.WithLineChartOpts(opts.LineChart{Stack: "layers", ShowSymbol: opts.Bool(false)}),
		charts.WithLineStyleOpts(opts.LineStyle{Color: "@card", Width: 1}),
		charts.WithAreaStyleOpts(opts.AreaStyle{Color: colour, Opacity: opts.Float(0.9)}))
	p.column(name, y)
	p.fig.Keys = append(p.fig.Keys, key{name, colour[1:], "box"})
}

// done finishes the chart: change may alter the option that go-echarts has no field for.
func (p *plot) done(change func(option map[string]any)) figure {
	p.line.Validate()
	p.fig.Option = option(p.line.JSON(), func(o map[string]any) {
		for _, s := range o["series"].([]any) {
			if s := s.(map[string]any); s["stack"] != nil {
				s["stackStrategy"] = "all" // else a floor below zero is left out of the sum
			}
		}
		if change != nil {
			change(o)
		}
	})
	return p.fig
}

// option turns what go-echarts built into plain data, lets change alter it, and marshals it with sorted keys.
func option(built map[string]any, change func(map[string]any)) template.JS {
	text, err := json.Marshal(built)
	if err != nil {
		panic(fmt.Sprintf("page: a chart is no JSON: %v", err))
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		panic(fmt.Sprintf("page: a chart is no object: %v", err))
	}
	for _, unused := range []string{"title", "toolbox"} {
		delete(plain, unused)
	}
	if grids, ok := plain["grid"].([]any); ok {
		plain["grid"] = grids[len(grids)-1] // go-echarts keeps the default beside the one that was asked for
	}
	if change != nil {
		change(plain)
	}
	return figureJSON(plain)
}

// axis returns the first axis of an option.
func axis(option map[string]any, name string) map[string]any {
	return option[name].([]any)[0].(map[string]any)
}

// limit is a line across a chart.
type limit struct {
	name, axis, position string
	at                   float64
}
