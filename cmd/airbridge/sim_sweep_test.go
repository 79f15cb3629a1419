package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/reports"
	"airbridge/sim/sweep"
)

// lines returns what a file of runs holds, without how long each took.
func lines(t *testing.T, path string) []string {
	t.Helper()
	runs, err := reports.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i := range runs {
		runs[i].WallS = nil
		var b strings.Builder
		if err := runs[i].Write(&b); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.String())
	}
	return all
}

// Two sessions on one link, and a scenario beside it that sorts between the two's name and its records.
const pair = "link: usb\nduration: 1s\nbitrate: 5M\nsessions:\n- {}\n- {bitrate: 3M}\n"

// Shards that are merged are the sweep of one machine to the byte, wall time apart, whatever the order of the arguments.
func TestMergedShardsAreTheWholeSweep(t *testing.T) {
	dir := t.TempDir()
	args := []string{
		"sim", "sweep", "--duration", "1s", "--seeds", "3", "--recovery", "idr,fec:20", "usb", inFile(t, "pair.yaml", pair),
		inFile(t, "pair-alone.yaml", "link: lossy\nbitrate: 4M\n"),
	}
	whole := filepath.Join(dir, "whole.jsonl")
	code, out, errOut := airbridge(t, append(args, "--out", whole)...)
	if code != exitOK || errOut != "" || !strings.Contains(out, "wrote "+whole) {
		t.Fatalf("exit code %d, %q, %q", code, out, errOut)
	}
	want := lines(t, whole)
	if n := (1 + 2 + 1) * 2 * 3; len(want) != n {
		t.Fatalf("%d records, want %d", len(want), n)
	}
	merge := []string{"report", "merge", "--out", filepath.Join(dir, "merged.jsonl")}
	for i := range 4 {
		shard := filepath.Join(dir, fmt.Sprintf("shard%d.jsonl", i))
		if code, _, errOut := airbridge(t, append(args, "--jobs", "1", "--shard", fmt.Sprintf("%d/4", i), "--out", shard)...); code != exitOK {
			t.Fatalf("shard %d: exit code %d, %q", i, code, errOut)
		}
		merge = append(merge, shard)
	}
	if code, out, errOut := airbridge(t, merge...); code != exitOK {
		t.Fatalf("merge: exit code %d, %q, %q", code, out, errOut)
	}
	if got := lines(t, filepath.Join(dir, "merged.jsonl")); !slices.Equal(got, want) {
		t.Errorf("merged shards and the whole sweep differ: %d and %d records", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("record %d is\n%.300s\nwant\n%.300s", i, got[i], want[i])
			}
		}
	}
}

func TestSweepTellsWhatItCompared(t *testing.T) {
	html := filepath.Join(t.TempDir(), "s.html")
	code, out, errOut := airbridge(t, "sim", "sweep", "lossy", "usb", "--seeds", "2", "--recovery", "idr,fec:20", "--duration", "1s", "--bitrate", "5M", "--report", html)
	if code != exitOK || !strings.Contains(errOut, "report: "+html) {
		t.Fatalf("exit code %d, %q", code, errOut)
	}
	table := strings.Split(strings.TrimSpace(out), "\n")
	for i, want := range []string{"scenario", "lossy     tail:0.2% constant:5M fec:20  2 ", "lossy     tail:0.2% constant:5M idr     2 ", "usb       tail:0.2% constant:5M fec:20", "usb       tail:0.2% constant:5M idr"} {
		if i >= len(table) || !strings.HasPrefix(table[i], want) {
			t.Errorf("line %d of\n%s\nwant %q …", i, out, want)
		}
	}
	if page, err := os.ReadFile(html); err != nil || !strings.Contains(string(page), "8 runs") {
		t.Errorf("the page: %v", err)
	}
	code, out, errOut = airbridge(t, "sim", "sweep", "usb", "--seeds", "2", "--duration", "1s", "--no-series", "--out", "-")
	if r := records(t, out); code != exitOK || errOut != "" || len(r) != 2 {
		t.Errorf("exit code %d, %q, %d records on standard output", code, errOut, len(r))
	}
}

func TestAnInterruptedSweepLeavesWhatItHas(t *testing.T) {
	out := filepath.Join(t.TempDir(), "s.jsonl")
	code, said, errOut := interrupt(t, 600*time.Millisecond, "sim", "sweep", "usb", "--bitrate", "5M", "--duration", "700h", "--seeds", "4", "--jobs", "1", "--out", out)
	runs, err := reports.ReadFile(out)
	if err != nil || len(runs) != 1 || runs[0].Incomplete == nil || runs[0].Series == nil {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if code != exitFault || !strings.Contains(errOut, "1 cut short, 3 not begun") || !strings.Contains(said, "1, 1 incomplete") {
		t.Errorf("exit code %d, %q, %q", code, said, errOut)
	}
}

// The records of several sessions come in the order of reports.Merge, from any shard, and are not held back longer than
// that takes.
func TestSequence(t *testing.T) {
	f := simFlags{Names: []string{inFile(t, "pair.yaml", pair), "usb"}, Seeds: 2}
	b, err := f.batch([]choice{{recovery: "idr"}, {recovery: "fec:20"}})
	if err != nil {
		t.Fatal(err)
	}
	b.sort()
	for _, shard := range []sweep.Shard{{}, {Index: 0, Count: 3}, {Index: 2, Count: 3}} {
		var got []reports.Run
		s := newSequence(&b, shard, func(r *reports.Run) error { got = append(got, *r); return nil })
		for i, job := range shard.Of(b.jobs()) {
			var runs []reports.Run
			for session := range job.Scenario.Sessions {
				runs = append(runs, reports.Run{Record: job.Scenario.Heading(session, "")})
			}
			if err := s.take(i, runs); err != nil {
				t.Fatal(err)
			}
			if shard.Count == 0 && len(runs) > 1 && len(got) == 0 {
				t.Error("a first session waits for something")
			}
		}
		if len(s.waiting) != 0 {
			t.Errorf("shard %v: %d records wait for ever", shard, len(s.waiting))
		}
		want, err := reports.Merge(slices.Clone(got))
		if err != nil || len(want) != len(got) || !slices.EqualFunc(got, want, func(x, y reports.Run) bool { return x.Key() == y.Key() }) {
			t.Errorf("shard %v: the records are not in order: %v", shard, err)
		}
	}
}

// After an interruption nothing is lost that is there, though whose turn it was never came.
func TestSequenceWithGaps(t *testing.T) {
	f := simFlags{Names: []string{inFile(t, "pair.yaml", pair)}, Seeds: 3}
	b, err := f.batch([]choice{{}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	s := newSequence(&b, sweep.Shard{}, func(r *reports.Run) error {
		got = append(got, fmt.Sprintf("%s %d", r.Scenario, *r.Seed))
		return nil
	})
	for i, job := range b.jobs()[:2] {
		if err := s.take(i, []reports.Run{{Record: job.Scenario.Heading(0, "")}, {Record: job.Scenario.Heading(1, "")}}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"pair/1 1", "pair/1 2"}; !slices.Equal(got, want) {
		t.Errorf("before the end there are %v, want %v", got, want)
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"pair/1 1", "pair/1 2", "pair/2 1", "pair/2 2"}; !slices.Equal(got, want) {
		t.Errorf("in the end there are %v, want %v", got, want)
	}
}
