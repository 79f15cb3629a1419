package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"airbridge/internal/av"
	"airbridge/sim/encoder"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// checkedIn are runs of x264 that the model was not fitted to, of two seeds, made by this command.
func checkedIn(t *testing.T) []run {
	t.Helper()
	f, err := os.Open("testdata/x264.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	runs, err := readSamples(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(seedsOf(runs)) != 2 {
		t.Fatalf("samples of seeds %v, want two", seedsOf(runs))
	}
	return runs
}

// far returns the aspects in which a model is farther from x264 than two runs of x264 are from each other.
func far(m *encoder.Model, others []run) (names []string, all []row) {
	all = compare(m, nil, others)
	for _, r := range all {
		if !r.passes() {
			names = append(names, r.name)
		}
	}
	return names, all
}

func TestTheModelIsAsNearToX264AsX264(t *testing.T) {
	m := encoder.Fitted()
	bad, all := far(&m, checkedIn(t))
	if len(all) < 10 {
		t.Fatalf("only %d aspects were compared", len(all))
	}
	if len(bad) > 0 {
		var table bytes.Buffer
		write(&table, all)
		t.Errorf("too far from x264 in %q:\n%s", bad, &table)
	}
}

// The control: what the comparison is for, it must find.
func TestABrokenModelIsFound(t *testing.T) {
	others := checkedIn(t)
	for _, c := range []struct {
		name   string
		change func(m *encoder.Model)
		want   string // an aspect that must fail
	}{
		{"twice the spread", func(m *encoder.Model) {
			for i := range m.Steady {
				m.Steady[i].Spread *= 2
			}
		}, "P sizes, 10M"},
		{"no memory", func(m *encoder.Model) {
			for i := range m.Steady {
				m.Steady[i].Wander = 0
			}
		}, "from one to the next, 10M"},
		{"IDR pictures like any other", func(m *encoder.Model) {
			for i := range m.Steady {
				m.Steady[i].IDR = 1
			}
		}, "IDR sizes"},
		{"changes of the rate at once and exact", func(m *encoder.Model) { m.Steps = nil }, "first at the rate x4"},
		{"a time without spread", func(m *encoder.Model) {
			for i := range m.Time.Multiplier {
				m.Time.Multiplier[i] = 1
			}
		}, "encode time by its median, quiet"},
	} {
		m := encoder.Fitted()
		c.change(&m)
		bad, _ := far(&m, others)
		if !strings.Contains(strings.Join(bad, "|"), c.want) {
			t.Errorf("%s: the comparison finds fault with %q, want %q among them", c.name, bad, c.want)
		}
	}
}

// The real encoder, for a moment: what is checked in is still what it does.
func TestX264IsStillTheSame(t *testing.T) {
	if _, err := av.Version(); err != nil {
		t.Skipf("needs FFmpeg: %v", err)
	}
	if testing.Short() {
		t.Skip("encodes 400 frames of 1280x720")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
	defer cancel()
	rate := func(int) units.Bitrate { return 10 * units.Mbps }
	live, err := collect(ctx, []plan{{name: "steady-10M", seed: 9, frames: 400, rate: rate}}, func(string) {})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Skip("this machine is too busy to encode 400 frames in 45 s")
	}
	if err != nil {
		t.Fatal(err)
	}
	m := encoder.Fitted()
	model := ofSeed(simulate(&m, plansOf(1)), 1)
	x := live[0].sizes(warm)
	// Sixty pairs of 300 frames of x264 each, of six seeds at this rate, were 0.08 apart at the median and 0.177 at most.
	if d := distance(x, named(model, "steady-10M", everySeed)[0].sizes(warm)); d > 0.2 {
		t.Errorf("sizes of a live run are %.3f from the model's, want 0.2 at most", d)
	}
}

func TestSamplesSurviveTheirFile(t *testing.T) {
	runs := []run{
		{name: "a", seed: 1, samples: []sample{
			{idr: true, rate: 5 * units.Mbps, bytes: 100, qp: 20.5, took: 3 * time.Millisecond, slices: [sliceCount]int{10, 20, 30, 40}},
			{rate: 6 * units.Mbps, bytes: 50, qp: 21, took: 2 * time.Millisecond, slices: [sliceCount]int{50, 0, 0, 0}},
		}},
		{name: "a", seed: 2, samples: []sample{{rate: 1, bytes: 1, slices: [sliceCount]int{0, 0, 0, 1}}}},
		{name: "b", seed: 2, samples: []sample{{rate: 1, bytes: 1, slices: [sliceCount]int{1, 0, 0, 0}}}},
	}
	var file bytes.Buffer
	if err := writeSamples(&file, runs); err != nil {
		t.Fatal(err)
	}
	got, err := readSamples(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(runs, got, cmp.AllowUnexported(run{}, sample{})); diff != "" {
		t.Errorf("samples (-written +read):\n%s", diff)
	}
}

func TestBadSamplesAreRefused(t *testing.T) {
	header := strings.Join(columns, ",") + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "none there"},
		{"no samples", header, "none there"},
		{"a column short", header + "a,1,true,1,1,1,1,1,1\n", "wrong number of fields"},
		{"no number", header + "a,1,true,1,x,1,1,0,0,0\n", `line 2: column bytes: "x"`},
		{"negative", header + "a,1,true,1,-1,1,1,0,0,0\n", "column bytes"},
		{"no seed", header + "a,x,true,1,1,1,1,0,0,0\n", "column seed"},
		{"no rate", header + "a,1,true,0,1,1,1,0,0,0\n", "rate 0"},
		{"slices larger than their frame", header + "a,1,true,1,5,1,1,3,3,0\n", "last slice -1"},
		{"not finite", header + "a,1,true,NaN,5,1,1,3,0,0\n", "column rate_bps"},
	} {
		if _, err := readSamples(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: readSamples = %v, want %q in it", c.name, err, c.want)
		}
	}
}

func FuzzReadSamples(f *testing.F) {
	f.Add(strings.Join(columns, ",") + "\na,1,true,5000000,100,20,3000,10,20,30\n")
	f.Add("\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		runs, err := readSamples(strings.NewReader(text))
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := writeSamples(&file, runs); err != nil {
			t.Fatal(err)
		}
		again, err := readSamples(&file)
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if len(again) != len(runs) {
			t.Errorf("%d runs came back as %d", len(runs), len(again))
		}
	})
}

func TestEstimateFindsWhatItIsGiven(t *testing.T) {
	// The model's own frames, fitted, are the model again.
	want := encoder.Fitted()
	runs := append(simulate(&want, plansOf(1)), simulate(&want, plansOf(2))...)
	for i := range runs { // what simulate leaves out
		for j := range runs[i].samples {
			s := &runs[i].samples[j]
			for k := range s.slices {
				s.slices[k] = int(float64(s.bytes) * want.Slices.Mean[k])
			}
			s.took += time.Duration(j%7) * time.Microsecond
		}
	}
	got, err := estimate(runs, "itself")
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want, tolerance float64) {
		if got < want-tolerance || got > want+tolerance {
			t.Errorf("%s is estimated as %.3f, want %.3f ± %.3f", what, got, want, tolerance)
		}
	}
	near("persistence", got.Persist, want.Persist, 0.08)
	for i, s := range want.Steady {
		near("mean", got.Steady[i].Mean, s.Mean, 0.03)
		near("spread", got.Steady[i].Spread, s.Spread, 0.015)
		near("wander", got.Steady[i].Wander, s.Wander, 0.2)
		near("IDR", got.Steady[i].IDR, s.IDR, 0.05)
	}
	for i, s := range want.Steps {
		near("step", got.Steps[i].Ratio, s.Ratio, 1e-9)
		near("first frame of a step", got.Steps[i].Response[0].Mean, s.Response[0].Mean, 0.06)
	}
}
