package trace_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/netem/trace"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// recording is an evening of a link: Mbit/s, a second each.
var recording = []float64{12, 24, 36, 0, 6, 48, 12, 12}

// written is the recording in every format there is.
func written() map[string]string {
	var columns, csv, header, units, mahimahi, logged strings.Builder
	header.WriteString("rssi,time_ms,throughput_kbps\n")
	logged.WriteString("Timestamp,DL_bitrate,UL_bitrate\n")
	for i, mbps := range recording {
		fmt.Fprintf(&columns, "%d %v\n", i, mbps)
		fmt.Fprintf(&csv, "%d;%v\n", i, mbps)
		fmt.Fprintf(&header, "-60,%d,%v\n", 5000+i*1000, mbps*1000)
		fmt.Fprintf(&units, "%v,Mbits/sec\n", mbps)
		fmt.Fprintf(&logged, "2024.02.29_23.59.%02d,%v,7\n", 50+i, mbps*1000)
		for k := range int(mbps) { // so many packets of 12,000 bits in 12 ms each carry 1 Mbit/s
			for n := range 1000 / 12 {
				fmt.Fprintf(&mahimahi, "%d\n", i*1000+n*12+k*12/int(mbps)+1)
			}
		}
	}
	return map[string]string{
		"columns": columns.String(), "csv": csv.String(), "header": header.String(), "units": units.String(),
		"logged": logged.String(), "mahimahi": sorted(mahimahi.String()),
	}
}

// sorted puts the lines of stamps in order, and one more at the end that says how long the trace is.
func sorted(text string) string {
	counts := make([]int, len(recording)*1000+1)
	for _, line := range strings.Fields(text) {
		var ms int
		fmt.Sscan(line, &ms)
		counts[ms]++
	}
	counts[len(counts)-1] = 1
	var b strings.Builder
	for ms, n := range counts {
		b.WriteString(strings.Repeat(fmt.Sprintln(ms), n))
	}
	return b.String()
}

// link is a bottleneck that plays a capacity.
func link(c *trace.Capacity, once bool) netem.Medium {
	tail := queue.NewDropTail(queue.DropTailConfig{Packets: 1000})
	if r := c.Rate(); r != nil {
		r.Once = once
		return bottleneck.New(bottleneck.Config{Rate: r, Queue: tail})
	}
	p := c.Pulses()
	p.Once = once
	return bottleneck.NewPulsed(bottleneck.PulsedConfig{Schedule: p, Queue: tail})
}

// carried is how many Mbit/s a link carried in each second of a time, while there was always something to send.
func carried(m netem.Medium, seconds int) []float64 {
	list := make([]float64, seconds)
	var out []netem.Packet
	for now := netem.True(0); now < netem.True(seconds)*netem.True(time.Second); now += netem.True(5 * time.Millisecond) {
		train := make([]netem.Packet, 100)
		for i := range train {
			train[i].Size = 1500
		}
		m.Admit(now, train)
		for at := m.Next(); at < now+netem.True(5*time.Millisecond); at = m.Next() {
			out = m.Deliver(at, out[:0])
			for _, p := range out {
				if p.Fate == netem.Arrived {
					list[at/netem.True(time.Second)] += 1500 * 8 / 1e6
				}
			}
		}
	}
	return list
}

// One recording in every format is one link: second by second it carries what was recorded, round after round.
func TestEveryFormatIsTheSameLink(t *testing.T) {
	for name, text := range written() {
		c, err := trace.Parse(name, strings.NewReader(text), trace.Auto)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Length() != 8*time.Second || math.Abs(float64(c.Mean())/18.75e6-1) > 0.01 {
			t.Errorf("%s: %v of %v, want 8s of 18.75M", name, c.Length(), c.Mean())
		}
		for second, got := range carried(link(c, false), 24) {
			if want := recording[second%8]; math.Abs(got-want) > 0.05+want/50 {
				t.Errorf("%s: second %d carries %.2f Mbit/s, recorded were %v", name, second, got, want)
			}
		}
	}
}

// Played once, a rate stays as it was at the end, and opportunities end: nothing is made up.
func TestOnce(t *testing.T) {
	for name, text := range written() {
		c, err := trace.Parse(name, strings.NewReader(text), trace.Auto)
		if err != nil {
			t.Fatal(err)
		}
		for second, got := range carried(link(c, true), 16) {
			want := recording[min(second, 7)]
			if name == "mahimahi" && second > 7 {
				want = 0
			}
			if math.Abs(got-want) > 0.05+want/50 {
				t.Errorf("%s: second %d carries %.2f Mbit/s, want %v", name, second, got, want)
			}
		}
	}
}

// What opportunities are told to carry does not count a second round that never comes.
func TestOnceHasNoSecondRound(t *testing.T) {
	c := parsePulses(t, written()["mahimahi"])
	once, again := c.Pulses(), c.Pulses()
	once.Once = true
	at := netem.True(7900 * time.Millisecond) // the second around it ends after the trace
	if a, b := once.Rate(at), again.Rate(at); a >= b || a < 6*units.Mbps {
		t.Errorf("Rate() = %v once, %v again and again: want less once", a, b)
	}
	if at, _ := once.First(netem.True(8*time.Second) + 1); at != netem.Never {
		t.Errorf("an opportunity at %v after the end", at.Sub(0))
	}
}

// Every name that the documentation gives a column is one, with every unit, whatever the case.
func TestHeaderNames(t *testing.T) {
	times := map[string]float64{
		"time": 1, "t": 1, "Timestamp": 1, "ELAPSED": 1, "interval": 1, "seconds": 1, "sec": 1, "s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9,
		"time_s": 1, "time_ms": 1e3, "t (us)": 1e6, "timestamp [ns]": 1e9, "Elapsed Seconds": 1, "time_msec": 1e3, "time (µs)": 1e6,
	}
	rates := map[string]float64{
		"rate": 1, "Bitrate": 1, "bandwidth": 1, "BW": 1, "throughput": 1, "capacity": 1, "goodput": 1, "value": 1, "download": 1,
		"bps": 1e6, "kbps": 1e3, "Mbps": 1, "Gbps": 1e-3, "Mbit/s": 1, "kbit/s": 1e3, "Gbits/sec": 1e-3, "bits/second": 1e6, "rate_kbps": 1e3, "Throughput [Mbit/s]": 1,
		"bandwidth (bits per second)": 1e6, "dl_bitrate": 1e3, "DL bitrate": 1e3, "rate in Gb/s": 1e-3,
	}
	for timeName, timeUnit := range times {
		for rateName, rateUnit := range rates {
			text := fmt.Sprintf("%s,%s\n0,%g\n%g,%g\n", timeName, rateName, 10*rateUnit, 2*timeUnit, 20*rateUnit)
			c, err := trace.Parse("x", strings.NewReader(text), trace.Auto)
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			want := []step{{0, 2 * second, 10 * units.Mbps}, {2 * second, 4 * second, 20 * units.Mbps}}
			if diff := cmp.Diff(want, steps(c.Rate(), 4*second)); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	}
	for _, header := range []string{"time,speed", "rssi,snr", "ul_bitrate,time", "time,uplink Mbps", "time,time", "a,b"} {
		if _, err := trace.Parse("x", strings.NewReader(header+"\n0,1\n"), trace.Auto); err == nil || !strings.HasPrefix(err.Error(), "x:1: no rate column in header") {
			t.Errorf("header %s: %v, want no rate column", header, err)
		}
	}
}

// A format that is asked for is the one that is read, whatever the file looks like.
func TestFormatsAsAskedFor(t *testing.T) {
	const columns, csv, stamps = "0 5\n1 5\n", "0,5\n1,5\n", "1\n2\n3\n"
	for _, c := range []struct {
		text string
		as   trace.Format
		want string // empty: taken
	}{
		{columns, trace.Columns, ""},
		{columns, trace.CSV, `x:1: rate`},
		{columns, trace.Mahimahi, `x:1: stamp "0 5": want a whole number`},
		{csv, trace.CSV, ""},
		{csv, trace.Columns, `x:1: no rate column in header`},
		{csv, trace.Mahimahi, `x:1: stamp "0,5"`},
		{stamps, trace.Mahimahi, ""},
		{stamps, trace.Columns, "x:1: 1 columns: want 2"},
		{stamps, trace.CSV, "x:1: 1 columns: want 2"},
		{stamps, trace.Format(9), "read x: there is no format 9"},
	} {
		got, err := trace.Parse("x", strings.NewReader(c.text), c.as)
		switch {
		case c.want == "" && (err != nil || got.Format() != c.as):
			t.Errorf("%q as %v: %v", c.text, c.as, err)
		case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want) && !strings.HasPrefix(err.Error(), "x:1: ")):
			t.Errorf("%q as %v: %v, want %s", c.text, c.as, err, c.want)
		}
	}
}

// An error tells where and why in fields as well as in words.
func TestErrorsHaveFields(t *testing.T) {
	for text, want := range map[string]trace.Error{
		"":               {File: "f.csv", Reason: "empty: want a capacity trace"},
		"0,1\n# x\n1,-2": {File: "f.csv", Line: 3, Reason: "rate -2: want 0 or more Mbit/s"},
		"0,0\n":          {File: "f.csv", Reason: "rates of nothing: the link would never carry a packet"},
	} {
		_, err := trace.Parse("f.csv", strings.NewReader(text), trace.Auto)
		var e *trace.Error
		if !errors.As(err, &e) || *e != want {
			t.Errorf("%q: %+v, want %+v", text, err, want)
		}
	}
	long := strings.Repeat("9", 100)
	if _, err := trace.Parse("f", strings.NewReader("0 "+long+"x\n"), trace.Auto); err == nil || len(err.Error()) > 100 {
		t.Errorf("a long field is told as %v", err)
	}
}

// A capacity is read once and played by as many links as there are, each with a cursor of its own.
func TestCapacityIsShared(t *testing.T) {
	c, err := trace.Parse("x", strings.NewReader(written()["columns"]), trace.Auto)
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Rate(), c.Rate()
	a.Once = true
	for i := range 40 {
		at := netem.True(i) * netem.True(700*time.Millisecond)
		rateA, _ := a.At(at)
		rateB, _ := b.At(at + netem.True(8*time.Second))
		if at < netem.True(8*time.Second) && rateA != rateB {
			t.Errorf("at %v: %v and, a round later, %v", at.Sub(0), rateA, rateB)
		}
	}
}

// A day and a year later a recording still plays in step.
func TestRoundsForYears(t *testing.T) {
	for name, text := range written() {
		c, err := trace.Parse(name, strings.NewReader(text), trace.Auto)
		if err != nil {
			t.Fatal(err)
		}
		for _, later := range []time.Duration{24 * time.Hour, 366 * 24 * time.Hour, 200 * 366 * 24 * time.Hour} {
			round := netem.True(later / (8 * time.Second) * (8 * time.Second))
			for phase := netem.True(1); phase < netem.True(8*time.Second); phase += 333_333_333 {
				if r := c.Rate(); r != nil {
					first, until := r.At(phase)
					again, later := r.At(round + phase)
					if first != again || until+round != later {
						t.Fatalf("%s: %v until %v at first, %v until %v in the round at %v", name, first, until, again, later, round.Sub(0))
					}
					continue
				}
				p := c.Pulses()
				first, bytes := p.First(phase)
				again, same := p.First(round + phase)
				if first+round != again || bytes != same {
					t.Fatalf("%s: %d bytes at %v at first, %d at %v in the round at %v", name, bytes, first, same, again, round.Sub(0))
				}
				if a, b := p.Rate(phase+netem.True(8*time.Second)), p.Rate(round+phase); a != b {
					t.Fatalf("%s: %v in one round, %v in another", name, a, b)
				}
			}
		}
	}
}
