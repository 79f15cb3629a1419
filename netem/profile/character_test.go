package profile_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
)

const ms = time.Millisecond

// probe sends a packet every so often in one direction and says when each arrived, -1 for those that did not.
func probe(m netem.Medium, p netem.Packet, every, length time.Duration) (arrived []time.Duration, out []netem.Packet) {
	var came []netem.Packet
	deliver := func(until netem.True) {
		for at := m.Next(); at <= until; at = m.Next() {
			came = m.Deliver(at, came[:0])
			for _, c := range came {
				out = append(out, c)
				if c.Fate == netem.Arrived {
					arrived[c.ID] = at.Sub(0)
				}
			}
		}
	}
	for now := time.Duration(0); now < length; now += every {
		deliver(netem.True(now))
		p.ID = uint32(len(arrived))
		arrived = append(arrived, -1)
		m.Admit(netem.True(now), []netem.Packet{p})
	}
	deliver(netem.True(length + 10*time.Second))
	return arrived, out
}

// delaysOf turns arrivals of packets sent so often into their delays, without those that were lost.
func delaysOf(arrived []time.Duration, every time.Duration) (d []time.Duration) {
	for i, at := range arrived {
		if at >= 0 {
			d = append(d, at-time.Duration(i)*every)
		}
	}
	return d
}

// saturated measures what a link carries of 1428-byte packets in a window of time, in bit/s with all headers.
func saturated(m netem.Medium, d netem.Dir, from, to time.Duration) float64 {
	var bits float64
	var out []netem.Packet
	train := make([]netem.Packet, 125)
	for now := netem.True(0); now < netem.True(to); now += netem.True(ms) {
		for at := m.Next(); at <= now; at = m.Next() {
			out = m.Deliver(at, out[:0])
			for _, p := range out {
				if p.Fate == netem.Arrived && at >= netem.True(from) {
					bits += float64(p.Size) * 8
				}
			}
		}
		for i := range train {
			train[i] = netem.Packet{Size: 1428, Dir: d, DSCP: 34}
		}
		m.Admit(now, train)
	}
	return bits / (to - from).Seconds()
}

// The rate in a profile's line is what it carries, and what it tells of itself.
func TestRatesOfProfiles(t *testing.T) {
	for _, c := range []struct {
		name     string
		dir      netem.Dir
		from, to time.Duration
		want     float64 // bit/s
		off      float64 // share it may be off by
	}{
		{"usb", netem.Down, 0, 2 * time.Second, 300e6, 0.01},
		{"usb", netem.Up, 0, 2 * time.Second, 300e6, 0.01},
		{"ethernet", netem.Down, 0, time.Second, 1e9, 0.01},
		{"lossy", netem.Down, 0, 5 * time.Second, 99e6, 0.01},
		{"bursty", netem.Up, 0, 10 * time.Second, 92.6e6, 0.01},
		{"bufferbloat", netem.Down, 2 * time.Second, 4 * time.Second, 60e6, 0.01},
		{"asymmetric-uplink", netem.Down, time.Second, 3 * time.Second, 100e6, 0.01},
		{"asymmetric-uplink", netem.Up, time.Second, 5 * time.Second, 1e6, 0.02},
		{"l4s", netem.Down, time.Second, 3 * time.Second, 100e6, 0.02},
		{"capacity-drop", netem.Down, 35 * time.Second, 39 * time.Second, 100e6, 0.01},
		{"capacity-drop", netem.Down, 45 * time.Second, 55 * time.Second, 250e6, 0.01},
		{"capacity-drop", netem.Down, 65 * time.Second, 75 * time.Second, 60e6, 0.01},
		{"capacity-drop", netem.Down, 85 * time.Second, 95 * time.Second, 100e6, 0.01},
		{"capacity-drop", netem.Down, 145 * time.Second, 155 * time.Second, 250e6, 0.01}, // the second round
		{"capacity-drop", netem.Up, 65 * time.Second, 70 * time.Second, 100e6, 0.01},
		// Of the air rate a cell carries what is left after preambles, backoffs and answers.
		{"wifi6-near", netem.Down, time.Second, 3 * time.Second, 1.06e9, 0.12},
		{"wifi6e-160", netem.Down, time.Second, 3 * time.Second, 1.2e9, 0.25},
		{"wifi5-near", netem.Down, time.Second, 3 * time.Second, 560e6, 0.2},
	} {
		m := build(t, named(t, c.name).Spec, 1)
		got := saturated(m, c.dir, c.from, c.to)
		if math.Abs(got/c.want-1) > c.off {
			t.Errorf("%s %v from %v: %.1f Mbit/s, want %.1f", c.name, c.dir, c.from, got/1e6, c.want/1e6)
		}
	}
}

// One packet on an idle link takes what the profile says that the way takes.
func TestDelaysOfProfiles(t *testing.T) {
	const us = time.Microsecond
	for _, c := range []struct {
		name          string
		least, middle time.Duration // of 1,000 packets of 125 bytes
		most          time.Duration
	}{
		{"perfect", 100 * us, 100 * us, 100 * us},
		{"ethernet", 201 * us, 201 * us, 201 * us},
		{"usb", 1003333, 1003333, 1003334},
		{"capacity-drop", 2010 * us, 2010 * us, 2010 * us},
		{"bufferbloat", 2016666, 2016666, 2016667},
		{"l4s", 5010 * us, 5010 * us, 5010 * us},
		{"jittery", 5010 * us, 20 * ms, 35100 * us},  // 20 ms, cut at 15 ms to either side
		{"reordering", 3010 * us, 5 * ms, 7010 * us}, // 5 ms, 2 ms to either side
		{"heavy-tail", 2010 * us, 2200 * us, 17100 * us},
	} {
		arrived, _ := probe(build(t, named(t, c.name).Spec, 1), netem.Packet{Size: 125}, 20*ms, 20*time.Second)
		d := delaysOf(arrived, 20*ms)
		least, middle, most := slices.Min(d), quantile(d, 0.5), slices.Max(d)
		if least < c.least || most > c.most {
			t.Errorf("%s: %v to %v, want %v to %v", c.name, least, most, c.least, c.most)
		}
		if off := (middle - c.middle).Abs(); off > c.middle/20 {
			t.Errorf("%s: median %v, want %v", c.name, middle, c.middle)
		}
	}
}

// Who sends packets closer together than the jitter sees them out of order where the profile says so, and only there.
func TestOrderOfProfiles(t *testing.T) {
	for _, p := range profile.List() {
		_, out := probe(build(t, p.Spec, 1), netem.Packet{Size: 1200, DSCP: 34}, 300*time.Microsecond, 3*time.Second)
		swaps, last := 0, uint32(0)
		for _, c := range out {
			if c.Fate != netem.Arrived {
				continue
			}
			if c.ID < last {
				swaps++
			}
			last = max(last, c.ID)
		}
		if p.Name == "reordering" != (swaps > 0) || swaps > 0 && swaps < 500 {
			t.Errorf("%s: %d of %d packets came after a later one", p.Name, swaps, len(out))
		}
	}
}

func TestCopiesOfProfiles(t *testing.T) {
	for _, p := range profile.List() {
		_, out := probe(build(t, p.Spec, 1), netem.Packet{Size: 200, DSCP: 34}, 500*time.Microsecond, 10*time.Second)
		doubled, flipped := 0, 0
		for _, c := range out {
			if c.Fate == netem.Doubled {
				doubled++
			}
			if c.Flip != 0 {
				flipped++
			}
		}
		if p.Name == "reordering" && (doubled < 8 || doubled > 40) || p.Name != "reordering" && doubled > 0 {
			t.Errorf("%s: %d of 20000 doubled", p.Name, doubled)
		}
		if flipped > 0 {
			t.Errorf("%s: %d damaged, and no profile says so", p.Name, flipped)
		}
	}
}

// runsLost returns how many losses in a row there were, of each length.
func runsLost(arrived []time.Duration) (lengths []int) {
	run := 0
	for _, at := range arrived {
		switch {
		case at < 0:
			run++
		case run > 0:
			lengths = append(lengths, run)
			run = 0
		}
	}
	return lengths
}

func mean[T int | time.Duration](list []T) float64 {
	var sum float64
	for _, v := range list {
		sum += float64(v)
	}
	return sum / float64(len(list))
}

// Independent losses come one by one, those of the Gilbert-Elliott profile in bursts, in both directions alike.
func TestLossesOfProfiles(t *testing.T) {
	for _, c := range []struct {
		name              string
		share             float64
		least, most       float64 // mean length of a run of losses
		longest, noLonger int
	}{
		{"lossy", 0.01, 1, 1.03, 1, 4},
		{"bursty", 0.0740, 1.09, 1.16, 3, 9}, // independent losses of 7.4 % would have runs of 1.08
	} {
		for _, d := range []netem.Dir{netem.Down, netem.Up} {
			arrived, out := probe(build(t, named(t, c.name).Spec, 2), netem.Packet{Size: 200, Dir: d}, 200*time.Microsecond, 60*time.Second)
			lost, runs := 0, runsLost(arrived)
			for _, p := range out {
				if p.Fate == netem.Lost {
					lost++
				}
			}
			if share := float64(lost) / float64(len(arrived)); math.Abs(share/c.share-1) > 0.05 {
				t.Errorf("%s %v: %.4f lost, want %v", c.name, d, share, c.share)
			}
			if length := mean(runs); length < c.least || length > c.most {
				t.Errorf("%s %v: losses come %.3f in a row, want %v to %v", c.name, d, length, c.least, c.most)
			}
			if most := slices.Max(runs); most < c.longest || most > c.noLonger {
				t.Errorf("%s %v: at most %d losses in a row, want %d to %d", c.name, d, most, c.longest, c.noLonger)
			}
		}
	}
}

// gaps returns the times in which nothing came for at least so long, of packets sent every millisecond.
func gaps(arrived []time.Duration, least time.Duration) (list []netem.Span) {
	last := time.Duration(0)
	for _, at := range arrived {
		if at < 0 {
			continue
		}
		if at-last >= least {
			list = append(list, netem.Span{From: netem.True(last), To: netem.True(at)})
		}
		last = max(last, at)
	}
	return list
}

// A disturbance that reports will shade is where packets feel it, and they feel none elsewhere.
func TestSpansAreWherePacketsFeelThem(t *testing.T) {
	for _, c := range []struct {
		name        string
		least, most time.Duration // of a gap
		count       [2]int        // in two minutes
	}{
		{"background-scan", 75 * ms, 90 * ms, [2]int{12, 12}},
		{"mesh-roam", 145 * ms, 160 * ms, [2]int{2, 9}},
		{"outage", 10 * ms, 4 * time.Second, [2]int{2, 9}},
	} {
		var spans []netem.Span
		felt := map[netem.Span]bool{}
		for _, d := range []netem.Dir{netem.Down, netem.Up} { // an outage may be of one direction only
			m := build(t, named(t, c.name).Spec, 5)
			arrived, _ := probe(m, netem.Packet{Size: 400, Dir: d, DSCP: 34}, ms, 2*time.Minute)
			spans = m.(netem.Narrator).Spans(0, netem.True(2*time.Minute), nil)
			spans = slices.DeleteFunc(spans, func(s netem.Span) bool { return s.To-s.From < netem.True(10*ms) })
			all := gaps(arrived, 9*ms)
			if len(all) < c.count[0] || len(all) > c.count[1] {
				t.Errorf("%s %v: %d gaps, want %v", c.name, d, len(all), c.count)
			}
			for _, g := range all {
				i := slices.IndexFunc(spans, func(s netem.Span) bool {
					return (g.From-s.From).Sub(0).Abs() <= 6*ms && (g.To-s.To).Sub(0).Abs() <= 6*ms
				})
				if i < 0 {
					t.Errorf("%s %v: a gap from %v to %v, and no span of it", c.name, d, g.From.Sub(0), g.To.Sub(0))
					continue
				}
				felt[spans[i]] = true
				if length := g.To.Sub(g.From); length < c.least || length > c.most {
					t.Errorf("%s %v: a gap of %v, want %v to %v", c.name, d, length, c.least, c.most)
				}
			}
		}
		for _, s := range spans {
			if !felt[s] {
				t.Errorf("%s: a %s from %v to %v that no packet felt", c.name, s.Name, s.From.Sub(0), s.To.Sub(0))
			}
		}
	}
}

// The first outage of the profile and the first scan are where the documentation puts them.
func TestPlannedDisturbances(t *testing.T) {
	for name, want := range map[string]netem.Span{
		"outage":          {From: netem.True(10 * time.Second), To: netem.True(11 * time.Second), Name: "outage"},
		"background-scan": {From: netem.True(5 * time.Second), To: netem.True(5080 * ms), Name: "scan"},
		"microwave":       {From: netem.True(5 * time.Second), To: netem.True(25 * time.Second), Name: "microwave"},
	} {
		m := build(t, named(t, name).Spec, 9)
		if spans := m.(netem.Narrator).Spans(0, netem.True(time.Minute), nil); !slices.Contains(spans, want) {
			t.Errorf("%s: %v, want %v among them", name, spans, want)
		}
	}
}

// An oven costs packets delay while it runs, in its part of each period of the mains.
func TestMicrowaveProfile(t *testing.T) {
	arrived, _ := probe(build(t, named(t, "microwave").Spec, 1), netem.Packet{Size: 1200, DSCP: 34}, ms, 60*time.Second)
	delays := func(from, to int, radiates bool) (d []time.Duration) {
		for i := from * 1000; i < to*1000; i++ {
			if arrived[i] >= 0 && (i%20 < 8) == radiates {
				d = append(d, arrived[i]-time.Duration(i)*ms)
			}
		}
		return d
	}
	calm, pause, heat := mean(delays(26, 59, true)), mean(delays(6, 24, false)), mean(delays(6, 24, true))
	if heat < 1.7*calm {
		t.Errorf("while the oven radiates packets take %v, without it %v: want them to suffer", time.Duration(heat), time.Duration(calm))
	}
	if pause > 2*calm {
		t.Errorf("between its pulses packets take %v, without it %v: want about as long", time.Duration(pause), time.Duration(calm))
	}
}

// Far from the access point the rate moves, and is a fraction of the near one's.
func TestFadingProfile(t *testing.T) {
	m := build(t, named(t, "wifi5-far").Spec, 1)
	capacity := m.(netem.Gauge)
	seen, usual := map[int]bool{}, 0
	var out []netem.Packet
	for now := netem.True(0); now < netem.True(30*time.Second); now += netem.True(5 * ms) {
		m.Admit(now, []netem.Packet{{Size: 1200, DSCP: 34}, {Size: 1200, DSCP: 34}})
		for at := m.Next(); at <= now+netem.True(5*ms)-1; at = m.Next() {
			out = m.Deliver(at, out[:0])
		}
		c := capacity.Capacity(now, netem.Down)
		seen[int(c/1e7)] = true
		if c > 150e6 && c < 440e6 { // what is left of MCS 3 to 5
			usual++
		}
	}
	if usual < 6000*8/10 {
		t.Errorf("%d of 6000 times the rate was one of MCS 3 to 5, want most", usual)
	}
	if len(seen) < 4 {
		t.Errorf("the capacity took %d values in steps of 10 Mbit/s, want it to vary", len(seen))
	}
}

// Links with other traffic: what it takes, and what its queue makes of it.
func TestSharedProfiles(t *testing.T) {
	backlog := func(name string, at time.Duration) time.Duration {
		m := build(t, named(t, name).Spec, 1)
		for next := m.Next(); next <= netem.True(at); next = m.Next() {
			m.Deliver(next, nil)
		}
		return m.(netem.Gauge).Backlog(netem.True(at), netem.Down)
	}
	if got := backlog("download", 4900*ms); got != 0 {
		t.Errorf("download: a backlog of %v before it begins at 5 s", got)
	}
	most := time.Duration(0)
	for at := 8 * time.Second; at < 30*time.Second; at += time.Second {
		most = max(most, backlog("download", at))
	}
	if most < 80*ms || most > 101*ms {
		t.Errorf("download: a backlog of up to %v, want the queue of 100 ms filled", most)
	}
	// A probe in the smart queue hardly waits, where the same downloads behind drop-tail would fill 100 ms.
	arrived, _ := probe(build(t, named(t, "smart-queue").Spec, 1), netem.Packet{Size: 1200}, 5*ms, 30*time.Second)
	if p99 := quantile(delaysOf(arrived, 5*ms), 0.99); p99 > 4*ms {
		t.Errorf("smart-queue: a quiet flow takes %v, want it spared", p99)
	}
	arrived, _ = probe(build(t, named(t, "browsing").Spec, 1), netem.Packet{Size: 1200}, 5*ms, 60*time.Second)
	d := delaysOf(arrived, 5*ms)
	if p50, most := quantile(d, 0.5), slices.Max(d); p50 > 2200*time.Microsecond || most < 3*ms || most > 30*ms {
		t.Errorf("browsing: median %v, at most %v: want files to be felt, now and then, a little", p50, most)
	}
}

// Packets that can be marked are, from 0.8 ms of queueing on, and keep their own short queue.
func TestL4SProfile(t *testing.T) {
	for ecn, marked := range map[uint8]bool{netem.ECT1: true, netem.NotECT: false} {
		m := build(t, named(t, "l4s").Spec, 1)
		marks, arrived := 0, 0
		var out []netem.Packet
		for now := netem.True(0); now < netem.True(10*time.Second); now += netem.True(10 * ms) {
			for at := m.Next(); at <= now; at = m.Next() {
				out = m.Deliver(at, out[:0])
				for _, p := range out {
					if p.Fate == netem.Arrived {
						arrived++
					}
					if p.ECN == netem.CE {
						marks++
						if p.Queued < 800*time.Microsecond {
							t.Fatalf("marked after %v in the queue", p.Queued)
						}
					}
				}
			}
			burst := make([]netem.Packet, 40) // 4.8 ms at 100 Mbit/s
			for i := range burst {
				burst[i] = netem.Packet{Size: 1500, ECN: ecn}
			}
			m.Admit(now, burst)
		}
		if share := float64(marks) / float64(arrived); marked != (share > 0.6) || !marked && marks > 0 {
			t.Errorf("ECN %d: %.2f marked", ecn, share)
		}
	}
}
