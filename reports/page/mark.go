package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"airbridge/reports/series"
)

// mark is a shaded disturbance, in the unit of the axis.
type mark struct {
	Letter   string
	From, To float64
}

// note explains a letter: which disturbance, and when or how often.
type note struct{ Letter, Name, When string }

// maxLettered is how many disturbances have letters of their own; of more, each name has one.
const maxLettered = 8

// marksOf letters disturbances. more is how many there were beside these: nothing is shaded then, as calm stretches could
// not be told from those that are not known.
func marksOf(spans []series.Span, more int64, t *timeline) (marks []mark, notes []note) {
	unique := distinct(spans)
	single := len(unique) <= maxLettered
	letters, times := map[string]int{}, map[string]int64{}
	for _, sp := range unique {
		n, known := letters[sp.Name]
		if single || !known {
			n = len(notes)
			letters[sp.Name] = n
			notes = append(notes, note{Letter: letter(n), Name: sp.Name, When: t.when(sp)})
		}
		times[sp.Name]++
		from, to := sp.From.Seconds()/t.per, sp.To.Seconds()/t.per
		marks = append(marks, mark{Letter: letter(n), From: number(from).rounded(), To: number(to).rounded()})
	}
	for i := range notes {
		if n := times[notes[i].Name]; !single && n > 1 {
			notes[i].When = plural(n, "time")
		}
	}
	if more == 0 {
		return marks, notes
	}
	var names []string
	for _, n := range notes {
		if !slices.Contains(names, n.Name) {
			names = append(names, n.Name)
		}
	}
	return nil, []note{{Name: fmt.Sprintf("Nothing is shaded: of %v disturbances only the first %d were kept (%s).",
		number(int64(len(spans))+more), len(spans), strings.Join(names, ", "))}}
}

// distinct returns disturbances in order of time, each once.
func distinct(spans []series.Span) []series.Span {
	sorted := slices.SortedStableFunc(slices.Values(spans), func(a, b series.Span) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(sorted)
}

// letter is the n-th of the alphabet, from the front again after the last.
func letter(n int) string { return string(rune('A' + n%26)) }

// when writes where a disturbance lies, with as many digits as tell its ends apart.
func (t *timeline) when(sp series.Span) string {
	from, to := sp.From.Seconds()/t.per, sp.To.Seconds()/t.per
	a, b := number(from).String(), number(to).String()
	for digits := 1; a == b && digits <= 3 && from != to; digits++ {
		a, b = fmt.Sprintf("%.*f", digits, from), fmt.Sprintf("%.*f", digits, to)
	}
	return fmt.Sprintf("%s–%s %s", a, b, t.unit)
}

// maxMarked is how many events of a kind are marked one by one; more are only counted.
const maxMarked = 40

// pin is a kind of event that is marked on a chart.
type pin struct {
	kind   series.EventKind
	name   string
	symbol string // triangle or diamond
	colour string
	top    bool // at the top of the chart, else at its foot
	at     []time.Duration
	count  int64
}

// pinsOf returns freezes and IDR pictures: where they were, as far as they are few.
func pinsOf(s *series.Series) []pin {
	pins := []pin{
		{kind: series.Freeze, name: "freeze", symbol: "diamond", colour: bad, top: true},
		{kind: series.IDR, name: "IDR picture", symbol: "triangle", colour: fourth},
	}
	for i := range s.Buckets() {
		b := &s.Buckets()[i]
		pins[0].count, pins[1].count = pins[0].count+b.Freezes, pins[1].count+b.IDR
	}
	events, _ := s.Events()
	for _, e := range events {
		for i := range pins {
			if p := &pins[i]; p.kind == e.Kind && p.count <= maxMarked {
				p.at = append(p.at, e.At)
			}
		}
	}
	for i := range pins {
		if p := &pins[i]; int64(len(p.at)) != p.count {
			p.at = nil // some were not kept: a part would mislead
		}
	}
	return pins
}

// label is a pin's entry in the legend.
func (p *pin) label() string {
	if p.count > 0 && p.at == nil {
		return plural(p.count, p.name) + ", not marked"
	}
	return p.name
}

// stick puts pins on the first series of a chart whose ordinate reaches from low to high.
func stick(option map[string]any, pins []pin, t *timeline, low, high any) {
	var data []any
	for _, p := range pins {
		y, offset := low, 0
		if p.top {
			y, offset = high, 8 // below the letters
		}
		for _, at := range p.at {
			x := min(at.Seconds()/t.per, t.end)
			data = append(data, map[string]any{
				"coord": []any{number(x), y}, "symbol": p.symbol, "symbolSize": 9, "symbolOffset": []any{0, offset}, "itemStyle": map[string]any{"color": p.colour},
			})
		}
	}
	if len(data) > 0 {
		first := option["series"].([]any)[0].(map[string]any)
		first["markPoint"] = map[string]any{"silent": true, "label": map[string]any{"show": false}, "data": data}
	}
}

// decorate adds to the first series what is drawn across the chart: shaded disturbances and a horizontal line.
func decorate(option map[string]any, marks []mark, line *limit) {
	first := option["series"].([]any)[0].(map[string]any)
	if len(marks) > 0 {
		data := make([]any, len(marks))
		for i, m := range marks {
			data[i] = []any{map[string]any{"name": m.Letter, "xAxis": m.From}, map[string]any{"xAxis": m.To}}
		}
		first["markArea"] = map[string]any{
			"silent": true, "itemStyle": map[string]any{"color": shade},
			"label": map[string]any{"color": "@warn", "position": "top", "distance": 3, "fontWeight": "bold"}, "data": data,
		}
	}
	if line != nil {
		first["markLine"] = map[string]any{
			"silent": true, "symbol": "none", "lineStyle": map[string]any{"color": bad, "type": "dashed", "width": 1.5},
			"label": map[string]any{
				"formatter": "{b}", "position": line.position, "color": bad, "backgroundColor": "@card", "padding": []int{1, 4},
			},
			"data": []any{map[string]any{"name": line.name, line.axis: line.at}},
		}
	}
}
