package wifi

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/netem"
	"airbridge/units"
)

// A session that nobody announced brings its headset along; the queues of the others stay as they are.
func TestSessionsTurnUp(t *testing.T) {
	r := newRig(t, Config{Sessions: 1, Headsets: []Radio{{MCS: 11}, {MCS: 2}}})
	for _, flow := range []uint16{0, 1, 5, 63} {
		r.admit(20, netem.Packet{Flow: flow, DSCP: 34})
		r.admit(5, netem.Packet{Flow: flow, Dir: netem.Up})
		r.run(r.now + 20*ms)
		if out := r.take(); len(out) != 25 || fates(out)[netem.Arrived] != 25 {
			t.Fatalf("session %d: %d of 25 packets came out, fates %v", flow, len(out), fates(out))
		}
	}
	if n := len(r.cell.headsets); n != MaxSessions {
		t.Errorf("%d headsets, want %d", n, MaxSessions)
	}
	if a, b, last := r.cell.headsets[0].cfg.MCS, r.cell.headsets[1].cfg.MCS, r.cell.headsets[63].cfg.MCS; a != 11 || b != 2 || last != 2 {
		t.Errorf("MCS %d, %d, %d: want the last entry to serve for the rest", a, b, last)
	}
}

// There is a bound: sessions beyond it share the headsets that there are, and no number makes the cell panic.
func TestSessionsWithoutEnd(t *testing.T) {
	r := newRig(t, Config{})
	for flow := 0; flow < 1<<16; flow += 251 {
		r.admit(1, netem.Packet{Flow: uint16(flow)})
		r.run(r.now + 2*ms)
	}
	r.run(r.now + 100*ms)
	if n := fates(r.take())[netem.Arrived]; n != 262 {
		t.Errorf("%d of 262 packets arrived", n)
	}
	if n := len(r.cell.headsets); n > MaxSessions {
		t.Errorf("%d headsets", n)
	}
	if r.cell.of(64) != r.cell.of(0) || r.cell.of(130) != r.cell.of(2) || r.cell.of(3) == r.cell.of(2) {
		t.Error("sessions 64 and 130 do not share the headsets 0 and 2")
	}
}

// A headset that turns up later draws what it would have drawn from the beginning, and the stations and the guests around it
// what they draw without it.
func TestRadiosDrawByTheirNames(t *testing.T) {
	faded := Radio{Fading: Fading{SNR: 25, Sigma: 4}, Roam: Roam{Mean: time.Second}}
	cfg := Config{Seed: 4, Headsets: []Radio{faded}, Guests: []Radio{faded, faded}, Stations: []Station{{Radio: faded, Up: OnOff{Rate: units.Mbps}}}}
	walk := func(r *radio) (list []float64) {
		for at := netem.True(0); at < 5000*ms; at += 100 * ms {
			r.fade(at)
			list = append(list, r.snr, float64(r.away(at)))
		}
		return list
	}
	few := newRig(t, cfg).cell
	cfg.Sessions = 3
	many := newRig(t, cfg).cell
	few.of(2)
	for i := range many.headsets {
		if diff := cmp.Diff(walk(many.headsets[i]), walk(few.headsets[i])); diff != "" {
			t.Errorf("headset %d: %s", i, diff)
		}
	}
	for i := range many.guests {
		if diff := cmp.Diff(walk(many.guests[i][netem.Up][BestEffort].radio), walk(few.guests[i][netem.Up][BestEffort].radio)); diff != "" {
			t.Errorf("guest %d: %s", i, diff)
		}
	}
	stations := [2]*radio{}
	for i, c := range []*Cell{many, few} {
		for k := range c.contenders {
			for _, q := range c.contenders[k].queues {
				if q.source != nil {
					stations[i] = q.radio
				}
			}
		}
	}
	if diff := cmp.Diff(walk(stations[0]), walk(stations[1])); diff != "" {
		t.Errorf("station: %s", diff)
	}
}

// Several headsets share the air evenly whoever came first, and each gets what is left of it.
func TestHeadsetsShareTheAir(t *testing.T) {
	for _, sessions := range []int{1, 2, 4, 8} {
		for _, dir := range []netem.Dir{netem.Down, netem.Up} {
			r := newRig(t, Config{Seed: 7})
			got := make([]int, sessions)
			for range 300 {
				for s := range got {
					r.admit(60, netem.Packet{Flow: uint16(s), Dir: dir, DSCP: 34})
				}
				r.run(r.now + 5*ms)
				for _, d := range r.take() {
					if d.Fate == netem.Arrived && d.At > 500*ms {
						got[d.Flow]++
					}
				}
			}
			least, most, sum := slices.Min(got), slices.Max(got), 0
			for _, n := range got {
				sum += n
			}
			if float64(least)/float64(most) < 0.6 {
				t.Errorf("%d headsets %v: %v packets, want about the same", sessions, dir, got)
			}
			if sessions > 1 && sum < 23_500 { // of 24,000 that two want
				t.Errorf("%d headsets %v: %d packets in a second, want the air full", sessions, dir, sum)
			}
		}
	}
}

// One headset's bad link costs the others airtime; it does not cost them packets.
func TestABadLinkCostsAirtime(t *testing.T) {
	p99 := func(other Radio) (wait time.Duration, lost int) {
		r := newRig(t, Config{Seed: 2, Headsets: []Radio{{}, other}})
		var waits []time.Duration
		for range 400 {
			r.admit(40, netem.Packet{Flow: 0, DSCP: 34})
			r.admit(40, netem.Packet{Flow: 1, DSCP: 34})
			r.run(r.now + 14*ms)
			for _, d := range r.take() {
				if d.Flow == 0 && d.Fate == netem.Arrived {
					waits = append(waits, d.Queued)
				} else if d.Flow == 0 {
					lost++
				}
			}
		}
		slices.Sort(waits)
		return waits[len(waits)*99/100], lost
	}
	good, lostBeside := p99(Radio{})
	bad, lost := p99(Radio{MCS: 1, Loss: 0.3})
	if bad < 2*good || lost > 0 || lostBeside > 0 {
		t.Errorf("p99 of the wait %v beside a good link, %v beside a bad one; %d and %d lost", good, bad, lostBeside, lost)
	}
}

// Guests' packets go through the cell under their own numbers and come out like any other, beside the sessions.
func TestGuests(t *testing.T) {
	cfg := quiet()
	cfg.Guests, cfg.FirstGuest = []Radio{{MCS: 11}, {MCS: 1}}, netem.FlowOwn+300
	r := newRig(t, cfg)
	r.admit(10, netem.Packet{Flow: netem.FlowOwn + 300})
	r.admit(10, netem.Packet{Flow: netem.FlowOwn + 301, Dir: netem.Up})
	r.admit(10, netem.Packet{Flow: 0, DSCP: 34})
	r.run(time100)
	got := map[uint16]int{}
	for _, d := range r.take() {
		if d.Fate == netem.Arrived {
			got[d.Flow]++
		}
	}
	if diff := cmp.Diff(map[uint16]int{0: 10, netem.FlowOwn + 300: 10, netem.FlowOwn + 301: 10}, got); diff != "" {
		t.Error(diff)
	}
	if len(r.cell.headsets) != 1 {
		t.Errorf("%d headsets: a guest is none", len(r.cell.headsets))
	}
}

// Spans are those of the headsets, each its own; stations and guests have theirs for themselves.
func TestSpansAreTheHeadsets(t *testing.T) {
	away := Radio{Scan: Scan{Every: time.Second}, Roam: Roam{Mean: time.Second}}
	quietly := newRig(t, Config{Guests: []Radio{away}, Stations: []Station{{Radio: away, Up: OnOff{Rate: units.Mbps}}}})
	if spans := quietly.cell.Spans(0, 10_000*ms, nil); len(spans) > 0 {
		t.Errorf("%d spans of stations that are no headset", len(spans))
	}
	r := newRig(t, Config{Headsets: []Radio{away}})
	one := len(r.cell.Spans(0, 10_000*ms, nil))
	r.admit(1, netem.Packet{Flow: 2})
	three := r.cell.Spans(0, 10_000*ms, nil)
	if one < 12 || len(three) < 2*one || !slices.IsSortedFunc(three, func(a, b netem.Span) int { return int(a.From - b.From) }) {
		t.Errorf("%d spans of one headset, %d of three", one, len(three))
	}
}

// Each headset roams at times of its own: what one feels, the other does not.
func TestHeadsetsRoamApart(t *testing.T) {
	cfg := Config{Seed: 6, Sessions: 2, Headsets: []Radio{{Roam: Roam{Mean: 400 * time.Millisecond, For: 100 * time.Millisecond}}}}
	r := newRig(t, cfg)
	late := [2]int{}
	both := 0
	for range 5000 {
		for s := range uint16(2) {
			r.admit(1, netem.Packet{Flow: s, DSCP: 34})
		}
		r.run(r.now + ms)
		a, b := r.cell.headsets[0].away(r.now) > r.now, r.cell.headsets[1].away(r.now) > r.now
		if a && b {
			both++
		}
		for _, d := range r.take() {
			if d.Queued > 20*time.Millisecond {
				late[d.Flow]++
			}
		}
	}
	if late[0] < 300 || late[1] < 300 || both > 600 {
		t.Errorf("packets that waited: %v, away at once %d of 5000 ms", late, both)
	}
}

// Queues hold what they may hold, however they grew, and in the order they were filled.
func TestQueuesGrow(t *testing.T) {
	for _, limit := range []int{1, 63, 64, 65, 1000, 4096} {
		cfg := quiet()
		cfg.Queue = limit
		cfg.Lifetime = time.Minute
		r := newRig(t, cfg)
		r.admit(limit/2+1, netem.Packet{})
		r.run(ms / 2) // some of them are gone: the ring has turned
		r.take()
		r.admit(limit+10, netem.Packet{})
		held := r.cell.routes[0][netem.Down][BestEffort].n
		if held != limit {
			t.Errorf("limit %d: %d held", limit, held)
		}
		r.run(60_000 * ms)
		out := r.take()
		if len(r.under) > 0 || fates(out)[netem.Arrived] < limit {
			t.Errorf("limit %d: %d arrived, %d never came out", limit, fates(out)[netem.Arrived], len(r.under))
		}
		arrived := slices.DeleteFunc(out, func(d delivery) bool { return d.Fate != netem.Arrived })
		if !slices.IsSortedFunc(arrived, func(a, b delivery) int { return int(a.ID) - int(b.ID) }) {
			t.Errorf("limit %d: packets overtook each other", limit)
		}
	}
}

// WMM under full load: what a saturated lower category leaves is enough for a higher one, and who sends one packet at a
// time in a higher category hardly waits.
func TestPrioritiesUnderLoad(t *testing.T) {
	wait := func(load, probe uint8) (p95 time.Duration) {
		r := newRig(t, Config{Seed: 5})
		var waits []time.Duration
		for i := range 1500 {
			r.admit(50, netem.Packet{DSCP: load}) // more than the air carries
			if i > 300 {
				r.admit(1, netem.Packet{DSCP: probe, Dir: netem.Up})
			}
			r.run(r.now + 2*ms)
			for _, d := range r.take() {
				if d.Dir == netem.Up {
					waits = append(waits, d.Queued)
				}
			}
		}
		slices.Sort(waits)
		return waits[len(waits)*95/100]
	}
	for _, c := range []struct {
		name        string
		load, probe uint8
		most        time.Duration
	}{
		{"voice beside video", 34, 46, 9 * time.Millisecond},
		{"voice beside best effort", 0, 46, 6 * time.Millisecond},
		{"video beside best effort", 0, 34, 6 * time.Millisecond},
		{"best effort beside background", 8, 0, 7 * time.Millisecond},
	} {
		up := wait(c.load, c.probe)
		if up > c.most {
			t.Errorf("%s: p95 of the wait %v, want at most %v", c.name, up, c.most)
		}
		if down := wait(c.probe, c.load); down < up {
			t.Errorf("%s: the higher waits %v, the lower only %v", c.name, up, down)
		}
	}
}

// A day passes: times stay right, disturbances come as often as at the beginning, and an idle cell has nothing to do.
func TestADayInACell(t *testing.T) {
	const day = netem.True(24 * time.Hour)
	cfg := Config{
		Seed: 3, Headsets: []Radio{{Fading: Fading{SNR: 30, Sigma: 3}, Scan: Scan{Every: 10 * time.Second}, Roam: Roam{Mean: 30 * time.Second}}},
		Microwave: Microwave{For: time.Second, Every: time.Minute},
	}
	r := newRig(t, cfg)
	early := len(r.cell.Spans(0, netem.True(time.Hour), nil))
	r.run(day)
	late := len(r.cell.Spans(day, day+netem.True(time.Hour), nil))
	if ratio := float64(late) / float64(early); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("%d disturbances in the first hour, %d in the 25th", early, late)
	}
	var delays []time.Duration
	for range 1000 {
		sent := r.now
		r.admit(20, netem.Packet{DSCP: 34})
		r.run(r.now + 14*ms)
		for _, d := range r.take() {
			if d.Fate == netem.Arrived {
				delays = append(delays, d.At.Sub(sent))
			}
		}
	}
	slices.Sort(delays)
	if p50 := delays[len(delays)/2]; len(delays) < 19_000 || p50 > 3*time.Millisecond {
		t.Errorf("after a day %d of 20000 arrived, median delay %v", len(delays), p50)
	}
	if c := r.cell.Capacity(r.now, netem.Down); math.IsNaN(c) || c < 1 || c > 2e9 {
		t.Errorf("capacity %v after a day", c)
	}
}

// Absurd but valid: what a gauge says stays a number that fits.
func TestGaugesOfAbsurdCells(t *testing.T) {
	for _, cfg := range []Config{
		{Headsets: []Radio{{MCS: MCS0, Width: 20, Loss: 0.999}}, Queue: 1 << 16, Lifetime: time.Minute},
		{Headsets: []Radio{{MCS: 11, Width: 160, Streams: 8, GuardInterval: 800}}, MaxAMPDU: 6_500_631, MaxMPDUs: 256, Queue: 1 << 16},
		{Microwave: Microwave{For: time.Hour, Duty: 1, Loss: 1}, RetryLimit: 255},
		{Headsets: []Radio{{Scan: Scan{Every: 50 * time.Millisecond, For: 49 * time.Millisecond}, Roam: Roam{Mean: 50 * time.Millisecond, For: time.Hour}}}},
		{EDCA: [Categories]EDCA{Video: {AIFSN: 15, CWMin: 32767, CWMax: 32767, TXOP: 32 * time.Microsecond, Single: true}}},
		{MaxAMPDU: 1, MaxMPDUs: 1, NoWMM: true, Control: 6 * units.Mbps},
	} {
		r := newRig(t, cfg)
		for _, dir := range []netem.Dir{netem.Down, netem.Up} {
			r.admit(70_000, netem.Packet{Size: 65_535, Dir: dir, DSCP: 34})
		}
		for range 50 {
			r.run(r.now + 7*ms)
			for _, dir := range []netem.Dir{netem.Down, netem.Up} {
				capacity, backlog := r.cell.Capacity(r.now, dir), r.cell.Backlog(r.now, dir)
				if !(capacity >= 1 && capacity < 1e11) || backlog < 0 || backlog > 3*time.Hour {
					t.Fatalf("%+v: capacity %v, backlog %v", cfg, capacity, backlog)
				}
			}
		}
	}
}
