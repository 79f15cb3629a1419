package wifi

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

// saturate measures the UDP rate of a headset's link alone.
func saturate(t *testing.T, cfg Config, dir netem.Dir) (measured, gauged float64) {
	r := newRig(t, cfg)
	gauged = r.cell.Capacity(0, dir)
	arrived := 0
	for range 400 {
		r.admit(400-len(r.under), netem.Packet{Dir: dir, DSCP: 34})
		r.run(r.now + 2500*us)
		for _, d := range r.take() {
			if d.Fate == netem.Arrived {
				arrived++
			}
		}
	}
	return float64(arrived) * 1200 * 8, gauged
}

func TestCapacity(t *testing.T) {
	for _, x := range []struct {
		name string
		cfg  Config
	}{
		{"default", Config{}},
		{"best effort", Config{NoWMM: true}},
		{"slow", Config{Headsets: []Radio{{MCS: 2, Width: 20}}}},
		{"VHT", Config{Headsets: []Radio{{Standard: VHT, Width: 40, Streams: 2}}}},
		{"long aggregates", Config{MaxAMPDU: 1 << 20, MaxMPDUs: 256}},
		{"loss", Config{Headsets: []Radio{{Loss: 0.1}}}},
	} {
		for _, dir := range []netem.Dir{netem.Down, netem.Up} {
			measured, gauged := saturate(t, x.cfg, dir)
			t.Logf("%s %v: %.1f Mbit/s, Capacity %.1f", x.name, dir, measured/1e6, gauged/1e6)
			if math.Abs(gauged/measured-1) > 0.05 {
				t.Errorf("%s %v: %.1f Mbit/s, Capacity says %.1f", x.name, dir, measured/1e6, gauged/1e6)
			}
		}
	}
}

// Where the headset is away there is no capacity, and it is not the zero that stands for no limit.
func TestCapacityWhileAway(t *testing.T) {
	r := newRig(t, Config{Headsets: []Radio{{Scan: Scan{Every: time.Second, For: 100 * time.Millisecond}}}})
	if got := r.cell.Capacity(1050*ms, netem.Down); got != 1 {
		t.Errorf("Capacity during a scan = %v, want 1", got)
	}
	if got := r.cell.Backlog(1050*ms, netem.Down); got < 50*time.Millisecond || got > 51*time.Millisecond {
		t.Errorf("Backlog during a scan = %v, want the rest of it", got)
	}
	if got := r.cell.Capacity(1100*ms, netem.Down); got < 1e8 {
		t.Errorf("Capacity after it = %v", got)
	}
}

// An oven takes its part of the capacity, whatever the phase of the mains.
func TestCapacityBesideAnOven(t *testing.T) {
	r := newRig(t, Config{Microwave: Microwave{From: time.Second, For: time.Second, Duty: 0.5, Loss: 0.5}})
	free := r.cell.Capacity(0, netem.Down)
	for at := 1000 * ms; at < 1040*ms; at += 3 * ms {
		if got := r.cell.Capacity(at, netem.Down); math.Abs(got/free-0.75) > 1e-9 {
			t.Errorf("Capacity at %d is %.3f of the free one, want 0.75", at, got/free)
		}
	}
}

// A packet admitted after others arrives about when Backlog said.
func TestBacklog(t *testing.T) {
	for _, dir := range []netem.Dir{netem.Down, netem.Up} {
		r := newRig(t, quiet())
		r.admit(2000, netem.Packet{Dir: dir, DSCP: 34})
		if got := r.cell.Backlog(r.now, 1-dir); got != 0 {
			t.Errorf("Backlog of the other direction = %v", got)
		}
		said := r.cell.Backlog(r.now, dir)
		r.admit(1, netem.Packet{Dir: dir, DSCP: 34})
		r.run(500 * ms)
		out := r.take()
		real := out[len(out)-1].Queued
		if math.Abs(float64(said)/float64(real)-1) > 0.06 {
			t.Errorf("%v: Backlog said %v, it waited %v", dir, said, real)
		}
	}
}

// Asking changes nothing.
func TestGaugeIsAnObserver(t *testing.T) {
	run := func(ask bool) []delivery {
		cfg := busyCell()
		cfg.Headsets = []Radio{{Fading: Fading{SNR: 30, Sigma: 4}, Roam: Roam{Mean: 100 * time.Millisecond}}}
		r := newRig(t, cfg)
		for range 100 {
			r.admit(50, netem.Packet{DSCP: 34})
			r.run(r.now + 7*ms)
			if ask {
				r.cell.Capacity(r.now, netem.Down)
				r.cell.Backlog(r.now, netem.Up)
				r.cell.Spans(0, 10_000*ms, nil)
			}
		}
		return r.take()
	}
	quietly, asked := run(false), run(true)
	if len(quietly) != len(asked) {
		t.Fatalf("%d and %d packets", len(quietly), len(asked))
	}
	for i := range asked {
		if asked[i] != quietly[i] {
			t.Fatalf("packet %d: %+v and %+v", i, quietly[i], asked[i])
		}
	}
}
