package vrload

import (
	_ "embed"
	"testing"
)

// References are what ns-3 measured; its first lines say how it was made.
//
//go:embed testdata/ns3.txt
var references string

// testSeeds is fewer than the 40 of scripts/check-ns3.sh, for speed.
const testSeeds = 10

// The cell delays frames of video as ns-3's 802.11ax does.
func TestAgainstNS3(t *testing.T) {
	all, err := ParseReferences(references)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 3 {
		t.Fatalf("%d references: want at least clean, 3x15 and 5x25", len(all))
	}
	for _, r := range all {
		t.Run(r.Name, func(t *testing.T) {
			var samples []Sample
			for seed := range uint64(testSeeds) {
				frames, err := r.Run(seed + 1)
				if err != nil {
					t.Fatal(err)
				}
				s, _ := Delays(frames)
				samples = append(samples, s)
			}
			v := r.Compare(Pool(samples...))
			t.Logf("%s: p50 %+.1f %%, p99 %+.1f %%, KS %.3f", v.Limits.Name, 100*v.P50, 100*v.P99, v.KS)
			if !v.Pass() {
				t.Errorf("outside the limits of an %s load: %+v", v.Limits.Name, v)
			}
		})
	}
}

// The limits tell this model from a wrong one: another length of the aggregates, guard interval or lack of a backoff
// fails where nobody contends already.
func TestLimitsFindWrongModels(t *testing.T) {
	all, err := ParseReferences(references)
	if err != nil {
		t.Fatal(err)
	}
	clean := all[0]
	wrong := clean
	for _, x := range []struct {
		name   string
		change func(w *Workload)
	}{
		{"MCS 8", func(w *Workload) { w.MCS = 8 }},
		{"video's TXOP", func(w *Workload) { w.Priority = 5 }},
		{"4 % more video", func(w *Workload) { w.Mbps *= 1.04 }},
	} {
		wrong.Workload = clean.Workload
		x.change(&wrong.Workload)
		frames, err := wrong.Run(1)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := Delays(frames)
		if v := clean.Compare(s); v.Pass() {
			t.Errorf("%s passes for MCS 9 and best effort: %+v", x.name, v)
		}
	}
}
