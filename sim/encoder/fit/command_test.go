package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/sim/encoder"
	"airbridge/units"
)

// invented are the runs of seeds as the model has them, with all that a sample file holds.
func invented(seeds ...uint64) (runs []run) {
	m := encoder.Fitted()
	for _, seed := range seeds {
		runs = append(runs, simulate(&m, plansOf(seed))...)
	}
	for i := range runs {
		for j := range runs[i].samples {
			s := &runs[i].samples[j]
			for k := range s.slices {
				s.slices[k] = int(float64(s.bytes) * m.Slices.Mean[k])
			}
			s.slices[sliceCount-1] = s.bytes - s.slices[0] - s.slices[1] - s.slices[2]
			drift := j / 20 % 3 // shares that never change have no correlation
			s.slices[0] += drift
			s.slices[sliceCount-1] -= drift
		}
	}
	return runs
}

func TestPlansCoverRatesAndSteps(t *testing.T) {
	plans := plansOf(7)
	seen := map[string]bool{}
	for _, p := range plans {
		if seen[p.name] || p.seed != 7 || p.frames < 10*stepEvery {
			t.Errorf("plan %+v twice, or of another seed, or short", p)
		}
		seen[p.name] = true
		for i := range p.frames {
			if r := p.rate(i); r < encoder.MinBitrate || r > 100*units.Mbps {
				t.Fatalf("%s: %v for frame %d", p.name, r, i)
			}
		}
	}
	if want := 2*len(steadyRates) + len(stepRatios) + 1; len(plans) != want {
		t.Errorf("%d plans, want %d", len(plans), want)
	}
	for _, ratio := range stepRatios {
		rate := steps(ratio)
		low, high := rate(0), rate(stepEvery)
		if got := float64(high) / float64(low); math.Abs(got-ratio) > 1e-3 || rate(2*stepEvery) != low || rate(stepEvery-1) != low {
			t.Errorf("steps of %g are of %v", ratio, got)
		}
		if mid := math.Sqrt(float64(low) * float64(high)); math.Abs(mid-float64(stepRate)) > 10 {
			t.Errorf("steps of %g lie around %v", ratio, mid)
		}
	}
	changes := 0
	for i := 1; i < otherFrames; i++ {
		if walk(1)(i) != walk(1)(i-1) {
			changes++
		}
	}
	if changes < otherFrames/2-2 || walk(1)(100) == walk(2)(100) {
		t.Errorf("a walk of %d changes, the same for two seeds: %t", changes, walk(1)(100) == walk(2)(100))
	}
}

func TestRowsPassWithinWhatX264DiffersByItself(t *testing.T) {
	for _, c := range []struct {
		r    row
		want bool
	}{
		{row{model: 0.1, peers: 0.1, values: 1000}, true},
		{row{model: 0.13, peers: 0.1, values: 1_000_000}, false},
		{row{model: 0.13, peers: 0.1, values: 600}, true}, // chance alone
		{row{model: 0, peers: 0, values: 1}, true},
		{row{model: math.NaN(), peers: 0.1, values: 10}, false},
	} {
		if got := c.r.passes(); got != c.want {
			t.Errorf("%+v with a limit of %.3f: passes %t", c.r, c.r.limit(), got)
		}
	}
	var out bytes.Buffer
	failed := write(&out, []row{{name: "P sizes", model: 0.5, peers: 0.1, values: 100}, {name: "IDR sizes", model: 0.1, peers: 0.1, values: 100}})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if failed != 1 || len(lines) != 3 || !strings.HasSuffix(lines[1], "FAR") || !strings.HasSuffix(lines[2], "ok") {
		t.Errorf("%d failed:\n%s", failed, out.String())
	}
}

// What is compared with itself is as near as can be, in every aspect that both have.
func TestTheModelIsNearToItself(t *testing.T) {
	m := encoder.Fitted()
	rows := compare(&m, nil, invented(21, 22))
	if len(rows) != len(aspects()) {
		t.Errorf("%d aspects of %d were compared", len(rows), len(aspects()))
	}
	for _, r := range rows {
		if !r.passes() {
			t.Errorf("%s: the model is %.3f from itself, the limit is %.3f", r.name, r.model, r.limit())
		}
	}
	if none := compare(&m, nil, []run{{name: "steady-10M", seed: 1}}); len(none) != 0 {
		t.Errorf("an empty run is compared: %+v", none)
	}
}

func TestRunsAreChosenByNameAndSeed(t *testing.T) {
	runs := []run{{name: "steady-10M", seed: 1}, {name: "steady-20M", seed: 2}, {name: "idr-10M", seed: 1}, {name: "walk", seed: 2}}
	if got := seedsOf(runs); !slices.Equal(got, []uint64{1, 2}) {
		t.Errorf("seeds %v", got)
	}
	if got := ofSeed(runs, 2); len(got) != 2 || got[0].name != "steady-20M" {
		t.Errorf("runs of seed 2: %v", got)
	}
	if got := named(runs, "steady-", everySeed); len(got) != 2 {
		t.Errorf("steady runs: %v", got)
	}
	if got := shorten(runs); len(got) != 2 || got[0].name != "steady-10M" || got[1].name != "idr-10M" {
		t.Errorf("shortened to %v", got)
	}
	if got := (options{firstOther: 3, lastOther: 5}).others(); !slices.Equal(got, []uint64{3, 4, 5}) {
		t.Errorf("others are %v", got)
	}
	if got := (options{firstOther: 3, lastOther: 2}).others(); len(got) != 0 {
		t.Errorf("others are %v", got)
	}
}

// The whole command, from samples of an earlier run: no encoder is needed, and what it writes is a model.
func TestTheCommandFitsFromAFile(t *testing.T) {
	dir := t.TempDir()
	o := options{
		from: filepath.Join(dir, "all.csv"), samples: filepath.Join(dir, "again.csv"), out: filepath.Join(dir, "fit.json"),
		testdata: filepath.Join(dir, "x264.csv"), firstOther: 3, lastOther: 4,
	}
	if err := save(o.from, invented(1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	var out, progress bytes.Buffer
	if err := fit(t.Context(), o, &out, &progress); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "The model is as near to x264 as two runs of x264 are to each other.") || progress.Len() != 0 {
		t.Errorf("it said %q, and meanwhile %q", out.String(), progress.String())
	}
	text, err := os.ReadFile(o.out)
	if err != nil {
		t.Fatal(err)
	}
	var m encoder.Model
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	want := encoder.Fitted()
	if err := m.Validate(); err != nil || !strings.Contains(m.Fitted, "seeds [1 2]") {
		t.Errorf("the model is of %q: %v", m.Fitted, err)
	}
	near(t, "the persistence", m.Persist, want.Persist, 0.08)
	near(t, "IDR pictures in the time", m.Time.IDR, want.Time.IDR, 0.05*want.Time.IDR)
	for i, s := range m.Slices.Mean {
		near(t, "the share of a slice", s, want.Slices.Mean[i], 0.01)
	}
	if again, err := os.ReadFile(o.samples); err != nil || len(again) == 0 {
		t.Errorf("the samples were not written again: %v", err)
	}
	short, err := os.Open(o.testdata)
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	kept, err := readSamples(short)
	if err != nil || !slices.Equal(seedsOf(kept), []uint64{3, 4}) || len(kept) != 8 {
		t.Errorf("%d runs of seeds %v are kept for the test (%v), want 4 of each of 3 and 4", len(kept), seedsOf(kept), err)
	}
}

func TestTheCommandNamesTheFileThatIsWrong(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(bad, []byte("what\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := fit(t.Context(), options{from: bad}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "bad.csv") {
		t.Errorf("a file that is none of samples: %v", err)
	}
	if err := fit(t.Context(), options{from: filepath.Join(dir, "none.csv")}, io.Discard, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := save(filepath.Join(dir, "no", "such", "folder.csv"), nil); err == nil {
		t.Error("samples were saved nowhere")
	}
}

func TestEstimateNeedsEveryRate(t *testing.T) {
	if _, err := estimate(named(invented(1), "steady-2M", everySeed), "little"); err == nil || !strings.Contains(err.Error(), "no steady runs at 5M") {
		t.Errorf("estimate of one rate = %v", err)
	}
	if m, err := estimate(named(invented(1), "steady-", everySeed), "no steps"); err == nil {
		t.Errorf("without IDR pictures and steps the model is %+v", m)
	}
	cut := invented(1)
	cut[3].samples = cut[3].samples[:90]
	if _, err := estimate(cut, "cut"); err == nil || !strings.Contains(err.Error(), "run "+cut[3].name+" of seed 1: 90 frames") {
		t.Errorf("estimate of a run that was cut short = %v", err)
	}
}

// An interrupt ends between two frames, whatever is missing.
func TestCollectingStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	told := 0
	began := time.Now()
	runs, err := collect(ctx, plansOf(1), func(string) { told++ })
	if err == nil || len(runs) != 0 || told != 1 {
		t.Errorf("%d runs after %d plans and %v: %v", len(runs), told, time.Since(began), err)
	}
}
