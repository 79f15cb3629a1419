package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/sim/loopback"
	"airbridge/sim/wake"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func flat(ns int64) wake.Quantiles { return wake.Quantiles{{P: 0, NS: ns}, {P: 1, NS: ns}} }

func costs(datagram, client int64) loopback.Costs {
	return loopback.Costs{
		Datagram: flat(datagram), Train: flat(5), Burst: flat(5), Streamer: flat(5), Client: flat(client),
		Wake: wake.Profile{Arrival: flat(5), Timer: flat(5)},
	}
}

// Of each kind the fastest and the slowest round are kept, whichever round that was.
func TestExtend(t *testing.T) {
	fast, slow := costs(10, 10), costs(10, 10)
	for _, c := range []loopback.Costs{costs(7, 12), costs(11, 4), costs(9, 9)} {
		extend(&fast, &slow, &c)
	}
	if diff := cmp.Diff(costs(7, 4), fast); diff != "" {
		t.Errorf("fast (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(costs(11, 12), slow); diff != "" {
		t.Errorf("slow (-want +got):\n%s", diff)
	}
}

// A train counts when its last datagram is there, and its wake-up when the first is.
func TestReceiver(t *testing.T) {
	b := &book{want: 2, done: func() {}}
	r := &receiver{book: b, length: 3}
	for i, d := range []struct{ sent, at, now units.Mono }{
		{100, 110, 150}, {100, 120, 150}, {100, 130, 150}, {1000, 1010, 1030}, {1000, 1010, 1030}, {1000, 1015, 1040},
	} {
		if i%3 == 0 {
			b.send(d.sent)
		}
		r.Handle(d.now, &machine.Datagram{At: d.at}, nil)
	}
	if diff := cmp.Diff([]time.Duration{30, 15}, b.taken); diff != "" {
		t.Errorf("trains (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]time.Duration{40, 20}, r.late); diff != "" {
		t.Errorf("wake-ups (-want +got):\n%s", diff)
	}
}

// The whole way over real sockets, with few samples and no opinion about how long they are.
func TestMeasuresRealSockets(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("receive stamps are of Linux")
	}
	for _, length := range []int{1, machine.MaxBurst} {
		m, err := measure(t.Context(), length, 20)
		if err != nil {
			t.Fatal(err)
		}
		for name, q := range map[string]wake.Quantiles{"link": m.link, "arrival": m.arrival, "timer": m.timer} {
			if err := (wake.Profile{Arrival: q}).Validate(); err != nil || len(q) == 0 {
				t.Errorf("trains of %d: %s: %v (%v)", length, name, q, err)
			}
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := measure(stopped, 1, 20); err == nil {
		t.Error("an interrupted measurement counts")
	}
}

// What is written can be built in: it reads back as it was.
func TestWrite(t *testing.T) {
	f := loopback.Fit{Provenance: provenance(config{samples: 3, rounds: 2}, "real-time"), Samples: 3, Rounds: 2, Fast: costs(1, 2), Slow: costs(3, 4)}
	path := filepath.Join(t.TempDir(), "fit.json")
	if err := write(path, f); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got loopback.Fit
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if write(filepath.Join(path, "none"), f) == nil {
		t.Error("writing into nowhere is no error")
	}
}
