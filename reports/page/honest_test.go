package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// In a lab run with parity and no loss, nothing lost is a fact and not a gap.
func TestLossAndRepairAreDrawnAsSoonAsOneIsKnown(t *testing.T) {
	base := func() reports.Run {
		s, _ := still(10 * time.Second)
		for at := time.Duration(0); at < 10*time.Second; at += 10 * time.Millisecond {
			s.Count(at, series.PacketsSent, 60)
		}
		r := reports.Run{Series: s}
		r.DurationS = 10
		return r
	}
	each := func(r reports.Run, c series.Counter, n int64) reports.Run {
		for at := time.Duration(0); at < 10*time.Second; at += 10 * time.Millisecond {
			r.Series.Count(at, c, n)
		}
		return r
	}
	none := base()
	none.Network.PacketsLost = new(int64(0))
	some := base()
	some.Network.PacketsLost = new(int64(17)) // but not when
	for name, c := range map[string]struct {
		run    reports.Run
		curves map[string]float64 // nil: no chart
		parity float64
	}{
		"nothing known":            {base(), nil, 0},
		"none lost, by the record": {none, map[string]float64{"lost on the way": 0}, 0},
		"lost, but not when":       {some, nil, 0},
		"loss":                     {each(base(), series.PacketsLost, 3), map[string]float64{"lost on the way": 5}, 0},
		"repair alone":             {each(base(), series.RecoveredFEC, 6), map[string]float64{"repaired by parity": 10}, 0},
		"repetition alone":         {each(base(), series.RecoveredRTX, 6), map[string]float64{"repaired by repetition": 10}, 0},
		"parity that cost nothing": {each(base(), series.ParitySent, 0), nil, 0},
		"one parity for five":      {each(base(), series.ParitySent, 10), nil, 20}, // as a record's parity_ratio of 0.2
	} {
		all, unknown := figures(t, c.run)
		if (all["loss"] != nil) != (c.curves != nil) {
			t.Errorf("%s: drawn %t; not known: %q", name, all["loss"] != nil, unknown)
			continue
		}
		for curve, want := range c.curves {
			d := read(t, all["loss"])
			if y := d.curve(t, curve); !near(y[3], want) || len(d.Series) != len(c.curves) {
				t.Errorf("%s: %s is %v, want %v in the only curve", name, curve, y[3], want)
			}
		}
		if (all["parity"] != nil) != (c.parity > 0) {
			t.Errorf("%s: the cost of parity is drawn: %t", name, all["parity"] != nil)
		} else if c.parity > 0 {
			d := read(t, all["parity"])
			if y := d.curve(t, "parity for data"); !near(y[3], c.parity) {
				t.Errorf("%s: %v %% of data, want %v", name, y[3], c.parity)
			}
		}
	}
}

func TestTheRecordsRatioStandsUnderTheChart(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 10 * time.Second}.run(t)
	r.Recovery.ParityRatio = new(0.2039)
	all, _ := figures(t, r)
	if want := "Packets of parity for each hundred of data, 20.4 over the whole run."; !strings.HasPrefix(all["parity"].Caption, want) {
		t.Errorf("caption %q, want %q", all["parity"].Caption, want)
	}
}

// What a stage takes of frames that nobody saw is not said to be of shown frames.
func TestStagesSayOfWhichFramesTheyAre(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 5 * time.Second}.run(t)
	shown := (&view{run: &r, s: r.Series}).waterfall()
	r.Latency.MotionToPhoton = nil
	unseen := (&view{run: &r, s: r.Series}).waterfall()
	if !strings.HasPrefix(shown.Caption, "Means of shown frames;") || !strings.HasPrefix(unseen.Caption, "Means of all frames that got through a stage, shown or not;") {
		t.Errorf("captions %q and %q", shown.Caption, unseen.Caption)
	}
	if last := unseen.Table.Rows[statistics.StageCount]; last[0] != "sum of stages" {
		t.Errorf("the sum is called %q", last[0])
	}
	if p99 := shown.Table.Rows[3][3]; p99 != dash {
		t.Errorf("a p99 of 360 frames: %s", p99)
	}
}

func TestAComparisonDoesNotMixShownAndUnseen(t *testing.T) {
	a, b := fake{scenario: "usb", seed: 1, length: 5 * time.Second}.run(t), fake{scenario: "usb", seed: 2, length: 5 * time.Second}.run(t)
	blind := b
	blind.Latency.MotionToPhoton = nil
	if sd := newSide([]*reports.Run{&blind}, posed(&a, &blind)); sd.stages[statistics.Encode].known() {
		t.Errorf("encoding takes %v ms beside a side whose frames were shown", sd.stages[statistics.Encode])
	}
	if sd := newSide([]*reports.Run{&blind}, posed(&blind)); !sd.stages[statistics.Encode].known() {
		t.Error("of two films nothing is known")
	}
	sd := newSide([]*reports.Run{&a, &b}, true)
	want := (a.Latency.Stages[statistics.Network].Mean + b.Latency.Stages[statistics.Network].Mean) / 2
	if got := float64(sd.stages[statistics.Network]); math.Abs(got-want) > 1e-9 || sd.s.Motion().Count() != 720 || sd.length != 5*time.Second {
		t.Errorf("network %v of %d frames over %v, want %v of 720", got, sd.s.Motion().Count(), sd.length, want)
	}
}

func TestEveryDigitOfASeedIsTold(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 2 * time.Second}.run(t)
	r.Seed = new(uint64(math.MaxUint64))
	row := newIndexRow(0, &r, "", Budget{}.withDefaults())
	text, err := json.Marshal(newRunData(&r, &row, true))
	if err != nil {
		t.Fatal(err)
	}
	if want := `["seed","18446744073709551615"]`; !strings.Contains(string(text), want) {
		t.Errorf("the data of the index is %s, want %s in it", text, want)
	}
	if row.Cells[8].Key != "18446744073709551615" {
		t.Errorf("the seed sorts by %q", row.Cells[8].Key)
	}
	r.Seed = nil
	if row := newIndexRow(0, &r, "", Budget{}.withDefaults()); row.Cells[8].Text != dash || row.Cells[8].Key != "" {
		t.Errorf("no seed is %+v", row.Cells[8])
	}
}

func TestAnIndexOfThousandsKeepsFiguresOnly(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: 3 * time.Second}.run(t)
	entries := make([]Entry, maxCurves+20)
	for i := range entries {
		entries[i].Run = r
	}
	var b bytes.Buffer
	if err := WriteIndex(&b, "x", entries, Budget{}); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte(`"median":`)); n != maxCurves {
		t.Errorf("%d runs keep curves, want %d", n, maxCurves)
	}
	if n := bytes.Count(b.Bytes(), []byte(`data-run="`)); n != len(entries) {
		t.Errorf("%d rows, want %d", n, len(entries))
	}
	var none bytes.Buffer
	if err := WriteIndex(&none, "x", nil, Budget{}); err != nil || !strings.Contains(outline(none.Bytes()), "There is no run.") {
		t.Errorf("an index of nothing: %v", err)
	}
}

func TestAFailedWriteIsReported(t *testing.T) {
	r := fake{scenario: "usb", seed: 1, length: time.Second}.run(t)
	for name, write := range map[string]func() error{
		"run":        func() error { return WriteRun(full{}, r, Budget{}) },
		"comparison": func() error { return WriteComparison(full{}, "a", nil, "b", nil, Budget{}) },
		"index":      func() error { return WriteIndex(full{}, "x", nil, Budget{}) },
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "disk is full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("the disk is full") }

var figureOf = regexp.MustCompile(`(?s)<figure id="figure-(\w+)".*?</figure>`)

// Every chart of every page has a title, a caption, a table with as many heads as cells, and data that a browser reads.
func TestEveryChartIsComplete(t *testing.T) {
	for name, text := range suite(t) {
		if name == "index" {
			continue // its charts are drawn when two runs are chosen
		}
		for _, m := range figureOf.FindAllStringSubmatch(string(text), -1) {
			f, id := m[0], m[1]
			for _, want := range []string{
				`id="title-` + id + `"`, `id="caption-` + id + `"`, `aria-labelledby="title-` + id + `"`, `<script type="application/json" id="data-` + id + `">`, "<tbody><tr>",
			} {
				if !strings.Contains(f, want) {
					t.Errorf("%s: chart %s has no %s", name, id, want)
				}
			}
			data := f[strings.Index(f, `id="data-`):]
			data = data[strings.Index(data, ">")+1 : strings.Index(data, "</script>")]
			if !json.Valid([]byte(data)) || strings.Contains(data, "NaN") {
				t.Errorf("%s: the data of chart %s is no JSON", name, id)
			}
			heads := strings.Count(f, "<th ")
			for _, row := range rows.FindAllString(f, -1)[1:] {
				if n := strings.Count(row, "<td>"); n != heads {
					t.Errorf("%s: a row of chart %s has %d cells under %d heads", name, id, n, heads)
					break
				}
			}
		}
	}
}
