package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"airbridge/scenarios"
)

// inFile writes a file for a command to read.
func inFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWrongArgumentsOfSim(t *testing.T) {
	key := inFile(t, "key.yaml", "link: usb\nduration: 10s\ncolour: red\n")
	value := inFile(t, "value.yaml", "link: usb\nbitrate: -5M\nsessions: 3\n")
	empty := inFile(t, "empty.yaml", "")
	trace := inFile(t, "capacity.csv", "seconds,mbps\n0,10\n1,-3\n")
	twin := inFile(t, "usb.yaml", "link: usb\n")
	for _, c := range []struct {
		args string
		want []string
	}{
		{"sim", []string{"command is missing", "list, run, sweep, bench", "airbridge sim --help"}},
		{"sim frob", []string{`unknown command "frob"`, "list, run, sweep, bench", "airbridge sim --help"}},
		{"sim runn", []string{`unknown command "runn"`, `did you mean "run"`}},
		{"sim run", []string{"<scenario>", "missing", "sim list", "airbridge sim run --help"}},
		{"sim run wifi6-buzy", []string{`"wifi6-buzy"`, "did you mean wifi6-busy?", "airbridge sim list", "rfc8867"}},
		{"sim run rfc8867-5.9", []string{`"rfc8867-5.9"`, "did you mean rfc8867-5.", "no such scenario"}},
		{"sim run qqqqqqqq", []string{`"qqqqqqqq": no such scenario or file: "airbridge sim list"`}},
		{"sim run usb nowhere/mine.yaml", []string{"nowhere/mine.yaml", "no such file"}},
		{"sim run /dev/zero", []string{"/dev/zero is not a file"}},
		{"sim run " + t.TempDir(), []string{"is not a file"}},
		{"sim run " + key, []string{key + ":3: colour", "unknown key"}},
		{"sim run " + value, []string{value + ":2: bitrate", value + ":3: sessions"}},
		{"sim run " + empty, []string{empty + ":1:", "empty"}},
		{"sim run " + trace, []string{trace + ":3:", "-3"}},
		{"sim run usb usb", []string{"usb is named twice"}},
		{"sim run usb " + twin, []string{"usb is named twice"}},
		{"sim run usb --fps abc", []string{"--fps", `not "abc"`, "10 to 500", "airbridge sim run --help"}},
		{"sim run usb --fps", []string{"--fps", "a value is missing", "10 to 500"}},
		{"sim run usb --fps 0", []string{"--fps 0", "10 to 500"}},
		{"sim run usb --fps NaN", []string{"--fps NaN", "10 to 500"}},
		{"sim run usb --seed x", []string{"--seed", `not "x"`, "whole number"}},
		{"sim run usb --seed -1", []string{"--seed", `not "-1"`, "whole number"}},
		{"sim run usb --seed 18446744073709551615", []string{"--seed 18446744073709551615", "want 0 to"}},
		{"sim run usb --seeds 0", []string{"--seeds 0", "1 to 100000"}},
		{"sim run usb --seeds 100001", []string{"--seeds 100001", "1 to 100000"}},
		{"sim run usb --duration 20", []string{"--duration", `not "20"`, "60s"}},
		{"sim run usb --duration 0s", []string{"--duration 0s", "1s to 744h"}},
		{"sim run usb --duration 745h", []string{"--duration 745h", "1s to 744h"}},
		{"sim run rfc8867-5.8 --duration 2s", []string{"rfc8867-5.8 with --duration 2s", "session"}},
		{"sim run usb --bitrate fast", []string{"--bitrate", `"fast"`, "30M"}},
		{"sim run usb --bitrate 1k", []string{"--bitrate 1k", "100k to 1G"}},
		{"sim run usb --latency soon", []string{"--latency", `"soon"`, "fixed:8ms"}},
		{"sim run usb --recovery hope", []string{"--recovery", `"hope"`, "fec:20"}},
		{"sim run usb --jobs=-1", []string{"--jobs -1", "1 or more"}},
		{"sim run usb --report -", []string{"--report", "want a file"}},
		{"sim run usb --pcap -", []string{"--pcap", "want a file"}},
		{"sim run usb --pcap x.pcapng --seeds 2", []string{"--pcap", "a single seed"}},
		{"sim run usb lossy --pcap x.pcapng", []string{"--pcap", "a single scenario"}},
		{"sim run usb --nope", []string{"--nope", "airbridge sim run --help"}},
		{"sim sweep usb --shard 4/4", []string{"--shard", `"4/4"`, "I/N"}},
		{"sim sweep usb --shard half", []string{"--shard", `"half"`, "0/4"}},
		{"sim sweep usb --seeds 3 --shard 3/4", []string{"--shard 3/4", "at most as many shares as runs: 3"}},
		{"sim sweep usb --recovery idr,hope", []string{"--recovery", `"hope"`, "fec:20"}},
		{"sim sweep usb --recovery idr,idr", []string{"usb is named twice", "each controller"}},
		{"sim sweep usb --latency soon", []string{"--latency", `"soon"`}},
		{"sim sweep usb --bitrate 30M,fast", []string{"--bitrate", `"fast"`}},
		{"sim sweep usb --bitrate 30M,1k", []string{"--bitrate 1k", "100k to 1G"}},
		{"sim sweep usb --report -", []string{"--report", "want a file"}},
		{"sim bench wifi6-buzy", []string{"did you mean wifi6-busy?"}},
		{"sim bench --duration 1s", []string{"--duration 1s", "2s to 744h"}},
		{"sim bench --rounds 0", []string{"--rounds 0", "1 to 100"}},
		{"sim bench --bitrate 1k", []string{"--bitrate 1k", "100k to 1G"}},
		{"demo --link wifi6-buzy", []string{"--link", "did you mean wifi6-busy?", "mesh-roam", "airbridge demo --help"}},
		{"demo --link nowhere/link.yaml", []string{"--link", "nowhere/link.yaml"}},
		{"demo --link " + trace, []string{"--link", trace + ":3:"}},
		{"demo --seed x", []string{"--seed", `not "x"`, "whole number"}},
		{"demo --recovery hope", []string{"--recovery", `"hope"`, "fec:PERCENT"}},
		{"demo --report -", []string{"--report", "want a file"}},
		{"sim list wifi6-buzy", []string{"did you mean wifi6-busy?"}},
		{"sim list --family rivers", []string{"--family", `"rivers"`, "rfc8869"}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitUsage || out != "" || strings.Count(errOut, "\n") != 1 || !strings.HasPrefix(errOut, "airbridge: ") {
			t.Errorf("%s: exit code %d, output %q, error %q; want %d and one line", c.args, code, out, errOut, exitUsage)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
}

// A file that cannot be written is found before the run: these would take minutes.
func TestFilesOfSimAreCheckedBeforeTheRun(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere", "file")
	same := filepath.Join(t.TempDir(), "same")
	for _, c := range []struct {
		args string
		want []string
	}{
		{"sim run usb --duration 700h --json " + nowhere, []string{"--json", nowhere}},
		{"sim run usb --duration 700h --report " + nowhere, []string{"--report", nowhere}},
		{"sim run usb --duration 700h --pcap " + nowhere, []string{"--pcap", nowhere}},
		{"sim run usb --duration 700h --json " + same + " --report " + same, []string{"--report " + same, "--json writes there"}},
		{"sim sweep usb --duration 700h --out " + nowhere, []string{"--out", nowhere}},
		{"sim sweep usb --duration 700h --report " + nowhere, []string{"--report", nowhere}},
		{"demo --duration 0 --report " + nowhere, []string{"--report", nowhere}},
		{"sim bench usb --duration 700h --json " + nowhere, []string{"--json", nowhere}},
	} {
		code, out, errOut := airbridge(t, strings.Fields(c.args)...)
		if code != exitFault || out != "" || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: exit code %d, output %q, error %q; want %d and one line", c.args, code, out, errOut, exitFault)
		}
		for _, want := range c.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: %q does not say %q", c.args, errOut, want)
			}
		}
	}
	if _, err := os.Stat(same); !os.IsNotExist(err) {
		t.Errorf("a refused run left a file behind: %v", err)
	}
}

func TestHelpOfSimShowsExamples(t *testing.T) {
	for command, flags := range map[string][]string{
		"sim":       {"sim list", "sim run", "sim sweep", "sim bench"},
		"sim list":  {"--family", "--json"},
		"sim run":   {"--seed=", "--seeds", "--duration", "--fps", "--latency", "--bitrate", "--recovery", "--json", "--report", "--pcap", "--full-payload"},
		"sim sweep": {"--seeds", "--latency", "--bitrate", "--recovery", "--shard", "--out", "--report", "--jobs"},
		"sim bench": {"--duration", "--rounds", "--bitrate", "--json"},
		"demo":      {"--link", "--seed", "--report", "--recovery"},
	} {
		code, out, errOut := airbridge(t, append(strings.Fields(command), "--help")...)
		if code != exitOK || errOut != "" {
			t.Errorf("%s --help: exit code %d, %q", command, code, errOut)
		}
		_, examples, _ := strings.Cut(out, "Examples:")
		if !strings.Contains(examples, "airbridge "+command+" ") {
			t.Errorf("%s --help has no example of it", command)
		}
		for _, want := range flags {
			if !strings.Contains(out, want) {
				t.Errorf("%s --help does not say %q", command, want)
			}
		}
	}
}

// What help promises has to be understood: every example of sim, up to the point at which it would run.
func TestExamplesOfSimAreUnderstood(t *testing.T) {
	helps := []string{(*simCommand)(nil).Help(), (*simListCommand)(nil).Help(), (*simRunCommand)(nil).Help(), (*simSweepCommand)(nil).Help(), (*simBenchCommand)(nil).Help()}
	n := 0
	for line := range strings.Lines(strings.Join(helps, "\n")) {
		text, found := strings.CutPrefix(line, "  airbridge sim ")
		if !found {
			continue
		}
		n++
		text, _, _ = strings.Cut(text, " | ")
		text, _, _ = strings.Cut(text, "   ") // what it is for
		args := append([]string{"sim"}, strings.Fields(text)...)
		for i, a := range args {
			switch a {
			case "mine.yaml":
				args[i] = inFile(t, a, "link: usb\n")
			case "capacity.csv":
				args[i] = inFile(t, a, "seconds,mbps\n0,10\n")
			}
		}
		if err := parsed(args); err != nil {
			t.Errorf("airbridge %s: %v", strings.Join(args, " "), err)
		}
	}
	if n < 15 {
		t.Errorf("%d examples", n)
	}
}

func TestSimListHasEveryScenario(t *testing.T) {
	code, out, errOut := airbridge(t, "sim", "list")
	if code != exitOK || errOut != "" {
		t.Fatalf("exit code %d, %q", code, errOut)
	}
	for _, s := range scenarios.List() {
		if !strings.Contains(out, "  "+s.Name+" ") || !strings.Contains(out, s.Title) || !strings.Contains(out, scenarios.FamilyTitle(s.Family)) {
			t.Errorf("the list has no %s (%s) of %s", s.Name, s.Title, s.Family)
		}
	}
	_, out, _ = airbridge(t, "sim", "list", "--family", "drift")
	if !strings.Contains(out, "drift-fast") || strings.Contains(out, "wifi6-busy") {
		t.Errorf("the family drift is\n%s", out)
	}
	_, out, _ = airbridge(t, "sim", "list", "wifi6-busy", "rfc8867-5.2")
	for _, want := range []string{"802.11ax", "1 session over wifi6-busy, 1m0s", "expected: freezes == 0", "2 sessions", "RFC 8867 §5.2"} {
		if !strings.Contains(out, want) {
			t.Errorf("the details do not say %q:\n%s", want, out)
		}
	}
}

func TestSimListAsJSON(t *testing.T) {
	code, out, errOut := airbridge(t, "sim", "list", "--json", "-")
	if code != exitOK || errOut != "" {
		t.Fatalf("exit code %d, %q", code, errOut)
	}
	var names []string
	for line := range strings.Lines(out) {
		var s struct {
			Name, Family, Title, Link string
			DurationS                 float64 `json:"duration_s"`
			Sessions                  int
			Expectations              []string
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Family == "" || s.Title == "" || s.Link == "" || s.DurationS < 1 || s.Sessions < 1 {
			t.Errorf("%v in %s", err, line)
		}
		names = append(names, s.Name)
	}
	if len(names) != len(scenarios.List()) || !slices.Contains(names, "wifi6-busy") {
		t.Errorf("%d scenarios", len(names))
	}
	file := filepath.Join(t.TempDir(), "list.json")
	if code, said, errOut := airbridge(t, "sim", "list", "--json", file); code != exitOK || said+errOut != "" {
		t.Errorf("exit code %d, %q, %q", code, said, errOut)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != out {
		t.Errorf("the file has %d bytes, standard output had %d, %v", len(text), len(out), err)
	}
}

// parsed reads a command line and runs nothing.
func parsed(args []string) error {
	parser, err := newParser(&commands{})
	if err == nil {
		_, err = parser.Parse(args)
	}
	return err
}
