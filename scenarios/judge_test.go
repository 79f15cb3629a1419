package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/scenarios"
	"airbridge/sim"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// minute is a scenario that nobody runs, with expectations.
func minute(expect ...string) scenarios.Scenario {
	s := scenarios.Scenario{Expect: scenarios.Want(expect...)}
	s.Name, s.Duration, s.Sessions = "minute", time.Minute, []sim.Session{{Bitrate: 30 * units.Mbps}}
	return s
}

// record is a run of minute in which 4,320 frames were rendered and so many slots missed.
func record(seed uint64, missed int64) reports.Run {
	r := reports.Record{Scenario: "minute", Seed: &seed, DurationS: 60, FPS: new(72.0)}
	r.Frames = reports.Frames{
		Rendered: new(int64(4320)), Displayed: new(4320 - missed), Late: new(missed), Replaced: new(int64(0)),
		Lost: new(int64(0)), Skipped: new(int64(0)), MissedSlots: &missed,
	}
	r.Latency.MotionToPhoton = &reports.Distribution{Mean: 40, P50: 40, P90: 50, P99: 59.5, P999: 80, Max: 90}
	r.Controllers = reports.Controllers{Bitrate: new("constant:30M"), Latency: new(sim.DefaultLatency), Recovery: new(sim.DefaultRecovery)}
	return reports.Run{Record: r}
}

// judge judges one run by one expectation.
func judge(t *testing.T, expect string, change func(*reports.Run)) scenarios.Finding {
	t.Helper()
	r := record(1, 3)
	if change != nil {
		change(&r)
	}
	found := minute(expect).Judge([]reports.Run{r})
	if len(found) != 1 {
		t.Fatalf("%s: %d findings", expect, len(found))
	}
	return found[0]
}

func TestJudge(t *testing.T) {
	tests := []struct {
		expect  string
		change  func(*reports.Run)
		verdict scenarios.Verdict
		reason  string
	}{
		{"missed_slots <= 3", nil, scenarios.Passed, ""},
		{"missed_slots < 3", nil, scenarios.Failed, "it is 3"},
		{"frames_unaccounted == 0", nil, scenarios.Passed, ""},
		{"frames_unaccounted == 0", func(r *reports.Run) { r.Frames.Lost = new(int64(1)) }, scenarios.Failed, "it is -1"},
		{"displayed_percent >= 99.9", nil, scenarios.Passed, ""},
		{"motion_to_photon_p99_ms < 60", nil, scenarios.Passed, ""},
		{"motion_to_photon_p99_ms < 50", nil, scenarios.Failed, "it is 59.5"},
		// What is not known is never passed.
		{"freezes == 0", nil, scenarios.Undecided, "does not know"},
		{"capacity_mbps > 1", nil, scenarios.Undecided, "does not know"},
		{"motion_to_photon_p99_ms < 60", func(r *reports.Run) { r.Latency.MotionToPhoton = nil }, scenarios.Undecided, "say nothing"},
		// A tail takes samples.
		{"motion_to_photon_p999_ms < 100", nil, scenarios.Undecided, "4317 timed frames say nothing of it: it takes 10000"},
		// A run of another length decides all but counts.
		{"missed_slots <= 3", func(r *reports.Run) { r.DurationS = 600 }, scenarios.Undecided, "count over 1m0s, and this run has 600.0 s"},
		{"displayed_percent >= 99.9", func(r *reports.Run) { r.DurationS = 600 }, scenarios.Passed, ""},
		// Another controller, rate or length of frame is another scenario; half a run is none.
		{"missed_slots <= 3", func(r *reports.Run) { r.Controllers.Bitrate = new("constant:60M") }, scenarios.Undecided, "bitrate constant:60M"},
		{"missed_slots <= 3", func(r *reports.Run) { r.Controllers.Latency = new("fixed:8ms") }, scenarios.Undecided, "latency fixed:8ms"},
		{"missed_slots <= 3", func(r *reports.Run) { r.Controllers.Recovery = new("fec:20") }, scenarios.Undecided, "recovery fec:20"},
		{"missed_slots <= 3", func(r *reports.Run) { r.FPS = new(90.0) }, scenarios.Undecided, "90 frames a second"},
		{"missed_slots <= 3", func(r *reports.Run) { r.Incomplete = new("interrupted") }, scenarios.Undecided, "incomplete: interrupted"},
		// A part of the run takes what was recorded over time.
		{"late from 5s == 0", nil, scenarios.Undecided, "nothing was recorded over time"},
		{"queue_max_ms < 5", nil, scenarios.Undecided, "nothing was recorded over time"},
	}
	for _, tt := range tests {
		f := judge(t, tt.expect, tt.change)
		if f.Verdict != tt.verdict || !strings.Contains(f.Reason, tt.reason) || (tt.reason == "") != (f.Reason == "") {
			t.Errorf("%s: %v, %q: want %v, %q", tt.expect, f.Verdict, f.Reason, tt.verdict, tt.reason)
		}
	}
}

// A rate is judged by its interval over all seeds: nothing is claimed of a rare event after a minute.
func TestJudgeRate(t *testing.T) {
	hours := func(n int, missed int64) (runs []reports.Run) {
		for i := range n {
			r := record(uint64(i), missed)
			r.DurationS = 3600
			runs = append(runs, r)
		}
		return runs
	}
	tests := []struct {
		runs []reports.Run
		want scenarios.Verdict
	}{
		{[]reports.Run{record(1, 0)}, scenarios.Undecided}, // 0 to 221 an hour
		{hours(1, 0), scenarios.Passed},                    // 0 to 3.7
		{hours(1, 6), scenarios.Undecided},                 // 2.2 to 13.1
		{hours(5, 6), scenarios.Passed},                    // 3.8 to 8.7 of the same
		{hours(1, 30), scenarios.Failed},
		{nil, scenarios.Undecided},
	}
	for i, tt := range tests {
		found := minute("missed_per_hour <= 10").Judge(tt.runs)
		if len(found) != 1 || found[0].Verdict != tt.want {
			t.Errorf("%d: %v, want %v", i, found, tt.want)
		}
	}
	text := minute("missed_per_hour <= 10").Judge(hours(5, 6))[0].String()
	if want := "minute, 5 seeds: missed_per_hour = 6 (95 %: 4.048 to 8.565), want <= 10: passed"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
}

// Parts of a run are looked at in whole buckets.
func TestJudgeParts(t *testing.T) {
	s := series.New(time.Second / 72)
	for at := time.Duration(0); at < time.Minute; at += 100 * time.Millisecond {
		f := statistics.Frame{Outcome: wire.Displayed}
		if at >= 20*time.Second && at < 30*time.Second {
			f.Outcome = wire.Lost
		}
		s.Frame(at, &f, statistics.Offset{})
	}
	s.Gauge(25*time.Second, series.QueueDelay, int64(80*time.Millisecond))
	s.Count(25*time.Second, series.BytesDelivered, 1_250_000)
	s.Finish(time.Minute)
	tests := []struct {
		expect string
		want   scenarios.Verdict
	}{
		{"lost to 20s == 0", scenarios.Passed},
		{"lost from 20s to 30s == 100", scenarios.Passed},
		{"lost from 19950ms to 30050ms == 100", scenarios.Passed}, // the buckets at 20.0 to 30.0 lie in it
		{"lost from 30s == 0", scenarios.Passed},
		{"lost from 29s == 0", scenarios.Failed},
		{"displayed from 59s == 10", scenarios.Passed},
		{"displayed_percent from 25s to 35s == 50", scenarios.Passed},
		{"goodput_mbps from 20s to 30s == 1", scenarios.Passed},
		{"queue_max_ms == 80", scenarios.Passed},
		{"queue_max_ms from 30s == 0", scenarios.Undecided}, // nobody looked
		{"lost from 20010ms to 20020ms == 0", scenarios.Undecided},
		{"motion_to_photon_p50_ms from 5s < 60", scenarios.Undecided},
		{"packets_lost to 10s == 0", scenarios.Undecided},
	}
	for _, tt := range tests {
		if f := judge(t, tt.expect, func(r *reports.Run) { r.Series = s }); f.Verdict != tt.want {
			t.Errorf("%v, want %v", f, tt.want)
		}
	}
	short := series.New(time.Second / 72)
	short.Finish(10 * time.Second)
	if f := judge(t, "lost from 5s to 20s == 0", func(r *reports.Run) { r.Series = short }); f.Verdict != scenarios.Undecided {
		t.Errorf("a part beyond the end of the run: %v", f)
	}
}

// Sessions are judged by their own records, others' are left out.
func TestJudgeSessions(t *testing.T) {
	s := minute("missed_slots <= 3")
	s.Sessions = []sim.Session{{Bitrate: 30 * units.Mbps}, {Bitrate: 30 * units.Mbps}}
	s.Expect = append(s.Expect, scenarios.Want("missed_slots == 9")...)
	s.Expect[1].Session = 2
	first, second, other := record(1, 3), record(1, 9), record(1, 77)
	first.Scenario, second.Scenario, other.Scenario = "minute/1", "minute/2", "hour/1"
	found := s.Judge([]reports.Run{other, first, second})
	var got []string
	for _, f := range found {
		got = append(got, f.Run+" "+f.Verdict.String())
	}
	if text := strings.Join(got, ", "); text != "minute/1 seed 1 passed, minute/2 seed 1 failed, minute/2 seed 1 passed" {
		t.Error(text)
	}
	if err := scenarios.Err(found); err == nil || !strings.Contains(err.Error(), "minute/2 seed 1: missed_slots = 9, want <= 3: failed") {
		t.Errorf("Err = %v", err)
	}
	if text := scenarios.Summary(found); text != "3 expectations: 2 passed, 1 failed" {
		t.Error(text)
	}
	if err := scenarios.Err(found[:1]); err != nil {
		t.Errorf("Err of what passed = %v", err)
	}
}

func TestExpectationRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "want a metric", "freezes": "want a metric", "freezes ": "want a metric", "freeze == 0": "did you mean freezes",
		"nonsense < 1": "no such metric", "freezes from == 0": "want METRIC", "freezes from soon == 0": "want a time",
		"freezes to 5s from 3s == 0": "want METRIC", "freezes from -3s == 0": "want a time", "freezes == many": "want a condition", "freezes from 5s": "",
	} {
		if e, err := scenarios.ParseExpectation(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", text, e, err, want)
		}
	}
	for text, want := range map[string]string{
		"missed_slots from 5s == 0": "whole run only", "freezes from 60s == 0": "part of the run of 1m0s", "freezes to 61s == 0": "part of the run of 1m0s",
		"freezes from 9s to 9s == 0": "end before it begins",
	} {
		s := minute(text)
		s.Link = scenarios.List()[0].Link
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Want took nonsense")
		}
	}()
	scenarios.Want("nonsense")
}
