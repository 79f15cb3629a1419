package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"airbridge/sim/loopback"

	"github.com/google/go-cmp/cmp"
)

func line(name string, kind loopback.Kind, low, high float64, runs ...float64) loopback.Line {
	return loopback.Line{
		Quantity: loopback.Quantity{Name: name, Unit: "µs", Kind: kind}, Lab: loopback.Interval{Low: low, High: high},
		Fitted: loopback.Interval{Low: 1, High: 100},
		Real:   runs, Median: runs[0],
	}
}

// A reader sees both worlds side by side, and which lines count.
func TestTable(t *testing.T) {
	o := &loopback.Outcome{
		Lines: []loopback.Line{
			line("network p50", loopback.Body, 7.25, 19.31, 8.5, 8, 1234.5),
			line("overhead p50", loopback.Body, 60, 100, 120),
			line("overhead p90", loopback.Body, 60, 100, 240),
			line("overhead p99", loopback.Tail, 60, 100, 1491),
			line("network p99", loopback.Tail, 60, 200, 120),
		},
		Moods:   []loopback.Mood{{LateMax: time.Second}},
		Reports: []loopback.Report{{Lost: 2}, {Lost: 1}},
	}
	var b bytes.Buffer
	table(&b, o)
	var got []string
	for _, l := range strings.Split(b.String(), "\n") {
		if f := strings.Join(strings.Fields(l), " "); strings.Contains(f, " p") && !strings.Contains(f, ".  ") {
			got = append(got, f)
		}
	}
	want := []string{
		"network p50 µs 7.2 to 19.3 8.5 inside 1 to 100 (inside) 8.5 8 1234",
		"overhead p50 µs 60 to 100 120 near 1 to 100 (outside) 120",
		"overhead p90 µs 60 to 100 240 OUTSIDE 1 to 100 (outside) 240",
		"overhead p99 µs 60 to 100 1491 (outside) 1 to 100 (outside) 1491",
		"network p99 µs 60 to 200 120 (inside) 1 to 100 (outside) 120",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if !strings.Contains(b.String(), "lost by the kernel: 3.") {
		t.Errorf("%s\nwant 3 datagrams lost", b.String())
	}
}

func TestMoodIsTold(t *testing.T) {
	for want, m := range map[string]loopback.Mood{
		"run 2: quiet ":     {LateP50: 30 * time.Microsecond, LateMax: 2 * time.Millisecond},
		"run 2: disturbed ": {LateP50: 30 * time.Microsecond, LateMax: 20 * time.Millisecond},
	} {
		var b bytes.Buffer
		tellMood(&b, 1, &m)
		if !strings.HasPrefix(b.String(), want) || !strings.Contains(b.String(), "30 µs (p50)") {
			t.Errorf("%q, want it to begin with %q", b.String(), want)
		}
	}
}

func TestAbsurdPlansAreRefused(t *testing.T) {
	for _, p := range []loopback.Plan{{}, {Seeds: 1, Runs: 1, Length: time.Second}, {Seeds: -1, Runs: 1, Length: time.Minute}} {
		if err := run(t.Context(), p); err == nil {
			t.Errorf("%+v is played", p)
		}
	}
}
