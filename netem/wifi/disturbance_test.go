package wifi

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
)

// arrivals sends a packet every millisecond in each of the directions and returns what came out.
func arrivals(t *testing.T, cfg Config, length netem.True, dirs ...netem.Dir) (*rig, []delivery) {
	r := newRig(t, cfg)
	for r.now < length {
		for _, dir := range dirs {
			r.admit(1, netem.Packet{Dir: dir, DSCP: 34})
		}
		r.run(r.now + ms)
	}
	r.run(length + 1000*ms)
	return r, r.take()
}

// span is a disturbance with its bounds in ms.
func span(from, to netem.True, name string) netem.Span {
	return netem.Span{From: from * ms, To: to * ms, Name: name}
}

// While a headset scans nothing arrives, and afterwards all of it does.
func TestScan(t *testing.T) {
	cfg := Config{Headsets: []Radio{{Scan: Scan{Every: 400 * time.Millisecond, For: 60 * time.Millisecond, First: time.Second}}}}
	r, out := arrivals(t, cfg, 2000*ms, netem.Down, netem.Up)
	spans := r.cell.Spans(0, 2000*ms, nil)
	want := []netem.Span{span(1000, 1060, "scan"), span(1400, 1460, "scan"), span(1800, 1860, "scan")}
	if diff := cmp.Diff(want, spans); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	checkSilence(t, out, spans)
	if n := fates(out); n[netem.Arrived] != len(out) {
		t.Errorf("fates %v, want all arrived", n)
	}
}

func checkSilence(t *testing.T, out []delivery, spans []netem.Span) {
	t.Helper()
	late := 0
	for _, d := range out {
		for _, s := range spans {
			if d.At > s.From && d.At <= s.To {
				t.Errorf("packet %d arrived at %d, in the %s from %d to %d", d.ID, d.At, s.Name, s.From, s.To)
			}
		}
		if d.Queued > 30*time.Millisecond {
			late++
		}
	}
	if late == 0 {
		t.Error("no packet waited")
	}
}

// Roaming comes at random, is told truly, and takes packets only if it outlasts their lifetime.
func TestRoam(t *testing.T) {
	cfg := Config{Seed: 2, Headsets: []Radio{{Roam: Roam{Mean: 500 * time.Millisecond, For: 150 * time.Millisecond}}}}
	r, out := arrivals(t, cfg, 5000*ms, netem.Down, netem.Up)
	spans := r.cell.Spans(0, 5000*ms, nil)
	if len(spans) < 3 || len(spans) > 15 {
		t.Errorf("%d times in 5 s, want about 8", len(spans))
	}
	for _, s := range spans {
		if s.Name != "roaming" || s.To-s.From != 150*ms {
			t.Errorf("span %+v", s)
		}
	}
	checkSilence(t, out, spans)
	if n := fates(out); n[netem.Expired] > 0 || n[netem.Arrived] < len(out)*99/100 {
		t.Errorf("fates %v", n)
	}
	cfg.Lifetime = 50 * time.Millisecond
	_, out = arrivals(t, cfg, 5000*ms, netem.Down, netem.Up)
	if n := fates(out); n[netem.Expired] < 500 {
		t.Errorf("with a lifetime of 50 ms: fates %v", n)
	}
}

// Spans are the same whenever one asks, and telling them changes nothing.
func TestSpansOfAPart(t *testing.T) {
	cfg := Config{
		Seed: 2, Sessions: 3, Headsets: []Radio{{
			Roam: Roam{Mean: 300 * time.Millisecond},
			Scan: Scan{Every: 700 * time.Millisecond},
		}},
		Microwave: Microwave{From: time.Second, For: time.Second, Every: 3 * time.Second},
	}
	r := newRig(t, cfg)
	all := r.cell.Spans(0, 20_000*ms, nil)
	for from := netem.True(0); from < 19_000*ms; from += 371 * ms {
		to := from + 900*ms
		var want []netem.Span
		for _, s := range all {
			if s.From < to && s.To > from {
				want = append(want, s)
			}
		}
		if diff := cmp.Diff(want, r.cell.Spans(from, to, nil)); diff != "" {
			t.Fatalf("%d to %d (-want +got):\n%s", from, to, diff)
		}
	}
	names := map[string]int{}
	for i, s := range all {
		names[s.Name]++
		if i > 0 && s.From < all[i-1].From {
			t.Fatalf("span %d begins before the one before it", i)
		}
	}
	if names["roaming"] < 30 || names["scan"] != 3*28 || names["microwave"] != 7 {
		t.Errorf("spans %v", names)
	}
	if got := r.cell.Spans(0, 1, []netem.Span{{Name: "mine"}}); len(got) == 0 || got[0].Name != "mine" {
		t.Errorf("Spans does not append: %v", got)
	}
}

// An oven costs packets only while it runs, and only in its part of the mains' period.
func TestMicrowave(t *testing.T) {
	cfg := Config{Beacon: -1, RetryLimit: 1, Microwave: Microwave{From: time.Second, For: time.Second}}
	r, out := arrivals(t, cfg, 3000*ms, netem.Down)
	lost := 0
	for _, d := range out {
		if d.Fate == netem.Retries {
			lost++
			if d.At < 1000*ms || d.At > 2000*ms || d.At%(20*ms) > 8*ms {
				t.Errorf("lost at %d", d.At)
			}
		}
	}
	if lost < 100 {
		t.Errorf("%d packets lost, want some hundreds", lost)
	}
	want := []netem.Span{span(1000, 2000, "microwave")}
	if diff := cmp.Diff(want, r.cell.Spans(0, netem.Never, nil)); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestMicrowaveRepeats(t *testing.T) {
	m := Microwave{From: time.Second, For: time.Second, Every: 3 * time.Second}.withDefaults()
	for at, want := range map[netem.True]bool{0: false, 1000 * ms: true, 1999 * ms: true, 2000 * ms: false, 4500 * ms: true, 5001 * ms: false} {
		if got := m.runs(at); got != want {
			t.Errorf("runs(%d) = %v", at, got)
		}
	}
}
