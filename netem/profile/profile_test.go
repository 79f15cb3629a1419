package profile_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
)

// outcome is what became of a session's packets.
type outcome struct {
	sent          uint32
	arrived, lost int
	delays        []time.Duration // of those that arrived, downwards
	order         []netem.Packet
	upDelays      []time.Duration
}

// stream sends a frame of packets down 72 times a second and a pose up with each, for a time. DSCP is AF41: video.
func stream(m netem.Medium, rate float64, length time.Duration) (o outcome) {
	const size, pose = 1428, 128
	perFrame := int(rate / 72 / 8 / size)
	sentAt := map[uint32]netem.True{}
	var out []netem.Packet
	train := make([]netem.Packet, 0, perFrame+1)
	for frame := 0; ; frame++ {
		now := netem.True(int64(frame) * int64(time.Second) / 72)
		end := now > netem.True(length)
		limit := now
		if end {
			limit = now.Add(5 * time.Second)
		}
		for at := m.Next(); at <= limit; at = m.Next() {
			out = m.Deliver(at, out[:0])
			for _, p := range out {
				o.take(at, p, sentAt)
			}
		}
		if end {
			return o
		}
		train = train[:0]
		for range perFrame {
			train = append(train, netem.Packet{ID: o.sent, Size: size, DSCP: 34})
			sentAt[o.sent] = now
			o.sent++
		}
		m.Admit(now, train)
		m.Admit(now, []netem.Packet{{ID: o.sent, Size: pose, Dir: netem.Up, DSCP: 46}})
		sentAt[o.sent] = now
		o.sent++
	}
}

func (o *outcome) take(at netem.True, p netem.Packet, sentAt map[uint32]netem.True) {
	o.order = append(o.order, p)
	switch {
	case p.Fate == netem.Doubled:
	case p.Fate != netem.Arrived:
		o.lost++
	case p.Dir == netem.Down:
		o.arrived++
		o.delays = append(o.delays, at.Sub(sentAt[p.ID]))
	default:
		o.arrived++
		o.upDelays = append(o.upDelays, at.Sub(sentAt[p.ID]))
	}
}

func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return -1
	}
	d = slices.Sorted(slices.Values(d))
	return d[int(q*float64(len(d)-1))]
}

func named(t testing.TB, name string) profile.Profile {
	t.Helper()
	p, ok := profile.Named(name)
	if !ok {
		t.Fatalf("no profile %s", name)
	}
	return p
}

func build(t testing.TB, s profile.Spec, seed uint64) netem.Medium {
	t.Helper()
	m, err := s.Build(seed)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryProfile(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, p := range profile.List() {
		t.Run(p.Name, func(t *testing.T) {
			if seen[p.Name] || !name.MatchString(p.Name) {
				t.Errorf("name %q: want it once, in lower case with hyphens", p.Name)
			}
			seen[p.Name] = true
			if p.Brief == "" || len(p.Brief) > 70 || p.Detail == "" || p.Source == "" {
				t.Errorf("want a line, a description and a source: %+v", p)
			}
			first := stream(build(t, p.Spec, 7), 40e6, 5*time.Second)
			again := stream(build(t, p.Spec, 7), 40e6, 5*time.Second)
			if !slices.Equal(first.order, again.order) {
				t.Error("the same seed gave another run")
			}
			if first.arrived+first.lost < int(first.sent) || first.arrived < int(first.sent)*4/5 {
				t.Errorf("%d sent, %d arrived, %d lost: want every packet out, and most of them there", first.sent, first.arrived, first.lost)
			}
			if slices.ContainsFunc(first.order, func(p netem.Packet) bool { return p.Flow != 0 }) {
				t.Error("packets of cross traffic came out")
			}
		})
	}
	for _, want := range []string{
		"perfect", "usb", "ethernet", "wifi6-near", "wifi6-busy", "wifi6-crowded", "wifi6e-160", "wifi5-near", "wifi5-far",
		"mesh-roam", "microwave", "background-scan", "lossy", "bursty", "outage", "capacity-drop", "asymmetric-uplink", "bufferbloat", "jittery", "l4s",
	} {
		if !seen[want] {
			t.Errorf("no profile %s", want)
		}
	}
	if !slices.Equal(profile.Names(), profile.Names()) || len(profile.Names()) != len(seen) {
		t.Errorf("Names() = %v", profile.Names())
	}
}

// What a profile promises in a line is what it does, in figures a person would notice.
func TestProfilesDoWhatTheySay(t *testing.T) {
	type figures struct {
		rate             float64 // default 40 Mbit/s
		lossMin, lossMax float64 // share of packets
		p50Max           time.Duration
		p99Min, p99Max   time.Duration
	}
	const ms = time.Millisecond
	for name, want := range map[string]figures{
		"perfect":         {p50Max: ms, p99Max: ms},
		"ethernet":        {p50Max: 2 * ms, p99Max: 2 * ms},
		"usb":             {p50Max: 4 * ms, p99Max: 5 * ms},
		"wifi6-near":      {p50Max: 3 * ms, p99Max: 4 * ms},
		"wifi6e-160":      {p50Max: 3 * ms, p99Max: 4 * ms},
		"wifi6-busy":      {p50Max: 5 * ms, p99Min: 3 * ms, p99Max: 20 * ms},
		"wifi6-crowded":   {p50Max: 8 * ms, p99Min: 4 * ms, p99Max: 60 * ms},
		"background-scan": {p50Max: 5 * ms, p99Max: 80 * ms},
		"lossy":           {lossMin: 0.008, lossMax: 0.012, p50Max: 8 * ms, p99Max: 10 * ms},
		"bursty":          {lossMin: 0.065, lossMax: 0.083, p50Max: 8 * ms, p99Max: 10 * ms},
		"outage":          {lossMin: 0.01, lossMax: 0.15, p50Max: 8 * ms, p99Max: 10 * ms},
		"jittery":         {p50Max: 35 * ms, p99Min: 25 * ms, p99Max: 45 * ms},
		"bufferbloat":     {p50Max: 12 * ms, p99Max: 15 * ms}, // until one sends too much: see below
		"download":        {lossMax: 0.02, p50Max: 110 * ms, p99Min: 60 * ms, p99Max: 120 * ms},
		"smart-queue":     {rate: 20e6, p50Max: 10 * ms, p99Max: 15 * ms}, // below its share of a third
	} {
		o := stream(build(t, named(t, name).Spec, 3), cmp.Or(want.rate, 40e6), 30*time.Second)
		loss := float64(o.lost) / float64(o.sent)
		p50, p99 := quantile(o.delays, 0.5), quantile(o.delays, 0.99)
		if loss < want.lossMin || loss > want.lossMax {
			t.Errorf("%s: loss %.4f, want %v to %v", name, loss, want.lossMin, want.lossMax)
		}
		if p50 > want.p50Max || p99 < want.p99Min || p99 > want.p99Max {
			t.Errorf("%s: delay p50 %v, p99 %v, want at most %v, and %v to %v", name, p50, p99, want.p50Max, want.p99Min, want.p99Max)
		}
	}
	bloated := stream(build(t, named(t, "bufferbloat").Spec, 1), 80e6, 20*time.Second)
	if p99 := quantile(bloated.delays, 0.99); p99 < 900*ms || p99 > 1100*ms {
		t.Errorf("bufferbloat at 80 Mbit/s: p99 %v, want the second of its queue", p99)
	}
}

// A busier cell is a worse one.
func TestContentionCosts(t *testing.T) {
	last := time.Duration(0)
	for _, name := range []string{"wifi6e-160", "wifi6-near", "wifi6-busy", "wifi6-crowded"} {
		p99 := quantile(stream(build(t, named(t, name).Spec, 3), 80e6, 30*time.Second).delays, 0.99)
		if p99 <= last {
			t.Errorf("%s: p99 %v, want it above the quieter cell's %v", name, p99, last)
		}
		last = p99
	}
}

func TestProfilesTellTheirDisturbances(t *testing.T) {
	for name, span := range map[string]string{"outage": "outage", "background-scan": "scan", "microwave": "microwave", "mesh-roam": "roaming"} {
		m := build(t, named(t, name).Spec, 1)
		stream(m, 20e6, 90*time.Second)
		narrator, ok := m.(netem.Narrator)
		if !ok {
			t.Errorf("%s tells no disturbances", name)
			continue
		}
		spans := narrator.Spans(0, netem.True(90*time.Second), nil)
		if !slices.ContainsFunc(spans, func(s netem.Span) bool { return s.Name == span }) {
			t.Errorf("%s: disturbances %v, want some called %s", name, spans, span)
		}
	}
}

// files is a directory.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	if data, ok := f[name]; ok {
		return []byte(data), nil
	}
	return nil, fmt.Errorf("open %s: %w", name, os.ErrNotExist)
}

func TestOpen(t *testing.T) {
	dir := files{
		"flat.yaml":          "description: our flat\nboth: {rate: 50M, delay: 3ms}\n",
		"plain":              "both: {rate: 50M}\n",
		"office.txt":         "0 50\n1 20\n",
		"cell.up":            "1\n2\n3\n",
		"log.csv":            "time,rate_kbps\n0,50000\n1,20000\n",
		"odd.trace":          "time_s Mbps\n0 50\n",
		"dir/with-trace.yml": "down: {trace: office.txt, delay_trace: late.csv}\n",
		"dir/office.txt":     "0 30\n",
		"dir/late.csv":       "time,delay\n0,7\n",
	}
	for name, capacity := range map[string]float64{
		"flat.yaml": 50e6, "plain": 50e6, "office.txt": 50e6, "log.csv": 50e6, "odd.trace": 50e6,
		"cell.up": 12e6, "dir/with-trace.yml": 30e6, "ethernet": 1e9,
	} {
		p, err := profile.Open(name, dir.read)
		if err != nil {
			t.Errorf("Open(%s): %v", name, err)
			continue
		}
		if got := build(t, p.Spec, 1).(netem.Gauge).Capacity(0, netem.Down); math.Abs(got-capacity) > capacity/500 {
			t.Errorf("Open(%s): capacity %v, want %v", name, got, capacity)
		}
		if p.Name == "" || p.Brief == "" {
			t.Errorf("Open(%s) = %+v, want a name and a line", name, p)
		}
	}
	p, err := profile.Open("office.txt", dir.read)
	if err != nil {
		t.Fatal(err)
	}
	o := stream(build(t, p.Spec, 1), 5e6, 2*time.Second)
	if p50 := quantile(o.upDelays, 0.5); p50 < 2*time.Millisecond || p50 > 3*time.Millisecond {
		t.Errorf("a trace's link takes %v, want the default of 2 ms and the sending", p50)
	}
	p, _ = profile.Open("dir/with-trace.yml", dir.read)
	o = stream(build(t, p.Spec, 1), 5e6, 2*time.Second)
	if p50 := quantile(o.delays, 0.5); p50 < 7*time.Millisecond || p50 > 10*time.Millisecond {
		t.Errorf("a traced delay of 7 ms takes %v", p50)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := files{
		"bad.txt": "0 10\n1 -3\n", "bad.yaml": "both:\n  rate: -3\n", "lost.yaml": "down:\n  delay: 1ms\n  trace: gone.txt\n",
		"worse.yaml": "down:\n  trace: bad.txt\n", "empty.txt": "", "prose": "Dear all,\nhello\n",
	}
	for name, want := range map[string]string{
		"wifi6-bussy": `link "wifi6-bussy": no such profile or file: did you mean wifi6-busy? profiles are perfect, usb,`,
		"zzzzzzzz":    `link "zzzzzzzz": no such profile or file: profiles are perfect`,
		"":            `link ""`,
		"gone.yaml":   "link gone.yaml: open gone.yaml: file does not exist",
		"bad.txt":     "bad.txt:2: rate -3: want 0 or more Mbit/s",
		"bad.yaml":    "bad.yaml:2: both.rate: \"-3\": want a rate in bits per second such as 30M",
		"lost.yaml":   "lost.yaml:3: down.trace: open gone.txt",
		"worse.yaml":  "worse.yaml:2: down.trace: bad.txt:2: rate -3",
		"empty.txt":   "empty.txt: empty",
		"prose":       "prose:1: no rate column in header",
	} {
		_, err := profile.Open(name, dir.read)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %s", name, err, want)
		}
	}
	if _, err := profile.Open("flat.yaml", nil); err == nil {
		t.Error("a file was opened without a reader")
	}
	if _, err := profile.Open("gone.yaml", dir.read); !errors.Is(err, os.ErrNotExist) {
		t.Error("the reader's error is lost")
	}
}

// Who changes a profile changes a copy.
func TestListIsFresh(t *testing.T) {
	p := named(t, "ethernet")
	p.Spec.Both.Rate = 1
	if again := named(t, "ethernet"); again.Spec.Both.Rate == 1 {
		t.Error("a change of one profile changed the catalogue")
	}
}

func BenchmarkBuildAll(b *testing.B) {
	for range b.N {
		for _, p := range profile.List() {
			build(b, p.Spec, 1)
		}
	}
}

func ExampleOpen() {
	file := []byte("down: {rate: 80M, delay: 3ms, loss: {share: 1%}}\nup: {rate: 20M, delay: 3 ms}\n")
	_, err := profile.Open("flat.yaml", func(string) ([]byte, error) { return bytes.Clone(file), nil })
	fmt.Println(err)
	busy, err := profile.Open("wifi6-busy", nil)
	fmt.Println(busy.Brief, err)
	// Output:
	// flat.yaml:2: up.delay: "3 ms": want a duration with its unit such as 20ms, 1.5s or 2m
	// Wi-Fi 6, three other stations at 15 Mbit/s each while on <nil>
}
