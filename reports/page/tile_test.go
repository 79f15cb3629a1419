package page

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/reports/verdict"
)

// Every tile of a run that knows nothing says so, with neither a number nor a verdict.
func TestTilesOfNothingAreNotKnown(t *testing.T) {
	for _, tl := range runTiles(new(reports.Run), Budget{}.withDefaults()) {
		if tl.State != "unknown" || tl.Value != notKnown || tl.Unit != "" || tl.Word != "" {
			t.Errorf("%s: %+v, want not known", tl.Name, tl)
		}
	}
}

func TestTilesSayWhatTheRecordSays(t *testing.T) {
	r := &reports.Run{}
	r.Frames = reports.Frames{Rendered: new(int64(4000)), Displayed: new(int64(3990))}
	r.Latency.MotionToPhoton = &reports.Distribution{Mean: 41.5, P50: 40.25, P99: 59.9, Max: 88}
	r.MissedPerHour = &reports.Rate{Value: 18, Low: 11, High: 28}
	r.Recovery = reports.Recovery{Freezes: new(int64(2)), LongestFreezeMS: new(431.0)}
	r.Bitrate = &reports.Bitrate{Mean: 71.9, P5: 69, P95: 74}
	r.Network = reports.Network{PacketsSent: new(int64(478_707)), PacketsLost: new(int64(4712)), RecoveredFEC: new(int64(3918))}
	r.Picture = reports.Picture{PSNRMeanDB: new(49.46), MarkerErrors: new(int64(1))}
	want := []string{
		"missed slots an hour|18||95 % if independent: 11 to 28; budget 10|bad|over budget",
		"median motion-to-photon|40.2|ms|mean 41.5, longest 88 ms|plain|",
		"p99 motion-to-photon|59.9|ms|budget 60 ms; of 3990 frames|good|within budget",
		"freezes|2||longest 431 ms|bad|picture stood still",
		"displayed in their slot|99.750|%|of 4000 frames rendered|plain|",
		"mean bitrate|71.9|Mbit/s|p5 69, p95 74|plain|",
		"packets lost|0.98|%|4712 of 478\u202f707 packets; 3918 repaired by parity|plain|",
		"picture|49.5|dB|1 wrong picture|plain|",
	}
	for i, tl := range runTiles(r, Budget{}.withDefaults()) {
		if got := strings.Join([]string{tl.Name, tl.Value, tl.Unit, tl.Note, tl.State, tl.Word}, "|"); got != want[i] {
			t.Errorf("tile %d is\n%s, want\n%s", i, got, want[i])
		}
	}
	r.Recovery.Freezes, r.Network.Utilisation, r.Network.RecoveredRTX = new(int64(0)), new(0.72), new(int64(5))
	tiles := runTiles(r, Budget{}.withDefaults())
	if tiles[3].State != "good" || tiles[3].Word != "none" || tiles[5].Note != "72 % of what was possible" || !strings.HasSuffix(tiles[6].Note, "; 5 repeated") {
		t.Errorf("%+v, %+v, %+v", tiles[3], tiles[5], tiles[6])
	}
}

func TestBudgetsHaveDefaults(t *testing.T) {
	if b := (Budget{}).withDefaults(); b.MotionToPhoton != 60*time.Millisecond || b.MissedPerHour != 10 {
		t.Errorf("defaults %+v", b)
	}
	own := Budget{MotionToPhoton: 20 * time.Millisecond, MissedPerHour: 1000}
	if b := own.withDefaults(); b != own {
		t.Errorf("%+v became %+v", own, b)
	}
	r := &reports.Run{}
	r.MissedPerHour = &reports.Rate{Value: 500, Low: 400, High: 600}
	if missedTile(r, own).State != "good" || missedTile(r, Budget{}.withDefaults()).State != "bad" {
		t.Error("500 misses an hour are not held against the budget")
	}
}

// A run that was cut short is at best undecided, and a bad tile makes a bad run.
func TestTheWorstTileIsTheRuns(t *testing.T) {
	run := func(change func(r *reports.Run)) string {
		r := fake{scenario: "usb", seed: 1, length: 20 * time.Second}.run(t)
		r.MissedPerHour = &reports.Rate{Value: 0, Low: 0, High: 3}
		change(&r)
		return stateOf(&r, Budget{}.withDefaults())
	}
	for want, change := range map[string]func(r *reports.Run){
		"good":      func(*reports.Run) {},
		"undecided": func(r *reports.Run) { r.Incomplete = new("stopped") },
		"bad":       func(r *reports.Run) { r.Incomplete, r.Recovery.Freezes = new("stopped"), new(int64(1)) },
	} {
		if got := run(change); got != want {
			t.Errorf("the run is %s, want %s", got, want)
		}
	}
	if got := run(func(r *reports.Run) { r.MissedPerHour = &reports.Rate{Value: 5, Low: 0, High: 30} }); got != "undecided" {
		t.Errorf("an undecided rate makes the run %s", got)
	}
}

func TestTilesOfAComparisonCountScenarios(t *testing.T) {
	side := func(medians map[string]float64) (all []reports.Run) {
		for _, name := range []string{"a", "b", "c"} {
			for seed := range uint64(16) {
				r := reports.Run{}
				r.Scenario, r.Seed, r.DurationS = name, &seed, 60
				r.Latency.MotionToPhoton = &reports.Distribution{P50: medians[name] + float64(seed)}
				all = append(all, r)
			}
		}
		return all
	}
	base := map[string]float64{"a": 50, "b": 50, "c": 50}
	for _, c := range []struct {
		other             map[string]float64
		value, word, note string
	}{
		{base, "undecided", "", "of 3 scenarios"},
		{map[string]float64{"a": 40, "b": 50, "c": 50}, "B better", "in 1 scenario", "of 3 scenarios"},
		{map[string]float64{"a": 60, "b": 70, "c": 50}, "A better", "in 2 scenarios", "of 3 scenarios"},
		{map[string]float64{"a": 60, "b": 40, "c": 50}, "A 1, B 1", "depends on the scenario", "of 3 scenarios"},
	} {
		comparison := verdict.Compare(side(base), side(c.other))
		tiles := comparisonTiles(&comparison)
		if got := tiles[verdict.P50]; got.Value != c.value || got.Word != c.word || got.Note != c.note {
			t.Errorf("B at %v: %+v, want %s, %s, %s", c.other, got, c.value, c.word, c.note)
		}
		if got := tiles[verdict.Missed]; got.State != "unknown" || got.Value != notKnown {
			t.Errorf("missed slots that nobody knows: %+v", got)
		}
	}
}

func TestACountIsInItsNumber(t *testing.T) {
	for want, n := range map[string]int64{"0 frames": 0, "1 frame": 1, "2 frames": 2, "1234 frames": 1234, "12\u202f345 frames": 12345} {
		if got := plural(n, "frame"); got != want {
			t.Errorf("plural(%d) = %q, want %q", n, got, want)
		}
	}
	if grouped("-1234567") != "-1\u202f234\u202f567" || grouped("-0") != "0" || grouped("-12") != "-12" {
		t.Errorf("grouped: %q, %q, %q", grouped("-1234567"), grouped("-0"), grouped("-12"))
	}
}

func TestLatencyAxesShowTheBudgetWhereItIsNear(t *testing.T) {
	for _, c := range []struct {
		budget    float64
		low, high []number
		min, max  any
	}{
		{60, []number{40, unknown, 42}, []number{55, 50}, "30", "70"},
		{60, []number{40}, []number{200}, "0", "300"},
		{60, []number{5}, []number{20}, "0", "30"}, // far above: not shown
		{60, []number{unknown}, []number{50}, nil, nil},
	} {
		y := map[string]any{}
		fitLatency(y, c.budget, c.low, c.high)
		if y["min"] == nil || c.min == nil {
			if y["min"] != nil || y["max"] != nil || c.min != nil {
				t.Errorf("%v to %v: %v", c.low, c.high, y)
			}
			continue
		}
		if fmt.Sprint(y["min"]) != c.min || fmt.Sprint(y["max"]) != c.max {
			t.Errorf("%v to %v: axis from %v to %v, want %v to %v", c.low, c.high, y["min"], y["max"], c.min, c.max)
		}
	}
}

func TestLengthsThatAreNone(t *testing.T) {
	for s, want := range map[float64]time.Duration{0: 0, -1: 0, 60.00002: 60_000_020_000, math.Inf(1): 0, 1e300: 0} {
		if got := seconds(s); got != want && (got-want).Abs() > 10 {
			t.Errorf("seconds(%v) = %v, want %v", s, got, want)
		}
	}
	if got := seconds(math.NaN()); got != 0 {
		t.Errorf("seconds(NaN) = %v", got)
	}
	if got := seconds(series.MaxTime.Seconds() * 2); got != 0 {
		t.Errorf("longer than any run: %v", got)
	}
}
