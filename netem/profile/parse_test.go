package profile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/netem/trace"
	"airbridge/units"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func ptr[T any](v T) *T { return &v }

// Every kind of value, in both of YAML's notations.
func TestParse(t *testing.T) {
	const text = `# a comment
description: "all of it"
down:
  outages: {planned: [{from: 10s, to: 12.5s}], mean_up: 1m, mean_down: 200ms}
  steps:
    - {at: 0s, rate: 30M}
    - at: 1m30s
      rate: 0
  repeat: 2m
  queue: {kind: step, bytes: 64KiB, packets: 1000, threshold: 2ms, spare: true}
  loss:
    share: 1%
    bursty: {to_bad: 0.01, to_good: 50%, loss_good: 0, loss_bad: 1}
    bursts: [{at: 3s, packets: 7}]
    every: 1000
  duplicate: 0.5%
  corrupt: 0.25
  delay: 20ms
  jitter: {shape: pareto, spread: 1.5ms, tail: 0.15, cut: 80ms, reorder: true}
up: {rate: 1.5G, queue: {kind: codel, target: 5ms, interval: 100ms}}
wifi:
  standard: wifi5
  width: 40
  headset: {mcs: 0, streams: 2, guard_interval: 400ns, loss: 2%, fading: {snr: -3.5, sigma: 2}, scan: {every: 5s}, roam: {mean: 30s}}
  stations: [{count: 3, mcs: 7, up: {rate: 15M, on: 500ms, off: 1s, shape: 1.5, category: video, packet: 1400, start: 1s}}]
  no_wmm: true
  max_ampdu: 1MB
  microwave: {for: 10s, duty: 40%}
traffic:
  steady: [{direction: up, rate: 2M, packet: 200, on: 1s, off: 1s, exponential: true, dscp: 34}]
  bulk: [{count: 2, control: reno, rtt: 30ms, ecn: true, start: 5s, stop: 50s}]
  short: [{count: 10, idle: 5s, min_size: 10kB, max_size: 20kB}]
hops:
  - both: {rate: 100M}
`
	spec, err := profile.Parse("x.yaml", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	const ms, s = time.Millisecond, time.Second
	want := profile.Spec{
		Description: "all of it",
		Hop: profile.Hop{
			Down: &profile.Path{
				Outages:   &profile.Outages{Planned: []profile.Window{{From: 10 * s, To: 12500 * ms}}, MeanUp: 60 * s, MeanDown: 200 * ms},
				Steps:     []profile.Step{{At: 0, Rate: 30 * units.Mbps}, {At: 90 * s, Rate: 0}},
				Repeat:    120 * s,
				Queue:     &profile.Queue{Kind: "step", Bytes: 65536, Packets: 1000, Threshold: 2 * ms, Spare: true},
				Loss:      &profile.Loss{Share: 0.01, Bursty: &profile.Bursty{ToBad: 0.01, ToGood: 0.5, LossBad: 1}, Bursts: []profile.Burst{{At: 3 * s, Packets: 7}}, Every: 1000},
				Duplicate: 0.005, Corrupt: 0.25, Delay: 20 * ms,
				Jitter: &profile.Jitter{Shape: "pareto", Spread: 1500 * time.Microsecond, Tail: 0.15, Cut: 80 * ms, Reorder: true},
			},
			Up: &profile.Path{Rate: 1500 * units.Mbps, Queue: &profile.Queue{Kind: "codel", Target: 5 * ms, Interval: 100 * ms}},
			WiFi: &profile.WiFi{
				Standard: "wifi5", Width: 40, NoWMM: true, MaxAMPDU: 1_000_000,
				Headset: profile.Radio{
					MCS: ptr(0), Streams: 2, GuardInterval: 400, Loss: 0.02, Fading: &profile.Fading{SNR: -3.5, Sigma: 2},
					Scan: &profile.Scan{Every: 5 * s}, Roam: &profile.Roam{Mean: 30 * s},
				},
				Stations: []profile.Station{{
					Count: 3, Radio: profile.Radio{MCS: ptr(7)},
					Up: &profile.OnOff{Rate: 15 * units.Mbps, Packet: 1400, Start: s, On: 500 * ms, Off: s, Shape: 1.5, Category: "video"},
				}},
				Microwave: &profile.Microwave{For: 10 * s, Duty: 0.4},
			},
			Traffic: &profile.Traffic{
				Steady: []profile.Steady{{Direction: "up", Rate: 2 * units.Mbps, Packet: 200, On: s, Off: s, Exponential: true, DSCP: 34}},
				Bulk:   []profile.TCP{{Count: 2, Control: "reno", RTT: 30 * ms, ECN: true, Start: 5 * s, Stop: 50 * s}},
				Short:  []profile.Short{{TCP: profile.TCP{Count: 10}, MinSize: 10_000, MaxSize: 20_000, Idle: 5 * s}},
			},
		},
		Hops: []profile.Hop{{Both: &profile.Path{Rate: 100 * units.Mbps}}},
	}
	if diff := cmp.Diff(want, spec, cmpopts.IgnoreUnexported(profile.Spec{}, profile.Path{})); diff != "" {
		t.Error(diff)
	}
	if _, err := spec.Build(1); err != nil {
		t.Error(err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "x: empty"},
		{"# nothing\n", "x: empty"},
		{"down: [\n", "x:1: sequence end token"},
		{"down:\n  rate: 30M\n  rate: 40M\n", "x:3: mapping key \"rate\" already defined"},
		{"- 1\n", "x:1: want keys with values: both, description, down"},
		{"speed: 3\n", "x:1: speed: unknown key: want one of both"},
		{"down:\n  rte: 3M\n", "x:2: down.rte: unknown key: did you mean rate?"},
		{"down:\n  rate:\n", "x:2: down.rate: has no value"},
		{"down: fast\n", "x:1: down: want keys with values"},
		{"hops: {}\n", "x:1: hops: want a list"},
		{"down:\n  delay: 20\n", "x:2: down.delay: \"20\": want a duration with its unit such as 20ms"},
		{"down:\n  delay: 20 ms\n", "x:2: down.delay: \"20 ms\": want a duration"},
		{"down:\n  delay: -20ms\n", "x:2: down.delay: \"-20ms\": want a duration"},
		{"down:\n  delay: 999h\n", "x:2: down.delay: 999h0m0s: want 0s to 1m"},
		{"down:\n  rate: 30Mbps\n", "x:2: down.rate: \"30Mbps\": want a rate"},
		{"down:\n  rate: 30\n", "x:2: down.rate: 30: want 1k to 1000G"},
		{"down:\n  rate: 5000G\n", "x:2: down.rate: 5000G: want 1k to 1000G"},
		{"down:\n  rate: [3M]\n", "x:2: down.rate: want a rate"},
		{"down:\n  loss: {share: 101%}\n", "x:2: down.loss.share: \"101%\": want a share"},
		{"down:\n  loss: {share: -1}\n", "x:2: down.loss.share: \"-1\": want a share"},
		{"down:\n  loss: {every: 1.5}\n", "x:2: down.loss.every: \"1.5\": want a whole number"},
		{"down:\n  rate: 1M\n  queue: {bytes: 1.5}\n", "x:3: down.queue.bytes: \"1.5\": want a number of bytes"},
		{"down:\n  rate: 1M\n  queue: {kind: red}\n", "x:3: down.queue.kind: \"red\": want drop-tail, codel"},
		{"down:\n  rate: 1M\n  queue: {kind: codel, time: 10ms}\n", "x:3: down.queue.time: a codel queue has none"},
		{"down:\n  rate: 1M\n  queue: {target: 10ms}\n", "x:3: down.queue.target: a drop-tail queue has none"},
		{"down:\n  queue: {time: 1ms}\n", "x:2: down.queue: nothing waits without a rate"},
		{"down:\n  rate: 1M\n  steps: [{at: 0s, rate: 1M}]\n", "x:3: down.steps: besides rate: want one of rate, steps and trace"},
		{"down:\n  rate: 1M\n  repeat: 5s\n", "x:3: down.repeat: nothing to repeat"},
		{"down:\n  steps:\n    - {at: 0s, rate: 1M}\n    - {at: 1s, rate: 3}\n", "x:4: down.steps[1].rate: 3: want 0, or 1k"},
		{"down:\n  steps:\n    - {at: 5s, rate: 1M}\n", "x:3: down.steps[0]: at 5s, want 0s"},
		{"down:\n  jitter: {shape: square, spread: 1ms}\n", "x:2: down.jitter.shape: \"square\": want gaussian"},
		{"down:\n  jitter: {reorder: yes}\n", "x:2: down.jitter.reorder: \"yes\": want true or false"},
		{"down:\n  outages: {planned: [{from: 2s, to: 1s}]}\n", "x:2: down.outages.planned[0]: from 2s to 1s"},
		{"both: {delay: 1ms}\ndown: {delay: 1ms}\nup: {delay: 1ms}\n", "x:1: both: unused"},
		{"both:\n  rate: 7\n", "x:2: both.rate: 7: want 1k"},
		{"wifi: {standard: wifi9}\n", "x:1: wifi.standard: \"wifi9\": want wifi6 or wifi5"},
		{"wifi:\n  headset: {mcs: 12}\n", "x:2: wifi.headset.mcs: 12: HE has 0 to 11"},
		{"wifi:\n  stations: [{mcs: 3}]\n", "x:2: wifi.stations[0]: neither up nor down"},
		{"wifi:\n  stations: [{count: 999, up: {rate: 1M}}]\n", "x:2: wifi.stations[0]: 999 stations: want at most 128"},
		{"wifi:\n  stations: [{up: {rate: 1M, category: gold}}]\n", "x:2: wifi.stations[0].up.category: \"gold\""},
		{"wifi:\n  stations: [{up: {on: 1s}}]\n", "x:2: wifi.stations[0].up.rate: missing"},
		{"wifi:\n  stations:\n    - {up: {rate: 1M}}\n    - {count: 9, mcs: 70, up: {rate: 1M}}\n", "x:4: wifi.stations[1].mcs: 70: "},
		{"wifi:\n  max_mpdus: 300\n", "x:2: wifi.max_mpdus: 300: want 1 to 256"},
		{"wifi:\n  microwave: {duty: 0.5}\n", "x:2: wifi.microwave.for: missing"},
		{"traffic: {}\n", "x:1: traffic: empty"},
		{"traffic:\n  bulk: [{control: bbr}]\n", "x:2: traffic.bulk[0].control: \"bbr\": want cubic or reno"},
		{"traffic:\n  bulk: [{direction: left}]\n", "x:2: traffic.bulk[0].direction: \"left\""},
		{"traffic:\n  bulk: [{dscp: 64}]\n", "x:2: traffic.bulk[0].dscp: 64: want 0 to 63"},
		{"traffic:\n  bulk: [{count: 300}]\n", "x:1: traffic: 300 flows: want at most 256"},
		{"traffic:\n  bulk:\n    - {count: 5}\n    - {count: 5, rtt: 1us}\n", "x:4: traffic.bulk[1].rtt: 1µs: want 100µs to 10s"},
		{"traffic:\n  steady: [{on: 1s}]\n", "x:2: traffic.steady[0].rate: 0: want 1k to 1000G"},
		{"hops:\n  - down:\n      rate: 3\n", "x:3: hops[0].down.rate: 3"},
		{"down: &a {rate: 3M}\nup: *a\n", "x:1: down: anchors, aliases and tags"},
		{"down: !!map {rate: 3M}\n", "x:1: down: anchors, aliases and tags"},
		{"down: {rate: 3M}\n---\nup: {rate: 3M}\n", "x:3: a second document"},
		{"down: {trace: a.txt}\n", "x:1: down.trace: a.txt: nothing to read files with"},
		{"down: {trace_format: pcap, trace: a.txt}\n", "x:1: down.trace: a.txt: nothing to read"},
		{"hops: [" + strings.Repeat("{},", 17) + "]\n", "x:1: hops: 17 hops: want at most 16"},
		{strings.Repeat("a", 1<<20+1), "x: 1048577 bytes: want at most 1048576"},
	} {
		_, err := profile.Parse("x", []byte(c.text), nil)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Parse(%.60q) = %v, want %s", c.text, err, c.want)
		}
	}
}

// All mistakes are told at once, in the order of the lines.
func TestParseTellsEverything(t *testing.T) {
	for text, want := range map[string]string{
		"up:\n  rate: x\ndown:\n  delay: 3\nspeed: 1\n": "x:2: up.rate|x:4: down.delay|x:5: speed",
		"up:\n  rate: 3\ndown:\n  delay: 999h\n":        "x:2: up.rate|x:4: down.delay",
	} {
		_, err := profile.Parse("x", []byte(text), nil)
		if err == nil {
			t.Errorf("%q was taken", text)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		starts := strings.Split(want, "|")
		if len(lines) != len(starts) {
			t.Errorf("%q: %q, want %d lines", text, lines, len(starts))
			continue
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, starts[i]) {
				t.Errorf("%q: line %q, want %s", text, line, starts[i])
			}
		}
		var f *profile.Fault
		if !errors.As(err, &f) || f.File != "x" || f.Line != 2 {
			t.Errorf("the error holds %+v, want the first fault", f)
		}
	}
}

// A description made in Go is checked alike, with keys instead of lines.
func TestValidate(t *testing.T) {
	spec := profile.Spec{
		Hop:  profile.Hop{Down: &profile.Path{Rate: -1, Loss: &profile.Loss{Share: 2}, Duplicate: 3}},
		Hops: []profile.Hop{{Up: &profile.Path{Trace: "a.txt", TraceFormat: "pcap"}}},
	}
	err := spec.Validate()
	if err == nil {
		t.Fatal("nonsense was taken")
	}
	for _, want := range []string{"down.rate: -1: want", "down.loss.share: 2: want 0 to 1", "down.duplicate: 3", "hops[0].up.trace: a.txt: not loaded: use Open, or Load", "hops[0].up.trace: trace format \"pcap\""} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Validate() = %v, want %s in it", err, want)
		}
	}
	if _, err := spec.Build(1); err == nil || !strings.HasPrefix(err.Error(), "link: ") {
		t.Errorf("Build() = %v", err)
	}
	if err := (profile.Spec{}).Validate(); err != nil {
		t.Errorf("the zero description: %v", err)
	}
}

// Another file may hold a link under a key: lines are those of that file.
func TestLinkInsideAnotherFile(t *testing.T) {
	var scenario struct {
		Name string       `yaml:"name"`
		Link profile.Spec `yaml:"link"`
	}
	text := "name: evening\nlink:\n  down:\n    rate: 40M\n    trace: a.txt\n  up: {delay: 1ms}\n"
	if err := yaml.Unmarshal([]byte(text), &scenario); err != nil {
		t.Fatal(err)
	}
	if scenario.Link.Down == nil || scenario.Link.Down.Rate != 40*units.Mbps {
		t.Fatalf("read %+v", scenario.Link.Down)
	}
	err := scenario.Link.Load("s.yaml", files{"a.txt": "0 3\n"}.read)
	if err == nil || err.Error() != "s.yaml:5: down.trace: besides rate: want one of rate, steps and trace" {
		t.Errorf("Load() = %v, want the line of the scenario", err)
	}
	err = yaml.Unmarshal([]byte(strings.Replace(text, "40M", "fast", 1)), &scenario)
	var f *profile.Fault
	if !errors.As(err, &f) || f.Line != 4 || f.Key != "down.rate" {
		t.Errorf("a mistake inside: %v, want a fault in line 4", err)
	}
}

// Streams are named after what they are for: a change of one part leaves the draws of the others alone.
func TestPartsDrawFromTheirOwnStreams(t *testing.T) {
	lost := func(text string) (ids []uint32) {
		spec, err := profile.Parse("x", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range stream(build(t, spec, 5), 20e6, 5*time.Second).order {
			if p.Fate == netem.Lost && p.Dir == netem.Down {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	plain := lost("down: {loss: {share: 2%}}\n")
	if len(plain) == 0 {
		t.Fatal("nothing lost")
	}
	for _, text := range []string{
		"down: {loss: {share: 2%}, jitter: {spread: 1ms}, delay: 10ms}\n",
		"down: {loss: {share: 2%}, duplicate: 0.1}\n",
		"down: {loss: {share: 2%}}\nup: {loss: {share: 5%}}\nhops: [{up: {loss: {share: 1%}}}]\n",
	} {
		if diff := cmp.Diff(plain, lost(text)); diff != "" {
			t.Errorf("%s loses other packets than without the rest: %s", text, diff)
		}
	}
	if cmp.Equal(plain, lost("hops: [{down: {loss: {share: 2%}}}]\n")) {
		t.Error("the second hop draws what the first would")
	}
}

// TCP through a Wi-Fi cell: each flow is a station of its own and gets its packets back.
func TestTrafficThroughACell(t *testing.T) {
	quiet, err := profile.Parse("x", []byte("wifi: {headset: {mcs: 7}}\nboth: {delay: 1ms}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	busy, err := profile.Parse("x", []byte("wifi: {headset: {mcs: 7}}\nboth: {delay: 1ms}\ntraffic: {bulk: [{count: 2}, {direction: up}], steady: [{rate: 5M}]}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	alone, shared := stream(build(t, quiet, 1), 20e6, 10*time.Second), stream(build(t, busy, 1), 20e6, 10*time.Second)
	if alone.lost > 0 || shared.arrived+shared.lost != int(shared.sent) {
		t.Errorf("alone: %d lost; shared: %d of %d came out", alone.lost, shared.arrived+shared.lost, shared.sent)
	}
	if a, s := quantile(alone.delays, 0.9), quantile(shared.delays, 0.9); s < a+time.Millisecond {
		t.Errorf("p90 %v alone, %v beside downloads: want these to cost something", a, s)
	}
}

// Two hops in a row: the narrower limits, and each has its own traffic.
func TestSeveralHops(t *testing.T) {
	spec, err := profile.Parse("x", []byte("both: {rate: 100M, delay: 2ms}\nhops: [{both: {rate: 30M, delay: 3ms}}, {both: {rate: 50M}}]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := build(t, spec, 1)
	if got := m.(netem.Gauge).Capacity(0, netem.Down); got != 30e6 {
		t.Errorf("capacity %v, want the least of the three, 30e6", got)
	}
	o := stream(m, 1e6, time.Second)
	if p50 := quantile(o.upDelays, 0.5); p50 < 5*time.Millisecond || p50 > 6*time.Millisecond {
		t.Errorf("a pose takes %v, want 2 ms and 3 ms", p50)
	}
}

func TestTraceOnce(t *testing.T) {
	dir := files{"a.txt": "0 10\n1 20\n", "b.up": "1\n2\n1000\n"}
	for text, want := range map[string]float64{
		"down: {trace: a.txt}\n": 10e6, "down: {trace: a.txt, trace_once: true}\n": 20e6,
		"down: {trace: a.txt, trace_format: csv}\n": -1,
	} {
		spec, err := profile.Parse("x", []byte(text), dir.read)
		if want < 0 {
			if !errors.Is(err, trace.ErrFormat) && (err == nil || !strings.Contains(err.Error(), "a.txt:1:")) {
				t.Errorf("%s: %v, want the override to fail", text, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := build(t, spec, 1).(netem.Gauge).Capacity(netem.True(2500*time.Millisecond), netem.Down); got != want {
			t.Errorf("%s: capacity %v after 2.5 s, want %v", text, got, want)
		}
	}
}

// Whatever the bytes: no panic, errors with the file's name, and what is accepted builds and carries a packet.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"both: {rate: 50M, delay: 3ms}\n", "wifi: {}\n", "down:\n  steps: [{at: 0s, rate: 1M}]\n", "hops: [{}]\n",
		"traffic: {bulk: [{}]}\n", "down: {trace: a.txt}\n", "down: &a\n", "description: |\n  x\n", "up: {queue: {kind: dualpi2}, rate: 3M}\n",
	} {
		f.Add([]byte(seed))
	}
	read := files{"a.txt": "0 3\n1 4\n"}.read
	f.Fuzz(func(t *testing.T, data []byte) {
		spec, err := profile.Parse("x", data, read)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x:") {
				t.Fatalf("error %q does not name the file", err)
			}
			return
		}
		m, err := spec.Build(1)
		if err != nil {
			t.Fatalf("accepted, but: %v", err)
		}
		m.Admit(0, []netem.Packet{{Size: 1200}})
		for range 100 {
			if at := m.Next(); at == netem.Never {
				break
			} else {
				m.Deliver(at, nil)
			}
		}
	})
}

func ExampleSpec() {
	spec := profile.Spec{Hop: profile.Hop{
		Down: &profile.Path{Rate: 80 * units.Mbps, Delay: 3 * time.Millisecond, Loss: &profile.Loss{Share: 0.01}},
		Up:   &profile.Path{Rate: 20 * units.Mbps, Delay: 3 * time.Millisecond},
	}}
	m, err := spec.Build(7)
	if err != nil {
		fmt.Println(err)
		return
	}
	m.Admit(0, []netem.Packet{{Size: 1000}})
	fmt.Println(m.Next().Sub(0))
	m.Deliver(m.Next(), nil)
	fmt.Println(m.Next().Sub(0))
	// Output:
	// 100µs
	// 3.1ms
}
