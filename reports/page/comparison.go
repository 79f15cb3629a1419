package page

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"airbridge/internal/quantile"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/reports/verdict"
	"airbridge/streamer/statistics"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// maxDetailed is how many scenarios of a comparison get charts of their own; the table has all.
const maxDetailed = 12

// verdictTable is the outcome of every test.
type verdictTable struct {
	Rows []verdictRow
	Note string
}

type verdictRow struct{ Scenario, Metric, A, B, Diff, Winner, State, Detail string }

func newVerdictTable(c *verdict.Comparison) *verdictTable {
	t := &verdictTable{Note: fmt.Sprintf("Differences are B less A, with 95 %% intervals that draw whole seeds; less is better throughout, "+
		"and latencies are of shown frames. A verdict takes p ≤ %.2f after Holm's correction over the scenarios of its metric.", verdict.Alpha)}
	if firm, all := c.Firm(); all > 0 {
		t.Note += fmt.Sprintf(" With the correction over all metrics as well, %d of %s would stand.", firm, plural(int64(all), "verdict"))
	}
	for _, side := range []struct {
		name string
		only []string
	}{{"A", c.OnlyA}, {"B", c.OnlyB}} {
		if n := int64(len(side.only)); n > 0 {
			t.Note += fmt.Sprintf(" %s only in %s.", plural(n, "scenario"), side.name)
		}
	}
	if c.Incomplete > 0 {
		t.Note += fmt.Sprintf(" Left out: %s.", plural(int64(c.Incomplete), "incomplete run"))
	}
	if c.Repeated > 0 {
		t.Note += fmt.Sprintf(" Left out: %s of a seed that their side ran already.", plural(int64(c.Repeated), "run"))
	}
	for i := range c.Tests {
		ts := &c.Tests[i]
		row := verdictRow{
			Scenario: ts.Scenario, Metric: ts.Metric.String(), A: of(ts.A).String(), B: of(ts.B).String(), Diff: dash,
			Winner: ts.Winner.String(), State: winnerState(ts.Winner), Detail: ts.Detail(),
		}
		if ts.Diff != nil {
			digits := digitsOf(*ts.High - *ts.Low)
			row.Diff = fmt.Sprintf("%s (%s to %s)", fixed(*ts.Diff, digits), fixed(*ts.Low, digits), fixed(*ts.High, digits))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// digitsOf is how many digits behind the point tell an interval of that width: two of the width, three at most.
func digitsOf(width float64) int {
	if !(width > 0) {
		return 2
	}
	return int(min(max(1-math.Floor(math.Log10(width)), 0), 3))
}

// fixed writes a difference with so many digits behind the point; what is nothing then is 0.
func fixed(v float64, digits int) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', digits, 64)
	switch {
	case strings.Trim(text, "0.") == "":
		return "0"
	case digits == 0:
		text = grouped(text)
	}
	if v < 0 {
		return "−" + text
	}
	return "+" + text
}

// signed writes a difference as a reader takes it in.
func signed(v float64) string {
	if v > 0 {
		return "+" + number(v).String()
	}
	if v < 0 {
		return "−" + number(-v).String()
	}
	return "0"
}

func winnerState(w verdict.Winner) string {
	return map[verdict.Winner]string{verdict.A: "a", verdict.B: "b", verdict.Undecided: "undecided", verdict.Unknown: "unknown"}[w]
}

// comparisonTiles count who won how many scenarios of each metric.
func comparisonTiles(c *verdict.Comparison) (tiles []tile) {
	for m := range verdict.Metric(verdict.MetricCount) {
		won := map[verdict.Winner]int64{}
		var all int64
		for _, t := range c.Tests {
			if t.Metric == m && t.Winner != verdict.Unknown {
				won[t.Winner]++
				all++
			}
		}
		t := tile{Name: m.String(), State: "undecided", Word: "", Value: "undecided"}
		switch {
		case all == 0:
			t = t.judged("unknown")
		case won[verdict.A] > 0 && won[verdict.B] == 0:
			t.State, t.Word, t.Value = "a", "in "+plural(won[verdict.A], "scenario"), "A better"
		case won[verdict.B] > 0 && won[verdict.A] == 0:
			t.State, t.Word, t.Value = "b", "in "+plural(won[verdict.B], "scenario"), "B better"
		case won[verdict.A] > 0:
			t.Word, t.Value = "depends on the scenario", fmt.Sprintf("A %d, B %d", won[verdict.A], won[verdict.B])
		}
		t.Note = fmt.Sprintf("of %s", plural(all, "scenario"))
		tiles = append(tiles, t)
	}
	return tiles
}

// side is one scenario of A or of B: its runs laid over each other.
type side struct {
	runs   []*reports.Run
	s      *series.Series
	length time.Duration // of the longest
	stages [statistics.StageCount]number
}

// newSide lays runs over each other. Where posed, stages are of the runs that showed frames with a pose: those of the
// others are of frames that nobody saw.
func newSide(runs []*reports.Run, posed bool) side {
	sd := side{runs: runs}
	for _, r := range runs {
		sd.length = max(sd.length, seconds(r.DurationS))
		if r.Series == nil {
			continue
		}
		if sd.s == nil {
			sd.s = series.New(r.Series.Interval())
		}
		if sd.s.Interval() == r.Series.Interval() {
			_ = sd.s.Merge(r.Series) // cannot fail: the intervals are equal
		}
	}
	for st := range sd.stages {
		sum, n := 0.0, 0
		for _, r := range runs {
			if s := r.Latency.Stages[st]; s != nil && (!posed || r.Latency.MotionToPhoton != nil) {
				sum, n = sum+s.Mean, n+1
			}
		}
		sd.stages[st] = unknown
		if n > 0 {
			sd.stages[st] = number(sum / float64(n))
		}
	}
	return sd
}

// posed says whether any run knows motion-to-photon.
func posed(runs ...*reports.Run) bool {
	return slices.ContainsFunc(runs, func(r *reports.Run) bool { return r.Latency.MotionToPhoton != nil })
}

// shared are the disturbances that every run had at the same time.
func shared(runs ...*reports.Run) (common []series.Span) {
	for i, r := range runs {
		if r.Series == nil {
			return nil
		}
		spans, _ := r.Series.Spans()
		if i == 0 {
			common = slices.Clone(spans)
		}
		common = slices.DeleteFunc(common, func(s series.Span) bool { return !slices.Contains(spans, s) })
	}
	return common
}

func comparisonFigures(c *verdict.Comparison, budget Budget) (groups []group) {
	for i, name := range c.Scenarios {
		if i >= maxDetailed {
			break
		}
		a, b := c.Runs(name)
		both := slices.Concat(a, b)
		left, right := newSide(a, posed(both...)), newSide(b, posed(both...))
		caption := fmt.Sprintf("%s · A %s, B %s", name, plural(int64(len(left.runs)), "run"), plural(int64(len(right.runs)), "run"))
		g := group{Heading: name}
		if left.s != nil && right.s != nil && left.s.Motion().Count() >= 2*tailLeast && right.s.Motion().Count() >= 2*tailLeast {
			caption := fmt.Sprintf("%s, %s and %s", caption, plural(left.s.Motion().Count(), "timed frame"), grouped(fmt.Sprint(right.s.Motion().Count())))
			g.add(wide(overTime(i, caption, left, right, budget)))
			g.add(tall(tails(fmt.Sprintf("tail%d", i), "Which has the rarer slow frames?",
				fmt.Sprintf("Drawn as far as %d frames lie beyond. %s.", tailLeast, caption), budget,
				[]string{"A", "B"}, []*quantile.Histogram[time.Duration]{left.s.Motion(), right.s.Motion()})))
		}
		g.add(sideBySide(i, caption, left.stages, right.stages))
		if len(g.Figures) > 0 {
			g.balance()
			groups = append(groups, g)
		}
	}
	return groups
}

// overTime draws the medians and 90th percentiles of both.
func overTime(i int, caption string, left, right side, budget Budget) *figure {
	left.s.Widen(right.s.Width())
	right.s.Widen(left.s.Width())
	length := max(left.length, right.length)
	ta, tb := newTimeline(left.s, length), newTimeline(right.s, length)
	long := ta
	if len(tb.points) > len(ta.points) {
		long = tb
	}
	x := make([]float64, len(long.points))
	for j := range x {
		x[j] = long.points[j].mid
	}
	p := newPlot(fmt.Sprintf("latency%d", i), "Which is faster, and when?",
		fmt.Sprintf("Seeds laid over each other, %v s a point. %s.", number(long.step.Seconds()), caption), "time, "+long.unit, "motion-to-photon, ms", "ms", x)
	pad := func(y []number) []number {
		for len(y) < len(x) {
			y = append(y, unknown)
		}
		return y[:len(x)]
	}
	p.curve(curve{name: "A median", colour: accent, y: pad(ta.motion(0.5, 1))})
	p.curve(curve{name: "A p90", colour: accent, dash: "dotted", width: 1.5, y: pad(ta.motion(0.9, pointFrames/2))})
	p.curve(curve{name: "B median", colour: third, y: pad(tb.motion(0.5, 1))})
	p.curve(curve{name: "B p90", colour: third, dash: "dotted", width: 1.5, y: pad(tb.motion(0.9, pointFrames/2))})
	p.fig.Marks, p.fig.Notes = marksOf(shared(slices.Concat(left.runs, right.runs)...), 0, long)
	f := p.done(func(o map[string]any) {
		axis(o, "xAxis")["min"], axis(o, "xAxis")["max"] = 0, number(long.end)
		fitLatency(axis(o, "yAxis"), budget.motionMS(), append(ta.motion(0.1, 1), tb.motion(0.1, 1)...), append(ta.motion(0.95, 1), tb.motion(0.95, 1)...))
		decorate(o, p.fig.Marks, &limit{name: fmt.Sprintf("budget %v ms", number(budget.motionMS())), axis: "yAxis", position: "insideStartTop", at: budget.motionMS()})
	})
	return &f
}

// sideBySide draws the mean stages of both.
func sideBySide(i int, caption string, a, b [statistics.StageCount]number) *figure {
	id := fmt.Sprintf("stages%d", i)
	bar := charts.NewBar()
	bar.SetGlobalOptions(base(id)...)
	var names []string
	t := table{Columns: []string{"stage", "A, ms", "B, ms", "B less A, ms"}}
	data := [2][]opts.BarData{}
	known := false
	for st := range statistics.StageCount {
		name := stageName(statistics.Stage(st))
		names = append(names, name)
		diff := dash
		if d := b[st] - a[st]; d.known() {
			diff, known = signed(float64(d)), true
		}
		t.Rows = append(t.Rows, []string{name, a[st].String(), b[st].String(), diff})
		data[0], data[1] = append(data[0], opts.BarData{Value: a[st]}), append(data[1], opts.BarData{Value: b[st]})
	}
	if !known {
		return nil
	}
	bar.SetGlobalOptions(
		charts.WithGridOpts(opts.Grid{Left: "100", Right: "44", Top: "8", Bottom: "46"}),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: "mean, ms", NameLocation: "middle", NameGap: 28}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: names, Inverse: opts.Bool(true)}),
	)
	f := &figure{ID: id, Title: "Which stages differ?", Caption: "Means of shown frames over all runs. " + caption + ".", Unit: "ms", Table: t, Tall: true}
	for j, name := range []string{"A", "B"} {
		colour := []string{accent, third}[j]
		bar.AddSeries(name, data[j], charts.WithBarChartOpts(opts.BarChart{BarGap: "0%", BarCategoryGap: "30%"}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: colour}),
			charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Position: "right", Color: muted, Formatter: "@milliseconds", FontSize: 10}))
		f.Keys = append(f.Keys, key{name, colour[1:], "box"})
	}
	bar.Validate()
	f.Option = option(bar.JSON(), nil)
	return f
}
