package vrload

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
)

func TestQuantile(t *testing.T) {
	s := Sample{1, 2, 4, 8}
	for p, want := range map[float64]float64{0: 1, 1: 8, 0.5: 3, 1.0 / 3: 2, 0.9: 6.8} {
		if got := s.Quantile(p); math.Abs(got-want) > 1e-9 {
			t.Errorf("Quantile(%v) = %v, want %v", p, got, want)
		}
	}
	if !math.IsNaN((Sample{}).Quantile(0.5)) || (Sample{3}).Quantile(0.99) != 3 {
		t.Error("quantiles of none and of one")
	}
}

func TestBelow(t *testing.T) {
	s := Sample{1, 2, 2, 8}
	for ms, want := range map[float64]float64{0: 0, 1: 0.25, 2: 0.75, 5: 0.75, 8: 1} {
		if got := s.Below(ms); got != want {
			t.Errorf("Below(%v) = %v, want %v", ms, got, want)
		}
	}
}

func TestKS(t *testing.T) {
	for _, x := range []struct {
		a, b Sample
		want float64
	}{
		{Sample{1, 2, 3}, Sample{1, 2, 3}, 0},
		{Sample{1, 2}, Sample{3, 4}, 1},
		{Sample{1, 2, 3, 4}, Sample{3, 4, 5, 6}, 0.5},
		{Sample{1, 1, 1, 2}, Sample{1, 2, 2, 2}, 0.5},
		{Sample{1}, nil, 1},
	} {
		if got, back := KS(x.a, x.b), KS(x.b, x.a); got != x.want || back != x.want {
			t.Errorf("KS(%v, %v) = %v and %v, want %v", x.a, x.b, got, back, x.want)
		}
	}
}

// A model passes its limits to the hair and not beyond, in both directions.
func TestVerdict(t *testing.T) {
	for _, x := range []struct {
		v    Verdict
		pass bool
	}{
		{Verdict{Limits: Idle, P50: 0.01, P99: -0.02, KS: 0.02}, true},
		{Verdict{Limits: Idle, P50: 0.011}, false},
		{Verdict{Limits: Idle, P50: -0.011}, false},
		{Verdict{Limits: Idle, P99: -0.021}, false},
		{Verdict{Limits: Idle, KS: 0.021}, false},
		{Verdict{Limits: Moderate, P50: 0.03, P99: 0.15, KS: 0.05}, true},
		{Verdict{Limits: Heavy, P50: 0.05, P99: 0.3, KS: 0.06}, true},
		{Verdict{Limits: Heavy, P50: math.NaN()}, false},
	} {
		if got := x.v.Pass(); got != x.pass {
			t.Errorf("%+v: Pass() = %v", x.v, got)
		}
	}
	w := Default()
	if got := w.Limits(3, 30); got != Idle {
		t.Errorf("nobody else there: %v", got)
	}
	w.Stations, w.Background = 4, 15
	if got := w.Limits(3, 10); got != Moderate {
		t.Errorf("p99 3.3 times p50: %v", got)
	}
	if got := w.Limits(3, 11); got != Heavy {
		t.Errorf("p99 3.7 times p50: %v", got)
	}
}

// A model that is 4 % slow is found out.
func TestCompareFindsASlowModel(t *testing.T) {
	truth := make(Sample, 1000)
	for i := range truth {
		truth[i] = 3 + float64(i)/1000
	}
	slow := slices.Clone(truth)
	for i := range slow {
		slow[i] *= 1.04
	}
	w := Default()
	if v := w.Compare(truth, truth); !v.Pass() || v.KS != 0 {
		t.Errorf("the truth itself: %+v", v)
	}
	if v := w.Compare(truth, slow); v.Pass() || math.Abs(v.P50-0.04) > 1e-9 {
		t.Errorf("4 %% slow: %+v", v)
	}
	r := NewReference("x", w, 1, truth)
	if v := r.Compare(truth); !v.Pass() {
		t.Errorf("the truth against its percentiles: %+v", v)
	}
	if v := r.Compare(slow); v.Pass() {
		t.Errorf("4 %% slow against percentiles: %+v", v)
	}
}

// What is written is read back.
func TestFramesRoundTrip(t *testing.T) {
	frames := []Frame{
		{Sent: netem.True(time.Second), Last: netem.True(time.Second + 3*time.Millisecond), Size: 2000, Packets: 2, Received: 2},
		{Sent: netem.True(2 * time.Second), Size: 2000, Packets: 2, Received: 1},
	}
	var b bytes.Buffer
	if err := WriteFrames(&b, frames); err != nil {
		t.Fatal(err)
	}
	want := "frame,send_s,size_B,pkts,rx_pkts,delay_ms\n0,1.000000,2000,2,2,3.0000\n1,2.000000,2000,2,1,-1.0000\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	complete, incomplete, err := ParseDelays(b.Bytes())
	if err != nil || incomplete != 1 || len(complete) != 1 || complete[0] != 3 {
		t.Errorf("read %v, %d, %v", complete, incomplete, err)
	}
}

func TestParseDelaysRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "line 1",
		"frame,delay\n":              "line 1",
		header + "\n1,2,3\n":         "line 2: 3 fields",
		header + "\n1,2,3,4,5,six\n": "line 2: delay",
		header + "\n1,2,3,4,5,NaN\n": "line 2: delay",
	} {
		if _, _, err := ParseDelays([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDelays(%q) = %v, want %q", text, err, want)
		}
	}
}

func TestReferenceRoundTrip(t *testing.T) {
	w := Default()
	w.Stations, w.Background, w.Off = 4, 12.5, 700*time.Millisecond
	truth := Sample{1.25, 2.5, 3}
	want := NewReference("mine", w, 5, truth)
	text := "# a comment\n\n" + string(want.AppendText(nil)) + " # another\n"
	got, err := ParseReferences(text)
	if err != nil || len(got) != 1 {
		t.Fatalf("%d references, %v", len(got), err)
	}
	for i := range want.Percentiles {
		want.Percentiles[i] = math.Round(want.Percentiles[i]*1000) / 1000
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseReferencesRefuses(t *testing.T) {
	line := string(NewReference("x", Default(), 5, Sample{1, 2}).AppendText(nil))
	for text, want := range map[string]string{
		line + " 1": "line 1: 111 fields",
		"\n" + strings.Replace(line, "72", "x", 1):  `line 2: "x"`,
		strings.Replace(line, "72", "-1", 1):        `"-1"`,
		strings.Replace(line, " 72 ", " 0 ", 1):     "fps 0",
		strings.Replace(line, " 1.010", " 1.99", 1): "the percentiles fall",
	} {
		if _, err := ParseReferences(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseReferences(%.60q) = %v, want %q", text, err, want)
		}
	}
}

// Whatever text comes, nothing panics, and what is accepted is written and read back the same.
func FuzzParse(f *testing.F) {
	f.Add(header + "\n0,1,2,3,4,5\n1,1,2,3,4,-1\n")
	f.Add(string(NewReference("x", Default(), 5, Sample{1, 2}).AppendText(nil)))
	f.Add("# nothing\n")
	f.Fuzz(func(t *testing.T, text string) {
		if complete, _, err := ParseDelays([]byte(text)); err == nil && !slices.IsSorted(complete) {
			t.Error("delays do not rise")
		}
		references, err := ParseReferences(text)
		if err != nil {
			return
		}
		for _, r := range references {
			line := string(r.AppendText(nil))
			again, err := ParseReferences(line)
			if err != nil || string(again[0].AppendText(nil)) != line {
				t.Errorf("%q is read back as %v, %v", line, again, err)
			}
		}
	})
}
