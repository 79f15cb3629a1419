package wifi

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/units"
)

// Whatever the cell and the traffic, every packet comes out exactly once, nothing overtakes inside a queue, and time runs
// forwards.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := drawConfig(rt)
		r := newRig(t, cfg)
		for range rapid.IntRange(1, 60).Draw(rt, "trains") {
			r.admit(rapid.IntRange(1, 150).Draw(rt, "packets"), netem.Packet{
				Size: rapid.Int32Range(29, 1500).Draw(rt, "size"),
				Flow: uint16(rapid.IntRange(0, max(cfg.Sessions, 1)-1).Draw(rt, "flow")),
				Dir:  netem.Dir(rapid.IntRange(0, 1).Draw(rt, "dir")),
				DSCP: rapid.Uint8Range(0, 63).Draw(rt, "dscp"),
			})
			r.run(r.now + netem.True(rapid.Int64Range(0, 20e6).Draw(rt, "pause")))
		}
		r.run(r.now + netem.True(5*time.Second))
		if len(r.under) > 0 {
			rt.Fatalf("%d packets never came out", len(r.under))
		}
		checkOrder(rt, r)
	})
}

func drawConfig(t *rapid.T) Config {
	cfg := Config{
		Seed:     rapid.Uint64().Draw(t, "seed"),
		Sessions: rapid.IntRange(0, 3).Draw(t, "sessions"),
		NoWMM:    rapid.Bool().Draw(t, "no WMM"),
		MaxMPDUs: rapid.SampledFrom([]int{0, 1, 256}).Draw(t, "window"),
		MaxAMPDU: units.ByteCount(rapid.SampledFrom([]int{0, 1 << 20}).Draw(t, "A-MPDU")),
		Queue:    rapid.SampledFrom([]int{0, 1, 100}).Draw(t, "queue"),
		Lifetime: rapid.SampledFrom([]time.Duration{0, 5 * time.Millisecond}).Draw(t, "lifetime"),
		Headsets: []Radio{{
			Loss:   rapid.SampledFrom([]float64{0, 0.3, 0.95}).Draw(t, "loss"),
			Fading: rapid.SampledFrom([]Fading{{}, {SNR: 25, Sigma: 6}}).Draw(t, "fading"),
			Scan:   rapid.SampledFrom([]Scan{{}, {Every: 100 * time.Millisecond}}).Draw(t, "scan"),
			Roam:   rapid.SampledFrom([]Roam{{}, {Mean: 100 * time.Millisecond}}).Draw(t, "roam"),
		}},
		Microwave: rapid.SampledFrom([]Microwave{{}, {For: time.Hour, Loss: 1}}).Draw(t, "oven"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "stations") {
		o := OnOff{
			Rate: units.Bitrate(rapid.Int64Range(1e5, 2e8).Draw(t, "rate")), OnMean: 20 * time.Millisecond,
			OffMean: 20 * time.Millisecond, Category: Category(rapid.IntRange(0, 3).Draw(t, "category")),
		}
		cfg.Stations = append(cfg.Stations, rapid.SampledFrom([]Station{{Up: o}, {Down: o}, {Up: o, Down: o}}).Draw(t, "station"))
	}
	return cfg
}

// checkOrder finds packets that overtook others of their queue; overflows never entered it.
func checkOrder(t *rapid.T, r *rig) {
	last := map[*queue]uint32{}
	for _, d := range r.out {
		if d.Fate == netem.Overflow {
			continue
		}
		q := r.cell.of(d.Flow)[d.Dir][CategoryOf(d.DSCP)]
		if d.ID < last[q] {
			t.Fatalf("packet %d came out after %d", d.ID, last[q])
		}
		last[q] = d.ID
	}
}

// busyRun is a second of a cell with everything in it.
func busyRun(t *testing.T, seed uint64) []delivery {
	cfg := busyCell()
	cfg.Seed, cfg.Sessions = seed, 2
	cfg.Headsets = []Radio{{Fading: Fading{SNR: 30, Sigma: 5}, Loss: 0.02, Roam: Roam{Mean: 300 * time.Millisecond}}}
	r := newRig(t, cfg)
	for r.now < 1000*ms {
		r.admit(60, netem.Packet{DSCP: 34})
		r.admit(60, netem.Packet{DSCP: 34, Flow: 1})
		r.admit(1, netem.Packet{DSCP: 46, Dir: netem.Up})
		r.run(r.now + 13_888_888)
	}
	return r.take()
}

func TestSameSeedSameRun(t *testing.T) {
	first := busyRun(t, 1)
	if !slices.Equal(first, busyRun(t, 1)) {
		t.Error("the same seed gave another run")
	}
	if slices.Equal(first, busyRun(t, 2)) {
		t.Error("two seeds gave the same run")
	}
}

// How the owner slices its calls changes nothing, as long as it calls when something is due.
func TestDeliverOften(t *testing.T) {
	run := func(pause netem.True) []delivery {
		r := newRig(t, busyCell())
		for i := range netem.True(30) {
			for r.now+pause < i*10*ms {
				r.run(r.now + pause)
			}
			r.run(i * 10 * ms)
			r.admit(80, netem.Packet{DSCP: 34})
		}
		r.run(1000 * ms)
		return r.take()
	}
	if !slices.Equal(run(10*ms), run(37*us)) {
		t.Error("calls in between changed the run")
	}
}

// Overflows are due at once, and an idle cell without beacons has nothing to do.
func TestNext(t *testing.T) {
	cfg := quiet()
	cfg.Queue = 1
	r := newRig(t, cfg)
	if next := r.cell.Next(); next != netem.Never {
		t.Errorf("Next() of an idle cell = %d", next)
	}
	r.run(5 * ms)
	r.admit(2, netem.Packet{})
	if next := r.cell.Next(); next != 5*ms {
		t.Errorf("Next() after an overflow = %d, want now", next)
	}
	r.run(6 * ms)
	if n := fates(r.take()); n[netem.Overflow] != 1 || n[netem.Arrived] != 1 {
		t.Errorf("fates %v", n)
	}
	if next := r.cell.Next(); next != netem.Never {
		t.Errorf("Next() afterwards = %d", next)
	}
}

// cellLoad is video over a cell, frame by frame.
type cellLoad struct {
	cell  *Cell
	now   netem.True
	train []netem.Packet
	out   []netem.Packet
}

func newCellLoad(cfg Config) *cellLoad {
	c, err := New(cfg)
	if err != nil {
		panic(err)
	}
	return &cellLoad{cell: c, train: slices.Repeat([]netem.Packet{{Size: 1228, DSCP: 34}}, 116)}
}

func (l *cellLoad) frame() {
	l.cell.Admit(l.now, l.train)
	l.now += netem.True(time.Second) / 72
	for next := l.cell.Next(); next <= l.now; next = l.cell.Next() {
		l.out = l.cell.Deliver(next, l.out[:0])
	}
}

func TestNoAllocation(t *testing.T) {
	cfg := busyCell()
	cfg.Headsets = []Radio{{
		Loss: .05, Fading: Fading{SNR: 30, Sigma: 3}, Scan: Scan{Every: 200 * time.Millisecond},
		Roam: Roam{Mean: 200 * time.Millisecond},
	}}
	cfg.Queue, cfg.Lifetime = 200, 50*time.Millisecond
	l := newCellLoad(cfg)
	for range 300 {
		l.frame()
	}
	if n := testing.AllocsPerRun(500, l.frame); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// BenchmarkCell measures simulated seconds a wall second of 72 frames a second at 80 Mbit/s.
func BenchmarkCell(b *testing.B) {
	for _, x := range []struct {
		name   string
		others int
		mbps   units.Bitrate
		noWMM  bool
	}{{"clean", 0, 0, true}, {"3x15", 3, 15, true}, {"5x25", 5, 25, true}, {"3x15-wmm", 3, 15, false}} {
		b.Run(x.name, func(b *testing.B) {
			cfg := Config{NoWMM: x.noWMM}
			for range x.others {
				cfg.Stations = append(cfg.Stations, Station{Up: OnOff{Rate: x.mbps * units.Mbps}})
			}
			l := newCellLoad(cfg)
			draw := stream.New(1, "bench")
			b.ReportAllocs()
			for b.Loop() {
				l.train = l.train[:100+draw.IntN(16)]
				l.frame()
			}
			b.ReportMetric(float64(b.N)/72/b.Elapsed().Seconds(), "sim_s/s")
		})
	}
}

// Whenever a headset is away nothing of its comes or goes, and what is told of it is that, whatever else happens in the
// cell: scans and roaming at once, loss, fading, an oven.
func TestNothingPassesWhileAway(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := drawConfig(rt)
		cfg.Lifetime = time.Minute
		every := time.Duration(rapid.IntRange(60, 400).Draw(rt, "every")) * time.Millisecond
		cfg.Headsets = []Radio{{
			Scan: Scan{Every: every, For: every / time.Duration(rapid.IntRange(2, 9).Draw(rt, "part")), First: time.Duration(rapid.IntRange(1, 300).Draw(rt, "first")) * time.Millisecond},
			Roam: rapid.SampledFrom([]Roam{{}, {Mean: 100 * time.Millisecond, For: 30 * time.Millisecond}}).Draw(rt, "roam"),
		}}
		cfg.Sessions = 1
		r := newRig(t, cfg)
		for r.now < 1000*ms {
			r.admit(3, netem.Packet{DSCP: 34})
			r.admit(1, netem.Packet{DSCP: 46, Dir: netem.Up})
			r.run(r.now + 7*ms)
		}
		spans := slices.DeleteFunc(r.cell.Spans(0, r.now, nil), func(s netem.Span) bool { return s.Name == "microwave" })
		for _, d := range r.take() {
			for _, s := range spans {
				if d.Fate == netem.Arrived && d.At > s.From && d.At <= s.To {
					rt.Fatalf("packet %d arrived at %d, in the %s from %d to %d", d.ID, d.At, s.Name, s.From, s.To)
				}
			}
		}
	})
}

// Whoever asks for the spans of a time gets those of the whole that touch it, in order, however the cell is set up.
func TestSpansAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := drawConfig(rt)
		cfg.Sessions = rapid.IntRange(1, 4).Draw(rt, "headsets")
		c, err := New(cfg)
		if err != nil {
			rt.Fatal(err)
		}
		all := c.Spans(0, 3000*ms, nil)
		from := netem.True(rapid.Int64Range(0, 2900e6).Draw(rt, "from"))
		to := from + netem.True(rapid.Int64Range(1, 100e6).Draw(rt, "length"))
		var want []netem.Span
		for _, s := range all {
			if s.From < to && s.To > from {
				want = append(want, s)
			}
			if s.To <= s.From {
				rt.Fatalf("span %+v has no length", s)
			}
		}
		got := c.Spans(from, to, nil)
		if !slices.Equal(got, want) {
			rt.Fatalf("from %d to %d: %v, of all they are %v", from, to, got, want)
		}
	})
}
