package wifi

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
	"airbridge/units"
)

// A frame of video goes as aggregates, and each arrives at one instant.
func TestAggregates(t *testing.T) {
	for _, x := range []struct {
		name    string
		change  func(*Config)
		packets int
		dscp    uint8
		want    []int
	}{
		{"65,535 bytes are 51 datagrams of 1,200", func(*Config) {}, 116, 0, []int{51, 51, 14}},
		{"a window of 32", func(c *Config) { c.MaxMPDUs = 32 }, 70, 0, []int{32, 32, 6}},
		{"longer aggregates fill the window", func(c *Config) { c.MaxAMPDU = 1 << 20 }, 116, 0, []int{64, 52}},
		{
			"the longest PPDU of a slow link", func(c *Config) { c.Headsets = []Radio{{MCS: MCS0, Width: 20}} }, 10, 0,
			[]int{3, 3, 3, 1},
		},
		{"voice goes one by one", func(*Config) {}, 3, 46, []int{1, 1, 1}},
		{"an aggregate is at least one packet", func(c *Config) { c.MaxAMPDU = 1 }, 2, 0, []int{1, 1}},
	} {
		cfg := quiet()
		x.change(&cfg)
		r := newRig(t, cfg)
		r.admit(x.packets, netem.Packet{DSCP: x.dscp})
		r.run(time100)
		if got := trains(r.take()); !slices.Equal(got, x.want) {
			t.Errorf("%s: trains of %v, want %v", x.name, got, x.want)
		}
	}
}

const time100 = 100 * ms

// The airtimes of a lone exchange, from the standard's arithmetic.
func TestTimesOfAnExchange(t *testing.T) {
	r := newRig(t, quiet())
	r.run(ms) // on a channel idle from 0 slots begin 27 µs after it and then every 9 µs: the next is at 1008 µs
	r.admit(52, netem.Packet{DSCP: 0})
	r.run(time100)
	out := r.take()
	// 51 MPDUs of 4 + 1266 + 2 bytes less the last padding, and 22 bits, at 6533 bits a symbol of 16 µs.
	first := 1008*us + 44*us + 80*16*us
	if out[0].At != first || out[50].At != first {
		t.Errorf("the first aggregate arrived at %d and %d, want %d", out[0].At, out[50].At, first)
	}
	// Block ack after SIFS, AIFS, 0 to 15 slots of backoff, one MPDU.
	rest := out[51].At - first - (16+32+16+27+44+2*16)*us
	if rest < 0 || rest > 15*9*us || rest%(9*us) != 0 {
		t.Errorf("the rest came %v after the first aggregate, %v beside a backoff", out[51].At-first, rest)
	}
	if out[0].Queued != 8*time.Microsecond {
		t.Errorf("waited %v for the slot, want 8µs", out[0].Queued)
	}
}

func TestLegacyAirtime(t *testing.T) {
	for _, x := range []struct {
		bytes int
		rate  units.Bitrate
		want  netem.True
	}{
		{14, 24 * units.Mbps, 28 * us},
		{32, 24 * units.Mbps, 32 * us},
		{24, 24 * units.Mbps, 32 * us},
		{14, 6 * units.Mbps, 44 * us},
		{56, 24 * units.Mbps, 40 * us},
	} {
		if got := legacyAirtime(x.bytes, x.rate); got != x.want {
			t.Errorf("legacyAirtime(%d, %v) = %d, want %d", x.bytes, x.rate, got, x.want)
		}
	}
}

// Every packet has one fate, whatever ends it.
func TestFates(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(*Config)
		want   map[netem.Fate]int
	}{
		{"a good link", func(*Config) {}, map[netem.Fate]int{netem.Arrived: 300}},
		{"a full queue", func(c *Config) { c.Queue = 100 }, map[netem.Fate]int{netem.Arrived: 100, netem.Overflow: 200}},
		{
			"losses are repaired", func(c *Config) { c.Headsets = []Radio{{Loss: 0.3}}; c.RetryLimit = 255 },
			map[netem.Fate]int{netem.Arrived: 300},
		},
		{
			"no patience", func(c *Config) { c.Headsets = []Radio{{MCS: MCS0, Width: 20}}; c.Lifetime = 20 * time.Millisecond },
			map[netem.Fate]int{netem.Arrived: 15, netem.Expired: 285},
		},
	} {
		cfg := quiet()
		x.change(&cfg)
		r := newRig(t, cfg)
		r.admit(300, netem.Packet{})
		r.run(2000 * ms)
		got := map[netem.Fate]int{}
		for fate, n := range fates(r.take()) {
			if n > 0 {
				got[netem.Fate(fate)] = n
			}
		}
		if diff := cmp.Diff(x.want, got); diff != "" || len(r.under) > 0 {
			t.Errorf("%s: %d still under way, fates (-want +got):\n%s", x.name, len(r.under), diff)
		}
	}
}

// With a retry limit of 1 and a loss of a half, a quarter is given up; what arrives does so in order.
func TestRetries(t *testing.T) {
	cfg := quiet()
	cfg.Headsets, cfg.RetryLimit = []Radio{{Loss: 0.5}}, 1
	r := newRig(t, cfg)
	for range 100 {
		r.admit(100, netem.Packet{})
		r.run(r.now + 50*ms)
	}
	out := r.take()
	if lost := fates(out)[netem.Retries]; lost < 2200 || lost > 2800 {
		t.Errorf("%d of 10000 given up, want about 2500", lost)
	}
	if !slices.IsSortedFunc(out, func(a, b delivery) int { return int(a.ID) - int(b.ID) }) {
		t.Error("packets overtook each other")
	}
}

// Waiting counts from admission to the start of the PPDU, on top of what other media added.
func TestQueued(t *testing.T) {
	cfg := quiet()
	cfg.MaxMPDUs = 1
	r := newRig(t, cfg)
	r.admit(3, netem.Packet{Queued: time.Second})
	r.run(time100)
	last := time.Second
	for i, d := range r.take() {
		airtime := 44*us + 2*16*us
		if want := time.Second + time.Duration(d.At-airtime); d.Queued != want {
			t.Errorf("packet %d waited %v, want %v", i, d.Queued, want)
		}
		if d.Queued < last {
			t.Errorf("packet %d waited %v, less than the one before it", i, d.Queued)
		}
		last = d.Queued
	}
}

// After a missing block ack the sender asks for it before it sends data again. Here it is missing because the station
// leaves during the PPDU.
func TestBlockAckRequest(t *testing.T) {
	cfg := quiet()
	cfg.Headsets = []Radio{{Scan: Scan{Every: time.Second, For: 10 * time.Millisecond, First: 200 * time.Microsecond}}}
	r := newRig(t, cfg)
	q := r.cell.routes[0][netem.Down][BestEffort]
	r.admit(10, netem.Packet{})
	r.run(5 * ms)
	if !q.unanswered || len(r.out) > 0 || q.owner.window != 31 {
		t.Fatalf("after a miss: unanswered %v, %d packets out, contention window %d", q.unanswered, len(r.out), q.owner.window)
	}
	r.run(time100)
	out := r.take()
	if n := len(trains(out)); n != 1 || len(out) != 10 {
		t.Fatalf("%d packets in %d trains, want all 10 in one", len(out), n)
	}
	// Request, SIFS, block ack, SIFS and AIFS, at most 15 slots, then the data of 44 µs and 16 symbols.
	back := out[0].At - 10_200*us - (32+16+32+16+27+44+16*16)*us
	if back < 0 || back > 16*9*us {
		t.Errorf("the data came %d after the shortest way", back)
	}
	if q.unanswered || q.owner.window != 15 {
		t.Errorf("after success: unanswered %v, contention window %d", q.unanswered, q.owner.window)
	}
}
