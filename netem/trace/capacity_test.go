package trace_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/netem/trace"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// step is a rate and how long it holds, as a player tells it.
type step struct {
	From, Until time.Duration
	Rate        units.Bitrate
}

// steps plays a trace up to an instant.
func steps(r bottleneck.Rate, until time.Duration) (list []step) {
	for at := netem.True(0); at < netem.True(until); {
		rate, next := r.At(at)
		list = append(list, step{at.Sub(0), min(next, netem.True(time.Hour)).Sub(0), rate})
		at = next
	}
	return list
}

const second = time.Second

func TestParseTables(t *testing.T) {
	two := []step{{0, second, 10 * units.Mbps}, {second, 2 * second, 2500 * units.Kbps}}
	for name, text := range map[string]string{
		"columns":              "0 10\n1 2.5\n",
		"tabs":                 "0.0\t10\n1.0\t2.5\n",
		"no zero at the start": "1200.5 10\n1201.5 2.5\n",
		"comments and blanks":  "# made by hand\n\n  0   10  \n// next\n1 2.5",
		"windows":              "\xef\xbb\xbf0 10\r\n1 2.5\r\n",
		"header over columns":  "time_s Mbps\n0 10\n1 2.5\n",
		"header over tabs":     "time (s)\trate (kbit/s)\n0\t10000\n1\t2500\n",
		"csv":                  "0,10\n1,2.5\n",
		"semicolons":           "0;10\n1;2.5\n",
		"header":               "time,rate\n0,10\n1,2.5\n",
		"quoted":               "\"Time\",\"Rate\"\n\"0\",\"10\"\n\"1\",\"2.5\"\n",
		"units in the header":  "timestamp_ms,bandwidth_kbps\n5000,10000\n6000,2500\n",
		"units in brackets":    "t [us], Throughput (bits/s)\n0,10000000\n1000000,2500000\n",
		"only a unit":          "ms,Mbits/sec\n0,10\n1000,2.5\n",
		"other columns":        "id,elapsed,rssi,capacity_Gbps\n1,0,-60,0.01\n2,1,-61,0.0025\n",
		"no time":              "rate,note\n10,a\n2.5,b\n",
		"G-NetTrack":           "Timestamp,Speed,DL_bitrate,UL_bitrate\n2019.12.16_13.40.04,0,10000,7\n2019.12.16_13.40.05,0,2500,7\n",
		"uplink first":         "time,UL_bitrate,DL_bitrate\n0,1,10000\n1,1,2500\n",
		"dates":                "time,mbps\n2023-01-31T23:59:59.5Z,10\n2023-02-01T00:00:00.5Z,2.5\n",
		"a unit a line":        "10,Mbits/sec\n2500,Kbits/sec\n",
		"exponents":            "0e0 1e1\n1e0 25e-1\n",
		"a line twice":         "0 7\n0 10\n1 2.5\n",
		"negative times":       "-1 10\n0 2.5\n",
	} {
		c, err := trace.Parse("x", strings.NewReader(text), trace.Auto)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(two, steps(c.Rate(), 2*second)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if c.Length() != 2*second || c.Mean() != 6250*units.Kbps || c.Pulses() != nil {
			t.Errorf("%s: length %v, mean %v, want 2s and 6.25M", name, c.Length(), c.Mean())
		}
	}
}

// The last line lasts as long as the median one, a single one for ever.
func TestLastLine(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0 1\n0.2 1\n0.4 1\n5 1\n": 5200 * time.Millisecond, "3 1\n": second, "0 1\n10 2\n": 20 * second,
	} {
		c, err := trace.Parse("x", strings.NewReader(text), trace.Columns)
		if err != nil || c.Length() != want {
			t.Errorf("%q: length %v, %v, want %v", text, c.Length(), err, want)
		}
	}
	c, _ := trace.Parse("x", strings.NewReader("3 1\n"), trace.Auto)
	if rate, until := c.Rate().At(netem.True(time.Hour)); rate != units.Mbps || until != netem.Never {
		t.Errorf("a single line: %v until %v, want 1M for ever", rate, until)
	}
}

func TestRateLoops(t *testing.T) {
	c, err := trace.Parse("x", strings.NewReader("0 1\n1 0\n2 3\n"), trace.Auto)
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{0, second, units.Mbps},
		{second, 2 * second, 0},
		{2 * second, 3 * second, 3 * units.Mbps},
		{3 * second, 4 * second, units.Mbps},
		{4 * second, 5 * second, 0},
	}
	if diff := cmp.Diff(want, steps(c.Rate(), 5*second)); diff != "" {
		t.Error(diff)
	}
	once := c.Rate()
	once.Once = true
	want = append(want[:2:2], step{2 * second, time.Hour, 3 * units.Mbps})
	if diff := cmp.Diff(want, steps(once, 5*second)); diff != "" {
		t.Errorf("once: %s", diff)
	}
	if rate, until := once.At(netem.True(time.Hour)); rate != 3*units.Mbps || until != netem.Never {
		t.Errorf("once, an hour later: %v until %v", rate, until)
	}
}

// The answer depends on the instant alone, wherever the cursor stands.
func TestRateAnswersInAnyOrder(t *testing.T) {
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "%v %d\n", float64(i)*0.1, i*i%97+1)
	}
	c, err := trace.Parse("x", strings.NewReader(text.String()), trace.Auto)
	if err != nil {
		t.Fatal(err)
	}
	jumping := c.Rate()
	for i := range 2000 {
		at := netem.True(int64(i) * 7_919_000_003 % int64(60*second))
		gotRate, gotUntil := jumping.At(at)
		wantRate, wantUntil := c.Rate().At(at)
		if gotRate != wantRate || gotUntil != wantUntil || gotUntil <= at {
			t.Fatalf("at %v: %v until %v, a fresh player says %v until %v", at, gotRate, gotUntil, wantRate, wantUntil)
		}
	}
}

// What a link carries that plays a trace is what the trace says.
func TestLinkCarriesTheTrace(t *testing.T) {
	c, err := trace.Parse("x", strings.NewReader("0 12\n0.5 0\n1 24\n1.5 6\n"), trace.Auto)
	if err != nil {
		t.Fatal(err)
	}
	link := bottleneck.New(bottleneck.Config{Rate: c.Rate(), Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 100_000})})
	for id := range uint32(20_000) {
		link.Admit(0, []netem.Packet{{ID: id, Size: 1500}})
	}
	var out []netem.Packet
	for at := link.Next(); at <= netem.True(4*second); at = link.Next() {
		out = link.Deliver(at, out)
	}
	if want := 2 * (500 + 0 + 1000 + 250); len(out) < want-1 || len(out) > want+1 { // packets of 12,000 bits
		t.Errorf("%d packets in two rounds, want %d", len(out), want)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "x: empty"},
		{"# nothing\n\n", "x: empty"},
		{"time,rate\n", "x: empty"},
		{"0 10\n1 -3\n", "x:2: rate -3: want 0 or more Mbit/s"},
		{"time,kbps\n0,10\n# pause\n1,-3\n", "x:4: rate -3: want 0 or more kbit/s"},
		{"0 10\n1 1e9\n", "x:2: rate \"1e9\": want at most 1 Tbit/s"},
		{"0 10\n2 10\n1 10\n", "x:3: time \"1\": runs backwards"},
		{"0 10\n1e9 10\n", "x:2: time \"1e9\": more than a year after the first"},
		{"0 10\n1e300 10\n", "x:2: time \"1e300\": more than a year"},
		{"1e305 10\n1e305 10\n", "x:1: time \"1e305\""},
		{"0 ten\n", "x:1: rate \"ten\": want a number"},
		{"0 10\nlater 10\n", "x:2: time \"later\": want a number"},
		{"0 NaN\n", "x:1: rate \"NaN\": want a number"},
		{"0 Inf\n", "x:1: rate \"Inf\": want a number"},
		{"0 0x10\n", "x:1: rate \"0x10\": want a number"},
		{"0 1_0\n", "x:1: rate \"1_0\": want a number"},
		{"0 1e999\n", "x:1: rate \"1e999\": want a number"},
		{"0 10 3\n", "x:1: 3 columns: want 2, time and rate"},
		{"0,10\n1\n", "x:2: 1 columns: want 2"},
		{"a,time,rate\n1,2\n", "x:2: 2 columns: want at least 3"},
		{"hello world\n", "x:1: no rate column in header"},
		{"<html>\n", "x:1: no rate column"},
		{"0 0\n1 0\n", "x: rates of nothing"},
		{"10,Mbits/sec\n20,furlongs\n", "x:2: unit \"furlongs\": want one such as Mbits/sec"},
		{"0 " + strings.Repeat("1", 70_000), "x:1: longer than 65536 bytes"},
	} {
		_, err := trace.Parse("x", strings.NewReader(c.text), trace.Auto)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Parse(%.40q) = %v, want %s", c.text, err, c.want)
		} else if !errors.Is(err, trace.ErrFormat) {
			t.Errorf("Parse(%.40q) = %v, which is no ErrFormat", c.text, err)
		}
	}
}

// A trace of more lines than any recording is refused before it fills the memory.
func TestTooManyLines(t *testing.T) {
	if testing.Short() {
		t.Skip("reads ten million lines")
	}
	_, err := trace.Parse("x", &endless{line: "5\n"}, trace.Mahimahi)
	if err == nil || !strings.Contains(err.Error(), "above 1 Tbit/s") {
		t.Errorf("stamps without end: %v", err)
	}
	_, err = trace.Parse("x", &endless{line: "# no\n"}, trace.Auto)
	if err == nil || err.Error() != "x:10000001: more than 10000000 lines" {
		t.Errorf("comments without end: %v", err)
	}
}

// endless repeats a line.
type endless struct{ line string }

func (e *endless) Read(b []byte) (int, error) {
	n := 0
	for n+len(e.line) <= len(b) {
		n += copy(b[n:], e.line)
	}
	return n, nil
}

func TestReadErrorIsPassedOn(t *testing.T) {
	_, err := trace.Parse("x", io.MultiReader(strings.NewReader("0 1\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), trace.Auto)
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, trace.ErrFormat) {
		t.Errorf("Parse of a reader that fails = %v", err)
	}
}

func TestFormats(t *testing.T) {
	for text, want := range map[string]trace.Format{
		"0 1\n": trace.Columns, "0,1\n": trace.CSV, "0;1\n": trace.CSV, "1\n2\n": trace.Mahimahi, "rate Mbps\n": trace.Auto, "time Mbps\n1 1\n": trace.Columns,
	} {
		c, err := trace.Parse("x", strings.NewReader(text), trace.Auto)
		if want == trace.Auto {
			if err == nil {
				t.Errorf("%q was taken", text)
			}
			continue
		}
		if err != nil || c.Format() != want {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
	if c, err := trace.Parse("x", strings.NewReader("rate\n10\n20\n"), trace.CSV); err != nil || c.Length() != 2*second {
		t.Errorf("one column as CSV: %v", err)
	}
	for f := trace.Auto; f <= trace.Mahimahi; f++ {
		if got, err := trace.ParseFormat(f.String()); err != nil || got != f {
			t.Errorf("ParseFormat(%v) = %v, %v", f, got, err)
		}
	}
	if f, err := trace.ParseFormat(""); f != trace.Auto || err != nil {
		t.Errorf("ParseFormat of nothing = %v, %v", f, err)
	}
	if _, err := trace.ParseFormat("pcap"); err == nil {
		t.Error("ParseFormat(pcap) was taken")
	}
	if got := trace.Format(9).String(); got != "format 9" {
		t.Errorf("String() of no format = %q", got)
	}
}

func ExampleParse() {
	const recorded = "time_s,Mbps\n0,80\n1,35.5\n2,120\n"
	capacity, err := trace.Parse("office.csv", strings.NewReader(recorded), trace.Auto)
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, until := capacity.Rate().At(netem.True(4500 * time.Millisecond)) // in the second round
	fmt.Println(capacity.Format(), capacity.Length(), rate, until.Sub(0))
	_, err = trace.Parse("office.csv", strings.NewReader("time_s,Mbps\n0,-3\n"), trace.Auto)
	fmt.Println(err)
	// Output:
	// csv 3s 35.5M 5s
	// office.csv:2: rate -3: want 0 or more Mbit/s
}
