package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
)

// records reads what --json wrote.
func records(t *testing.T, text string) []reports.Record {
	t.Helper()
	all, err := reports.ParseAll(strings.NewReader(text))
	if err != nil {
		t.Fatalf("no records: %v in %.300s", err, text)
	}
	return all
}

// one runs a scenario for a few seconds and returns its record.
func one(t *testing.T, args ...string) reports.Record {
	t.Helper()
	code, out, errOut := airbridge(t, append([]string{"sim", "run", "--json", "-"}, args...)...)
	if code != exitOK || errOut != "" {
		t.Fatalf("sim run %v: exit code %d, %q", args, code, errOut)
	}
	if strings.Count(out, "\n") != 1 {
		t.Fatalf("sim run %v prints more than a record:\n%s", args, out)
	}
	return records(t, out)[0]
}

func TestSimRunIsRepeatable(t *testing.T) {
	first := one(t, "wifi6-busy", "--duration", "10s")
	for name, args := range map[string][]string{
		"again":                 {"wifi6-busy", "--duration", "10s"},
		"with its seed named":   {"wifi6-busy", "--duration", "10s", "--seed", "1"},
		"with every byte of it": {"wifi6-busy", "--duration", "10s", "--full-payload"},
		"with a report":         {"wifi6-busy", "--duration", "10s", "--report", filepath.Join(t.TempDir(), "r.html")},
	} {
		code, out, _ := airbridge(t, append([]string{"sim", "run", "--json", "-"}, args...)...)
		if code != exitOK {
			t.Fatalf("%s: exit code %d", name, code)
		}
		again := records(t, out)[0]
		first.WallS, again.WallS = nil, nil
		a, _ := json.Marshal(first)
		b, _ := json.Marshal(again)
		if !bytes.Equal(a, b) {
			t.Errorf("%s, the run is another:\n%s\n%s", name, a, b)
		}
	}
	if other := one(t, "wifi6-busy", "--duration", "10s", "--seed", "2"); *other.TraceHash == *first.TraceHash {
		t.Error("another seed has the same trace")
	}
}

func TestFlagsReachTheRun(t *testing.T) {
	r := one(t, "wifi5-far", "--seed", "9", "--duration", "2s", "--fps", "90", "--bitrate", "12M", "--latency", "fixed:20ms", "--recovery", "fec:30")
	if r.Scenario != "wifi5-far" || *r.Seed != 9 || r.DurationS < 1.9 || r.DurationS > 2.5 || *r.FPS != 90 ||
		*r.Controllers.Bitrate != "constant:12M" || *r.Controllers.Latency != "fixed:20ms" || *r.Controllers.Recovery != "fec:30" ||
		*r.Link != "wifi5-far" || r.Incomplete != nil || r.WallS == nil {
		t.Errorf("the record says %s of %.1f s at %g, controllers %s, over %s", r.Key(), r.DurationS, *r.FPS, controllersText(&r.Controllers), *r.Link)
	}
	if *r.Recovery.ParityRatio < 0.2 || r.Bitrate.Mean > 20 {
		t.Errorf("parity %g, %g Mbit/s: the controllers are named and not used", *r.Recovery.ParityRatio, r.Bitrate.Mean)
	}
}

// The trace does not tell whether bytes were carried: that is its promise. The job does.
func TestFullPayloadReachesTheRun(t *testing.T) {
	carried := inFile(t, "carried.yaml", "link: usb\nfull_payload: true\n")
	for _, c := range []struct {
		flags simFlags
		want  bool
	}{
		{simFlags{Names: []string{"usb"}, Seeds: 1}, false},
		{simFlags{Names: []string{"usb"}, Seeds: 1, FullPayload: true}, true},
		{simFlags{Names: []string{carried}, Seeds: 1}, true},
	} {
		b, err := c.flags.batch([]choice{{}})
		if err != nil || b.jobs()[0].Scenario.FullPayload != c.want {
			t.Errorf("%+v: %v, want full payload %t", c.flags, err, c.want)
		}
	}
}

// A scenario of the user's own brings its seed and length; flags have the last word.
func TestSimRunOfAFile(t *testing.T) {
	own := inFile(t, "attic.yaml", "link: wifi5-near\nduration: 3s\nseed: 7\nbitrate: 10M\n")
	if r := one(t, own); r.Scenario != "attic" || *r.Seed != 7 || r.DurationS > 3.5 || *r.Controllers.Bitrate != "constant:10M" {
		t.Errorf("%s, %.1f s", r.Key(), r.DurationS)
	}
	if r := one(t, own, "--seed", "0", "--duration", "1s", "--bitrate", "5M"); *r.Seed != 0 || r.DurationS > 1.5 || *r.Controllers.Bitrate != "constant:5M" {
		t.Errorf("%s, %.1f s", r.Key(), r.DurationS)
	}
	trace := inFile(t, "evening.csv", "seconds,mbps\n0,20\n1,30\n")
	if r := one(t, trace, "--duration", "1s", "--bitrate", "5M"); r.Network.CapacityMbps == nil || *r.Network.CapacityMbps < 15 || *r.Network.CapacityMbps > 35 {
		t.Errorf("over a trace of 20 to 30 Mbit/s the capacity is %v", r.Network.CapacityMbps)
	}
}

func TestSimRunPrintsATable(t *testing.T) {
	code, out, errOut := airbridge(t, "sim", "run", "usb", "--duration", "2s")
	for _, want := range []string{"usb · 2.0 s", "motion-to-photon", "missed slots", "expectations:", "usb seed 1: frames_unaccounted = 0, want == 0: passed"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	if code != exitOK || errOut != "" {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	code, out, _ = airbridge(t, "sim", "run", "usb", "ethernet", "--seeds", "2", "--duration", "1s")
	if code != exitOK || strings.Contains(out, "motion-to-photon") {
		t.Errorf("exit code %d; four runs are more than a screen:\n%s", code, out)
	}
	lines := strings.Split(out, "\n")
	for i, want := range []string{"scenario", "usb       1", "usb       2", "ethernet  1", "ethernet  2"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q …", i, lines[i], want)
		}
	}
}

func TestSimRunWritesItsFiles(t *testing.T) {
	dir := t.TempDir()
	record, html := filepath.Join(dir, "r.jsonl"), filepath.Join(dir, "r.html")
	code, out, errOut := airbridge(t, "sim", "run", "usb", "lossy", "--duration", "1s", "--json", record, "--report", html)
	if code != exitOK || !strings.Contains(errOut, "report: "+html) || !strings.Contains(out, "lossy · 1.0 s") {
		t.Fatalf("exit code %d, %q, %q", code, out, errOut)
	}
	text, err := os.ReadFile(record)
	if err != nil || len(records(t, string(text))) != 2 || strings.Count(string(text), "\n") != 2 {
		t.Errorf("the file has %q, %v; want two lines", text, err)
	}
	if page, err := os.ReadFile(html); err != nil || !bytes.Contains(page, []byte("2 runs")) {
		t.Errorf("several runs make no index: %v", err)
	}
	code, _, errOut = airbridge(t, "sim", "run", "usb", "--duration", "1s", "--json", "-", "--report", html)
	if page, err := os.ReadFile(html); code != exitOK || err != nil || !bytes.Contains(page, []byte("<h1>usb</h1>")) {
		t.Errorf("one run makes no report: exit code %d, %q, %v", code, errOut, err)
	}
}

// With what a scenario expects and does not get the exit code is 1, and the record stays what it is.
func TestExpectationsDecideTheExitCode(t *testing.T) {
	hopeless := inFile(t, "hopeless.yaml", "link: lossy\nduration: 3s\nexpect:\n  packets_lost: 0\n  frames_unaccounted: 0\n")
	code, out, errOut := airbridge(t, "sim", "run", hopeless, "--json", "-")
	if code != exitFault || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, "packets_lost") || !strings.Contains(errOut, "want == 0: failed") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	if r := records(t, out); len(r) != 1 || r[0].Incomplete != nil {
		t.Errorf("the records are %s", out)
	}
	code, out, _ = airbridge(t, "sim", "run", hopeless)
	if code != exitFault || !strings.Contains(out, "2 expectations: 1 passed, 1 failed") {
		t.Errorf("exit code %d, table %s", code, out)
	}
	// With other controllers, or not the time it takes, it is another run.
	for _, flags := range [][]string{{"--recovery", "fec:20"}, {"--duration", "1s"}} {
		code, out, errOut = airbridge(t, append([]string{"sim", "run", hopeless}, flags...)...)
		if code != exitOK || !strings.Contains(out, "undecided") || strings.Contains(out, "1 failed") {
			t.Errorf("%v: exit code %d, %q, table %s", flags, code, errOut, out)
		}
	}
}

// interrupt runs the program and interrupts it after a while.
func interrupt(t *testing.T, after time.Duration, args ...string) (code int, out, errOut string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code = run(ctx, args, &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestAnInterruptedRunLeavesWhatItHas(t *testing.T) {
	dir := t.TempDir()
	record, html, capture := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.html"), filepath.Join(dir, "r.pcapng")
	code, out, errOut := interrupt(t, 600*time.Millisecond, "sim", "run", "usb", "--bitrate", "5M", "--duration", "700h",
		"--json", record, "--report", html, "--pcap", capture)
	if code != exitFault || !strings.HasSuffix(errOut, "airbridge: interrupted: the run is incomplete\n") || !strings.Contains(out, "incomplete        interrupted") {
		t.Errorf("exit code %d, %q, table %s", code, errOut, out)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	if r := records(t, string(text)); len(r) != 1 || r[0].Incomplete == nil || *r[0].Incomplete != interrupted || r[0].DurationS <= 0 || *r[0].Frames.Displayed == 0 {
		t.Errorf("the record is %s", text)
	}
	for _, path := range []string{html, capture} {
		if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAnInterruptedRunOfManySaysHowFarItCame(t *testing.T) {
	code, out, errOut := interrupt(t, 600*time.Millisecond, "sim", "run", "usb", "--bitrate", "5M", "--duration", "700h", "--seeds", "5", "--jobs", "1", "--json", "-")
	if r := records(t, out); len(r) != 1 || *r[0].Incomplete != interrupted {
		t.Errorf("%d records, want the one that was begun", len(r))
	}
	if code != exitFault || errOut != "airbridge: interrupted: 0 of 5 runs are complete, 1 cut short, 4 not begun\n" {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	if code, out, errOut = interrupt(t, 0, "sim", "run", "usb", "--json", "-"); code != exitFault || out != "" || strings.Count(errOut, "\n") != 1 {
		t.Errorf("interrupted before it began: exit code %d, %q, %q", code, out, errOut)
	}
}

func TestTsharkReadsTheCapture(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("there is no tshark")
	}
	path := filepath.Join(t.TempDir(), "run.pcapng")
	r := one(t, "lossy", "--duration", "1s", "--bitrate", "10M", "--pcap", path)
	out, err := exec.CommandContext(t.Context(), tshark, "-r", path, "-T", "fields", "-e", "frame.interface_name", "-e", "udp.length").Output()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int64{}
	for line := range strings.Lines(string(out)) {
		name, length, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if length == "" {
			t.Fatalf("%q is no UDP packet", line)
		}
		count[name]++
	}
	if count["before"] < *r.Network.PacketsSent || count["lost"] < *r.Network.PacketsLost || count["after"]+count["lost"] != count["before"] || count["lost"] == 0 {
		t.Errorf("the interfaces have %v, the record %d sent and %d lost", count, *r.Network.PacketsSent, *r.Network.PacketsLost)
	}
}
