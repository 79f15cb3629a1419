package page

import (
	"fmt"
	"html/template"
	"io"

	"airbridge/reports"
)

// maxCurves is how many runs of an index keep curves for the comparison of two; beyond, it shows their figures only, so
// that an index of thousands still opens.
const maxCurves = 400

// Entry is one run of an index. Href is where its own page is, relative to the index; empty where there is none.
type Entry struct {
	Run  reports.Run
	Href string
}

// index is what the template of an index takes.
type index struct {
	Title, Subtitle, Summary, State string
	Tiles                           []tile
	Columns                         []indexColumn
	Rows                            []indexRow
	Data                            template.JS
	Style                           template.CSS
	Bundle, Script, Picker          template.JS
	Notice, Footer                  string
}

type indexColumn struct {
	Name string
	Text bool
}

type indexRow struct {
	Number             int
	Name, Href, Search string
	Verdict, State     string
	Cells              []indexCell
}

// indexCell has its text, and what it sorts by: empty where that is not known.
type indexCell struct {
	Text, Key string
	// Words is text to sort by; label is a number that names something, of which every digit counts.
	Words, label bool
	v            number
}

// value is what the script compares: a number, null where it is not known, or text.
func (c indexCell) value() any {
	if c.Words || c.label {
		return c.Text
	}
	return c.v
}

// runData is what the script compares two runs by.
type runData struct {
	Name    string      `json:"name"`
	Figures [][2]any    `json:"figures"`
	Unit    string      `json:"unit,omitempty"`
	Median  [][2]number `json:"median,omitempty"`
	P90     [][2]number `json:"p90,omitempty"`
	Tail    [][2]number `json:"tail,omitempty"`
}

var indexColumns = []indexColumn{
	{"verdict", true},
	{"missed/h", false},
	{"p50, ms", false},
	{"p99, ms", false},
	{"freezes", false},
	{"lost, %", false},
	{"Mbit/s", false},
	{"length, s", false},
	{"seed", false},
	{"controllers", true},
}

// WriteIndex writes the page of a suite: every run in a table that can be searched and sorted, and any two of them side by
// side.
func WriteIndex(w io.Writer, title string, entries []Entry, b Budget) error {
	b = b.withDefaults()
	d := index{Title: title, Columns: indexColumns, Footer: footer}
	states := map[string]int64{}
	var data []runData
	for i := range entries {
		r := &entries[i].Run
		row := newIndexRow(i, r, entries[i].Href, b)
		states[row.State]++
		d.Rows = append(d.Rows, row)
		data = append(data, newRunData(r, &row, i < maxCurves))
	}
	d.Subtitle = plural(int64(len(entries)), "run")
	d.Summary, d.State = indexSummary(states, int64(len(entries)))
	d.Data = figureJSON(data)
	d.Style, d.Bundle, d.Notice = template.CSS(asset("style.css")), bundle(), notice
	d.Script, d.Picker = template.JS(asset("charts.js")), template.JS(asset("index.js"))
	return execute(w, "index", &d)
}

func indexSummary(states map[string]int64, all int64) (text, state string) {
	switch {
	case all == 0:
		return "There is no run.", "unknown"
	case states["bad"] > 0:
		text, state = fmt.Sprintf("%s of %d over a budget", plural(states["bad"], "run"), all), "bad"
	case states["undecided"]+states["unknown"] > 0:
		text, state = fmt.Sprintf("No run of %d is over a budget", all), "undecided"
	default:
		return fmt.Sprintf("All of %s are within their budgets.", plural(all, "run")), "good"
	}
	if n := states["undecided"]; n > 0 {
		text += fmt.Sprintf("; %d undecided or incomplete", n)
	}
	if n := states["unknown"]; n > 0 {
		text += fmt.Sprintf("; of %d it is not known", n)
	}
	return text + ".", state
}

func newIndexRow(i int, r *reports.Run, href string, b Budget) indexRow {
	_, state := summarise(r, b)
	words := map[string]string{"good": "within budget", "bad": "over budget", "undecided": "undecided", "unknown": notKnown}[state]
	if r.Incomplete != nil {
		words = "incomplete"
	}
	p50, p99, missed, rate := unknown, unknown, unknown, unknown
	seed := indexCell{Text: dash, label: true}
	if r.Seed != nil {
		seed.Text = fmt.Sprint(*r.Seed)
		seed.Key = seed.Text
	}
	if m := r.Latency.MotionToPhoton; m != nil {
		p50 = number(m.P50)
		if reports.TimedFrames(r) >= tailFrames {
			p99 = number(m.P99)
		}
	}
	if r.MissedPerHour != nil {
		missed = number(r.MissedPerHour.Value)
	}
	if r.Bitrate != nil {
		rate = number(r.Bitrate.Mean)
	}
	lost := of(r.Network.PacketsLost) / of(r.Network.PacketsSent) * 100
	row := indexRow{Number: i, Name: r.Scenario, Href: href, Verdict: words, State: state, Search: r.Key() + " " + words}
	row.Cells = []indexCell{
		{Text: words, Words: true},
		cell(missed), cell(p50), cell(p99), cell(of(r.Recovery.Freezes)), cell(lost), cell(rate),
		cell(number(r.DurationS)), seed,
		{Text: controllers(&r.Record), Words: true},
	}
	return row
}

func cell(v number) indexCell { return indexCell{Text: v.String(), Key: sortKey(v), v: v} }

func sortKey(v number) string {
	if !v.known() {
		return ""
	}
	return fmt.Sprint(float64(v))
}

func controllers(r *reports.Record) string {
	text := ""
	for _, c := range []*string{r.Controllers.Latency, r.Controllers.Bitrate, r.Controllers.Recovery} {
		if c == nil {
			continue
		}
		if text != "" {
			text += " · "
		}
		text += *c
	}
	if text == "" {
		return dash
	}
	return text
}

func newRunData(r *reports.Run, row *indexRow, curves bool) runData {
	d := runData{Name: r.Key()}
	for i, c := range row.Cells {
		d.Figures = append(d.Figures, [2]any{indexColumns[i].Name, c.value()})
	}
	if !curves || r.Series == nil || r.Series.Motion().Count() < 2*tailLeast {
		return d
	}
	t := newTimeline(r.Series, seconds(r.DurationS))
	d.Unit = t.unit
	p50, p90 := t.motion(0.5, 1), t.motion(0.9, pointFrames/2)
	for i := range t.points {
		x := number(t.points[i].mid)
		d.Median, d.P90 = append(d.Median, [2]number{x, p50[i]}), append(d.P90, [2]number{x, p90[i]})
	}
	e := beyond(r.Series.Motion())
	for i := range e.x {
		d.Tail = append(d.Tail, [2]number{number(e.x[i]), number(e.share[i])})
	}
	return d
}
