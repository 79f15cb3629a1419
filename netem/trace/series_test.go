package trace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/trace"

	"github.com/google/go-cmp/cmp"
)

const recordedDelays = "frame,send_s,size_B,pkts,rx_pkts,delay_ms\n0,1.0,1,1,1,-1\n1,1.5,1,1,1,4\n2,2.0,1,1,1,-1\n3,2.5,1,1,1,40.5\n"

func TestParseDelays(t *testing.T) {
	for name, text := range map[string]string{
		"ns-3's":     recordedDelays,
		"plain":      "0,0\n0.5,4\n1.0,4\n1.5,40.5\n",
		"other unit": "t_ms;latency_us\n0;0\n500;4000\n1000;4000\n1500;40500\n",
		"no unit":    "time,delay\n0,0\n0.5,4\n1,4\n1.5,40.5\n",
	} {
		d, err := trace.ParseDelays("x", strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Length() != 2*time.Second {
			t.Errorf("%s: length %v, want 2s", name, d.Length())
		}
		for at, want := range map[time.Duration]time.Duration{
			0: 0, 499 * time.Millisecond: 0, 500 * time.Millisecond: 4 * time.Millisecond, 1200 * time.Millisecond: 4 * time.Millisecond,
			1999 * time.Millisecond: 40500 * time.Microsecond, 2 * time.Second: 0, 2600 * time.Millisecond: 4 * time.Millisecond,
		} {
			if got := d.At(netem.True(at)); got != want {
				t.Errorf("%s: delay at %v = %v, want %v", name, at, got, want)
			}
		}
	}
}

func TestRefusesSeries(t *testing.T) {
	delays := func(text string) error { _, err := trace.ParseDelays("x", strings.NewReader(text)); return err }
	frames := func(text string) error { _, err := trace.ParseFrames("x", strings.NewReader(text)); return err }
	for _, c := range []struct {
		parse      func(string) error
		text, want string
	}{
		{delays, "", "x: empty: want rows of send and delay"},
		{delays, "time,delay\n", "x: empty"},
		{delays, "a,b\n1,2\n", "x:1: no column send or sent or time"},
		{delays, "time,size\n1,2\n", "x:1: no column delay"},
		{delays, "1,2\n0,2\n", "x:2: time 0: runs backwards"},
		{delays, "1,2\n1e9,2\n", "x:2: time 1e+09: more than a year"},
		{delays, "1,2\n# comment\n2,100000\n", "x:3: delay 100000: want at most a minute"},
		{delays, "1,2\n2,slow\n", "x:2: column 2 is \"slow\": want a number"},
		{delays, "1\n", "x:1: 1 columns: want at least 2"},
		{frames, "0,0.016\n", "x:1: size 0: want 1 byte to 1 GiB"},
		{frames, "100,0.016\n100,-1\n", "x:2: interval -1"},
		{frames, "100,0.016\n100,90\n", "x:2: interval 90: want 0 s to a minute"},
		{frames, "1e10,0.016\n", "x:1: size 1e+10"},
		{frames, "", "x: empty: want rows of size and interval"},
	} {
		if err := c.parse(c.text); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestParseFrames(t *testing.T) {
	want := []trace.Frame{{Size: 1200, Interval: 16 * time.Millisecond}, {Size: 56_232, Interval: 0}}
	for name, text := range map[string]string{
		"plain":  "# Frame rate: 60 FPS\n1200,0.016\n56232,0.0\n",
		"header": "burstSizeBytes,timeToNextFrameSeconds\n1200,0.016\n56232,0\n",
		"ms":     "interval_ms,size\n16,1200\n0,56232\n",
	} {
		got, err := trace.ParseFrames("x", strings.NewReader(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// A packet takes the delay of its time, but never overtakes the one before it in its direction.
func TestLine(t *testing.T) {
	d, err := trace.ParseDelays("x", strings.NewReader("0,20\n0.01,1\n0.02,1\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := trace.NewLine(d)
	l.Admit(0, []netem.Packet{{ID: 1}, {ID: 2}})
	l.Admit(netem.True(12*time.Millisecond), []netem.Packet{{ID: 3}, {ID: 4, Dir: netem.Up}})
	l.Admit(netem.True(25*time.Millisecond), []netem.Packet{{ID: 5}})
	var got []string
	for at := l.Next(); at != netem.Never; at = l.Next() {
		for _, p := range l.Deliver(at, nil) {
			got = append(got, fmt.Sprintf("%d %v", p.ID, at.Sub(0)))
		}
	}
	if diff := cmp.Diff([]string{"4 13ms", "1 20ms", "2 20ms", "3 20ms", "5 26ms"}, got); diff != "" {
		t.Error(diff)
	}
}
