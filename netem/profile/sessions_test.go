package profile_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// crowd sends frames of some sessions, a third of a frame's time apart, and counts what arrived of each, lost and kept.
func crowd(m netem.Medium, sessions []uint16, length time.Duration) (arrived map[uint16]int, out int) {
	arrived = map[uint16]int{}
	var came []netem.Packet
	train := make([]netem.Packet, 10)
	deliver := func(until netem.True) {
		for at := m.Next(); at <= until; at = m.Next() {
			came = m.Deliver(at, came[:0])
			for _, p := range came {
				if p.Fate == netem.Arrived {
					arrived[p.Flow]++
				}
				if p.Fate != netem.Doubled {
					out++
				}
			}
		}
	}
	for now := netem.True(0); now < netem.True(length); now += netem.True(14 * ms) {
		for _, s := range sessions {
			for i := range train {
				train[i] = netem.Packet{Size: 1200, Flow: s, Dir: netem.Dir(i % 2), DSCP: 34}
			}
			m.Admit(now, train)
		}
		deliver(now + netem.True(14*ms) - 1)
	}
	deliver(netem.True(length + 10*time.Second))
	return arrived, out
}

// Every profile carries any number of sessions, whatever they are numbered: no packet is forgotten, and nobody panics.
func TestEveryProfileCarriesManySessions(t *testing.T) {
	for _, p := range profile.List() {
		for _, sessions := range [][]uint16{{0, 1, 2}, {3}, {63, 0}, {511, 64, 7}} {
			m := build(t, p.Spec, 1)
			arrived, out := crowd(m, sessions, 500*ms)
			if want := 36 * 10 * len(sessions); out < want || out > want*11/10 {
				t.Errorf("%s: %d of %d packets of sessions %v came out", p.Name, out, want, sessions)
			}
			for _, s := range sessions {
				if arrived[s] < 36*10/4 {
					t.Errorf("%s: %d packets of session %d of %v arrived", p.Name, arrived[s], s, sessions)
				}
			}
		}
	}
}

// A cell told of fewer sessions than turn up takes the others in as it would have from the beginning.
func TestSessionsOfACell(t *testing.T) {
	capacity := func(text string) map[uint16]int {
		spec, err := profile.Parse("x", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		arrived, _ := crowd(build(t, spec, 3), []uint16{0, 1, 2}, 2*time.Second)
		return arrived
	}
	want := capacity("wifi: {sessions: 3}\n")
	for _, text := range []string{"wifi: {}\n", "wifi: {sessions: 1}\n", "wifi: {sessions: 2}\n", "wifi: {sessions: 9}\n"} {
		if diff := cmp.Diff(want, capacity(text)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// As many flows as there may be share a cell: each is a station of its own.
func TestCrossTrafficInACell(t *testing.T) {
	for _, count := range []int{1, 40, 256} {
		text := fmt.Sprintf("wifi: {width: 160, headset: {streams: 4}}\ntraffic: {steady: [%s]}\n", strings.TrimSuffix(strings.Repeat("{rate: 100k},", count), ","))
		spec, err := profile.Parse("x", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		arrived, out := crowd(build(t, spec, 1), []uint16{0, 1}, 500*ms)
		if arrived[0] < 350 || arrived[1] < 350 || out != 720 {
			t.Errorf("%d flows: %v arrived of %d that came out", count, arrived, out)
		}
	}
}

// Stations that only carry cross traffic neither scan nor roam, and no report hears of it.
func TestCrossTrafficStaysOnTheChannel(t *testing.T) {
	const cell = "wifi: {headset: {scan: {every: 1s, for: 100ms}, roam: {mean: 2s}}}\n"
	spans := func(text string) []netem.Span {
		spec, err := profile.Parse("x", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		m := build(t, spec, 4)
		crowd(m, []uint16{0}, 3*time.Second)
		return m.(netem.Narrator).Spans(0, netem.True(20*time.Second), nil)
	}
	alone := spans(cell)
	if len(alone) < 22 {
		t.Fatalf("%d spans of a headset that scans and roams", len(alone))
	}
	if diff := cmp.Diff(alone, spans(cell+"traffic: {bulk: [{count: 5}], steady: [{rate: 1M}]}\n")); diff != "" {
		t.Error(diff)
	}
}

// While the headset is away, what cross traffic gets through does not stop: it goes on using the air.
func TestCrossTrafficGoesOnWhileTheHeadsetIsAway(t *testing.T) {
	spec := profile.Spec{Hop: profile.Hop{
		WiFi:    &profile.WiFi{Headset: profile.Radio{Scan: &profile.Scan{Every: time.Second, For: 900 * ms, First: 100 * ms}}},
		Traffic: &profile.Traffic{Steady: []profile.Steady{{Rate: 20 * units.Mbps}}},
		Down:    &profile.Path{Rate: 10 * units.Mbps, Queue: &profile.Queue{Time: time.Second}},
	}}
	m := build(t, spec, 1)
	for at := m.Next(); at <= netem.True(time.Second); at = m.Next() {
		m.Deliver(at, nil)
	}
	// Twice its rate comes out of the cell for all of a second: half of it still waits behind the path.
	if got := m.(netem.Gauge).Backlog(netem.True(time.Second), netem.Down); got < 850*ms {
		t.Errorf("%v wait behind the cell, want about the second that came through it", got)
	}
}

// Two hops with cells have streams of their own, and so do the directions.
func TestHopsDrawApart(t *testing.T) {
	text := "wifi: {headset: {roam: {mean: 1s}}}\nhops: [{wifi: {headset: {roam: {mean: 1s}}}}, {both: {outages: {mean_up: 1s, mean_down: 10ms}}}]\n"
	spec, err := profile.Parse("x", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := build(t, spec, 1)
	crowd(m, []uint16{0}, time.Minute) // random outages are known once they are over
	spans := m.(netem.Narrator).Spans(0, netem.True(time.Minute), nil)
	seen := map[netem.Span]bool{}
	names := map[string]int{}
	for _, s := range spans {
		if seen[s] {
			t.Fatalf("the %s at %v is told twice", s.Name, s.From.Sub(0))
		}
		seen[s] = true
		names[s.Name]++
	}
	if names["roaming"] < 70 || names["outage"] < 80 {
		t.Errorf("%v in a minute, want both cells' and both directions'", names)
	}
}

// Two seeds are two evenings, one seed is one, whatever else is asked of the medium.
func TestSeedsOfProfiles(t *testing.T) {
	for _, name := range []string{"wifi6-busy", "bursty", "jittery", "outage", "browsing"} {
		run := func(seed uint64) []time.Duration {
			arrived, _ := probe(build(t, named(t, name).Spec, seed), netem.Packet{Size: 1200, DSCP: 34}, 5*ms, 60*time.Second)
			return arrived
		}
		first := run(1)
		if !slices.Equal(first, run(1)) {
			t.Errorf("%s: the same seed gave another evening", name)
		}
		if slices.Equal(first, run(2)) {
			t.Errorf("%s: two seeds gave one evening", name)
		}
	}
}

// A day of an idle link is no work, and then it is as it was: nothing overflows, no timer spins.
func TestADayPasses(t *testing.T) {
	for _, name := range []string{"usb", "bursty", "outage", "l4s", "capacity-drop", "jittery", "background-scan"} {
		m := build(t, named(t, name).Spec, 1)
		const day = netem.True(24 * time.Hour)
		steps := 0
		for at := m.Next(); at <= day; at = m.Next() {
			m.Deliver(at, nil)
			if steps++; steps > 2_000_000 {
				t.Fatalf("%s: %d events and it is only %v", name, steps, at.Sub(0))
			}
		}
		var got int
		for i := range netem.True(100) {
			now := day + i*netem.True(20*ms)
			m.Admit(now, []netem.Packet{{Size: 1200, DSCP: 34}})
			for at := m.Next(); at < now+netem.True(20*ms); at = m.Next() {
				for _, p := range m.Deliver(at, nil) {
					if p.Fate == netem.Arrived {
						got++
					}
				}
			}
		}
		if got < 75 {
			t.Errorf("%s: %d of 100 packets arrived after a day", name, got)
		}
		if g, ok := m.(netem.Gauge); ok {
			if c := g.Capacity(day, netem.Down); math.IsNaN(c) || c < 0 {
				t.Errorf("%s: capacity %v after a day", name, c)
			}
		}
	}
}
