package page

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// frozen is a posed run of 20 s with gaps of 400 ms that end at the given seconds, and IDR pictures at them.
func frozen(seconds ...int) reports.Run {
	s := series.New(time.Second / fps)
	offset := statistics.NewOffset(time.Second, time.Millisecond)
	f := fake{scenario: "x"}
	ended := map[int]bool{}
	for _, sec := range seconds {
		ended[sec] = true
	}
	for i := 0; i < 20*fps; i++ {
		at := time.Duration(i) * time.Second / fps
		next := int((at + 400*time.Millisecond) / time.Second)
		if ended[next] && at < time.Duration(next)*time.Second {
			continue
		}
		frame := f.frame(i+1, at, 0, func() float64 { return 0 }, offset)
		frame.IDR = at%time.Second == 0 && ended[int(at/time.Second)]
		s.Frame(at, frame, offset)
	}
	s.Finish(20 * time.Second)
	r := reports.Run{Series: s}
	r.Scenario, r.DurationS = "frozen", 20
	return r
}

func TestFreezesAndIDRsAreMarkedWhereTheyWere(t *testing.T) {
	all, _ := figures(t, frozen(5, 12))
	f := all["latency"]
	d := read(t, f)
	low, high := d.YAxis[0].Min.(float64), d.YAxis[0].Max.(float64)
	got := map[string][]float64{}
	for _, p := range d.Series[0].MarkPoint.Data {
		got[p.Symbol] = append(got[p.Symbol], p.Coord[0])
		if want := map[string]float64{"diamond": high, "triangle": low}[p.Symbol]; p.Coord[1] != want {
			t.Errorf("a %s stands at %v ms, want %v", p.Symbol, p.Coord[1], want)
		}
	}
	for _, symbol := range []string{"diamond", "triangle"} {
		if len(got[symbol]) != 2 || int(got[symbol][0]) != 5 || int(got[symbol][1]) != 12 {
			t.Errorf("%ss stand at %v s, want 5 and 12", symbol, got[symbol])
		}
	}
	keys := fmt.Sprint(f.Keys)
	if !strings.Contains(keys, "{freeze bad diamond}") || !strings.Contains(keys, "{IDR picture c4 triangle}") {
		t.Errorf("the legend is %s", keys)
	}
	sums := map[string]int{}
	for _, row := range f.Table.Rows {
		for i, name := range f.Table.Columns {
			var n int
			if strings.HasSuffix(name, ", count") {
				if _, err := fmt.Sscan(row[i], &n); err != nil {
					t.Fatalf("%s: %q", name, row[i])
				}
				sums[name] += n
			}
		}
	}
	if sums["freezes, count"] != 2 || sums["IDRs, count"] != 2 {
		t.Errorf("the table counts %v, want two of each", sums)
	}
}

// What is too much to mark is counted; a part of it would mislead.
func TestManyEventsAreCountedNotMarked(t *testing.T) {
	r := frozen(5)
	for i := range maxMarked {
		at := time.Duration(i) * 100 * time.Millisecond
		r.Series.Frame(at, &statistics.Frame{IDR: true}, statistics.Offset{})
	}
	all, _ := figures(t, r)
	d := read(t, all["latency"])
	for _, p := range d.Series[0].MarkPoint.Data {
		if p.Symbol == "triangle" {
			t.Errorf("an IDR picture is marked at %v s although there are %d", p.Coord[0], maxMarked+1)
		}
	}
	if keys := fmt.Sprint(all["latency"].Keys); !strings.Contains(keys, fmt.Sprintf("{%d IDR pictures, not marked c4 triangle}", maxMarked+1)) || !strings.Contains(keys, "{freeze bad diamond}") {
		t.Errorf("the legend is %s", keys)
	}
	// A few freezes behind more events than a series keeps are known by count alone.
	r = frozen(5)
	full := series.New(time.Second / fps)
	for i := range series.MaxEvents {
		full.Event(time.Duration(i), series.Note, 0, "x")
	}
	if err := full.Merge(r.Series); err != nil {
		t.Fatal(err)
	}
	pins := pinsOf(full)
	if pins[0].count != 1 || pins[0].at != nil || pins[0].label() != "1 freeze, not marked" {
		t.Errorf("a freeze that was not kept: %+v, %q", pins[0], pins[0].label())
	}
}

func TestARunWithoutEventsHasNoMarks(t *testing.T) {
	all, _ := figures(t, frozen())
	d := read(t, all["latency"])
	if n := len(d.Series[0].MarkPoint.Data); n != 0 || len(all["latency"].Keys) != 3 {
		t.Errorf("%d marks and the legend %v", n, all["latency"].Keys)
	}
}

// A picture that stands still until the end is a freeze of the record, and no frame ends it.
func TestAFreezeWithoutAnEndIsSaid(t *testing.T) {
	r := frozen(5)
	r.Recovery.Freezes = new(int64(2))
	all, _ := figures(t, r)
	if !strings.Contains(all["latency"].Caption, "1 freeze lasted to the end of the run.") {
		t.Errorf("caption %q", all["latency"].Caption)
	}
	*r.Recovery.Freezes = 1
	all, _ = figures(t, r)
	if strings.Contains(all["latency"].Caption, "lasted") {
		t.Errorf("caption %q of a freeze that ended", all["latency"].Caption)
	}
}

func span(name string, from, to float64) series.Span {
	return series.Span{Name: name, From: time.Duration(from * 1e9), To: time.Duration(to * 1e9)}
}

func TestFewDisturbancesHaveALetterEach(t *testing.T) {
	line := &timeline{unit: "s", per: 1}
	marks, notes := marksOf([]series.Span{span("roam", 5, 6), span("oven", 1, 2.5), span("roam", 5, 6), span("roam", 8, 8.04)}, 0, line)
	if len(marks) != 3 || len(notes) != 3 {
		t.Fatalf("%d marks and %d notes, want three: one was told twice", len(marks), len(notes))
	}
	for i, want := range []note{{"A", "oven", "1–2.50 s"}, {"B", "roam", "5–6 s"}, {"C", "roam", "8–8.04 s"}} {
		if notes[i] != want || marks[i].Letter != want.Letter {
			t.Errorf("note %d: %+v, mark %+v; want %+v", i, notes[i], marks[i], want)
		}
	}
	if marks[0].From != 1 || marks[0].To != 2.5 {
		t.Errorf("%+v, want 1 to 2.5", marks[0])
	}
	if got := line.when(span("x", 12.551, 12.592)); got != "12.55–12.59 s" {
		t.Errorf("a short disturbance is %q", got)
	}
}

func TestManyDisturbancesHaveALetterAName(t *testing.T) {
	var spans []series.Span
	for i := range 2 * maxLettered {
		spans = append(spans, span([]string{"roam", "scan"}[i%2], float64(60*i), float64(60*i+6)))
	}
	marks, notes := marksOf(append(spans, span("oven", 1e4, 1.1e4)), 0, &timeline{unit: "min", per: 60})
	want := []note{{"A", "roam", "8 times"}, {"B", "scan", "8 times"}, {"C", "oven", "167–183 min"}}
	if fmt.Sprint(notes) != fmt.Sprint(want) || len(marks) != 2*maxLettered+1 || marks[3].Letter != "B" || marks[2].From != 2 {
		t.Errorf("notes %v of %d marks, want %v", notes, len(marks), want)
	}
	if none, only := marksOf(spans, 57, &timeline{unit: "s", per: 1}); none != nil || len(only) != 1 ||
		only[0].Name != "Nothing is shaded: of 73 disturbances only the first 16 were kept (roam, scan)." {
		t.Errorf("with 57 not kept: %d marks, %v", len(none), only)
	}
	if none, nothing := marksOf(nil, 0, &timeline{}); none != nil || nothing != nil {
		t.Errorf("without disturbances: %v, %v", none, nothing)
	}
	if letter(25) != "Z" || letter(26) != "A" {
		t.Errorf("the 26th and 27th letters are %s and %s", letter(25), letter(26))
	}
}

func TestShadedIsWhatTheRunSays(t *testing.T) {
	r := fake{scenario: "microwave", seed: 1, length: 40 * time.Second, trouble: 1}.run(t)
	all, _ := figures(t, r)
	for id, f := range all {
		if id == "stages" || id == "tail" {
			continue
		}
		d := read(t, f)
		areas := d.Series[0].MarkArea.Data
		if len(areas) != 2 || areas[0][0].Name != "A" || areas[0][0].XAxis != 14 || areas[0][1].XAxis != 20 || areas[1][0].XAxis != 28.8 {
			t.Errorf("%s is shaded at %+v, want A from 14 to 20 s and B from 28.8 s", id, areas)
		}
	}
	page := string(writeRun(t, r))
	if !strings.Contains(page, "<span>Shaded:</span> <span class=\"mark\"><b>A</b> microwave oven, 14–20 s</span>") {
		t.Error("the page does not explain the letters")
	}
}

// A disturbance of A's seeds alone says nothing of B; only what every run had is shaded in a comparison.
func TestAComparisonShadesWhatAllRunsHad(t *testing.T) {
	a, b := frozen(5), frozen(5)
	a.Series.Span("oven", time.Second, 2*time.Second)
	b.Series.Span("oven", time.Second, 2*time.Second)
	a.Series.Span("roam", 7*time.Second, 8*time.Second)
	if got := shared(&a, &b); len(got) != 1 || got[0].Name != "oven" {
		t.Errorf("shared disturbances are %v, want the oven", got)
	}
	bare := reports.Run{}
	if got := shared(&a, &bare); got != nil {
		t.Errorf("with a run of which nothing is known: %v", got)
	}
	if got := shared(); got != nil {
		t.Errorf("of no run: %v", got)
	}
	var page bytes.Buffer
	if err := WriteComparison(&page, "a", []reports.Run{a}, "b", []reports.Run{b}, Budget{}); err != nil {
		t.Fatal(err)
	}
	if text := outline(page.Bytes()); !strings.Contains(text, "Shaded: A oven, 1–2 s") || strings.Contains(text, "roam") {
		t.Errorf("the comparison says\n%s", text)
	}
}
