package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// shard writes a file of runs of those seeds; missed slots and latency are those of every run.
func shard(t *testing.T, name string, seeds []uint64, missed int64, p50 float64) string {
	t.Helper()
	var b bytes.Buffer
	for i, seed := range seeds {
		r := reports.Run{Series: series.New(time.Second / 72)}
		r.Scenario, r.Seed, r.DurationS, r.Version, r.WallS = "wifi6-busy", &seed, 3600, "test", new(float64(i))
		r.Frames.MissedSlots = new(missed + int64(seed%3))
		r.MissedPerHour = new(reports.PerHour(missed+int64(seed%3), 1))
		r.Latency.MotionToPhoton = &reports.Distribution{Mean: p50, P50: p50 + float64(seed), P90: 60, P99: 70, P999: 80, Max: 90}
		r.Series.Frame(time.Second, &statistics.Frame{Outcome: wire.Lost}, statistics.Offset{})
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReportMergeJoinsShards(t *testing.T) {
	a, b := shard(t, "a.json", []uint64{3, 1}, 5, 40), shard(t, "b.json", []uint64{2, 1}, 5, 40)
	dir := t.TempDir()
	out, html := filepath.Join(dir, "all.json"), filepath.Join(dir, "all.html")
	code, said, errOut := airbridge(t, "report", "merge", a, b, "--out", out, "--report", html)
	if code != exitOK || errOut != "" || !strings.Contains(said, "3 runs of 1 scenarios from 2 files") || !strings.Contains(said, html) {
		t.Fatalf("exit code %d, %q, %q", code, said, errOut)
	}
	runs, err := reports.ReadFile(out)
	if err != nil || len(runs) != 3 || *runs[0].Seed != 1 || *runs[2].Seed != 3 || runs[0].Series == nil {
		t.Errorf("%d runs, %v; want seeds 1, 2 and 3 with their series", len(runs), err)
	}
	if page, err := os.ReadFile(html); err != nil || !bytes.Contains(page, []byte("3 runs")) {
		t.Errorf("the page: %v", err)
	}
	code, said, _ = airbridge(t, "report", "merge", b, a, "--json", "-")
	file, err := os.ReadFile(out)
	if code != exitOK || err != nil || strings.Count(said, "\n") != 3 || len(said) != len(file) {
		t.Errorf("--json - prints %d bytes, the file has %d (%v)", len(said), len(file), err)
	}
}

func TestReportMergeOfOneRunMakesItsPage(t *testing.T) {
	html := filepath.Join(t.TempDir(), "one.html")
	code, _, errOut := airbridge(t, "report", "merge", shard(t, "a.json", []uint64{7}, 5, 40), "--report", html)
	page, err := os.ReadFile(html)
	if code != exitOK || err != nil || !bytes.Contains(page, []byte("<h1>wifi6-busy</h1>")) {
		t.Errorf("exit code %d, %q, %v", code, errOut, err)
	}
}

func TestReportCompareSaysWhoWonWhere(t *testing.T) {
	seeds := []uint64{1, 2, 3, 4, 5, 6, 7, 8}
	a, b := shard(t, "gcc.json", seeds, 40, 50), shard(t, "adaptive.json", seeds, 4, 50)
	html := filepath.Join(t.TempDir(), "c.html")
	code, said, errOut := airbridge(t, "report", "compare", a, b, "--report", html)
	if code != exitOK || errOut != "" || !strings.Contains(said, "B has fewer missed slots in wifi6-busy.") || !strings.Contains(said, "undecided") {
		t.Errorf("exit code %d, %q, %q", code, said, errOut)
	}
	if page, err := os.ReadFile(html); err != nil || !bytes.Contains(page, []byte("gcc against adaptive")) {
		t.Errorf("the page: %v", err)
	}
}

func TestReportNamesWhatIsWrong(t *testing.T) {
	good := shard(t, "good.json", []uint64{1}, 5, 40)
	other := shard(t, "other.json", []uint64{1}, 9, 40)
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte("\n{\"scenario\":1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lonely := filepath.Join(t.TempDir(), "lonely.json")
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lonely, bytes.Replace(text, []byte("wifi6-busy"), []byte("usb"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"merge", good, bad}, exitFault, "bad.json:2: not a run record"},
		{[]string{"merge", good, other}, exitFault, "wifi6-busy seed 1: two results of one run differ"},
		{[]string{"merge", good, "--out", filepath.Join(bad, "x.json")}, exitFault, "not a directory"},
		{[]string{"compare", good, lonely}, exitFault, "no complete scenario in common"},
		{[]string{"compare", good, bad}, exitFault, "bad.json:2"},
		{[]string{"merge"}, exitUsage, "files"},
		{[]string{"merge", good + "x"}, exitUsage, "good.jsonx"},
		{[]string{"compare", good}, exitUsage, "B.json"},
		{[]string{"compare", good, good, good}, exitUsage, "good.json"},
		{[]string{"burn"}, exitUsage, "burn"},
	} {
		code, _, errOut := airbridge(t, append([]string{"report"}, c.args...)...)
		if code != c.code || !strings.Contains(errOut, c.want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("report %v: exit code %d, %q; want %d and a line that says %q", c.args, code, errOut, c.code, c.want)
		}
	}
}

func TestReportHelpShowsExamples(t *testing.T) {
	for _, args := range [][]string{{"report", "--help"}, {"report", "merge", "--help"}, {"report", "compare", "--help"}} {
		if code, out, _ := airbridge(t, args...); code != exitOK || !strings.Contains(out, "Examples:") {
			t.Errorf("airbridge %v: exit code %d, %q", args, code, out)
		}
	}
}
