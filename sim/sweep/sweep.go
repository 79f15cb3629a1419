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
	// Done, where set, takes the results in the order of the jobs, as soon as each is known, from the goroutine that called
	// Run.
	Done func(job int, r Result) error
	// Progress, where set, is called every half a second, and at the end, with how much of the simulated time has passed,
	// from a goroutine of its own. It never falls, and reaches total where all jobs were done.
	Progress func(passed, total time.Duration)
}

// maxAhead is how many results may wait for one before them.
const maxAhead = 256

// slice is how much is simulated between two looks at whether to go on: a fraction of a second of waiting, even where
// many sessions with full payload are simulated slower than they would take.
const slice = 200 * time.Millisecond

// Run runs the jobs until all are done or ctx ends: then the runs under way are cut short and marked incomplete, and the
// others are not begun, nor told. It returns the first error of Done, after which nothing more is told; that ctx has ended
// is no error. A panic of a run is passed on with the name and the seed that replay it.
func Run(ctx context.Context, jobs []Job, cfg Config) error {
	workers := max(cfg.Workers, 1)
	s := &sweep{
		cfg: cfg, jobs: jobs, progress: newProgress(jobs, cfg.Progress),
		ahead: make(chan struct{}, workers+maxAhead), results: make(chan numbered, workers),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := s.progress.watch()
	defer stop()
	var group sync.WaitGroup
	for range min(workers, len(jobs)) {
		group.Go(func() { s.work(ctx) })
	}
	go func() { group.Wait(); close(s.results) }()
	return s.tell(cancel)
}

// sweep is a sweep under way.
type sweep struct {
	cfg      Config
	jobs     []Job
	next     atomic.Int64
	progress *progress
	// ahead has an element for each run that was begun and not told; when it is full, no more is begun: a long run at the
	// front would otherwise pile up what comes behind it.
	ahead chan struct{}
	// results are on their way from the workers, which wait while it is full, to whoever called Run.
	results chan numbered
}

// numbered is the result of a job.
type numbered struct {
	job    int
	result Result
}

// work makes one run after the other. Runs are begun in order, so that what was begun has no gaps.
func (s *sweep) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case s.ahead <- struct{}{}:
		}
		if ctx.Err() != nil { // both were ready
			return
		}
		i := int(s.next.Add(1)) - 1
		if i >= len(s.jobs) {
			return
		}
		s.results <- numbered{i, s.run(ctx, &s.jobs[i])}
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
		runs[i].WallS = new(wall)
	}
	return Result{Runs: runs}
}

// tell hands on results in order until no more come, and ends the sweep at the first error of Done.
func (s *sweep) tell(cancel context.CancelFunc) error {
	var err error
	early := map[int]Result{} // known, and not yet their turn
	told := 0
	for r := range s.results {
		early[r.job] = r.result
		for {
			next, known := early[told]
			if !known {
				break
			}
			delete(early, told)
			told++
			<-s.ahead
			if s.cfg.Done == nil || err != nil {
				continue
			}
			if err = s.cfg.Done(told-1, next); err != nil {
				err = fmt.Errorf("run %d: %w", told, err)
				cancel()
			}
		}
	}
	return err
}
