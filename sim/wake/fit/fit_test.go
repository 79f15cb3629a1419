package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/machine"
	"airbridge/sim/wake"
	"airbridge/units"
)

// Each tick counts from its deadline, the one that only sets the first does not, and deadlines stay within their bounds.
func TestTimersMeasureLateness(t *testing.T) {
	ended := false
	m := &timers{recorder: recorder{want: 3, done: func() { ended = true }}, rng: rand.New(rand.NewPCG(1, 1))}
	m.Tick(1000, nil)
	for i, late := range []time.Duration{40, 0, 7} {
		if ended {
			t.Fatalf("ended after %d", i)
		}
		m.Tick(m.Deadline().Add(late), nil)
		if ahead := m.Deadline().Sub(m.deadline); ahead != 0 {
			t.Errorf("deadline %d", m.Deadline())
		}
	}
	if diff := cmp.Diff([]time.Duration{40, 0, 7}, m.taken); diff != "" || !ended {
		t.Errorf("ended: %t; lateness (-want +got):\n%s", ended, diff)
	}
	for range 1000 {
		if g := gap(m.rng); g < gapMin || g >= gapMax {
			t.Fatalf("gap of %v", g)
		}
	}
}

// Only what found the pump asleep counts: not the rest of a turn, nor what had come before the turn before ended.
func TestArrivalsMeasureTheFirstOfATurn(t *testing.T) {
	m := &arrivals{recorder: recorder{want: 10, done: func() {}}}
	for _, d := range []struct{ now, at units.Mono }{
		{1050, 1000}, {1050, 1010}, {1050, 1050}, {1090, 1045}, {2000, 1900},
	} {
		m.Handle(d.now, &machine.Datagram{At: d.at}, nil)
	}
	if diff := cmp.Diff([]time.Duration{50, 100}, m.taken); diff != "" {
		t.Errorf("latencies (-want +got):\n%s", diff)
	}
}

// The whole way over a real socket, with few samples and no opinion about how long they are.
func TestMeasuresTheRealDriver(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("receive stamps are of Linux")
	}
	a := &arrivals{recorder: recorder{want: 20}}
	beside := func(ctx context.Context, to string) (func(), error) {
		done := make(chan error, 1)
		go func() { done <- send(ctx, to, 1_000_000) }()
		return func() {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}, nil
	}
	scheduling, err := pump(t.Context(), config{}, a, &a.recorder, beside)
	if err != nil || scheduling == "" || len(a.taken) != 20 {
		t.Fatalf("%d latencies, scheduling %q, %v", len(a.taken), scheduling, err)
	}
	m := &timers{recorder: recorder{want: 20}, rng: rand.New(rand.NewPCG(1, 1))}
	if _, err := pump(t.Context(), config{}, m, &m.recorder, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if a.taken[i] < 0 || m.taken[i] < 0 {
			t.Errorf("latencies %v and %v", a.taken[i], m.taken[i])
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := pump(stopped, config{}, m, &recorder{want: 1}, nil); err == nil {
		t.Error("an interrupted measurement counts")
	}
}

// The calmest measurement of each kind is kept.
func TestBetter(t *testing.T) {
	table := func(tail int64) wake.Quantiles {
		return wake.Quantiles{{P: 0, NS: 10}, {P: .999, NS: tail}, {P: 1, NS: 1e6}}
	}
	a := wake.Profile{Arrival: table(100), Timer: table(500)}
	b := wake.Profile{Arrival: table(200), Timer: table(300)}
	want := wake.Profile{Arrival: table(100), Timer: table(300)}
	for _, got := range []wake.Profile{better(a, b), better(b, a)} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("kept (-want +got):\n%s", diff)
		}
	}
}

// What is written can be built in: it reads back as it was.
func TestWrite(t *testing.T) {
	table := wake.Quantiles{{P: 0, NS: 10}, {P: 1, NS: 20}}
	p := wake.Profile{Arrival: table, Timer: table}
	f := wake.Fit{Samples: 3, Quiet: p, Busy: p, Provenance: provenance(config{samples: 3, rounds: 2}, "real-time")}
	path := filepath.Join(t.TempDir(), "fit.json")
	if err := write(path, f); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got wake.Fit
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if err := write(filepath.Join(path, "none"), f); err == nil {
		t.Error("writing into nowhere is no error")
	}
}
