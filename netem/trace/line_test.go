package trace_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/trace"

	"pgregory.net/rapid"
)

func parseDelays(t testing.TB, text string) *trace.Delays {
	t.Helper()
	d, err := trace.ParseDelays("x", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Whatever is sent when: every packet arrives once, unchanged, in the order of its direction, never before its delay, and
// never later than the longest of those before it.
func TestPromisesOfLines(t *testing.T) {
	d := parseDelays(t, "0,20\n0.1,1\n0.2,0\n0.3,55.5\n0.5,3\n")
	rapid.Check(t, func(t *rapid.T) {
		l := trace.NewLine(d)
		now, id := netem.True(0), uint32(0)
		earliest := map[uint32]netem.True{}
		under := map[uint32]netem.Packet{}
		var last [netem.Dirs]uint32
		deliver := func(until netem.True) {
			for at := l.Next(); at <= until; at = l.Next() {
				for _, p := range l.Deliver(at, nil) {
					if under[p.ID] != p || at < earliest[p.ID] || at > earliest[p.ID].Add(56*time.Millisecond) || p.ID < last[p.Dir] {
						t.Fatalf("%+v at %d, want %+v from %d on, after packet %d", p, at, under[p.ID], earliest[p.ID], last[p.Dir])
					}
					last[p.Dir] = p.ID
					delete(under, p.ID)
				}
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "trains") {
			now += netem.True(rapid.Int64Range(0, 70e6).Draw(t, "pause"))
			deliver(now)
			var train []netem.Packet
			for range rapid.IntRange(1, 5).Draw(t, "packets") {
				id++
				p := netem.Packet{ID: id, Size: 1200, Dir: netem.Dir(rapid.IntRange(0, 1).Draw(t, "dir")), ECN: 2, Queued: 9}
				train, under[id], earliest[id] = append(train, p), p, now.Add(d.At(now))
			}
			l.Admit(now, train)
		}
		deliver(now + netem.True(time.Minute))
		if len(under) > 0 || l.Next() != netem.Never {
			t.Fatalf("%d packets never arrived", len(under))
		}
	})
}

// A line allocates nothing once it has held what it holds.
func TestLineDoesNotAllocate(t *testing.T) {
	l := trace.NewLine(parseDelays(t, "0,20\n0.01,1\n0.02,30\n"))
	now := netem.True(0)
	var out []netem.Packet
	train := make([]netem.Packet, 40)
	step := func() {
		now += netem.True(time.Millisecond)
		l.Admit(now, train)
		for at := l.Next(); at <= now; at = l.Next() {
			out = l.Deliver(at, out[:0])
		}
	}
	for range 500 {
		step()
	}
	if n := testing.AllocsPerRun(200, step); n != 0 {
		t.Errorf("%v allocations in 40 packets", n)
	}
}

// A delay counts from its line to the next, of two at one time the later, a lost frame's is that before it; and so on in
// every round.
func TestDelaysByTime(t *testing.T) {
	const ms = time.Millisecond
	d := parseDelays(t, "10,5\n11,7\n11,8\n12,-1\n13,0.25\n13.5,-1\n14,2\n")
	if want := 4*time.Second + 800*ms; d.Length() != want { // the last line lasts as long as the mean one
		t.Errorf("length %v, want %v", d.Length(), want)
	}
	for _, round := range []time.Duration{0, d.Length(), 18_000 * d.Length()} {
		for at, want := range map[time.Duration]time.Duration{
			0: 5 * ms, 999 * ms: 5 * ms, 1000 * ms: 8 * ms, 1001 * ms: 8 * ms, 2000 * ms: 8 * ms, 2999 * ms: 8 * ms,
			3000 * ms: 250 * time.Microsecond, 3500 * ms: 250 * time.Microsecond, 3999 * ms: 250 * time.Microsecond, 4000 * ms: 2 * ms, 4799 * ms: 2 * ms,
		} {
			if got := d.At(netem.True(round + at)); got != want {
				t.Errorf("delay %v into the round at %v: %v, want %v", at, round, got, want)
			}
		}
	}
	if got := d.At(-5); got != 5*ms {
		t.Errorf("delay before the beginning: %v, want the first", got)
	}
}

// Real recordings: seconds since 1970, units in the header, other columns, a lost frame first.
func TestDelaysOfRecordings(t *testing.T) {
	for name, text := range map[string]string{
		"epoch":        "1700000000.000,3\n1700000000.500,9\n",
		"units":        "sent (ms),size,latency (us)\n1000,1,3000\n1500,1,9000\n",
		"seconds":      "t_s,owd_s\n0,0.003\n0.5,0.009\n",
		"nanoseconds":  "timestamp_ns;delay_ns\n7000000000;3000000\n7500000000;9000000\n",
		"quoted":       "\"time\",\"delay_ms\"\n\"0\",\"3\"\n\"0.5\",\"9\"\n",
		"with remarks": "# captured at home\n\ntime,delay\n0,3\n// roaming\n0.5,9\n",
	} {
		d := parseDelays(t, text)
		got := []time.Duration{d.At(0), d.At(netem.True(499 * time.Millisecond)), d.At(netem.True(501 * time.Millisecond)), d.Length()}
		for i := range got {
			got[i] = got[i].Round(time.Microsecond)
		}
		if want := []time.Duration{3 * time.Millisecond, 3 * time.Millisecond, 9 * time.Millisecond, time.Second}; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if d := parseDelays(t, "time,delay\n3,-1\n"); d.At(0) != 0 || d.Length() != time.Millisecond {
		t.Errorf("one lost frame: %v, length %v", d.At(0), d.Length())
	}
}

// What cannot be a delay or a frame is refused with its line and what would be right.
func TestSeriesRefuseUnits(t *testing.T) {
	for text, want := range map[string]string{
		"time,delay_s\n0,0.01\n1,61\n":  "x:3: delay 61: want at most a minute",
		"time_ms,delay\n0,1\n-5,1\n":    "x:3: time -5: runs backwards",
		"time,delay\n0,1\n31622401,1\n": "x:3: time 3.1622401e+07: more than a year",
		"time,delay\n1e308,1\n":         "x:2: time 1e+308: more than a year",
		"time,delay\n0\n":               "x:2: 1 columns: want at least 2",
		"time,delay\n0,NaN\n":           "x:2: column 2 is \"NaN\": want a number",
		"delay,size\n0,1\n":             "x:1: no column send or sent or time",
		"0,1\ntime,delay\n":             "x:2: column 1 is \"time\": want a number",
	} {
		if _, err := trace.ParseDelays("x", strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ParseDelays(%q) = %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"size,interval_ms\n100,16\n100,60001\n": "x:3: interval 60001: want 0 s to a minute",
		"size,interval\n0.5,1\n":                "x:2: size 0.5: want 1 byte to 1 GiB",
		"size\n1\n":                             "x:1: no column interval",
		"size,gap\nbig,1\n":                     "x:2: column 1 is \"big\": want a number",
	} {
		if _, err := trace.ParseFrames("x", strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ParseFrames(%q) = %v, want %s", text, err, want)
		}
	}
}
