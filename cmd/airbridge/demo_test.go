//go:build cgo

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"airbridge/reports"
)

func TestDemoPrintsARecord(t *testing.T) {
	code, out, errOut := airbridge(t, "demo", "--duration", "1s", "--size", "320x192", "--fps", "60", "--bitrate", "2M", "--json", "-")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	r, err := reports.Parse([]byte(out))
	if err != nil {
		t.Fatalf("standard output is no record: %v\n%s", err, out)
	}
	if r.Scenario != "demo" || *r.Width != 320 || *r.Height != 192 || *r.FPS != 60 || *r.Source != "scene" || r.Incomplete != nil {
		t.Errorf("the record is of %s, %dx%d at %g, %s, incomplete %v", r.Scenario, *r.Width, *r.Height, *r.FPS, *r.Source, r.Incomplete)
	}
	f := r.Frames
	if *f.Displayed == 0 || *f.Rendered != *f.Displayed+*f.Late+*f.Replaced+*f.Lost+*f.Skipped {
		t.Errorf("%d frames rendered, %d displayed, %d late, %d replaced, %d lost, %d skipped",
			*f.Rendered, *f.Displayed, *f.Late, *f.Replaced, *f.Lost, *f.Skipped)
	}
	if *r.Picture.MarkerErrors != 0 {
		t.Errorf("%d displayed frames were not what they claimed to be", *r.Picture.MarkerErrors)
	}
}

func TestDemoWritesItsFiles(t *testing.T) {
	dir := t.TempDir()
	record, film, shots := filepath.Join(dir, "r.json"), filepath.Join(dir, "film.mp4"), filepath.Join(dir, "shots")
	code, out, errOut := airbridge(t, "demo", "--source", "lavfi:testsrc2", "--duration", "1s", "--size", "320x192", "--fps", "30",
		"--bitrate", "2M", "--json", record, "--record", film, "--snapshot", shots)
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	if !strings.Contains(out, "motion-to-photon") || !strings.Contains(out, "displayed") {
		t.Errorf("no table on standard output:\n%s", out)
	}
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reports.Parse(b); err != nil {
		t.Errorf("%s is no record: %v", record, err)
	}
	if info, err := os.Stat(film); err != nil || info.Size() < 1000 {
		t.Errorf("no film: %v", err)
	}
	if pictures, _ := filepath.Glob(shots + "/*.png"); len(pictures) == 0 {
		t.Error("no snapshots")
	}
	// The film is a source like any other.
	if code, out, errOut = airbridge(t, "demo", "--source", "file:"+film, "--duration", "1s", "--size", "320x192", "--bitrate", "2M"); code != exitOK {
		t.Errorf("streaming the film that was recorded: exit code %d, %s%s", code, out, errOut)
	}
}

// The demo over a virtual link says so, and its report is a page of it.
func TestDemoOverALink(t *testing.T) {
	dir := t.TempDir()
	record, html := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.html")
	code, out, errOut := airbridge(t, "demo", "--link", "wifi6-busy", "--seed", "5", "--recovery", "fec:20", "--duration", "1s",
		"--size", "320x192", "--fps", "60", "--bitrate", "2M", "--json", record, "--report", html)
	if code != exitOK || !strings.Contains(errOut, "report: "+html) || !strings.Contains(out, "wifi6-busy") {
		t.Fatalf("exit code %d, %q, table %s", code, errOut, out)
	}
	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	r, err := reports.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if *r.Link != "wifi6-busy" || r.Seed == nil || *r.Seed != 5 || *r.Controllers.Recovery != "fec:20" || *r.Recovery.ParityRatio == 0 {
		t.Errorf("the record says %s over %s, parity %v", r.Key(), *r.Link, *r.Recovery.ParityRatio)
	}
	page, err := os.ReadFile(html)
	if err != nil || !strings.Contains(string(page), "<h1>demo</h1>") || !strings.Contains(string(page), "wifi6-busy") {
		t.Errorf("the page of %d bytes: %v", len(page), err)
	}
}

func TestDemoOnLoopbackWritesAReport(t *testing.T) {
	html := filepath.Join(t.TempDir(), "r.html")
	code, out, errOut := airbridge(t, "demo", "--duration", "1s", "--size", "320x192", "--bitrate", "2M", "--json", "-", "--report", html)
	r, err := reports.Parse([]byte(out))
	if code != exitOK || err != nil || *r.Link != "loopback" || r.Seed != nil {
		t.Errorf("exit code %d, %q, %v, over %v with seed %v", code, errOut, err, r.Link, r.Seed)
	}
	if info, err := os.Stat(html); err != nil || info.Size() < 100_000 {
		t.Errorf("the page: %v", err)
	}
}
