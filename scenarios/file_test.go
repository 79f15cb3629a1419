package scenarios_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/scenarios"
	"airbridge/sim"
	"airbridge/sim/game"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestParseTakesEverything(t *testing.T) {
	s, err := scenarios.Parse("dir/all.yaml", []byte(`
# a comment
name: all-of-it
title: everything
about: |
  two
  lines
seed: 18446744073709551615
duration: 90s
full_payload: true
link: {wifi: {headset: {mcs: 7}}, both: {delay: 1ms}}
fps: 90
bitrate: 25M
size: 1280x720
slices: 2
latency: fixed:8ms
recovery: fec:20
ecn: ect0
streamer: {clock: {ppm: -12.5, offset: -3s, wander_ppm: 0.5}, wake: quiet-pc}
client: {clock: {ppm: 50}}
game: {kind: vsync, render: 5ms, spread: 0.2, hitch_every: 10s, hitch: 8ms, running_start: 4ms, slew: 50us, pool: 4}
encoder: {spread: 2, slowness: 0.5, one_by_one: true}
decoder: {kind: pc, transit: 1ms, depth: 4}
display: {ppm: 20, scanout: 3ms, jitter: 1ms}
head: {latency: 200us, age: 1ms}
sessions:
  - {}
  - {count: 2, starts: 10s, stops: 80s, bitrate: 15M, expect: {lost: 0}}
expect:
  freezes: 0
  motion_to_photon_p99_ms from 5s to 9s: "< 60"
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "all-of-it" || s.Seed != 1<<64-1 || s.Duration != 90*time.Second || !s.FullPayload || s.About != "two\nlines\n" || len(s.Sessions) != 3 {
		t.Errorf("%s seed %d, %v, full %v, %q, %d sessions", s.Name, s.Seed, s.Duration, s.FullPayload, s.About, len(s.Sessions))
	}
	a, b := s.Sessions[0], s.Sessions[2]
	if a.FPS != 90 || a.Bitrate != 25*units.Mbps || a.Width != 1280 || a.Height != 720 || a.Slices != 2 || a.Latency != "fixed:8ms" || a.Recovery != "fec:20" || a.ECN != netem.ECT0 {
		t.Errorf("session %+v", a)
	}
	if a.Streamer.Clock.PPB != -12_500 || a.Streamer.Clock.Offset != -3*time.Second || a.Streamer.Clock.WanderPPB != 500 || a.Client.Clock.PPB != 50_000 || a.Client.Clock.WanderPPB != 300 {
		t.Errorf("clocks %+v, %+v", a.Streamer.Clock, a.Client.Clock)
	}
	want := game.Config{
		Kind: game.Vsync, Running: 4 * time.Millisecond, SlewMax: 50 * time.Microsecond, Pool: 4,
		Render: game.Render{Mean: 5 * time.Millisecond, Spread: 0.2, HitchEvery: 10 * time.Second, HitchMean: 8 * time.Millisecond},
	}
	if diff := cmp.Diff(want, a.Game); diff != "" {
		t.Errorf("game (-want +got):\n%s", diff)
	}
	if a.Encoder.Spread != 2 || !a.Encoder.OneByOne || a.Decoder.Latency.Transit != time.Millisecond || a.Decoder.Depth != 4 || a.Display.PPB != 20_000 || a.Head.Age != time.Millisecond {
		t.Errorf("devices %+v %+v %+v %+v", a.Encoder, a.Decoder, a.Display, a.Head)
	}
	if b.Starts != 10*time.Second || b.Stops != 80*time.Second || b.Bitrate != 15*units.Mbps || b.FPS != 90 {
		t.Errorf("third session %+v", b)
	}
	var lines []string
	for _, e := range s.Expect {
		lines = append(lines, fmt.Sprint(e.Session, " ", e))
	}
	if got := strings.Join(lines, "; "); got != "2 lost == 0; 3 lost == 0; 0 freezes == 0; 0 motion_to_photon_p99_ms from 5s to 9s < 60" {
		t.Error(got)
	}
	if _, err := sim.Assemble(s.Scenario); err != nil {
		t.Error(err)
	}
}

// What is wrong is told with file, line, key and what would be right, all at once, and before anything runs.
func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing", "", "f.yaml:1: empty"},
		{"a comment", "# nothing\n", "f.yaml:1: empty"},
		{"no YAML", "link: [usb\n", "f.yaml:1: "},
		{"a list", "- link: usb\n", "f.yaml:1: want keys with values: name, title"},
		{"a word", "usb\n", "f.yaml:1: want keys with values"},
		{"two documents", "link: usb\n---\nlink: usb\n", "f.yaml:3: a second document"},
		{"no link", "title: t\nduration: 5s\n", "f.yaml:1: link: missing"},
		{"unknown key", "link: usb\nbitrat: 30M\n", "f.yaml:2: bitrat: unknown key: want one of"},
		{"twice", "link: usb\nlink: usb\n", "f.yaml:2: "},
		{"no value", "link: usb\nduration:\n", "f.yaml:2: duration: has no value"},
		{"unknown profile", "title: t\nlink: wifi7\n", `f.yaml:2: link: link "wifi7": no such profile`},
		{"unknown file", "link: gone.txt\n", "f.yaml:1: link: link dir/gone.txt"},
		{"a list for a link", "link: [usb]\n", "f.yaml:1: link: want a profile's name"},
		{"bad link", "link:\n  both:\n    rate: fast\n", `f.yaml:3: link.both.rate: "fast": want a rate`},
		{"absurd link", "link:\n  both: {rate: 100M}\n  down:\n    delay: -2ms\n", "f.yaml:4: link.down.delay"},
		{"trace of nothing", "link: empty.txt\n", "f.yaml:1: link: "},
		{"no time", "link: usb\nduration: 60\n", `f.yaml:2: duration: "60": want a time with its unit`},
		{"negative time", "link: usb\nduration: -60s\n", "f.yaml:2: duration: "},
		{"absurd time", "link: usb\nduration: 10000h\n", "f.yaml:2: duration: "},
		{"negative seed", "link: usb\nseed: -1\n", `f.yaml:2: seed: "-1": want a whole number`},
		{"negative rate", "link: usb\nbitrate: -30M\n", "f.yaml:2: bitrate: "},
		{"rate without unit", "link: usb\nbitrate: 30\n", "f.yaml:2: bitrate: "},
		{"absurd rate", "link: usb\nbitrate: 30G\n", "f.yaml:2: bitrate: "},
		{"absurd fps", "link: usb\nfps: 1e9\n", "f.yaml:2: fps: "},
		{"odd size", "link: usb\nsize: 1281x720\n", "f.yaml:2: size: "},
		{"no size", "link: usb\nsize: big\n", "f.yaml:2: size: "},
		{"bad name", "link: usb\nname: ../x\n", "f.yaml:2: name: "},
		{"bad controller", "link: usb\nlatency: quick\n", "f.yaml:2: latency: latency controller"},
		{"bad recovery", "link: usb\nrecovery: fec:900\n", "f.yaml:2: recovery: recovery controller"},
		{"bad ecn", "link: usb\necn: yes\n", "f.yaml:2: ecn: "},
		{"bad clock", "link: usb\nclient:\n  clock:\n    ppm: 1000000\n", "f.yaml:4: client.clock.ppm: "},
		{"bad wake", "link: usb\nclient: {wake: never}\n", "f.yaml:2: client.wake: "},
		{"bad game", "link: usb\ngame: {kind: chess}\n", "f.yaml:2: game.kind: "},
		{"game of no time", "link: usb\ngame: {render: 0s}\n", "f.yaml:2: game.render: "},
		{"bad decoder", "link: usb\ndecoder: {depth: 0}\n", "f.yaml:2: decoder.depth: "},
		{"scanout longer than a slot", "link: usb\nfps: 500\n", "f.yaml:1: session 1: at 500 frames a second: display"},
		{"no sessions", "link: usb\nsessions: []\n", "f.yaml:2: sessions: want a list"},
		{"sessions of a word", "link: usb\nsessions: two\n", "f.yaml:2: sessions: want a list"},
		{"too many sessions", "link: usb\nsessions: [{count: 60}, {count: 60}]\n", "f.yaml:2: sessions[1]: more than 64"},
		{"ends before it begins", "link: usb\nsessions:\n  - {starts: 9s, stops: 5s}\n", "f.yaml:3: sessions[0]: from 9s to 5s"},
		{"begins after the end", "link: usb\nduration: 5s\nsessions:\n  - {starts: 9s}\n", "f.yaml:4: sessions[0]: from 9s"},
		{"bad setting of a session", "link: usb\nsessions:\n  - fps: 90\n    bitrate: much\n", "f.yaml:4: sessions[0].bitrate: "},
		{"expect of a word", "link: usb\nexpect: success\n", "f.yaml:2: expect: want metrics"},
		{"unknown metric", "link: usb\nexpect:\n  hapiness: 1\n", `f.yaml:3: expect: "hapiness": no such metric`},
		{"no condition", "link: usb\nexpect:\n  freezes: few\n", `f.yaml:3: expect.freezes: "few": want a condition`},
		{"empty condition", "link: usb\nexpect:\n  freezes:\n", "f.yaml:3: expect.freezes: has no value"},
		{"condition without quotes", "link: usb\nexpect:\n  freezes: >= 1\n", "f.yaml:3: "},
		{"folded condition", "link: usb\nexpect:\n  freezes: >\n    1\n", "f.yaml:3: expect.freezes: write a condition that begins with > in quotes"},
		{"metric twice", "link: usb\nexpect:\n  freezes: 0\n  freezes  : 1\n", "f.yaml:4: "},
		{"metric twice in parts", "link: usb\nexpect:\n  late from 5s: 0\n  late  from 5s: 1\n", "f.yaml:4: expect.late from 5s: given twice"},
		{"part of what has none", "link: usb\nexpect:\n  missed_slots from 5s: 0\n", "f.yaml:3: expect: missed_slots from 5s: missed_slots is of a whole run only"},
		{"part beyond the end", "link: usb\nexpect:\n  late from 5m: 0\n", "f.yaml:3: expect: late from 5m0s: want a part of the run"},
		{"alias", "link: &a usb\ntitle: *a\n", "anchors, aliases"},
		{"tag", "link: !!str usb\n", "anchors, aliases"},
		{"a mapping for a number", "link: usb\nfps: {a: 1}\n", "f.yaml:2: fps: want a number"},
		{"long text", "link: usb\ntitle: " + strings.Repeat("x", 3000) + "\n", "f.yaml:2: title: "},
	}
	read := func(name string) ([]byte, error) {
		if name == "dir/empty.txt" {
			return nil, nil
		}
		return nil, os.ErrNotExist
	}
	for _, tt := range tests {
		_, err := scenarios.Parse("dir/f.yaml", []byte(tt.text), read)
		if err == nil {
			t.Errorf("%s: taken", tt.name)
			continue
		}
		if text := strings.ReplaceAll(err.Error(), "dir/f.yaml", "f.yaml"); !strings.Contains(text, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, text, tt.want)
		}
		var f *profile.Fault
		if !errors.As(err, &f) || f.File != "dir/f.yaml" {
			t.Errorf("%s: %v has no file", tt.name, err)
		}
	}
}

func TestParseTellsAllFaultsInOrder(t *testing.T) {
	_, err := scenarios.Parse("f.yaml", []byte("link: {both: {delay: -1ms}}\nfps: 0\nbitrate: x\nexpect: {freezes: no}\n"), nil)
	var got []string
	for line := range strings.Lines(fmt.Sprint(err)) {
		got = append(got, strings.Join(strings.SplitN(line, ":", 4)[:3], ":"))
	}
	if text := strings.Join(got, " "); text != "f.yaml:1: link.both.delay f.yaml:2: fps f.yaml:3: bitrate f.yaml:4: expect.freezes" {
		t.Errorf("%s\n%v", text, err)
	}
}

// A file that another file names tells its own line.
func TestParseTellsFaultsOfOtherFiles(t *testing.T) {
	read := func(name string) ([]byte, error) {
		if name != "dir/links/bad.yaml" {
			return nil, os.ErrNotExist
		}
		return []byte("both:\n  rate: fast\n"), nil
	}
	_, err := scenarios.Parse("dir/f.yaml", []byte("title: t\nlink: links/bad.yaml\n"), read)
	if err == nil || !strings.Contains(err.Error(), "dir/f.yaml:2: link: dir/links/bad.yaml:2: both.rate") {
		t.Error(err)
	}
}

// A link that one session would share with none is shared by as many headsets as there are sessions.
func TestSessionsAreHeadsets(t *testing.T) {
	s, err := scenarios.Parse("f.yaml", []byte("link: wifi6-near\nduration: 3s\nbitrate: 20M\nsessions: [{count: 3}]\nexpect: {displayed: '> 60', frames_unaccounted: 0}\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	runs, findings, err := s.Run("test")
	if err != nil || len(runs) != 3 || scenarios.Err(findings) != nil || scenarios.Incomplete(runs) != nil {
		t.Errorf("%d runs, %v, %v", len(runs), findings, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"link: usb\n", "", "link: {both: {rate: 60M, delay: 4ms}}\nduration: 10s\nexpect: {freezes: 0}\n",
		"link: lossy\nsessions: [{count: 2}, {starts: 3s, expect: {lost: '<= 3'}}]\nclient: {clock: {ppm: 50}, wake: headset}\n",
		"link: usb\nfps: 500\ndisplay: {scanout: 1ms}\ngame: {kind: video, ppm: 1000}\nencoder: {spread: 20, slowness: 1000}\n",
		"link: usb\nbitrate: 100k\nsize: 16x16\nslices: 16\n", "link: {hops: [{wifi: {}}]}\nexpect:\n  late from 5s to 9s: >\n    1\n", "a: &b [*b]\n", "? x\n: y\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := scenarios.Parse("f.yaml", []byte(text), nil)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("%q: %q names no file", text, err)
			}
			return
		}
		if len(s.Sessions) > 2 {
			s.Sessions = s.Sessions[:2] // or it takes too long
		}
		if _, err := sim.Assemble(s.Scenario); err != nil { // and does not panic
			t.Errorf("%q: taken, and then %v", text, err)
		}
	})
}
