package profile_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Every way to write a value, by a key of its type.
func TestValues(t *testing.T) {
	duration := func(s profile.Spec) any { return s.Down.Delay }
	share := func(s profile.Spec) any { return s.Down.Duplicate }
	bytes := func(s profile.Spec) any { return s.Down.Queue.Bytes }
	rate := func(s profile.Spec) any { return s.Down.Rate }
	number := func(s profile.Spec) any { return s.WiFi.Headset.Fading.SNR }
	text := func(s profile.Spec) any { return s.Description }
	for _, c := range []struct {
		get  func(profile.Spec) any
		file string
		want any
	}{
		{duration, "down: {delay: 20ms}\n", 20 * time.Millisecond},
		{duration, "down: {delay: '20ms'}\n", 20 * time.Millisecond},
		{duration, "down: {delay: 0.5s}\n", 500 * time.Millisecond},
		{duration, "down: {delay: 1s500ms}\n", 1500 * time.Millisecond},
		{duration, "down:\n  delay: 250us # one way\n", 250 * time.Microsecond},
		{duration, "down: {delay: 250µs}\n", 250 * time.Microsecond},
		{share, "down: {duplicate: 1%}\n", profile.Share(0.01)},
		{share, "down: {duplicate: 0.01}\n", profile.Share(0.01)},
		{share, "down: {duplicate: .5}\n", profile.Share(0.5)},
		{share, "down: {duplicate: 100%}\n", profile.Share(1)},
		{share, "down: {duplicate: 1}\n", profile.Share(1)},
		{share, "down: {duplicate: 0.25%}\n", profile.Share(0.0025)},
		{bytes, "down: {rate: 1M, queue: {bytes: 1500}}\n", units.ByteCount(1500)},
		{bytes, "down: {rate: 1M, queue: {bytes: 1500B}}\n", units.ByteCount(1500)},
		{bytes, "down: {rate: 1M, queue: {bytes: 40kB}}\n", units.ByteCount(40_000)},
		{bytes, "down: {rate: 1M, queue: {bytes: 40KB}}\n", units.ByteCount(40_000)},
		{bytes, "down: {rate: 1M, queue: {bytes: 64KiB}}\n", units.ByteCount(65_536)},
		{bytes, "down: {rate: 1M, queue: {bytes: 1.5MB}}\n", units.ByteCount(1_500_000)},
		{bytes, "down: {rate: 1M, queue: {bytes: 2MiB}}\n", units.ByteCount(2 << 20)},
		{rate, "down: {rate: 30M}\n", 30 * units.Mbps},
		{rate, "down: {rate: 1.5G}\n", 1500 * units.Mbps},
		{rate, "down: {rate: 640k}\n", 640 * units.Kbps},
		{rate, "down: {rate: 64000}\n", 64 * units.Kbps},
		{number, "wifi: {headset: {fading: {snr: -3.5}}}\n", -3.5},
		{number, "wifi: {headset: {fading: {snr: 20}}}\n", 20.0},
		{text, "description: our flat\n", "our flat"},
		{text, "description: \"a: b # c\"\n", "a: b # c"},
		{text, "description: |\n  two\n  lines\n", "two\nlines\n"},
		{text, "description: 12\n", "12"},
		{text, "description: yes\n", "yes"},
		{text, "---\ndescription: marked\n", "marked"},
		{text, "{description: flow, both: {delay: 1ms}}\n", "flow"},
	} {
		spec, err := profile.Parse("x", []byte(c.file), nil)
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
		} else if got := c.get(spec); got != c.want {
			t.Errorf("%q: %v, want %v", c.file, got, c.want)
		}
	}
	for _, file := range []string{
		"down: {delay: 20}", "down: {delay: 2e1ms}", "down: {delay: +20ms}", "down: {delay: 1d}", "down: {delay: [1ms]}",
		"down: {duplicate: 1.5}", "down: {duplicate: 101%}", "down: {duplicate: %}", "down: {duplicate: 1e-3}", "down: {duplicate: NaN}", "down: {duplicate: 1..2}",
		"down: {rate: 1M, queue: {bytes: 2TB}}", "down: {rate: 1M, queue: {bytes: 0.3B}}", "down: {rate: 1M, queue: {bytes: 0x10}}", "down: {rate: 1M, queue: {bytes: 9999GB}}",
		"down: {rate: 1M, queue: {packets: 1e3}}", "down: {rate: 1M, queue: {packets: -1}}", "down: {rate: 1M, queue: {packets: 4294967296}}", "down: {rate: 1M, queue: {packets: 1_000}}",
		"down: {rate: fast}", "down: {rate: 30Mbit}", "down: {rate: -3M}", "down: {rate: 1e6}", "wifi: {headset: {fading: {snr: .inf}}}", "wifi: {no_wmm: on}", "wifi: {no_wmm: 1}",
	} {
		if _, err := profile.Parse("x", []byte(file+"\n"), nil); err == nil || !strings.HasPrefix(err.Error(), "x:1: ") {
			t.Errorf("%q: %v, want it refused", file, err)
		}
	}
}

// What is written again in Go is the same link: both ways to describe one draw the same.
func TestGoAndYAMLAgree(t *testing.T) {
	for text, spec := range map[string]profile.Spec{
		"both: {rate: 50M, delay: 3ms, loss: {share: 1%}, jitter: {spread: 1ms}}\n": {Hop: profile.Hop{Both: &profile.Path{
			Rate: 50 * units.Mbps, Delay: 3 * ms,
			Loss: &profile.Loss{Share: 0.01}, Jitter: &profile.Jitter{Spread: ms},
		}}},
		"wifi: {headset: {roam: {mean: 1s}}, stations: [{count: 2, up: {rate: 5M}}]}\nup: {outages: {mean_up: 1s, mean_down: 50ms}}\n": {Hop: profile.Hop{
			WiFi: &profile.WiFi{Headset: profile.Radio{Roam: &profile.Roam{Mean: time.Second}}, Stations: []profile.Station{{Count: 2, Up: &profile.OnOff{Rate: 5 * units.Mbps}}}},
			Up:   &profile.Path{Outages: &profile.Outages{MeanUp: time.Second, MeanDown: 50 * ms}},
		}},
		"down: {rate: 20M}\ntraffic: {short: [{count: 3, idle: 1s}], bulk: [{control: reno}]}\nhops: [{down: {rate: 10M, queue: {kind: codel}}}]\n": {
			Hop: profile.Hop{
				Down: &profile.Path{Rate: 20 * units.Mbps}, Traffic: &profile.Traffic{
					Short: []profile.Short{{TCP: profile.TCP{Count: 3}, Idle: time.Second}},
					Bulk:  []profile.TCP{{Control: "reno"}},
				},
			},
			Hops: []profile.Hop{{Down: &profile.Path{Rate: 10 * units.Mbps, Queue: &profile.Queue{Kind: "codel"}}}},
		},
	} {
		read, err := profile.Parse("x", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(spec, read, cmpopts.IgnoreUnexported(profile.Spec{}, profile.Path{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		a, b := stream(build(t, spec, 3), 15e6, 5*time.Second), stream(build(t, read, 3), 15e6, 5*time.Second)
		if !reflect.DeepEqual(a.order, b.order) {
			t.Errorf("%s: the two draw another run", text)
		}
	}
}

// A description is built as often as one likes, each medium for itself.
func TestBuildAgainAndAgain(t *testing.T) {
	dir := files{"a.csv": "0,30\n1,10\n", "d.csv": "0,3\n1,9\n"}
	spec, err := profile.Parse("x", []byte("both: {trace: a.csv, delay_trace: d.csv, loss: {share: 2%}}\n"), dir.read)
	if err != nil {
		t.Fatal(err)
	}
	first := stream(build(t, spec, 3), 8e6, 3*time.Second)
	for range 3 {
		if again := stream(build(t, spec, 3), 8e6, 3*time.Second); !reflect.DeepEqual(first.order, again.order) {
			t.Fatal("a description that was built before builds another link")
		}
	}
}

// Traces of every format under a path of a link file: what it carries, played again and again, or once.
func TestTracesUnderAPath(t *testing.T) {
	var stamps strings.Builder
	for ms := range 2000 {
		if ms < 1000 || ms%4 == 0 { // 12 Mbit/s, then a quarter of it
			fmt.Fprintln(&stamps, ms+1)
		}
	}
	fmt.Fprintln(&stamps, 2000)
	dir := files{"d/columns.txt": "0 12\n1 3\n", "d/table.csv": "t_ms;kbps\n0;12000\n1000;3000\n", "d/m.up": stamps.String(), "/abs.txt": "0 12\n1 3\n"}
	for _, c := range []struct {
		path string
		want []float64 // Mbit/s in each of four seconds
	}{
		{"trace: columns.txt", []float64{12, 3, 12, 3}},
		{"trace: table.csv", []float64{12, 3, 12, 3}},
		{"trace: m.up", []float64{12, 3, 12, 3}},
		{"trace: /abs.txt", []float64{12, 3, 12, 3}},
		{"{trace: columns.txt, trace_once: true}", []float64{12, 3, 3, 3}},
		{"{trace: table.csv, trace_format: csv, trace_once: true}", []float64{12, 3, 3, 3}},
		{"{trace: m.up, trace_format: mahimahi, trace_once: true}", []float64{12, 3, 0, 0}},
	} {
		path := c.path
		if path[0] != '{' {
			path = "{" + path + "}"
		}
		spec, err := profile.Parse("d/x.yaml", []byte("down: "+path+"\n"), dir.read)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		for second, want := range c.want {
			got := saturated(build(t, spec, 1), netem.Down, time.Duration(second)*time.Second, time.Duration(second+1)*time.Second) / 1e6
			if got < want*0.97-0.02 || got > want*1.03+0.02 {
				t.Errorf("%s: second %d carries %.2f Mbit/s, want %v", c.path, second, got, want)
			}
		}
	}
}

// Everything wrong with the files that a link names is told, each with its own line of the link file and of the trace.
func TestFaultsOfTraces(t *testing.T) {
	dir := files{"bad.txt": "0 3\n1 x\n", "late.csv": "0,70000\n", "fine.txt": "0 3\n"}
	const text = "down:\n  trace: bad.txt\n  delay_trace: late.csv\nup:\n  trace: gone.txt\nhops:\n  - both:\n      trace: fine.txt\n      trace_format: pcap\n"
	_, err := profile.Parse("x", []byte(text), dir.read)
	want := []string{
		`x:2: down.trace: bad.txt:2: rate "x": want a number`,
		`x:3: down.delay_trace: late.csv:1: delay 70000: want at most a minute`,
		`x:5: up.trace: open gone.txt: file does not exist`,
		`x:8: hops[0].both.trace: trace format "pcap": want auto, columns, csv or mahimahi`,
	}
	if err == nil {
		t.Fatal("it was taken")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	if _, err := profile.Parse("x", []byte("down: {trace: a}\n"), func(string) ([]byte, error) { return nil, os.ErrPermission }); err == nil ||
		!strings.Contains(err.Error(), "x:1: down.trace: permission denied") {
		t.Errorf("a file that may not be read: %v", err)
	}
	var f *profile.Fault
	if _, err := profile.Parse("x", []byte("down: {trace: a}\n"), nil); !errors.As(err, &f) || *f != (profile.Fault{File: "x", Line: 1, Key: "down.trace", Reason: "a: nothing to read files with"}) {
		t.Errorf("a trace without a reader: %+v", f)
	}
}
