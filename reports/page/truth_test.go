package page

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// The numbers of every curve over time, from the buckets by hand.
func TestCurvesAreWhatTheSeriesRecorded(t *testing.T) {
	r := fake{scenario: "microwave", seed: 5, length: 30 * time.Second, trouble: 2}.run(t)
	all, _ := figures(t, r)
	const per = 4 // 30 s are 300 buckets of 0.1 s in points of 0.4 s, as 24 frames take
	gauge := func(g series.Gauge) func(b *series.Bucket) float64 {
		return func(b *series.Bucket) float64 { return b.Gauges[g].Mean() }
	}
	count := func(c series.Counter) func(b *series.Bucket) float64 {
		return func(b *series.Bucket) float64 { return float64(b.Counters[c]) }
	}
	scaled := func(f func(*series.Bucket) float64, by float64) func(*series.Bucket) float64 {
		return func(b *series.Bucket) float64 { return f(b) * by }
	}
	share := func(a, b func(*series.Bucket) float64) func(*series.Bucket) float64 {
		return func(k *series.Bucket) float64 { return 100 * a(k) / b(k) }
	}
	data := func(b *series.Bucket) float64 {
		return float64(b.Counters[series.PacketsSent] - b.Counters[series.ParitySent])
	}
	motion := func(p float64) func(b *series.Bucket) float64 {
		return func(b *series.Bucket) float64 { d, _ := b.Motion.Quantile(p); return float64(d) / 1e6 }
	}
	for _, c := range []struct {
		chart, curve string
		want         func(b *series.Bucket) float64
	}{
		{"latency", "median", motion(0.5)},
		{"latency", "longest", func(b *series.Bucket) float64 { return float64(b.Motion.Max()) / 1e6 }},
		{"latency", "10 to 90 % of frames floor", motion(0.1)},
		{"latency", "10 to 90 % of frames", func(b *series.Bucket) float64 { return motion(0.9)(b) - motion(0.1)(b) }},
		{"rates", "capacity", scaled(gauge(series.Capacity), 1e-6)},
		{"rates", "target of the encoder", scaled(gauge(series.Target), 1e-6)},
		{"rates", "sent", scaled(count(series.BytesSent), 8e-6/0.4)},
		{"rates", "goodput", scaled(count(series.BytesDelivered), 8e-6/0.4)},
		{"loss", "lost on the way", share(count(series.PacketsLost), count(series.PacketsSent))},
		{"loss", "repaired by parity", share(count(series.RecoveredFEC), count(series.PacketsSent))},
		{"loss", "repaired by repetition", share(count(series.RecoveredRTX), count(series.PacketsSent))},
		{"parity", "parity for data", share(count(series.ParitySent), data)},
		{"queue", "queue", scaled(gauge(series.QueueDelay), 1e-6)},
		{"queue", "longest queue", func(b *series.Bucket) float64 { return float64(b.Gauges[series.QueueDelay].Max) / 1e6 }},
		{"queue", "round trip", scaled(gauge(series.RTT), 1e-6)},
		{"control", "target", scaled(gauge(series.LatencyTarget), 1e-6)},
		{"control", "margin", scaled(gauge(series.LatencySlack), 1e-6)},
		{"clock", "error of the estimate", scaled(gauge(series.ClockError), 1e-6)},
	} {
		d := read(t, all[c.chart])
		y := d.curve(t, c.curve)
		buckets := r.Series.Buckets()
		if want := (len(buckets) + per - 1) / per; len(y) != want {
			t.Fatalf("%s, %s: %d points of %d buckets, want %d", c.chart, c.curve, len(y), len(buckets), want)
		}
		for i, got := range y {
			var b series.Bucket
			for j := i * per; j < min((i+1)*per, len(buckets)); j++ {
				b.Merge(&buckets[j])
			}
			if want := c.want(&b); !near(got, want) {
				t.Errorf("%s, %s: point %d is %v, the buckets say %v", c.chart, c.curve, i, got, want)
				break
			}
		}
	}
}

// Whatever is drawn stands in the table beneath it, point by point, as a reader would write it.
func TestTablesHaveTheNumbersOfTheirCharts(t *testing.T) {
	r := fake{scenario: "microwave", seed: 6, length: 20 * time.Second, trouble: 2}.run(t)
	all, _ := figures(t, r)
	compared := 0
	for id, f := range all {
		if id == "stages" || id == "tail" {
			continue // they have their own tests
		}
		d := read(t, f)
		for column, name := range f.Table.Columns {
			i := slices.IndexFunc(d.Series, func(l line) bool { return l.Name == name })
			if i < 0 {
				continue
			}
			y := d.curve(t, name)
			if len(y) != len(f.Table.Rows) {
				t.Fatalf("%s, %s: %d points and %d rows", id, name, len(y), len(f.Table.Rows))
			}
			compared++
			for j, v := range y {
				got, want := f.Table.Rows[j][column], number(v).String()
				if got != want && !almost(got, want) {
					t.Errorf("%s, %s: row %d says %s, the chart %s", id, name, j, got, want)
					break
				}
			}
		}
		for j, row := range f.Table.Rows {
			if len(row) != len(f.Table.Columns) {
				t.Fatalf("%s: row %d has %d cells for %d columns", id, j, len(row), len(f.Table.Columns))
			}
		}
	}
	if compared < 25 {
		t.Errorf("only %d curves were compared", compared)
	}
}

// almost says whether two texts are numbers that a rounding to five digits may have parted.
func almost(a, b string) bool {
	var x, y float64
	if _, err := fmt.Sscan(strings.ReplaceAll(a, "\u202f", ""), &x); err != nil {
		return false
	}
	if _, err := fmt.Sscan(strings.ReplaceAll(b, "\u202f", ""), &y); err != nil {
		return false
	}
	return math.Abs(x-y) <= 0.011*math.Max(math.Abs(x), math.Abs(y))
}

func TestOutcomesOfTheChartAreThoseOfTheRun(t *testing.T) {
	r := fake{scenario: "microwave", seed: 8, length: 40 * time.Second, trouble: 3}.run(t)
	all, _ := figures(t, r)
	f := all["frames"]
	d := read(t, f)
	for name, want := range map[string]int64{"late": *r.Frames.Late, "replaced": *r.Frames.Replaced, "lost": *r.Frames.Lost, "skipped": *r.Frames.Skipped} {
		sum := 0.0
		for _, y := range d.curve(t, name) {
			sum += y
		}
		if int64(sum) != want {
			t.Errorf("%s: bars add up to %v, the record says %d", name, sum, want)
		}
	}
	var rendered int64
	for _, row := range f.Table.Rows {
		for _, cell := range row[1:] {
			var n int64
			if _, err := fmt.Sscan(strings.ReplaceAll(cell, "\u202f", ""), &n); err != nil {
				t.Fatalf("cell %q: %v", cell, err)
			}
			rendered += n
		}
	}
	if rendered != *r.Frames.Rendered {
		t.Errorf("the table has %d frames, the record %d", rendered, *r.Frames.Rendered)
	}
}

func TestTheWaterfallIsAWalk(t *testing.T) {
	r := fake{scenario: "usb", seed: 8, length: 20 * time.Second}.run(t)
	all, _ := figures(t, r)
	d := read(t, all["stages"])
	at := 0.0
	value := func(raw json.RawMessage) float64 {
		var v struct{ Value *float64 }
		if err := json.Unmarshal(raw, &v); err != nil || v.Value == nil {
			t.Fatalf("%s: %v", raw, err)
		}
		return *v.Value
	}
	floors, bars := d.Series[0].Data, d.Series[1].Data
	for i, s := range r.Latency.Stages {
		if floor, bar := value(floors[i]), value(bars[i]); !near(floor, at) || !near(bar, s.Mean) {
			t.Errorf("stage %v is drawn from %v for %v, want from %v for %v", statistics.Stage(i), floor, bar, at, s.Mean)
		}
		at += s.Mean
	}
	if floor, bar := value(floors[len(floors)-1]), value(bars[len(bars)-1]); floor != 0 || !near(bar, r.Latency.MotionToPhoton.Mean) {
		t.Errorf("the sum is drawn from %v for %v, want motion-to-photon of %v", floor, bar, r.Latency.MotionToPhoton.Mean)
	}
	if right, _ := d.Grid["right"].(string); right != "52" {
		t.Errorf("the grid ends %v pixels from the right, want 52: the last label needs them", d.Grid["right"])
	}
}

func TestPartsAddUpToMotionToPhoton(t *testing.T) {
	r := fake{scenario: "microwave", seed: 9, length: 20 * time.Second, trouble: 2}.run(t)
	all, _ := figures(t, r)
	d := read(t, all["parts"])
	sums := make([]float64, len(d.Series[0].Data))
	for _, part := range parts {
		for i, y := range d.curve(t, part.name) {
			sums[i] += y
		}
	}
	over := newTimeline(r.Series, 20*time.Second)
	for i, sum := range sums {
		if want := over.points[i].b.Motion.Mean() / 1e6; math.Abs(sum-want) > 1e-3*want {
			t.Errorf("point %d: the parts add up to %v ms, motion-to-photon is %v", i, sum, want)
		}
	}
	seen := map[statistics.Stage]bool{}
	for _, part := range parts {
		for _, s := range part.stages {
			if seen[s] {
				t.Errorf("stage %v is in two parts", s)
			}
			seen[s] = true
		}
	}
	if len(seen) != statistics.StageCount {
		t.Errorf("%d stages are in parts, want all %d", len(seen), statistics.StageCount)
	}
}

func TestTheTailIsTheShareOfSlowerFrames(t *testing.T) {
	r := fake{scenario: "microwave", seed: 9, length: 60 * time.Second, trouble: 2}.run(t)
	e := beyond(r.Series.Motion())
	n := float64(r.Series.Motion().Count())
	for i := range e.x {
		if i > 0 && (e.x[i] <= e.x[i-1] || e.share[i] > e.share[i-1]) {
			t.Fatalf("point %d: %v ms, share %v after %v ms, %v", i, e.x[i], e.share[i], e.x[i-1], e.share[i-1])
		}
		if e.share[i]*n < tailLeast-1e-6 {
			t.Errorf("%v of %v frames are drawn beyond %v ms, want %d at least", e.share[i]*n, n, e.x[i], tailLeast)
		}
	}
	for _, p := range []float64{0.5, 0.9, 0.99} {
		q, _ := r.Series.Motion().Quantile(p)
		i := slices.IndexFunc(e.share, func(s float64) bool { return s <= 1-p })
		if ms := float64(q) / 1e6; i < 0 || math.Abs(e.x[i]-ms) > 0.02*ms {
			t.Errorf("read at %v the chart says %v ms, the quantile is %v", 1-p, e.x[max(i, 0)], ms)
		}
	}
	all, _ := figures(t, r)
	rows := map[string]string{}
	for _, row := range all["tail"].Table.Rows {
		rows[row[0]] = row[1]
	}
	if rows["p50"] != number(r.Latency.MotionToPhoton.P50).String() || rows["p99"] != number(r.Latency.MotionToPhoton.P99).String() {
		t.Errorf("the table says %v, the record %+v", rows, r.Latency.MotionToPhoton)
	}
	if rows["p99.9"] != dash || rows["p99.99"] != dash || rows["longest"] == dash {
		t.Errorf("of %v frames the table says %v, want no p99.9 from so few", n, rows)
	}
}
