// Package sweep runs many scenarios on all cores and gives their results in the order they were asked for, whatever the
// number of workers. It is a shell: each worker owns one laboratory at a time.
package sweep

import (
	"context"
	"errors"
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
	Done func(job int, r Result) error
	// Progress, where set, is called every half a second with how much of the simulated time has passed.
	Progress func(passed, total time.Duration)
}

// slice is how much is simulated between two looks at whether to go on.
const slice = 2 * time.Second

// Run runs the jobs until all are done or ctx ends: then the runs under way are cut short and marked incomplete, and the
// others are not begun. It returns the first error of Done.
func Run(ctx context.Context, jobs []Job, cfg Config) error {
	s := &sweep{cfg: cfg, jobs: jobs, results: make([]*Result, len(jobs))}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.cancel = cancel
	stop := s.watch()
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
	cfg    Config
	jobs   []Job
	cancel context.CancelFunc
	next   atomic.Int64
	passed atomic.Int64

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
		r := s.run(ctx, &s.jobs[i])
		s.tell(i, r)
	}
}

// run makes one run.
func (s *sweep) run(ctx context.Context, j *Job) Result {
	began := time.Now()
	l, err := sim.New(j.Scenario, sim.Options{Tap: j.Tap, Series: s.cfg.Series})
	if err != nil {
		return Result{Err: err}
	}
	for at := slice; l.Run(at); at += slice {
		s.passed.Add(int64(slice))
		if ctx.Err() != nil {
			break
		}
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

// watch tells the progress until the returned function is called.
func (s *sweep) watch() (stop func()) {
	if s.cfg.Progress == nil {
		return func() {}
	}
	var total time.Duration
	for _, j := range s.jobs {
		total += j.Scenario.Length()
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(500 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case <-t.C:
				s.cfg.Progress(min(time.Duration(s.passed.Load()), total), total)
			}
		}
	}()
	return func() { close(done); <-ended }
}

// Shard is a share of a sweep: the jobs whose number, counted from 0, is Index modulo Count.
type Shard struct{ Index, Count int }

// ErrShard says that a text is no shard.
var ErrShard = errors.New("want I/N with 0 <= I < N, such as 0/4")

// maxShards bounds the machines of a sweep.
const maxShards = 1 << 20

// UnmarshalText reads I/N.
func (s *Shard) UnmarshalText(text []byte) error {
	var v Shard
	var rest string
	n, _ := fmt.Sscanf(string(text)+" end", "%d/%d %s", &v.Index, &v.Count, &rest)
	if n != 3 || rest != "end" || v.Index < 0 || v.Index >= v.Count || v.Count > maxShards {
		return fmt.Errorf("%q: %w", text, ErrShard)
	}
	*s = v
	return nil
}

// String writes I/N.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Of returns the shard's share of the jobs. The zero shard is everything.
func (s Shard) Of(jobs []Job) []Job {
	if s.Count <= 1 {
		return jobs
	}
	var mine []Job
	for i := s.Index; i < len(jobs); i += s.Count {
		mine = append(mine, jobs[i])
	}
	return mine
}
