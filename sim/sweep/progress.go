package sweep

import (
	"sync/atomic"
	"time"
)

// progressEvery is how often progress is told.
const progressEvery = 500 * time.Millisecond

// progress is how much of a sweep's simulated time has passed. It is safe for concurrent use.
type progress struct {
	tell   func(passed, total time.Duration)
	total  time.Duration
	passed atomic.Int64
}

// newProgress returns the progress of jobs; tell may be nil.
func newProgress(jobs []Job, tell func(passed, total time.Duration)) *progress {
	p := &progress{tell: tell}
	for i := range jobs {
		p.total += jobs[i].Scenario.Length()
	}
	return p
}

// stretch is how much of a job has passed; its owner is the worker.
type stretch struct {
	of     *progress
	length time.Duration
	at     time.Duration
}

// begin starts the stretch of a job.
func (p *progress) begin(j *Job) *stretch { return &stretch{of: p, length: j.Scenario.Length()} }

// reach says how far the job has come; sessions may end a little later than planned, which does not count.
func (s *stretch) reach(at time.Duration) {
	at = min(at, s.length)
	s.of.passed.Add(int64(at - s.at))
	s.at = at
}

// watch tells the progress until the returned function is called, which tells it a last time.
func (p *progress) watch() (stop func()) {
	if p.tell == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	tell := func() { p.tell(time.Duration(p.passed.Load()), p.total) }
	go func() {
		defer close(ended)
		t := time.NewTicker(progressEvery)
		defer t.Stop()
		for {
			select {
			case <-done:
				tell()
				return
			case <-t.C:
				tell()
			}
		}
	}()
	return func() { close(done); <-ended }
}
