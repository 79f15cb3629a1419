// Package sweep runs many scenarios on all cores and gives their results in the order they were asked for, whatever the
// number of workers. It is a shell: each worker owns one laboratory at a time.
package sweep

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"airbridge/reports"
	"airbridge/sim"
	"airbridge/sim/event"
)

// Job is one run.
type Job struct {
	Scenario sim.Scenario
	// Tap sees the packets of the run; nil for none.
	Tap event.Tap
}

// Result is what became of a job.
type Result struct {
	// Runs are the run's records, one a session; empty where the run did not begin.
	Runs []reports.Run
	// Err says why the run could not be made.
	Err error
}

// Config is how a sweep is run.
type Config struct {
	// Workers is how many runs are under way at once. Default 1.
	Workers int
	// Version stands in the records.
	Version string
	// Series keeps what each run records over time, about 1.3 MB a run.
	Series bool
	// Done, where set, takes the results in the order of the jobs, as soon as each is known, from one goroutine at a time.
	// While it works, no other result is told.
	Done func(job int, r Result) error
	// Progress, where set, is called every half a second, and at the end, with how much of the simulated time has passed,
	// from one goroutine at a time, which is not that of Done. It never falls, and reaches total where all jobs were done.
	Progress func(passed, total time.Duration)
}

// slice is how much is simulated between two looks at whether to go on: a fraction of a second of waiting, even where
// many sessions with full payload are simulated slower than they would take.
const slice = 200 * time.Millisecond

// Run runs the jobs until all are done or ctx ends: then the runs under way are cut short and marked incomplete, and the
// others are not begun, nor told. It returns the first error of Done, after which nothing more is told; that ctx has ended
// is no error. A panic of a run is passed on with the name and the seed that replay it.
func Run(ctx context.Context, jobs []Job, cfg Config) error {
	s := &sweep{cfg: cfg, jobs: jobs, results: make([]*Result, len(jobs)), progress: newProgress(jobs, cfg.Progress)}
	ctx, s.cancel = context.WithCancel(ctx)
	defer s.cancel()
	stop := s.progress.watch()
	defer stop()
	var workers sync.WaitGroup
	for range min(max(cfg.Workers, 1), len(jobs)) {
		workers.Go(func() { s.work(ctx) })
	}
	workers.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// sweep is a sweep under way.
type sweep struct {
	cfg      Config
	jobs     []Job
	cancel   context.CancelFunc
	next     atomic.Int64
	progress *progress

	mu      sync.Mutex
	results []*Result // known and not yet told
	told    int
	err     error
}

func (s *sweep) work(ctx context.Context) {
	for ctx.Err() == nil {
		i := int(s.next.Add(1)) - 1
		if i >= len(s.jobs) {
			return
		}
		s.tell(i, s.run(ctx, &s.jobs[i]))
	}
}

// run makes one run.
func (s *sweep) run(ctx context.Context, j *Job) Result {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprintf("sweep: scenario %s, seed %d: %v", j.Scenario.Name, j.Scenario.Seed, r))
		}
	}()
	began, passed := time.Now(), s.progress.begin(j)
	l, err := sim.New(j.Scenario, sim.Options{Tap: j.Tap, Series: s.cfg.Series})
	if err != nil {
		passed.reach(passed.length)
		return Result{Err: err}
	}
	for ctx.Err() == nil && l.Run(l.Now()+slice) {
		passed.reach(l.Now())
	}
	if ctx.Err() == nil {
		passed.reach(passed.length)
	}
	wall := time.Since(began).Seconds()
	runs := l.Runs(s.cfg.Version)
	for i := range runs {
		runs[i].WallS = &wall
	}
	return Result{Runs: runs}
}

// tell hands on what is known, in order.
func (s *sweep) tell(i int, r Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.results[i] = &r
	for ; s.told < len(s.jobs) && s.results[s.told] != nil; s.told++ {
		if s.cfg.Done != nil && s.err == nil {
			if err := s.cfg.Done(s.told, *s.results[s.told]); err != nil {
				s.err = fmt.Errorf("run %d: %w", s.told+1, err)
				s.cancel()
			}
		}
		s.results[s.told] = &Result{} // let go of it
	}
}

