package sweep_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/reports"
	"airbridge/sim"
	"airbridge/sim/sweep"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// jobs are short runs over several links, with several controllers and seeds, of different lengths.
func jobs(t *testing.T, seeds int) []sweep.Job {
	t.Helper()
	var all []sweep.Job
	for i, link := range []string{"wifi6-busy", "ethernet", "lossy"} {
		p, ok := profile.Named(link)
		if !ok {
			t.Fatalf("there is no profile %s", link)
		}
		for _, recovery := range []string{"idr", "fec:20"} {
			for seed := range seeds {
				all = append(all, sweep.Job{Scenario: sim.Scenario{
					Name: link, LinkName: link, Seed: uint64(seed + 1), Duration: time.Duration(3-i) * time.Second, Link: p.Spec.Build,
					Sessions: []sim.Session{{Bitrate: 5 * units.Mbps, Recovery: recovery}},
				}})
			}
		}
	}
	return all
}

// gather runs jobs and returns their records in the order in which they were told.
func gather(t *testing.T, all []sweep.Job, cfg sweep.Config) []reports.Run {
	t.Helper()
	var runs []reports.Run
	next := 0
	cfg.Version = "test"
	cfg.Done = func(job int, r sweep.Result) error {
		if job != next {
			t.Errorf("result %d is told when %d is due", job, next)
		}
		next++
		runs = append(runs, r.Runs...)
		return r.Err
	}
	if err := sweep.Run(t.Context(), all, cfg); err != nil {
		t.Fatal(err)
	}
	if next != len(all) {
		t.Errorf("%d results of %d jobs", next, len(all))
	}
	return runs
}

// text is what a file of the runs has in it, wall time apart.
func text(t *testing.T, runs []reports.Run) string {
	t.Helper()
	var b bytes.Buffer
	for _, r := range runs {
		if r.WallS == nil || *r.WallS < 0 {
			t.Errorf("%s does not say how long it took", r.Key())
		}
		r.WallS = nil
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestWorkersDoNotMatter(t *testing.T) {
	all := jobs(t, 3)
	want := text(t, gather(t, all, sweep.Config{Series: true}))
	for _, workers := range []int{-1, 1, 2, 5, 100} {
		if got := text(t, gather(t, all, sweep.Config{Series: true, Workers: workers})); got != want {
			t.Errorf("%d workers give other records: %s", workers, cmp.Diff(want, got))
		}
	}
	if n := strings.Count(want, "\n"); n != len(all) {
		t.Errorf("%d records of %d jobs", n, len(all))
	}
}

// TestMergedShardsEqualTheWhole also sweeps the jobs in another order.
func TestMergedShardsEqualTheWhole(t *testing.T) {
	all := jobs(t, 3)
	slices.Reverse(all)
	sweep.Sort(all)
	unsharded := text(t, gather(t, all, sweep.Config{Workers: 2}))
	for _, count := range []int{1, 2, 4, 50} {
		var shards [][]reports.Run
		for index := range count {
			shards = append(shards, gather(t, sweep.Shard{Index: index, Count: count}.Of(all), sweep.Config{Workers: 2}))
		}
		merged, err := reports.Merge(shards...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(unsharded, text(t, merged)); diff != "" {
			t.Errorf("%d shards merged differ from the whole, unmerged (-whole +merged):\n%s", count, diff)
		}
	}
}

// endless are jobs that would take hours each.
func endless(n int) []sweep.Job {
	var all []sweep.Job
	for i := range n {
		p, _ := profile.Named("ethernet")
		all = append(all, sweep.Job{Scenario: sim.Scenario{
			Name: fmt.Sprint("endless ", i), Seed: uint64(i), Duration: 30 * 24 * time.Hour, Link: p.Spec.Build,
		}})
	}
	return all
}

// TestInterruptionLeavesWhatThereIs ends the context when every worker has begun a run that takes days.
func TestInterruptionLeavesWhatThereIs(t *testing.T) {
	for _, workers := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		short := jobs(t, 1)[:1]
		all := append(short, endless(10)...)
		began := make(chan struct{}, 100)
		for i := range all[1:] {
			all[i+1].Scenario.Link = announced(all[i+1].Scenario.Link, began)
		}
		go func() {
			for range workers {
				<-began
			}
			cancel()
		}()
		var told []reports.Run
		err := sweep.Run(ctx, all, sweep.Config{Workers: workers, Series: true, Done: func(_ int, r sweep.Result) error {
			told = append(told, r.Runs...)
			return r.Err
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(told) != 1+workers || len(began) > 0 {
			t.Fatalf("%d workers: %d results, %d more begun, want the short one and those under way", workers, len(told), len(began))
		}
		for i := range told {
			if r := &told[i]; (r.Incomplete == nil) != (i == 0) || i > 0 && !strings.HasPrefix(*r.Incomplete, "interrupted") {
				t.Errorf("%s is incomplete: %v", r.Scenario, r.Incomplete)
			}
		}
		cancel()
	}
}

// announced is a link that says when it is built.
func announced(link func(uint64) (netem.Medium, error), built chan<- struct{}) func(uint64) (netem.Medium, error) {
	return func(seed uint64) (netem.Medium, error) {
		built <- struct{}{}
		return link(seed)
	}
}

func TestNothingBeginsAfterTheContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := sweep.Run(ctx, endless(3), sweep.Config{Done: func(job int, _ sweep.Result) error {
		t.Errorf("job %d was run", job)
		return nil
	}})
	if err != nil {
		t.Errorf("Run() = %v, want nil", err)
	}
}

// TestErrorOfDoneEndsTheSweep fails on the second result; behind it are runs of days.
func TestErrorOfDoneEndsTheSweep(t *testing.T) {
	full := errors.New("disk full")
	for _, workers := range []int{1, 2} {
		told := 0
		err := sweep.Run(t.Context(), append(jobs(t, 1)[:2], endless(5)...), sweep.Config{Workers: workers, Done: func(job int, _ sweep.Result) error {
			if told++; job == 1 {
				return full
			}
			return nil
		}})
		if !errors.Is(err, full) || !strings.Contains(err.Error(), "run 2: ") {
			t.Errorf("%d workers: Run() = %v, want the error and the run", workers, err)
		}
		if told != 2 {
			t.Errorf("%d workers: %d results were told, want 2", workers, told)
		}
	}
}

// TestRunThatCannotBeMadeIsAResult leaves it to the caller whether the others go on.
func TestRunThatCannotBeMadeIsAResult(t *testing.T) {
	all := jobs(t, 1)[:3]
	all[1].Scenario.Link = nil
	var errs []error
	if err := sweep.Run(t.Context(), all, sweep.Config{Workers: 2, Done: func(_ int, r sweep.Result) error {
		if (r.Err == nil) != (len(r.Runs) == 1) {
			t.Errorf("error %v with %d runs", r.Err, len(r.Runs))
		}
		errs = append(errs, r.Err)
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	if len(errs) != 3 || errs[0] != nil || errs[1] == nil || errs[2] != nil {
		t.Errorf("errors %v, want one of the second run", errs)
	}
}

func TestNoJobs(t *testing.T) {
	if err := sweep.Run(t.Context(), nil, sweep.Config{Workers: 4}); err != nil {
		t.Errorf("Run() = %v", err)
	}
}

// TestProgress runs in virtual time, in which each result takes 2 s to be written.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := jobs(t, 2)
		all[2].Scenario.Link = nil // counts as done
		var told []time.Duration
		total := time.Duration(0)
		err := sweep.Run(t.Context(), all, sweep.Config{
			Workers: 2,
			Done:    func(int, sweep.Result) error { time.Sleep(2 * time.Second); return nil },
			Progress: func(passed, all time.Duration) {
				told, total = append(told, passed), all
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 * 2 * (3 + 2 + 1) * time.Second; total != want {
			t.Errorf("total %v, want %v", total, want)
		}
		// 12 results of 2 s each, a word every half a second, one of them at the end.
		if len(told) < 40 || told[len(told)-1] != total || !slices.IsSorted(told) || told[0] < 0 || told[0] >= total {
			t.Errorf("progress of %v: %v", total, told)
		}
	})
}

// TestResultsDoNotPileUp holds the first run up until no more can be begun.
func TestResultsDoNotPileUp(t *testing.T) {
	p, _ := profile.Named("perfect")
	var begun atomic.Int64
	hold, all := make(chan struct{}), []sweep.Job(nil)
	synctest.Test(t, func(t *testing.T) {
		hold = make(chan struct{})
		for i := range 400 {
			all = append(all, sweep.Job{Scenario: sim.Scenario{
				Name: "short", Seed: uint64(i), Duration: time.Second, Sessions: []sim.Session{{Bitrate: units.Mbps, FPS: 10}},
				Link: func(seed uint64) (netem.Medium, error) {
					if seed == 0 {
						<-hold
					} else {
						begun.Add(1)
					}
					return p.Spec.Build(seed)
				},
			}})
		}
		go func() {
			synctest.Wait()
			if n := begun.Load(); n < 200 || n > 300 {
				t.Errorf("%d runs were made while the first was under way, want a bounded number", n)
			}
			close(hold)
		}()
		next := 0
		if err := sweep.Run(t.Context(), all, sweep.Config{Workers: 2, Done: func(job int, _ sweep.Result) error {
			if job != next {
				t.Errorf("result %d when %d is due", job, next)
			}
			next++
			return nil
		}}); err != nil || next != 400 {
			t.Errorf("%d results, %v", next, err)
		}
	})
}
