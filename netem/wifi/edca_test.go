package wifi

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

func TestCategoryOf(t *testing.T) {
	want := map[uint8]Category{
		0: BestEffort, 1: Background, 8: Background, 10: BestEffort, 16: BestEffort, 18: BestEffort, 24: Video, 26: Video, 32: Video,
		34: Video, 36: Video, 38: Video, 40: Video, 44: Voice, 46: Voice, 48: Voice, 56: Voice, 63: BestEffort, 46 | 64: Voice,
	}
	for dscp, category := range want {
		if got := CategoryOf(dscp); got != category {
			t.Errorf("CategoryOf(%d) = %v, want %v", dscp, got, category)
		}
	}
}

// busyCell has five stations that never fall silent.
func busyCell() Config {
	cfg := Config{Seed: 3}
	for range 5 {
		cfg.Stations = append(cfg.Stations, Station{Up: OnOff{Rate: 40 * units.Mbps, OnMean: time.Hour, OffMean: time.Microsecond}})
	}
	return cfg
}

// meanDelay is the mean delay in ms of a packet every 10 ms.
func meanDelay(t *testing.T, cfg Config, p netem.Packet) float64 {
	r := newRig(t, cfg)
	var sum float64
	n := 0
	for range 500 {
		sent := r.now
		r.admit(1, p)
		r.run(r.now + 10*ms)
		for _, d := range r.take() {
			if d.Fate == netem.Arrived && d.At-sent < 10*ms {
				sum += float64(d.At-sent) / float64(ms)
				n++
			}
		}
	}
	return sum / float64(n)
}

// The higher the category, the shorter the wait; without WMM they are all alike.
func TestCategoriesContend(t *testing.T) {
	dscps := []uint8{46, 34, 0, 8}
	last := 0.0
	for _, dscp := range dscps {
		got := meanDelay(t, busyCell(), netem.Packet{DSCP: dscp})
		t.Logf("%v: %.2f ms", CategoryOf(dscp), got)
		if got <= last {
			t.Errorf("%v waits %.2f ms, not longer than the category above it with %.2f", CategoryOf(dscp), got, last)
		}
		last = got
	}
	cfg := busyCell()
	cfg.NoWMM = true
	first := meanDelay(t, cfg, netem.Packet{DSCP: 46})
	for _, dscp := range dscps {
		if got := meanDelay(t, cfg, netem.Packet{DSCP: dscp}); got != first {
			t.Errorf("without WMM DSCP %d waits %.3f ms, 46 %.3f", dscp, got, first)
		}
	}
}

// Within a device the higher category goes first even when both come at once.
func TestInternalCollision(t *testing.T) {
	r := newRig(t, quiet())
	r.run(ms)
	r.admit(1, netem.Packet{DSCP: 8})
	r.admit(1, netem.Packet{DSCP: 46})
	r.run(time100)
	out := r.take()
	if len(out) != 2 || out[0].DSCP != 46 {
		t.Fatalf("came out: %v, want voice first", out)
	}
	if n := r.cell.Stats().Collisions; n != 0 {
		t.Errorf("%d collisions on the air", n)
	}
	if gap := out[1].At - out[0].At; gap < 100*us {
		t.Errorf("background followed %d ns later: it did not back off", gap)
	}
}

// A TXOP sends PPDU after PPDU, SIFS apart, and ends in time.
func TestTXOP(t *testing.T) {
	r := newRig(t, quiet())
	r.admit(200, netem.Packet{DSCP: 34})
	r.run(time100)
	out := r.take()
	var ends []netem.True
	for _, d := range out {
		if len(ends) == 0 || d.At != ends[len(ends)-1] {
			ends = append(ends, d.At)
		}
	}
	const full = (44 + 80*16) * us
	if gap := ends[1] - ends[0]; gap != full+(16+32+16)*us {
		t.Errorf("the second PPDU ended %d after the first, want SIFS, block ack, SIFS and itself: %d", gap, full+64*us)
	}
	if length := ends[1] + 48*us - (ends[0] - full); length > 4096*us {
		t.Errorf("the first TXOP took %d", length)
	}
	if n := r.cell.Stats().Accesses; n != 2 {
		t.Errorf("%d accesses for 200 packets, want 2", n)
	}
}

// Two saturated headsets share the channel evenly, and the loss of one costs the other nothing but airtime.
func TestFairness(t *testing.T) {
	cfg := Config{Sessions: 2, Seed: 9}
	r := newRig(t, cfg)
	var got [2]int
	for range 500 {
		for s := range got {
			r.admit(100, netem.Packet{Flow: uint16(s), Dir: netem.Up})
		}
		r.run(r.now + 5*ms)
		for _, d := range r.take() {
			if d.Fate == netem.Arrived {
				got[d.Flow]++
			}
		}
	}
	if share := float64(got[0]) / float64(got[0]+got[1]); math.Abs(share-0.5) > 0.02 {
		t.Errorf("shares %v", got)
	}
	if s := r.cell.Stats(); s.Collisions == 0 || s.Collisions > s.Accesses/5 {
		t.Errorf("two saturated stations: %+v", s)
	}
}

// The chance that two saturated stations collide: both draw from 0 to 15, so one in 16 of first attempts.
func TestCollisionRate(t *testing.T) {
	cfg := quiet()
	cfg.Sessions, cfg.Seed, cfg.NoWMM, cfg.MaxMPDUs = 2, 1, true, 1
	r := newRig(t, cfg)
	for range 400 {
		for s := range 2 {
			r.admit(50, netem.Packet{Flow: uint16(s), Dir: netem.Up})
		}
		r.run(r.now + 5*ms)
	}
	s := r.cell.Stats()
	// Bianchi's model of 802.11 DCF with W=16 and n=2 gives 10.5 % a station; EDCA's grid differs slightly.
	if rate := float64(s.Collisions) / float64(s.Accesses); rate < 0.04 || rate > 0.12 {
		t.Errorf("%.3f of %d accesses collided", rate, s.Accesses)
	}
}
