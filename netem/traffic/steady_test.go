package traffic_test

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/traffic"
	"airbridge/units"
)

func TestSteadyRateIsExact(t *testing.T) {
	for _, c := range []struct {
		rate units.Bitrate
		size int32
	}{{10 * units.Mbps, 0}, {7_777_777, 1200}, {units.Gbps, 1500}, {64 * units.Kbps, 200}, {123_456_789, 65_535}} {
		m := build(t, &netem.Pass{}, traffic.Config{Steady: []traffic.Steady{{Rate: c.rate, Size: c.size}}})
		run(t, m, 20*time.Second)
		f := m.Flows(nil)[0]
		size := float64(c.size)
		if size == 0 {
			size = 1500
		}
		want := float64(c.rate) * 20 / 8 / size
		if math.Abs(float64(f.Arrived)-want) > 2 {
			t.Errorf("%v of %v bytes: %d packets in 20 s, want %.1f", c.rate, size, f.Arrived, want)
		}
		if f.Goodput != units.ByteCount(f.Arrived*int64(size)) {
			t.Errorf("%v: goodput %d of %d packets", c.rate, f.Goodput, f.Arrived)
		}
	}
}

// On for a third of the time, by fixed periods and by drawn ones.
func TestOnOff(t *testing.T) {
	for _, exponential := range []bool{false, true} {
		m := build(t, &netem.Pass{}, traffic.Config{Steady: []traffic.Steady{
			{Rate: 12 * units.Mbps, On: 100 * time.Millisecond, Off: 200 * time.Millisecond, Exponential: exponential},
		}})
		run(t, m, 600*time.Second)
		rate := float64(m.Flows(nil)[0].Goodput) * 8 / 600
		if rate < 3.7e6 || rate > 4.3e6 {
			t.Errorf("exponential %v: mean rate %.2f Mbit/s, want 4", exponential, rate/1e6)
		}
	}
}

// Fixed periods show as such: after a gap of 200 ms come 100 ms of packets.
func TestFixedPeriods(t *testing.T) {
	m := build(t, &netem.Pass{}, traffic.Config{Steady: []traffic.Steady{
		{Rate: 12 * units.Mbps, On: 100 * time.Millisecond, Off: 200 * time.Millisecond},
	}})
	var starts []netem.True
	last := netem.True(-1 << 40)
	for at := m.Next(); at < netem.True(3*time.Second); at = m.Next() {
		if at.Sub(last) > 100*time.Millisecond {
			starts = append(starts, at)
		}
		last = at
		m.Deliver(at, nil)
	}
	if len(starts) != 10 {
		t.Fatalf("%d bursts in 3 s, want 10", len(starts))
	}
	for i := range starts[1:] {
		if period := starts[i+1].Sub(starts[i]); period != 300*time.Millisecond {
			t.Errorf("period %v, want 300ms", period)
		}
	}
}
