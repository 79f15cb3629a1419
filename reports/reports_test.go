package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/streamer/statistics"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

const period = time.Second / 72

// aggregate is 20 s at 72 Hz in which every 480th frame was lost, and the client's clock ran 5 s behind ours.
func aggregate() *statistics.Aggregate {
	a := statistics.NewAggregate(period)
	offset := statistics.NewOffset(5*time.Second, 400*time.Microsecond)
	const ms = units.Mono(time.Millisecond)
	for i := range 1440 {
		at := units.Mono(5*time.Second) + units.Mono(i)*units.Mono(period)
		wobble := units.Mono(i%7) * ms / 4
		f := statistics.Frame{
			ID: units.FrameID(i + 1), Slot: units.SlotID(i + 1), Outcome: wire.Displayed, Bytes: 52_000, Posed: true, IDR: i == 0,
			PoseSampled: offset.Peer(at), PoseReceived: at + 2*ms, RenderStart: at + 3*ms, Rendered: at + 8*ms,
			Composited: at + 8*ms, Encoded: at + 14*ms + wobble, Paced: at + 14*ms + wobble,
			Sent: at + 18*ms + wobble, LastSent: at + 18*ms + wobble,
			Report: wire.Report{
				Frame: units.FrameID(i + 1), Outcome: wire.Displayed, Received: offset.Peer(at + 21*ms + wobble),
				Recovered: 100_000, DecodeStart: 300_000, Decoded: 5_300_000, Latched: 8_000_000, Displayed: 16_000_000,
				Margin: 2_700_000,
			},
		}
		if i%480 == 479 {
			f.Outcome, f.Report = wire.Lost, wire.Report{Frame: f.ID, Outcome: wire.Lost}
		}
		a.Add(&f, offset)
	}
	a.Finish(units.Mono(25*time.Second), offset)
	return a
}

// known is a record in which everything is known.
func known() Record {
	r := Record{
		Scenario: "wifi-home", Seed: new(uint64(7)), DurationS: 20, WallS: new(0.31), TraceHash: new("9f86d081884c7d65"), Version: "0.1.0",
		Controllers: Controllers{Latency: new("adaptive"), Bitrate: new("constant:30M"), Recovery: new("adaptive")},
		Network: Network{
			PacketsSent: new(int64(54720)), PacketsLost: new(int64(212)), RecoveredFEC: new(int64(180)), RecoveredRTX: new(int64(9)),
			CapacityMbps: new(118.0), GoodputMbps: new(29.9), Utilisation: new(0.997), Queue: &Percentiles{P50: 0.4, P99: 3.1},
		},
		Picture: Picture{PSNRMeanDB: new(38.2), MarkerErrors: new(int64(0))},
		Source:  new("scene"), Encoder: new("libx264"), Width: new(2880), Height: new(1600), FPS: new(72.0),
		PoseError: &Percentiles{P50: 0.21, P99: 1.4},
	}
	r.Fill(aggregate())
	r.Recovery.NACK, r.Recovery.ParityRatio = new(int64(31)), new(0.08)
	return r
}

func TestTableOfAFullRun(t *testing.T) {
	var b bytes.Buffer
	r := known()
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	golden(t, "full.txt", b.Bytes())
}

func TestTableOfARunThatKnowsLittle(t *testing.T) {
	var b bytes.Buffer
	r := Record{Scenario: "view", DurationS: 3.2, Incomplete: new("the streamer went away")}
	if err := Table(&b, &r); err != nil {
		t.Fatal(err)
	}
	golden(t, "little.txt", b.Bytes())
}

func TestTableReportsAFailedWrite(t *testing.T) {
	r := known()
	if err := Table(full{}, &r); !errors.Is(err, errFull) {
		t.Errorf("Table to a full disk = %v, want errFull", err)
	}
	if err := r.Write(full{}, ""); !errors.Is(err, errFull) {
		t.Errorf("Write to a full disk = %v, want errFull", err)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRecordIsWrittenAsDesigned(t *testing.T) {
	for name, r := range map[string]Record{"full.json": known(), "little.json": {Scenario: "view", Version: "0.1.0"}} {
		var b bytes.Buffer
		if err := r.Write(&b, "  "); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
		got, err := Parse(b.Bytes())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(r, got); diff != "" {
			t.Errorf("%s does not survive a round trip (-want +got):\n%s", name, diff)
		}
	}
}

func TestStageMeansAddUpToMotionToPhoton(t *testing.T) {
	r := known()
	sum := 0.0
	for _, s := range r.Latency.Stages {
		sum += s.Mean
	}
	if got := r.Latency.MotionToPhoton.Mean; math.Abs(sum-got) > 1e-9 {
		t.Errorf("stages add up to %v ms, motion-to-photon is %v ms", sum, got)
	}
}

func TestRunWithoutPosesHasNoMotionToPhotonButStages(t *testing.T) {
	a := statistics.NewAggregate(period)
	a.Add(&statistics.Frame{
		ID: 1, Outcome: wire.Displayed, RenderStart: 0, Rendered: 1e6, Composited: 1e6, Encoded: 3e6, Paced: 3e6, Sent: 3e6,
		Report: wire.Report{Frame: 1, Outcome: wire.Displayed, Received: 4e6, Displayed: 9e6},
	}, statistics.NewOffset(0, 0))
	var r Record
	r.Fill(a)
	if r.Latency.MotionToPhoton != nil || r.Latency.Stages[statistics.Uplink] != nil || r.Overhead != nil {
		t.Errorf("a film has motion-to-photon %v, uplink %v", r.Latency.MotionToPhoton, r.Latency.Stages[statistics.Uplink])
	}
	if s := r.Latency.Stages[statistics.Encode]; s == nil || s.Mean != 2 {
		t.Errorf("encode of a film = %+v, want 2 ms", s)
	}
	if r.MissedPerHour != nil || r.Bitrate != nil {
		t.Errorf("a run of no duration has rate %v and bitrate %v, want null", r.MissedPerHour, r.Bitrate)
	}
}

// edit changes one field of the full record's JSON.
func edit(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	var b bytes.Buffer
	r := known()
	if err := r.Write(&b, ""); err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b.Bytes(), &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestParseRejects(t *testing.T) {
	in := func(m map[string]any, name string) map[string]any { return m[name].(map[string]any) }
	stages := func(m map[string]any) map[string]any { return in(in(m, "latency_ms"), "stages") }
	for name, c := range map[string]struct {
		change func(m map[string]any)
		says   string
	}{
		"an unknown field":          {func(m map[string]any) { m["mood"] = 1 }, "mood"},
		"a missing field":           {func(m map[string]any) { delete(m, "trace_hash") }, "record has no trace_hash"},
		"a missing field inside":    {func(m map[string]any) { delete(in(m, "network"), "queue_ms") }, "network has no queue_ms"},
		"a missing percentile":      {func(m map[string]any) { delete(in(in(m, "latency_ms"), "motion_to_photon"), "p999") }, "p999"},
		"no frames":                 {func(m map[string]any) { m["frames"] = nil }, "frames has no rendered"},
		"a missing stage":           {func(m map[string]any) { delete(stages(m), "encode") }, "want 13"},
		"a renamed stage":           {func(m map[string]any) { s := stages(m); s["decoding"] = s["decode"]; delete(s, "decode") }, "decode is missing"},
		"an unknown field of stage": {func(m map[string]any) { in(stages(m), "encode")["p42"] = 1 }, "p42"},
		"an outcome too many":       {func(m map[string]any) { in(m, "frames")["lost"] = 4 }, "1440 frames rendered, 1441 outcomes"},
		"a negative count":          {func(m map[string]any) { f := in(m, "frames"); f["lost"] = -1; f["late"] = 4 }, "-1"},
		"a negative duration":       {func(m map[string]any) { m["duration_s"] = -1 }, "duration_s"},
		"a rate off its interval":   {func(m map[string]any) { in(m, "missed_per_hour")["high"] = 1 }, "missed_per_hour"},
	} {
		if _, err := Parse(edit(t, c.change)); !errors.Is(err, ErrRecord) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Parse of %s = %v, want ErrRecord that says %q", name, err, c.says)
		}
	}
	if _, err := Parse(append(edit(t, func(map[string]any) {}), '1')); !errors.Is(err, ErrRecord) {
		t.Errorf("Parse with text behind = %v, want ErrRecord", err)
	}
}

func TestSeveralRunsAreLines(t *testing.T) {
	var b bytes.Buffer
	a, z := known(), Record{Scenario: "other"}
	for _, r := range []Record{a, z} {
		if err := r.Write(&b, ""); err != nil {
			t.Fatal(err)
		}
	}
	if lines := strings.Count(b.String(), "\n"); lines != 2 {
		t.Errorf("two runs make %d lines, want 2", lines)
	}
	got, err := ParseAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Record{a, z}, got); diff != "" {
		t.Errorf("ParseAll (-want +got):\n%s", diff)
	}
	for _, text := range []string{"", "{}", "[1", `{"scenario":1}`} {
		if _, err := ParseAll(strings.NewReader(text)); !errors.Is(err, ErrRecord) {
			t.Errorf("ParseAll(%q) = %v, want ErrRecord", text, err)
		}
	}
}

func TestPerHourIsGarwoodsInterval(t *testing.T) {
	// Limits of the mean of a Poisson count, from published tables (Pearson and Hartley, table 40).
	for events, want := range map[int64]Rate{
		0: {0, 0, 3.689}, 1: {1, 0.0253, 5.572}, 2: {2, 0.242, 7.225}, 5: {5, 1.623, 11.668}, 10: {10, 4.795, 18.390},
		50: {50, 37.11, 65.92},
	} {
		for _, hours := range []float64{1, 0.25} {
			got := PerHour(events, hours)
			for _, pair := range [][2]float64{{got.Value, want.Value}, {got.Low, want.Low}, {got.High, want.High}} {
				if math.Abs(pair[0]*hours-pair[1]) > 0.0005*max(pair[1], 1) {
					t.Errorf("PerHour(%d, %v) = %+v, want %+v by the hour", events, hours, got, want)
				}
			}
		}
	}
}

func TestPerHourOfNoTimePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("PerHour(1, 0) does not panic")
		}
	}()
	PerHour(1, 0)
}

func TestNoNumberIsNotWritten(t *testing.T) {
	r := Record{Scenario: "x", DurationS: math.NaN()}
	if err := r.Write(new(bytes.Buffer), ""); err == nil {
		t.Error("Write of a record without a duration = nil, want an error")
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"full.json", "little.json"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		var b, table bytes.Buffer
		if err := r.Write(&b, ""); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(b.Bytes())
		if err != nil {
			t.Fatalf("%s does not read back: %v", b.Bytes(), err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Fatalf("a record does not survive a round trip:\n%s", diff)
		}
		if err := Table(&table, &r); err != nil {
			t.Fatal(err)
		}
	})
}
