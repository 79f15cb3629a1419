package wifi

import (
	"math"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/units"
)

// Over a long time a source sends its rate times the share of the time that it is on.
func TestOnOffRate(t *testing.T) {
	for _, o := range []OnOff{
		{Rate: 15 * units.Mbps, OffShape: 3}, // a third of the time; with a light tail, or the mean never settles
		{Rate: 5 * units.Mbps, OnMean: time.Second, OffMean: time.Second, OffShape: 3},
		{Rate: 5 * units.Mbps, OnMean: time.Second, OffMean: time.Microsecond, Size: 200},
	} {
		o = o.withDefaults()
		s := newSource(o, stream.New(1, "test"))
		const length = 20_000
		packets := s.take(length * 1000 * ms)
		got := float64(packets) * float64(o.Size-netem.Overhead) * 8 / length
		want := float64(o.Rate) * o.OnMean.Seconds() / (o.OnMean + o.OffMean).Seconds()
		if math.Abs(got/want-1) > 0.03 {
			t.Errorf("%+v: %.0f bit/s, want %.0f", o, got, want)
		}
	}
}

// However often one looks, the same packets come.
func TestOnOffIsPatient(t *testing.T) {
	o := OnOff{Rate: 15 * units.Mbps}.withDefaults()
	seldom, often := newSource(o, stream.New(1, "test")), newSource(o, stream.New(1, "test"))
	n := 0
	for now := netem.True(0); now <= 10_000*ms; now += 500 * us {
		n += often.take(now)
	}
	if want := seldom.take(10_000 * ms); n != want || often.next != seldom.next || n == 0 {
		t.Errorf("%d packets in steps, %d at once", n, want)
	}
}

// Off periods are Pareto: never shorter than their scale, and now and then very long.
func TestOffPeriods(t *testing.T) {
	o := OnOff{Rate: 100 * units.Mbps, OnMean: 10 * time.Millisecond}.withDefaults()
	s := newSource(o, stream.New(4, "test"))
	var longest, sum netem.True
	for range 2000 {
		end := s.end
		s.take(s.end)
		off := s.next - end
		if scale := netem.True(time.Second / 3); off < scale {
			t.Fatalf("an off period of %d, shorter than %d", off, scale)
		}
		longest, sum = max(longest, off), sum+off
	}
	if longest < 10_000*ms {
		t.Errorf("longest off period %d: no heavy tail", longest)
	}
	if mean := sum / 2000; mean < 700*ms || mean > 1500*ms {
		t.Errorf("mean off period %d, want about 1 s", mean)
	}
}

// Even a source whose periods last for ever comes to an end that the cell can count with.
func TestOnOffNeverOverflows(t *testing.T) {
	o := OnOff{Rate: units.Kbps, OnMean: time.Millisecond, OffMean: longest, OffShape: 1.01}.withDefaults()
	s := newSource(o, stream.New(2, "test"))
	last := s.next
	for range 1000 {
		if s.next == later {
			return
		}
		s.take(s.next)
		if s.next < last {
			t.Fatalf("arrivals run backwards: %d after %d", s.next, last)
		}
		last = s.next
	}
	t.Error("a thousand periods with a mean of ten years fit into three centuries")
}

// Background traffic is the same whatever the headset does.
func TestBackgroundIsItsOwn(t *testing.T) {
	run := func(frames int) source {
		cfg := Config{Stations: []Station{{Up: OnOff{Rate: 15 * units.Mbps}}}}
		r := newRig(t, cfg)
		for range frames {
			r.admit(100, netem.Packet{})
			r.run(r.now + 14*ms)
		}
		r.run(5000 * ms)
		s := *r.cell.contenders[len(r.cell.contenders)-1].queues[0].source
		s.take(10_000 * ms)
		return s
	}
	if a, b := run(0), run(300); a.next != b.next || a.end != b.end {
		t.Errorf("next %d and end %d without video, %d and %d with it", a.next, a.end, b.next, b.end)
	}
}
