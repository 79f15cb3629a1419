package vrload

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// wire is a medium that delivers everything after a millisecond, or nothing.
type wire struct {
	broken bool
	queue  []netem.Packet
	due    netem.True
	admits []netem.True
}

func (w *wire) Admit(now netem.True, train []netem.Packet) {
	w.queue, w.due = append(w.queue, train...), now.Add(time.Millisecond)
	w.admits = append(w.admits, now)
}

func (w *wire) Next() netem.True {
	if len(w.queue) == 0 {
		return netem.Never
	}
	return w.due
}

func (w *wire) Deliver(_ netem.True, into []netem.Packet) []netem.Packet {
	for _, p := range w.queue {
		if w.broken {
			p.Fate = netem.Lost
		}
		into = append(into, p)
	}
	w.queue = w.queue[:0]
	return into
}

// The video has the rate and the rhythm it is asked for, with the spread of the recorded game.
func TestVideo(t *testing.T) {
	for _, w := range []Workload{Default(), {FPS: 120, Mbps: 100, Stations: 1, MCS: 9, On: time.Second, Off: time.Second, Duration: time.Minute}} {
		link := &wire{}
		frames := w.Through(link, 1)
		var bytes, packets int
		for i := range frames {
			f := &frames[i]
			bytes += f.Size
			packets += f.Packets
			if f.Packets != (f.Size+payload-1)/payload && f.Packets != f.Size/payload+1 {
				t.Fatalf("frame %d: %d bytes in %d packets", i, f.Size, f.Packets)
			}
			if !f.Complete() || f.Delay() != time.Millisecond {
				t.Fatalf("frame %d: %+v", i, *f)
			}
		}
		if got := float64(bytes) * 8 / 60e6; math.Abs(got/w.Mbps-1) > 0.01 {
			t.Errorf("%.2f Mbit/s, want %v", got, w.Mbps)
		}
		if got := float64(len(frames)) / 60; math.Abs(got/w.FPS-1) > 0.01 {
			t.Errorf("%.2f frames a second, want %v", got, w.FPS)
		}
		if len(link.admits) != len(frames) {
			t.Errorf("%d trains for %d frames", len(link.admits), len(frames))
		}
		if frames[0].Sent != start || frames[len(frames)-1].Sent >= start.Add(w.Duration) {
			t.Errorf("video from %d to %d", frames[0].Sent, frames[len(frames)-1].Sent)
		}
	}
}

func TestLostFramesHaveNoDelay(t *testing.T) {
	w := Default()
	w.Duration = time.Second
	frames := w.Through(&wire{broken: true}, 1)
	complete, incomplete := Delays(frames)
	if len(complete) != 0 || incomplete != len(frames) {
		t.Errorf("%d complete, %d not, of %d", len(complete), incomplete, len(frames))
	}
	if w.Compare(Sample{1}, complete).Pass() {
		t.Error("nothing passes as right")
	}
}

// The cell of a workload is the one that vr_wifi.cc builds.
func TestConfigOfAWorkload(t *testing.T) {
	w := Default()
	w.Stations, w.Background, w.MCS = 4, 15, 0
	cfg := w.Config(7)
	if len(cfg.Stations) != 3 || !cfg.NoWMM || cfg.Seed != 7 {
		t.Fatalf("cell %+v", cfg)
	}
	up := cfg.Stations[2].Up
	if up.Rate != 15*units.Mbps || up.Start != 1230*time.Millisecond || up.OnMean != w.On || up.OffMean != w.Off {
		t.Errorf("third station sends %+v", up)
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	w.Priority = 5
	if w.Config(1).NoWMM {
		t.Error("a priority without WMM means nothing")
	}
}

func TestValidate(t *testing.T) {
	for _, x := range []struct {
		want   string
		change func(w *Workload)
	}{
		{"fps 0", func(w *Workload) { w.FPS = 0 }},
		{"mbps NaN", func(w *Workload) { w.Mbps = math.NaN() }},
		{"stas 0", func(w *Workload) { w.Stations = 0 }},
		{"bg -1", func(w *Workload) { w.Background = -1 }},
		{"mcs 12", func(w *Workload) { w.MCS = 12 }},
		{"onS 0", func(w *Workload) { w.On = 0 }},
		{"offS 0", func(w *Workload) { w.Off = 0 }},
		{"simTime -1", func(w *Workload) { w.Duration = -time.Second }},
		{"priority 3", func(w *Workload) { w.Priority = 3 }},
	} {
		w := Default()
		x.change(&w)
		if _, err := w.Run(1); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("Run = %v, want %q", err, x.want)
		}
	}
}

func TestCases(t *testing.T) {
	var names []string
	core := 0
	for _, c := range Cases() {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		names = append(names, c.Name)
		if c.Core {
			core++
		}
	}
	if core != 3 || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		t.Errorf("%d core cases of %v", core, names)
	}
}
