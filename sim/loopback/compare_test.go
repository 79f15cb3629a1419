package loopback

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"airbridge/streamer/statistics"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestIntervals(t *testing.T) {
	var i Interval
	i.extend(7, true)
	i.extend(9, false)
	i.extend(5, false)
	if i != (Interval{5, 9}) {
		t.Fatalf("%v, want 5 to 9", i)
	}
	for _, c := range []struct {
		v, grain float64
		want     bool
	}{{5, 0, true}, {9, 0, true}, {4.9, 0, false}, {4.9, .2, true}, {9.1, 0, false}, {10, 1, true}, {10.1, 1, false}} {
		if got := i.Contains(c.v, c.grain); got != c.want {
			t.Errorf("Contains(%v, %v) = %t, want %t", c.v, c.grain, got, c.want)
		}
	}
}

// Half of the wake-ups on time: the median of the lateness is not that of the worst.
func TestMood(t *testing.T) {
	late := func(n int, usual time.Duration, rare int, worst time.Duration) (all []time.Duration) {
		for i := range n {
			all = append(all, usual)
			if i < rare {
				all[i] = worst
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		late  []time.Duration
		quiet bool
	}{
		"calm":              {late(3000, 50*time.Microsecond, 0, 0), true},
		"two short stalls":  {late(3000, 50*time.Microsecond, 2, 3*time.Millisecond), true},
		"many short stalls": {late(3000, 50*time.Microsecond, 20, 2*time.Millisecond), false},
		"one long stall":    {late(3000, 50*time.Microsecond, 1, 80*time.Millisecond), false},
		"nobody looked":     {nil, false},
	} {
		m := mood(c.late)
		if m.Quiet() != c.quiet {
			t.Errorf("%s: quiet: %t, want %t of %+v", name, m.Quiet(), c.quiet, m)
		}
		if len(c.late) > 0 && m.LateP50 != 50*time.Microsecond {
			t.Errorf("%s: median %v", name, m.LateP50)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{4}, 4}, {[]float64{9, 1, 5}, 5}, {[]float64{9, 1, 5, 3}, 3}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}

// A body outside always counts, a tail only where most of the runs were quiet.
func TestWhatCounts(t *testing.T) {
	quiet, loud := Mood{}, Mood{LateMax: time.Second}
	lines := []Line{
		{Quantity: Quantity{Name: "in", Kind: Body}, Lab: Interval{1, 2}, Median: 1.5},
		{Quantity: Quantity{Name: "out", Kind: Body}, Lab: Interval{1, 2}, Median: 3},
		{Quantity: Quantity{Name: "tail", Kind: Tail}, Lab: Interval{1, 2}, Median: 3},
		{Quantity: Quantity{Name: "grain", Kind: Body, Grain: 1}, Lab: Interval{1, 2}, Median: 3},
		{Quantity: Quantity{Name: "near", Unit: "µs", Kind: Body}, Lab: Interval{10, 20}, Median: 158},
		{Quantity: Quantity{Name: "near tail", Unit: "µs", Kind: Tail}, Lab: Interval{10, 20}, Median: 1400},
	}
	for _, c := range []struct {
		moods []Mood
		want  []string
	}{
		{[]Mood{quiet, quiet, loud}, []string{"out", "tail"}},
		{[]Mood{quiet, loud}, []string{"out"}},
		{[]Mood{loud, quiet, loud, quiet, loud}, []string{"out", "tail"}},
		{[]Mood{loud, loud, quiet}, []string{"out"}},
	} {
		o := &Outcome{Lines: lines, Moods: c.moods}
		var got []string
		for _, l := range o.Outside() {
			got = append(got, l.Quantity.Name)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("outside with moods %v (-want +got):\n%s", c.moods, diff)
		}
	}
	if len(lines) != 6 || lines[0].Quantity.Name != "in" {
		t.Error("asking changed the lines")
	}
}

// By seed, what the machines have in the middle is taken away; otherwise nothing is.
func TestSettle(t *testing.T) {
	values := [][]float64{{10, 12, 11}, {70, 71, 75}}
	for _, c := range []struct {
		bySeed bool
		want   Line
	}{
		{false, Line{Lab: Interval{10, 75}, center: []float64{0, 0}}},
		{true, Line{Quantity: Quantity{BySeed: true}, Lab: Interval{-1, 4}, center: []float64{11, 71}}},
	} {
		got := Line{Quantity: Quantity{BySeed: c.bySeed}}
		got.settle(values, 3)
		if got.Lab != c.want.Lab || !slices.Equal(got.center, c.want.center) {
			t.Errorf("by seed %t: %v about %v, want %v about %v", c.bySeed, got.Lab, got.center, c.want.Lab, c.want.center)
		}
	}
}

// A body is the median of all runs, a tail that of the quiet ones.
func TestMediansOfRuns(t *testing.T) {
	quiet, loud := Mood{}, Mood{LateMax: time.Second}
	o := &Outcome{
		Lines: []Line{{Real: []float64{1, 2, 90, 4, 80}}, {Quantity: Quantity{Kind: Tail}, Real: []float64{1, 2, 90, 4, 80}}},
		Moods: []Mood{quiet, quiet, loud, quiet, loud},
	}
	if o.sum(); o.Lines[0].Median != 4 || o.Lines[1].Median != 2 {
		t.Errorf("medians %v and %v, want 4 and 2", o.Lines[0].Median, o.Lines[1].Median)
	}
	o.Moods = []Mood{loud, loud, loud, loud, loud}
	if o.sum(); o.Lines[1].Median != 4 {
		t.Errorf("median of the tail %v, want 4 where no run was quiet", o.Lines[1].Median)
	}
}

// The fitted machines and this one have an interval each.
func TestSettleApart(t *testing.T) {
	var l Line
	l.settle([][]float64{{10, 12, 30, 31}, {9, 11, 35, 20}}, 2)
	if l.Fitted != (Interval{9, 12}) || l.Lab != (Interval{20, 35}) {
		t.Errorf("fitted %v, here %v, want 9 to 12 and 20 to 35", l.Fitted, l.Lab)
	}
}

// Every quantity says what it says of, and nothing of a session without frames.
func TestQuantities(t *testing.T) {
	empty := &Books{Frames: statistics.NewAggregate(time.Second / 72)}
	b := &Books{Frames: statistics.NewAggregate(time.Second / 72)}
	a := b.Frames
	for i := range 100 {
		d := time.Duration(i+1) * time.Microsecond
		b.Uplink.Record(d)
		b.Network.Record(7 * d)
		b.Clock.Record(2 * d)
		a.AllStages[statistics.Pace].Record(3 * d)
		a.AllStages[statistics.DecodeWait].Record(4 * d)
	}
	a.Overhead.Record(time.Millisecond)
	a.MotionToPhoton.Record(50 * time.Millisecond)
	a.Rendered, a.Displayed, a.Missed = 200, 150, 3
	want := map[string]float64{
		"uplink p50": 50, "uplink p90": 90, "network p50": 350, "pace p50": 150, "decode_wait p99": 396, "clock error p50": 100,
		"overhead p50": 1000, "motion-to-photon p90": 50_000, "displayed": 75, "missed slots": 3,
	}
	names := map[string]bool{}
	for _, q := range Quantities() {
		if names[q.Name] {
			t.Errorf("two are called %s", q.Name)
		}
		names[q.Name] = true
		if _, ok := q.Of(empty); ok {
			t.Errorf("%s: known of a session without frames", q.Name)
		}
		got, ok := q.Of(b)
		if w, known := want[q.Name]; !ok || known && (got < w*.99 || got > w*1.01) {
			t.Errorf("%s = %v, %t, want %v", q.Name, got, ok, w)
		}
		delete(want, q.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// The lab's side of a comparison: intervals that are no points, of every quantity, the same each time.
func TestSimulate(t *testing.T) {
	sides := [2]*Outcome{}
	for i := range sides {
		o := &Outcome{}
		for _, q := range Quantities() {
			o.Lines = append(o.Lines, Line{Quantity: q})
		}
		if err := o.simulate(t.Context(), &Plan{Bitrate: 50 * units.Mbps, Length: 2 * time.Second, Seeds: 2}, Machines(), 6); err != nil {
			t.Fatal(err)
		}
		sides[i] = o
	}
	for i, l := range sides[0].Lines {
		if l.Lab != sides[1].Lines[i].Lab {
			t.Errorf("%s: %v and %v", l.Quantity.Name, l.Lab, sides[1].Lines[i].Lab)
		}
		if q := l.Quantity; l.Lab.High < l.Lab.Low || q.Unit == "µs" && !q.BySeed && l.Lab.Low < 0 || q.BySeed && !l.Lab.Contains(0, 0) {
			t.Errorf("%s: %v", l.Quantity.Name, l.Lab)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(stopped, Plan{Bitrate: 50 * units.Mbps, Length: 2 * time.Second, Seeds: 1}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Compare = %v after its context ended", err)
	}
}
