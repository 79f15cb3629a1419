package page

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
)

func TestNumbersAreShort(t *testing.T) {
	for v, want := range map[number]string{
		0: "0", 5: "5", 5.234: "5.23", 52.34: "52.3", 99.96: "100.0", 523.4: "523", 1234: "1234", 12345.6: "12\u202f346", 1234567: "1\u202f234\u202f567",
		0.1: "0.10", 0.0123: "0.012", -3.456: "-3.46", -12345: "-12\u202f345", unknown: "–", number(math.Inf(1)): "–",
	} {
		if got := v.String(); got != want {
			t.Errorf("number(%v) = %q, want %q", float64(v), got, want)
		}
	}
	for v, want := range map[number]string{0: "0", 1234.5678: "1234.6", 0.000123456: "0.00012346", unknown: "null", -7: "-7"} {
		if got, err := json.Marshal(v); err != nil || string(got) != want {
			t.Errorf("number(%v) as JSON = %s, %v; want %s", float64(v), got, err, want)
		}
	}
}

func TestTimelinesFitTheScreenWhateverTheLength(t *testing.T) {
	for _, c := range []struct {
		length time.Duration
		unit   string
	}{{2 * time.Second, "s"}, {59 * time.Second, "s"}, {9 * time.Minute, "s"}, {2 * time.Hour, "min"}, {24 * time.Hour, "h"}} {
		s := series.New(time.Second / 72)
		for at := time.Duration(0); at < c.length; at += c.length / 2000 {
			s.Count(at, series.PacketsSent, 1)
		}
		s.Finish(c.length)
		line := newTimeline(s, c.length)
		var sum int64
		for i := range line.points {
			p := &line.points[i]
			sum += p.b.Counters[series.PacketsSent]
			if p.to <= p.from || i > 0 && math.Abs(p.from-line.points[i-1].to) > 1e-9 {
				t.Fatalf("%v: point %d lasts from %v to %v", c.length, i, p.from, p.to)
			}
		}
		if n := len(line.points); n > maxPoints || n < 3 || line.unit != c.unit || sum < 2000 || line.step < 300*time.Millisecond {
			t.Errorf("%v: %d points of %v in %s with %d packets", c.length, n, line.step, line.unit, sum)
		}
	}
}

func TestASummaryNamesCauseAndStage(t *testing.T) {
	r := fake{scenario: "microwave", seed: 3, length: 30 * time.Second, trouble: 2}.run(t)
	text, state := summarise(&r, Budget{}.withDefaults())
	for _, want := range []string{" late", " lost", "fell into “microwave oven”", "the stage that grew most was network"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	if state != "bad" {
		t.Errorf("state %s, want bad", state)
	}
	count := func(rendered, displayed, late int64) *reports.Run {
		r := &reports.Run{}
		r.Frames = reports.Frames{Rendered: &rendered, Displayed: &displayed, Late: &late}
		return r
	}
	for want, r := range map[string]*reports.Run{
		"Every one of 10 frames was displayed in its slot.":        count(10, 10, 0),
		"1 of 10 frames was not displayed in its slot: 1 late.":    count(10, 9, 1),
		"2 of 10 frames were not displayed in their slot: 2 late.": count(10, 8, 2),
		"Nothing was displayed of 10 rendered frames.":             count(10, 0, 10),
		"No frame was rendered.":                                   count(0, 0, 0),
		"What became of the frames is not known.":                  new(reports.Run),
	} {
		if got, _ := summarise(r, Budget{}.withDefaults()); got != want {
			t.Errorf("summarise = %q, want %q", got, want)
		}
	}
}

func TestMissedSlotsAreJudgedByTheirInterval(t *testing.T) {
	for want, rate := range map[string]reports.Rate{
		"good": {Value: 3, Low: 1, High: 9}, "bad": {Value: 20, Low: 11, High: 30}, "undecided": {Value: 0, Low: 0, High: 50},
	} {
		r := &reports.Run{}
		r.MissedPerHour = &rate
		if got := missedTile(r, Budget{}.withDefaults()); got.State != want || got.Word == "" {
			t.Errorf("%+v is %s (%q), want %s with a word for it", rate, got.State, got.Word, want)
		}
	}
}

func TestAlmostAllIsNotAll(t *testing.T) {
	r := &reports.Run{}
	r.Frames.Rendered, r.Frames.Displayed = new(int64(10_000_000)), new(int64(9_999_999))
	if got := deliveryTile(r).Value; got != "> 99.999" {
		t.Errorf("one frame of ten million missing: %q", got)
	}
	*r.Frames.Displayed = 9_990_000
	if got := deliveryTile(r).Value; got != "99.900" {
		t.Errorf("one in a thousand missing: %q", got)
	}
}

func TestFiguresFillTheirRows(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"one": {"n", "w"}, "pair": {"nn", "nn"}, "three": {"nnn", "nnw"}, "before a wide one": {"nwnn", "wwnn"}, "wide": {"w", "w"},
	} {
		g := group{}
		for _, k := range c.before {
			g.Figures = append(g.Figures, figure{Wide: k == 'w'})
		}
		g.balance()
		got := ""
		for _, f := range g.Figures {
			got += map[bool]string{true: "w", false: "n"}[f.Wide]
		}
		if got != c.after {
			t.Errorf("%s: %s becomes %s, want %s", name, c.before, got, c.after)
		}
	}
}

func TestAPointWithoutNeighboursIsDrawn(t *testing.T) {
	if !alone([]number{unknown, 1, unknown}) || !alone([]number{1}) || alone([]number{1, 1, unknown}) || alone([]number{unknown}) {
		t.Error("a value between gaps needs a symbol, others do not")
	}
}

// The band around a clock offset starts below zero, where ECharts by itself would stack from zero.
func TestABandMayReachBelowZero(t *testing.T) {
	p := newPlot("x", "", "", "time, s", "ms", "ms", []float64{0, 1})
	p.band("band", accent, 0.2, []number{-1, -2}, []number{1, unknown})
	f := p.done(nil)
	var o struct {
		Series []struct {
			StackStrategy string
			Data          []struct{ Value [2]*float64 }
		}
	}
	if err := json.Unmarshal([]byte(f.Option), &o); err != nil {
		t.Fatal(err)
	}
	for _, s := range o.Series {
		if s.StackStrategy != "all" {
			t.Errorf("stack strategy %q, want all", s.StackStrategy)
		}
	}
	if floor, gap := o.Series[0].Data, o.Series[1].Data; *floor[0].Value[1] != -1 || *gap[0].Value[1] != 2 || gap[1].Value[1] != nil {
		t.Errorf("the option is %s, want a floor of -1, a gap of 2 and then none", f.Option)
	}
}
