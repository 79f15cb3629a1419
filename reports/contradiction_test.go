package reports

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"airbridge/streamer/statistics"
)

// All that cannot be of a run is refused, each by its name and all at once.
func TestContradictionsAreNamed(t *testing.T) {
	for says, change := range map[string]func(r *Record){
		"duration_s is -1":                             func(r *Record) { r.DurationS = -1 },
		"duration_s is +Inf":                           func(r *Record) { r.DurationS = math.Inf(1) },
		"duration_s is NaN":                            func(r *Record) { r.DurationS = math.NaN() },
		"missed_per_hour 5 is outside 6 to 7":          func(r *Record) { r.MissedPerHour = &Rate{5, 6, 7} },
		"missed_per_hour 5 is outside -1 to 7":         func(r *Record) { r.MissedPerHour = &Rate{5, -1, 7} },
		"the quantiles of motion_to_photon fall":       func(r *Record) { r.Latency.MotionToPhoton.P90 = 1 },
		"the quantiles of motion_to_photon fall: {Mea": func(r *Record) { r.Latency.MotionToPhoton.Max = 2 },
		"fps is 0":                            func(r *Record) { r.FPS = new(0.0) },
		"fps is NaN":                          func(r *Record) { r.FPS = new(math.NaN()) },
		"width is 0":                          func(r *Record) { r.Width = new(0) },
		"height is -5":                        func(r *Record) { r.Height = new(-5) },
		"packets_lost is 9 of packets_sent 8": func(r *Record) { r.Network.PacketsSent, r.Network.PacketsLost = new(int64(8)), new(int64(9)) },
		"recovered_fec is -1":                 func(r *Record) { r.Network.RecoveredFEC = new(int64(-1)) },
		"recovered_rtx is -1":                 func(r *Record) { r.Network.RecoveredRTX = new(int64(-1)) },
		"missed_slots is -3":                  func(r *Record) { r.Frames.MissedSlots = new(int64(-3)) },
		"shown_late is -3":                    func(r *Record) { r.Frames.ShownLate = new(int64(-3)) },
		"freezes is -1":                       func(r *Record) { r.Recovery.Freezes = new(int64(-1)) },
		"idr is -1":                           func(r *Record) { r.Recovery.IDR = new(int64(-1)) },
		"nack is -1":                          func(r *Record) { r.Recovery.NACK = new(int64(-1)) },
		"marker_errors is -1":                 func(r *Record) { r.Picture.MarkerErrors = new(int64(-1)) },
		"parity_ratio is -0.5":                func(r *Record) { r.Recovery.ParityRatio = new(-0.5) },
		"longest_freeze_ms is -1":             func(r *Record) { r.Recovery.LongestFreezeMS = new(-1.0) },
		"goodput_mbps is -1":                  func(r *Record) { r.Network.GoodputMbps = new(-1.0) },
		"utilisation is -1":                   func(r *Record) { r.Network.Utilisation = new(-1.0) },
		"wall_s is -1":                        func(r *Record) { r.WallS = new(-1.0) },
		"lost is -3":                          func(r *Record) { r.Frames.Lost = new(int64(-3)) },
		"frames rendered, 1438 outcomes":      func(r *Record) { r.Frames.Displayed = new(*r.Frames.Displayed - 2) },
	} {
		r := known()
		change(&r)
		if err := r.contradiction(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("contradiction() = %v, want %q", err, says)
		}
	}
	r := known()
	r.DurationS, r.FPS, r.Recovery.Freezes, r.Frames.Skipped = -1, new(-1.0), new(int64(-2)), nil
	if err := r.contradiction(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three faults are told as %v", err)
	}
	good, bare := known(), Record{}
	if err := errors.Join(good.contradiction(), bare.contradiction()); err != nil {
		t.Errorf("good records are refused: %v", err)
	}
	good.Network.PacketsLost = good.Network.PacketsSent // all of them
	good.Latency.MotionToPhoton = &Distribution{1, 1, 1, 1, 1, 1}
	if err := good.contradiction(); err != nil {
		t.Errorf("a run at the limit is refused: %v", err)
	}
}

// A number that a run does not know must be null: a reader can tell it from nothing.
func TestNullSurvivesWhereverARunMayNotKnow(t *testing.T) {
	var b bytes.Buffer
	r := Record{Scenario: "view", Version: "1"}
	if err := r.Write(&b, ""); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, field := range []string{
		"seed", "wall_s", "trace_hash", "missed_per_hour", "motion_to_photon", "packets_sent", "packets_lost", "recovered_fec",
		"recovered_rtx", "capacity_mbps", "goodput_mbps", "utilisation", "queue_ms", "bitrate_mbps", "idr", "nack", "parity_ratio",
		"freezes", "longest_freeze_ms", "psnr_db_mean", "marker_errors", "rendered", "displayed", "missed_slots", "incomplete",
	} {
		if !strings.Contains(text, fmt.Sprintf("%q:null", field)) {
			t.Errorf("%s is not null in %s", field, text)
		}
	}
	got, err := Parse(b.Bytes())
	if err != nil || got.Recovery.IDR != nil || got.Network.PacketsLost != nil || got.Latency.MotionToPhoton != nil {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestFillLeavesOtherFieldsAlone(t *testing.T) {
	r := known()
	before := r.Network
	r.Recovery.NACK, r.Recovery.ParityRatio = new(int64(3)), new(0.2)
	a := aggregate()
	r.Fill(a)
	if r.Network != before || *r.Recovery.NACK != 3 || *r.Recovery.ParityRatio != 0.2 {
		t.Errorf("Fill changed %+v, %+v", r.Network, r.Recovery)
	}
	if *r.Frames.Rendered != 1440 || *r.Frames.Lost != 3 || *r.Recovery.IDR != 1 || *r.Recovery.Freezes != 0 {
		t.Errorf("%d rendered, %d lost, %d IDRs, %d freezes", *r.Frames.Rendered, *r.Frames.Lost, *r.Recovery.IDR, *r.Recovery.Freezes)
	}
	if want := PerHour(a.Missed, 20./3600); *r.MissedPerHour != want {
		t.Errorf("%+v an hour, want %+v", *r.MissedPerHour, want)
	}
	p50, _ := a.MotionToPhoton.Quantile(0.5)
	if got := r.Latency.MotionToPhoton.P50; math.Abs(got-float64(p50)/1e6) > 1e-12 {
		t.Errorf("the median is %v ms, the histogram says %v", got, p50)
	}
	if p99 := r.Latency.Stages[statistics.Decode].P99; p99 < 4.9 || p99 > 5.1 {
		t.Errorf("decoding takes %v ms at the 99th percentile, want 5", p99)
	}
}
