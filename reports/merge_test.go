package reports

import (
	"slices"
	"strings"
	"testing"

	"airbridge/internal/stream"
)

func TestAConflictSaysInWhatRunsDiffer(t *testing.T) {
	a, b := withSeries("usb", 1), withSeries("usb", 1)
	b.TraceHash, b.DurationS, b.WallS = new("0000000000000000"), 30, new(99.0)
	_, err := Merge([]Run{a}, []Run{b})
	if err == nil || !strings.HasSuffix(err.Error(), "differ in duration_s, trace_hash") {
		t.Errorf("Merge = %v, want both fields that differ, and not wall_s", err)
	}
	c := a
	c.Series = nil
	if _, err := Merge([]Run{a, c}); err == nil || !strings.HasSuffix(err.Error(), "differ in series") {
		t.Errorf("Merge of a run with and without its series = %v", err)
	}
}

// Every conflict is told, not the first alone.
func TestAllConflictsAreTold(t *testing.T) {
	var a, b []Run
	for _, seed := range []uint64{3, 5} {
		x, y := withSeries("usb", seed), withSeries("usb", seed)
		y.Version, x.Version = "v1", "v1"
		y.DurationS = 21
		a, b = append(a, x), append(b, y)
	}
	if _, err := Merge(a, b); err == nil || !strings.Contains(err.Error(), "seed 3") || !strings.Contains(err.Error(), "seed 5") {
		t.Errorf("Merge = %v, want both seeds", err)
	}
}

func TestOrderIsTotal(t *testing.T) {
	base := withSeries("b", 5)
	vary := []func(r *Run){
		func(*Run) {},
		func(r *Run) { r.Scenario = "a" },
		func(r *Run) { r.Seed = nil },
		func(r *Run) { r.Seed = new(uint64(10)) },
		func(r *Run) { r.Controllers.Latency = nil },
		func(r *Run) { r.Controllers.Recovery = new("zz") },
		func(r *Run) { r.Link = new("l") },
		func(r *Run) { r.FPS = new(90.0) },
		func(r *Run) { r.Version = "9" },
	}
	runs := make([]Run, len(vary))
	for i, f := range vary {
		runs[i] = base
		f(&runs[i])
	}
	for i, a := range runs {
		for j, b := range runs {
			if Order(a, b) != -Order(b, a) || (Order(a, b) == 0) != (i == j) {
				t.Errorf("Order(%d, %d) = %d, the other way round %d", i, j, Order(a, b), Order(b, a))
			}
		}
	}
	r := stream.New(5, "shuffle")
	want := slices.SortedFunc(slices.Values(runs), Order)
	for range 10 {
		r.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
		merged, err := Merge(runs[:4], runs[4:])
		if err != nil {
			t.Fatal(err)
		}
		if lines(t, merged) != lines(t, want) {
			t.Fatal("what is merged depends on how it was spread")
		}
	}
}

func TestKeysNameARun(t *testing.T) {
	r := Record{Scenario: "usb", Seed: new(uint64(7))}
	r.Controllers = Controllers{Latency: new("tail:0.2%"), Recovery: new("idr")}
	if got := r.Key(); got != "usb tail:0.2% idr seed 7" {
		t.Errorf("Key() = %q", got)
	}
	if got := (&Record{Scenario: "demo"}).Key(); got != "demo" {
		t.Errorf("Key() = %q", got)
	}
}
