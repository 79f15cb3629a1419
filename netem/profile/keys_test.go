package profile_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"airbridge/netem/profile"
	"airbridge/units"
)

// leaf is a key that holds a single value, with the keys above it.
type leaf struct {
	path  []string // "[]" is an item of a list
	typ   reflect.Type
	unset bool // a zero is refused
}

// leaves returns all keys with single values of a type. Hops are like the link, so they are not followed.
func leaves(t reflect.Type, path []string) (list []leaf) {
	switch {
	case t.Kind() == reflect.Pointer:
		return leaves(t.Elem(), path)
	case t.Kind() == reflect.Slice:
		return leaves(t.Elem(), append(path[:len(path):len(path)], "[]"))
	case t.Kind() != reflect.Struct:
		return []leaf{{path: path, typ: t}}
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("yaml")
		switch {
		case !f.IsExported() || tag == "hops":
		case f.Anonymous:
			list = append(list, leaves(f.Type, path)...)
		default:
			below := leaves(f.Type, append(path[:len(path):len(path)], tag))
			for k := range below {
				below[k].unset = below[k].unset || f.Tag.Get("zero") == "unset"
			}
			list = append(list, below...)
		}
	}
	return list
}

// document writes a file in which a key has a value, each key on a line of its own, and returns the line and the name of
// the key.
func (l leaf) document(value string) (text string, line int, key string) {
	var b strings.Builder
	b.WriteString("# a link\n")
	indent, dash := "", ""
	line = 1
	for i, name := range l.path {
		if name == "[]" {
			dash, key = "- ", key+"[0]"
			continue
		}
		line++
		if key != "" {
			key += "."
		}
		key += name
		fmt.Fprintf(&b, "%s%s%s:", indent, dash, name)
		if i == len(l.path)-1 {
			fmt.Fprintf(&b, " %s", value)
		}
		b.WriteString("\n")
		indent += "  " + strings.Repeat(" ", len(dash))
		dash = ""
	}
	return b.String(), line, key
}

// wrong is a value that is none of a type, and what the error asks for instead.
var wrong = map[reflect.Type][2]string{
	reflect.TypeFor[time.Duration]():   {"12 parsecs", `"12 parsecs": want a duration with its unit such as 20ms, 1.5s or 2m`},
	reflect.TypeFor[units.Bitrate]():   {"quick", `"quick": want a rate in bits per second such as 30M, 1.5G or 640k`},
	reflect.TypeFor[units.ByteCount](): {"12 pages", `"12 pages": want a number of bytes such as 1500, 40kB, 2MB or 64KiB`},
	reflect.TypeFor[profile.Share]():   {"1.01", `"1.01": want a share from 0 to 1, or 0% to 100%`},
	reflect.TypeFor[float64]():         {"1e3", `"1e3": want a number`},
	reflect.TypeFor[int]():             {"2.5", `"2.5": want a whole number, 0 or more`},
	reflect.TypeFor[bool]():            {"yes", `"yes": want true or false`},
	reflect.TypeFor[string]():          {"[a]", `want a text`},
}

// zeros are how a zero is written.
var zeros = map[reflect.Type]string{
	reflect.TypeFor[time.Duration](): "0s", reflect.TypeFor[units.Bitrate](): "0", reflect.TypeFor[units.ByteCount](): "0",
	reflect.TypeFor[profile.Share](): "0%", reflect.TypeFor[float64](): "0", reflect.TypeFor[int](): "0",
}

// A value that a key cannot have is refused with file, line, key and what would be right, whichever key it is.
func TestEveryKeyNamesItsPlace(t *testing.T) {
	all := leaves(reflect.TypeFor[profile.Spec](), nil)
	if len(all) < 150 {
		t.Fatalf("%d keys, want all", len(all))
	}
	for _, l := range all {
		w, ok := wrong[l.typ]
		if !ok {
			t.Fatalf("%v: no wrong value of %v to try", l.path, l.typ)
		}
		for value, reason := range map[string]string{w[0]: w[1], "{a: 1}": w[1][strings.Index(w[1], "want"):], "": "has no value"} {
			text, line, key := l.document(value)
			_, err := profile.Parse("flat.yaml", []byte(text), nil)
			want := fmt.Sprintf("flat.yaml:%d: %s: %s", line, key, reason)
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%q: %v\nwant %s", text, err, want)
			}
		}
	}
}

// A zero where zero stands for a default is refused: who writes it means zero.
func TestZeroIsNoDefault(t *testing.T) {
	tried := 0
	for _, l := range leaves(reflect.TypeFor[profile.Spec](), nil) {
		if !l.unset {
			continue
		}
		tried++
		text, line, key := l.document(zeros[l.typ])
		_, err := profile.Parse("flat.yaml", []byte(text), nil)
		want := fmt.Sprintf("flat.yaml:%d: %s: %q: want more than zero, or leave the key out", line, key, zeros[l.typ])
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
	if tried < 50 {
		t.Errorf("%d keys tried", tried)
	}
	for _, text := range []string{
		"down: {delay: 0s, duplicate: 0, corrupt: 0%}\n",
		"down: {steps: [{at: 0s, rate: 1M}, {at: 1s, rate: 0}], repeat: 2s}\n",
		"wifi: {headset: {mcs: 0, loss: 0}, no_wmm: false}\n",
		"traffic: {bulk: [{start: 0s, dscp: 0}]}\n",
	} {
		if _, err := profile.Parse("flat.yaml", []byte(text), nil); err != nil {
			t.Errorf("%q: %v, want it taken: zero is what it means", text, err)
		}
	}
}

// A misspelt key is answered with the key that may have been meant.
func TestEveryKeyIsSuggested(t *testing.T) {
	for _, l := range leaves(reflect.TypeFor[profile.Spec](), nil) {
		name := l.path[len(l.path)-1]
		if len(name) < 5 {
			continue
		}
		typo := name[:2] + name[3:] // a letter is missing
		l.path[len(l.path)-1] = typo
		text, line, _ := l.document("1")
		_, err := profile.Parse("flat.yaml", []byte(text), nil)
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("flat.yaml:%d: ", line)) || !strings.Contains(err.Error(), "unknown key: did you mean "+name+"?") {
			t.Errorf("%q: %v, want a hint at %s", text, err, name)
		}
	}
}

// What a value may be depends on its key: each is refused at its own line, by the package that knows, with the bounds.
func TestBoundsOfKeys(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"down.rate", "999", "999: want 1k to 1000G"},
		{"down.delay", "61s", "1m1s: want 0s to 1m0s"},
		{"down.jitter.spread", "61s", "1m1s: want 0s to 1m0s"},
		{"down.jitter.tail", "1", "1: want 0 to less than 1"},
		{"down.jitter.cut", "2m", "2m0s: want 0s to 1m0s"},
		{"down.jitter.shape", "flat", `"flat": want gaussian, uniform or pareto`},
		{"down.loss.bursts[].packets", "0", `"0": want more than zero`},
		{"down.outages.mean_up", "1us", "1µs: want 1ms to 1000h"},
		{"down.outages.mean_down", "1001h", "1001h0m0s: want 1ms to 1000h"},
		{"down.queue", "{time: 2h}", "nothing waits without"},
		{"down.repeat", "5s", "nothing to repeat: want steps"},
		{"down.trace_format", "csv", "there is no trace"},
		{"down.trace_once", "true", "there is no trace"},
		{"down.steps[].at", "1s", "at 1s, want 0s"},
		{"wifi.standard", "wifi7", `"wifi7": want wifi6 or wifi5`},
		{"wifi.width", "60", "60: want 20, 40, 80 or 160 MHz"},
		{"wifi.sessions", "65", "65: want 1 to 64"},
		{"wifi.max_ampdu", "7MB", "7000000: want 1 to 6500631"},
		{"wifi.max_mpdus", "257", "257: want 1 to 256"},
		{"wifi.queue", "65537", "65537: want 1 to 65536"},
		{"wifi.lifetime", "2m", "2m0s: want 1ms to 1m0s"},
		{"wifi.retry_limit", "256", "256: want 0 to 255"},
		{"wifi.headset.mcs", "12", "12: HE has 0 to 11"},
		{"wifi.headset.streams", "9", "9: want 1 to 8"},
		{"wifi.headset.guard_interval", "400ns", "400ns: HE has [800ns 1.6µs 3.2µs]"},
		{"wifi.headset.loss", "100%", "1: want 0 to 0.999"},
		{"wifi.headset.fading.snr", "81", "81: want -20 to 80"},
		{"wifi.headset.fading.sigma", "3", "snr: missing"},
		{"wifi.headset.scan.every", "1ms", "1ms: want 50ms to"},
		{"wifi.headset.scan.for", "10ms", "every: missing"},
		{"wifi.headset.roam.mean", "10ms", "10ms: want 50ms to"},
		{"wifi.headset.roam.for", "10ms", "mean: missing"},
		{"wifi.microwave.for", "10ms", "10ms: want 50ms to"},
		{"wifi.microwave.duty", "50%", "for: missing"},
		{"wifi.stations[].mcs", "13", "13: HE has 0 to 11"},
		{"wifi.stations[].count", "129", "129 stations: want at most 128"},
		{"wifi.stations[].up.rate", "11G", "11G: want 1k to 10G"},
		{"wifi.stations[].down.rate", "1", "1: want 1k to 10G"},
		{"wifi.stations[].up.category", "gold", `"gold": want best-effort, voice, video or background`},
		{"traffic.steady[].rate", "1001G", "1001G: want 1k to 1000G"},
		{"traffic.steady[].direction", "left", `"left": want down or up`},
		{"traffic.steady[].dscp", "64", "64: want 0 to 63"},
		{"traffic.bulk[].control", "bbr", `"bbr": want cubic or reno`},
		{"traffic.bulk[].direction", "left", `"left": want down or up`},
		{"traffic.bulk[].rtt", "11s", "11s: want 100µs to 10s"},
		{"traffic.bulk[].start", "9000h", "9000h0m0s, stop 0s: want at most a year"},
		{"traffic.bulk[].count", "257", "257 flows: want at most 256"},
		{"traffic.short[].min_size", "5kB", "5000 to 0 bytes: want"},
		{"traffic.short[].idle", "9000h", "9000h0m0s: want above 0, at most a year"},
		{"traffic.short[].count", "300", "300 flows: want at most 256"},
	} {
		text, line, _ := leaf{path: strings.Split(strings.ReplaceAll(c.key, "[]", ".[]"), ".")}.document(c.value)
		_, err := profile.Parse("x", []byte(text), nil)
		if err == nil {
			t.Errorf("%s: %s was taken", c.key, c.value)
			continue
		}
		first, found := "", false
		for _, one := range strings.Split(err.Error(), "\n") {
			if first = one; strings.Contains(one, c.want) {
				found = true
				break
			}
		}
		if !found {
			t.Errorf("%s: %s: %v, want %s", c.key, c.value, err, c.want)
		}
		var at int
		if n, _ := fmt.Sscanf(first, "x:%d:", &at); n != 1 || at < line-2 || at > line {
			t.Errorf("%s: %q, want it to name line %d or one above it", c.key, first, line)
		}
	}
}

// Bounds that hold between several keys of a block.
func TestBoundsBetweenKeys(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"down:\n  rate: 1M\n  trace: a\n", "x:3: down.trace: besides rate: want one of rate, steps and trace"},
		{"down:\n  rate: 1M\n  queue:\n    kind: codel\n    target: 20ms\n    interval: 10ms\n", "x:6: down.queue.interval: shorter than target"},
		{"down:\n  rate: 1M\n  queue:\n    time: 2h\n", "x:4: down.queue.time: 2h0m0s: want 0 to 1h"},
		{"down:\n  rate: 1M\n  queue:\n    packets: 200000\n", "x:4: down.queue.packets: 200000: want 0 to 131072"},
		{"down:\n  rate: 1M\n  queue:\n    kind: step\n    threshold: 2h\n", "x:5: down.queue.threshold: 2h0m0s: want"},
		{"down:\n  rate: 1M\n  queue:\n    kind: fq-codel\n    threshold: 2ms\n", "x:5: down.queue.threshold: a fq-codel queue has none"},
		{"down:\n  rate: 1M\n  queue:\n    kind: dualpi2\n    interval: 2ms\n", "x:5: down.queue.interval: a dualpi2 queue has none"},
		{"down:\n  rate: 1M\n  queue:\n    kind: dualpi2\n    target: 1us\n", "x:5: down.queue.target: 1µs: want 100µs or more"},
		{"down:\n  rate: 1M\n  queue:\n    kind: codel\n    spare: true\n", "x:5: down.queue.spare: a codel queue has none"},
		{"down:\n  steps:\n    - {at: 0s, rate: 1M}\n    - {at: 0s, rate: 2M}\n", "x:4: down.steps[1]: at 0s, want later than 0s"},
		{"down:\n  steps:\n    - {at: 0s, rate: 0}\n", "x:2: down.steps: no rate above zero"},
		{"down:\n  repeat: 1s\n  steps:\n    - {at: 0s, rate: 1M}\n    - {at: 1s, rate: 2M}\n", "x:2: down.repeat: 1s: want 0s or more than 1s"},
		{"down:\n  outages:\n    mean_up: 1s\n", "x:2: down.outages: mean up and mean down: want both or neither"},
		{"down:\n  outages:\n    planned:\n      - {from: 1s, to: 3s}\n      - {from: 2s, to: 4s}\n", "x:5: down.outages.planned[1]: from 2s, want 3s or later"},
		{"down:\n  loss:\n    bursts:\n      - {at: 3s, packets: 1}\n      - {at: 2s, packets: 1}\n", "x:5: down.loss.bursts[1]: at 2s, want 0s or more, in order"},
		{"down:\n  jitter:\n    spread: 1ms\n    tail: 0.1\n", "x:4: down.jitter.tail: only pareto has one"},
		{"down:\n  jitter:\n    shape: uniform\n    spread: 1ms\n    cut: 2ms\n", "x:5: down.jitter.cut: uniform has none"},
		{"down:\n  jitter:\n    shape: uniform\n", "x:2: down.jitter.spread: want more than 0s"},
		{"wifi:\n  headset:\n    scan:\n      every: 1s\n      for: 1s\n", "x:5: wifi.headset.scan.for: 1s: want less than every 1s"},
		{"wifi:\n  microwave:\n    for: 2s\n    every: 1s\n", "x:4: wifi.microwave.every: 1s: want 0 or at least for 2s"},
		{"wifi:\n  standard: wifi5\n  width: 20\n  headset:\n    mcs: 9\n", "x:5: wifi.headset.mcs: 9: VHT has none at 20 MHz with 1 streams"},
		{"wifi:\n  stations:\n    - count: 2\n      up:\n        rate: 1M\n        packet: 9000\n", "x:6: wifi.stations[0].up.packet: 9000: want 64 to 2304"},
		{"wifi:\n  stations:\n    - up:\n        rate: 1M\n        shape: 1\n", "x:5: wifi.stations[0].up.shape: 1: want 1.01 to 100"},
		{"wifi:\n  stations:\n    - {count: 100, up: {rate: 1M}}\n    - {count: 29, up: {rate: 1M}}\n", "x:4: wifi.stations[1]: 129 stations"},
		{"traffic:\n  steady:\n    - rate: 1M\n      on: 1s\n", "x:4: traffic.steady[0].on: 1s, off 0s: want both above 0, or none"},
		{"traffic:\n  bulk:\n    - start: 3s\n      stop: 2s\n", "x:3: traffic.bulk[0].start: 3s, stop 2s: want a start"},
		{"traffic:\n  short:\n    - min_size: 5kB\n      max_size: 4kB\n", "x:3: traffic.short[0].min_size: 5000 to 4000 bytes: want"},
		{"traffic:\n  bulk: [{count: 200}]\n  short: [{count: 57}]\n", "x:1: traffic: 257 flows: want at most 256"},
	} {
		_, err := profile.Parse("x", []byte(c.text), func(string) ([]byte, error) { return []byte("0 3\n"), nil })
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v\nwant %s and no more", c.text, err, c.want)
		}
	}
}

// A file whose lists multiply is refused before it fills the memory.
func TestListsThatMultiply(t *testing.T) {
	for text, want := range map[string]string{
		"traffic: {bulk: [" + strings.Repeat("{count: 2000000000},", 9_000) + "]}\n":           "x:1: traffic: 18000000000000 flows: want at most 256",
		"traffic: {short: [" + strings.Repeat("{count: 256},", 9_000) + "]}\n":                 "x:1: traffic: 2304000 flows",
		"wifi: {stations: [" + strings.Repeat("{count: 99999999, up: {rate: 1M}},", 99) + "]}": "x:1: wifi.stations[0]: 99999999 stations: want at most 128",
		"hops: [" + strings.Repeat("{},", 10_001) + "]\n":                                      "x:1: hops: 10001 items: want at most 10000",
		"down: " + strings.Repeat("{down: ", 20) + strings.Repeat("}", 20) + "\n":              "x:1: down.down: unknown key",
	} {
		_, err := profile.Parse("x", []byte(text), nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q: %.200v, want %s", text, err, want)
		}
	}
}
