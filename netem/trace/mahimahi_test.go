package trace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/trace"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// chance is an opportunity in ms and packets.
type chance struct{ MS, Packets int64 }

func chances(p *trace.Pulses, until time.Duration) (list []chance) {
	for at, bytes := p.First(0); at <= netem.True(until); at, bytes = p.First(at + 1) {
		list = append(list, chance{at.Sub(0).Milliseconds(), bytes / trace.Opportunity})
	}
	return list
}

func parsePulses(t *testing.T, text string) *trace.Capacity {
	t.Helper()
	c, err := trace.Parse("x", strings.NewReader(text), trace.Auto)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The last stamp is the length, as in mahimahi: round k begins there, and its stamps are counted from there.
func TestPulses(t *testing.T) {
	for _, c := range []struct {
		text  string
		until time.Duration
		want  []chance
	}{
		{"2\n2\n5\n", 16 * time.Millisecond, []chance{{2, 2}, {5, 1}, {7, 2}, {10, 1}, {12, 2}, {15, 1}}},
		{"0\n3\n", 9 * time.Millisecond, []chance{{0, 1}, {3, 2}, {6, 2}, {9, 2}}},
		{"0\n0\n1\n4\n4\n", 10 * time.Millisecond, []chance{{0, 2}, {1, 1}, {4, 4}, {5, 1}, {8, 4}, {9, 1}}},
		{"7\n", 30 * time.Millisecond, []chance{{7, 1}, {14, 1}, {21, 1}, {28, 1}}},
	} {
		if diff := cmp.Diff(c.want, chances(parsePulses(t, c.text).Pulses(), c.until)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
	once := parsePulses(t, "0\n3\n").Pulses()
	once.Once = true
	if diff := cmp.Diff([]chance{{0, 1}, {3, 1}}, chances(once, time.Second)); diff != "" {
		t.Errorf("once: %s", diff)
	}
}

// A recording of 12 Mbit/s on average carries that, wherever one asks, and the answer depends on the instant alone.
func TestPulsesOfARecording(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var stamps []int
	for range 10_000 {
		stamps = append(stamps, rng.IntN(10_000))
	}
	stamps = append(stamps, 10_000)
	slices.Sort(stamps)
	var text strings.Builder
	for _, s := range stamps {
		fmt.Fprintln(&text, s)
	}
	c := parsePulses(t, text.String())
	if c.Length() != 10*time.Second || c.Mean() != 12_001_200 || c.Rate() != nil {
		t.Errorf("length %v, mean %v", c.Length(), c.Mean())
	}
	p, total := c.Pulses(), int64(0)
	for at, bytes := p.First(0); at < netem.True(30*time.Second); at, bytes = p.First(at + 1) {
		total += bytes
	}
	if want := int64(3*10_001-1) * 1500; total < want-3000 || total > want+3000 { // less what falls on the last instant
		t.Errorf("%d bytes in three rounds, want %d", total, want)
	}
	for i := range int64(500) {
		at := netem.True(i * 7_919_000_003 % int64(45*time.Second))
		gotAt, got := p.First(at)
		wantAt, want := c.Pulses().First(at)
		if gotAt != wantAt || got != want || gotAt < at {
			t.Fatalf("First(%d) = %d, %d, a fresh player says %d, %d", at, gotAt, got, wantAt, want)
		}
		if rate := p.Rate(at); rate < 10*units.Mbps || rate > 14*units.Mbps {
			t.Errorf("Rate(%v) = %v, want about 12M", at.Sub(0), rate)
		}
	}
}

// In a hole the rate is the mean: a limit in time must not become nothing.
func TestPulsesRateInAHole(t *testing.T) {
	p := parsePulses(t, "1\n2\n10000\n").Pulses()
	if got := p.Rate(netem.True(5 * time.Second)); got != 3600 {
		t.Errorf("Rate in a hole = %v, want the mean of three packets in 10 s, 3.6k", got)
	}
	if got := p.Rate(netem.True(10 * time.Second)); got != 36*units.Kbps {
		t.Errorf("Rate at the turn = %v, want three packets in a second, 36k", got)
	}
}

func TestRefusesStamps(t *testing.T) {
	for text, want := range map[string]string{
		"5\n3\n":                 "x:2: stamp 3: runs backwards",
		"5\n-3\n":                "x:2: stamp \"-3\": want a whole number",
		"5\n1.5\n":               "x:2: stamp \"1.5\": want a whole number",
		"5\n6 7\n":               "x:2: stamp \"6 7\"",
		"0\n0\n":                 "x: every stamp is 0",
		"1\n40000000000\n":       "x:2: stamp \"40000000000\": want a whole number of milliseconds, at most a year",
		"99999999999999999999\n": "x:1: stamp",
	} {
		if _, err := trace.Parse("x", strings.NewReader(text), trace.Auto); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want %s", text, err, want)
		}
	}
	if _, err := trace.Parse("x", strings.NewReader(""), trace.Mahimahi); err == nil || !strings.HasPrefix(err.Error(), "x: empty") {
		t.Errorf("Parse of nothing = %v", err)
	}
}
