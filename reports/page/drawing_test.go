package page

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// drawing is a chart's option as a browser reads it.
type drawing struct {
	XAxis, YAxis []struct {
		Min, Max any
		Type     string
	}
	Grid   map[string]any
	Series []line
}

type line struct {
	Name, Type string
	Data       []json.RawMessage
	MarkArea   struct {
		Data [][2]struct {
			Name  string
			XAxis float64
		}
	}
	MarkPoint struct {
		Data []struct {
			Coord  [2]float64
			Symbol string
		}
	}
	MarkLine struct{ Data []map[string]any }
}

func read(t *testing.T, f *figure) (d drawing) {
	t.Helper()
	if f == nil {
		t.Fatal("there is no chart")
	}
	if err := json.Unmarshal([]byte(f.Option), &d); err != nil {
		t.Fatalf("%s: %v\n%.300s", f.ID, err, f.Option)
	}
	return d
}

// curve returns the ordinates of a series by name, NaN where nothing is drawn.
func (d *drawing) curve(t *testing.T, name string) (y []float64) {
	t.Helper()
	for _, s := range d.Series {
		if s.Name != name {
			continue
		}
		for _, raw := range s.Data {
			var point struct{ Value [2]*float64 }
			if err := json.Unmarshal(raw, &point); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if point.Value[1] == nil {
				y = append(y, math.NaN())
				continue
			}
			y = append(y, *point.Value[1])
		}
		return y
	}
	t.Fatalf("there is no curve %q", name)
	return nil
}

// figures makes all charts of a run, by their identifiers.
func figures(t *testing.T, r reports.Run) (map[string]*figure, []string) {
	t.Helper()
	groups, unknown := runFigures(&r, Budget{}.withDefaults())
	all := map[string]*figure{}
	for _, g := range groups {
		for i := range g.Figures {
			f := &g.Figures[i]
			if all[f.ID] != nil {
				t.Errorf("two charts are called %s", f.ID)
			}
			all[f.ID] = f
		}
	}
	return all, unknown
}

// near says whether a drawn number is a value to five significant digits, or both are not known.
func near(got, want float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(got)
	}
	return math.Abs(got-want) <= 1e-4*math.Abs(want)+1e-9
}

// In an hour every point has 2,304 frames: enough for a p99 of its own. In a minute none has.
func TestAP99OverTimeTakesAThousandFramesAPoint(t *testing.T) {
	for length, want := range map[time.Duration]bool{time.Minute: false, time.Hour: true} {
		s := series.New(time.Second / fps)
		offset := statistics.NewOffset(time.Second, time.Millisecond)
		f := fake{scenario: "x"}
		for i := range int(length * fps / time.Second) {
			at := time.Duration(i) * time.Second / fps
			s.Frame(at, f.frame(i, at, 0, func() float64 { return 0.1 }, offset), offset)
		}
		r := reports.Run{Series: s}
		r.DurationS = length.Seconds()
		all, _ := figures(t, r)
		if got := slices.Contains(all["latency"].Table.Columns, "p99"); got != want {
			t.Errorf("%v: a p99 is drawn: %t, want %t", length, got, want)
		}
	}
}

// still makes a run of displayed frames at 72 Hz that knows nothing else.
func still(length time.Duration) (*series.Series, func(at time.Duration, o wire.Outcome)) {
	s := series.New(time.Second / fps)
	add := func(at time.Duration, o wire.Outcome) {
		s.Frame(at, &statistics.Frame{Outcome: o}, statistics.Offset{})
	}
	for at := time.Duration(0); at < length; at += time.Second / fps {
		add(at, wire.Displayed)
	}
	return s, add
}

// What is still on its way when streaming ends makes no fall of the rate and no peak of the loss.
func TestTheDrainIsNoLastPoint(t *testing.T) {
	s, _ := still(30 * time.Second)
	for at := time.Duration(0); at < 30*time.Second; at += 10 * time.Millisecond {
		s.Count(at, series.BytesSent, 10_000)
		s.Count(at, series.PacketsSent, 10)
		s.Count(at, series.ParitySent, 2)
	}
	s.Count(30*time.Second+5*time.Millisecond, series.BytesSent, 2000)
	s.Count(30*time.Second+5*time.Millisecond, series.PacketsSent, 2)
	s.Count(30*time.Second+5*time.Millisecond, series.ParitySent, 2)
	r := reports.Run{Series: s}
	r.DurationS = 30.00002
	all, _ := figures(t, r)
	rates, parity := read(t, all["rates"]), read(t, all["parity"])
	for i, y := range rates.curve(t, "sent") {
		if y < 7.9 || y > 8.1 {
			t.Errorf("point %d: %v Mbit/s sent, want 8 throughout", i, y)
		}
	}
	for i, y := range parity.curve(t, "parity for data") {
		if y < 24.9 || y > 26 {
			t.Errorf("point %d: %v %% of data is parity, want 25", i, y)
		}
	}
	if end, _ := rates.XAxis[0].Max.(float64); end != 30 {
		t.Errorf("the chart ends at %v s, want 30", rates.XAxis[0].Max)
	}
	over := newTimeline(s, 0)
	if last := over.points[len(over.points)-1]; last.b.Counters[series.PacketsSent] != 402 {
		t.Errorf("without a length the last point has %d packets: a sliver was left alone", last.b.Counters[series.PacketsSent])
	}
}

// A run that goes on rendering behind its nominal end is shown whole.
func TestFramesAfterTheEndAreNotFoldedAway(t *testing.T) {
	s, _ := still(40 * time.Second)
	over := newTimeline(s, 30*time.Second)
	if end := over.points[len(over.points)-1].to; end < 39.9 || over.end < 39.9 {
		t.Errorf("a run of 40 s that says 30 s is drawn until %v", end)
	}
}
