package scenarios_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/scenarios"
)

// unknown are the metrics that a run of the laboratory need not know; all others it must.
var unknown = []string{"recovered_rtx", "nack", "psnr_mean_db", "marker_errors", "pose_error_p50_deg", "pose_error_p99_deg"}

// Every metric is what the record says, in the same unit; a part that is the whole run comes to the same.
func TestMetricsAreTheRecords(t *testing.T) {
	s, _ := scenarios.Named("microwave") // which loses packets and has a limit
	s.Seed, s.Duration, s.Expect = 3, 40*time.Second, nil
	for _, m := range scenarios.Metrics() {
		s.Expect = append(s.Expect, scenarios.Want(m.Name+" >= -1000000")...)
	}
	runs, findings, err := s.Run("test")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range findings {
		values[f.Expectation.Metric] = f.Value
		if f.Known != (f.Verdict == scenarios.Passed) {
			t.Errorf("%v", f)
		}
		if name := f.Expectation.Metric; !f.Known && !slices.Contains(unknown, name) && name != "motion_to_photon_p999_ms" {
			t.Errorf("%s is not known: %s", name, f.Reason)
		}
	}
	r := &runs[0].Record
	for name, want := range map[string]float64{
		"rendered": float64(*r.Frames.Rendered), "lost": float64(*r.Frames.Lost), "late": float64(*r.Frames.Late), "missed_slots": float64(*r.Frames.MissedSlots),
		"displayed_percent": 100 * float64(*r.Frames.Displayed) / float64(*r.Frames.Rendered), "frames_unaccounted": 0,
		"missed_per_hour": r.MissedPerHour.Value, "motion_to_photon_p99_ms": r.Latency.MotionToPhoton.P99, "margin_p1_ms": r.Margin.P1,
		"overhead_p99_ms": r.Overhead.P99, "packets_sent": float64(*r.Network.PacketsSent), "packets_lost": float64(*r.Network.PacketsLost),
		"goodput_mbps": *r.Network.GoodputMbps, "queue_p50_ms": r.Network.Queue.P50, "queue_p99_ms": r.Network.Queue.P99, "bitrate_p5_mbps": r.Bitrate.P5, "idr": float64(*r.Recovery.IDR),
		"freezes": float64(*r.Recovery.Freezes), "longest_freeze_ms": *r.Recovery.LongestFreezeMS, "duration_s": r.DurationS,
		"stage_encode_mean_ms": r.Latency.Stages[4].Mean, "stage_network_p99_ms": r.Latency.Stages[7].P99,
	} {
		if values[name] != want {
			t.Errorf("%s = %g, the record has %g", name, values[name], want)
		}
	}
}

// Parts of a run add up to the whole.
func TestPartsAddUp(t *testing.T) {
	s, _ := scenarios.Named("microwave")
	s.Seed, s.Duration, s.Expect = 3, 20*time.Second, nil
	runs, _, err := s.Run("test")
	if err != nil {
		t.Fatal(err)
	}
	value := func(subject string) float64 {
		s.Expect = scenarios.Want(subject + " >= 0")
		f := s.Judge(runs)[0]
		if !f.Known {
			t.Fatalf("%v", f)
		}
		return f.Value
	}
	for _, m := range []string{"rendered", "displayed", "late", "lost", "idr", "freezes"} {
		whole, parts := value(m), value(m+" to 7s")+value(m+" from 7s to 12s")+value(m+" from 12s")
		if whole != parts {
			t.Errorf("%s: %g in the whole, %g in three parts", m, whole, parts)
		}
	}
	if a, b := value("motion_to_photon_max_ms"), max(value("motion_to_photon_max_ms to 10s"), value("motion_to_photon_max_ms from 10s")); a != b {
		t.Errorf("the longest is %g, that of both halves %g", a, b)
	}
	if a, b := value("motion_to_photon_p50_ms"), value("motion_to_photon_p50_ms to 20s"); a < b*(1-series.SketchError) || a > b*(1+series.SketchError) {
		t.Errorf("median %g, from the series %g", a, b)
	}
}

// Names end with their units, are told once, and say whether parts can be asked for.
func TestMetricsAreTold(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range scenarios.Metrics() {
		if seen[m.Name] || m.About == "" || strings.ContainsAny(m.Name, " -|") || strings.ToLower(m.Name) != m.Name {
			t.Errorf("%q: %q, seen %v", m.Name, m.About, seen[m.Name])
		}
		seen[m.Name] = true
		e, err := scenarios.ParseExpectation(m.Name + " from 1s == 0")
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		s := minute()
		s.Link = scenarios.List()[0].Link
		s.Expect = append(s.Expect, e)
		if err := s.Validate(); (err == nil) != m.OfParts() {
			t.Errorf("%s: of parts %v, and %v", m.Name, m.OfParts(), err)
		}
	}
	for name, want := range map[string]string{"margin_p1_ms": "ms", "goodput_mbps": "Mbit/s", "lost": "", "missed_per_hour": "1/h", "slowed_s": "s"} {
		i := slices.IndexFunc(scenarios.Metrics(), func(m scenarios.Metric) bool { return m.Name == name })
		if got := scenarios.Metrics()[i].Unit(); got != want {
			t.Errorf("%s is in %q, want %q", name, got, want)
		}
	}
}

// What needs records over time says so, for whoever decides whether to keep them.
func TestOverTime(t *testing.T) {
	for expect, want := range map[string]bool{"lost == 0": false, "lost from 5s == 0": true, "queue_max_ms < 5": true, "missed_per_hour <= 10": false} {
		if got := minute(expect).OverTime(); got != want {
			t.Errorf("%s: over time %v", expect, got)
		}
	}
}

// A run that ended before its time is told.
func TestIncomplete(t *testing.T) {
	good, cut := record(1, 0), record(2, 0)
	cut.Record.Incomplete = new("the client fell silent for 2s")
	if err := scenarios.Incomplete([]reports.Run{good}); err != nil {
		t.Error(err)
	}
	if err := scenarios.Incomplete([]reports.Run{good, cut}); err == nil || err.Error() != "minute seed 2: the client fell silent for 2s" {
		t.Error(err)
	}
}
