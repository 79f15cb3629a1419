package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"airbridge/reports"
	"airbridge/scenarios"
	"airbridge/sim"
	"airbridge/sim/sweep"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/units"
)

// simCommand is the laboratory.
type simCommand struct {
	List  simListCommand  `cmd:"" help:"List the scenarios that are built in."`
	Run   simRunCommand   `cmd:"" help:"Stream through a scenario, far faster than real time, and tell how it went."`
	Sweep simSweepCommand `cmd:"" help:"Run many scenarios, seeds and controllers, on all cores or a share of a cluster."`
	Bench simBenchCommand `cmd:"" help:"Measure how fast this machine simulates."`
}

// Help shows examples.
func (*simCommand) Help() string {
	return `Streamer and client are the ones that "serve" and "view" run; network, codecs, clocks and display are models.
The same scenario and seed give the same result, to the bit.`
}

// simListCommand lists scenarios.
type simListCommand struct {
	Family string `placeholder:"NAME" help:"Only the scenarios of one family, such as link or rfc8867."`
}

// Run prints a line a scenario.
func (s *simListCommand) Run(c *console) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	found, family := false, ""
	for _, e := range scenarios.List() {
		if s.Family != "" && e.Family != s.Family {
			continue
		}
		if e.Family != family {
			if found {
				fmt.Fprintln(w)
			}
			family = e.Family
			fmt.Fprintf(w, "%s\n", scenarios.FamilyTitle(family))
		}
		found = true
		fmt.Fprintf(w, "  %s\t%s\n", e.Name, e.Title)
	}
	if !found {
		return fmt.Errorf("--family %s: there are %s", s.Family, scenarios.Families())
	}
	return w.Flush()
}

// simFlags say what is run.
type simFlags struct {
	Names    []string      `arg:"" name:"scenario" help:"Scenarios: names of \"airbridge sim list\", or YAML files."`
	Seed     uint64        `default:"1" placeholder:"N" help:"Seed of all random streams. Default: 1."`
	Seeds    int           `default:"1" placeholder:"N" help:"How many seeds to run, from --seed on. Default: 1."`
	Duration time.Duration `placeholder:"D" help:"How long to stream in each, such as 60s or 24h. Default: the scenario's."`
	FPS      float64       `name:"fps" placeholder:"N" help:"Frames a second. Default: the scenario's."`
	Jobs     int           `short:"j" placeholder:"N" help:"How many runs at once. Default: one a core."`

	FullPayload bool `help:"Carry and verify every byte of every frame. Slower; the trace is the same."`
}

// Validate is called by kong.
func (f *simFlags) Validate() error {
	switch {
	case f.Seeds < 1 || f.Seeds > 1e6:
		return fmt.Errorf("--seeds %d: want 1 to 1000000", f.Seeds)
	case f.Duration != 0 && f.Duration < time.Second:
		return fmt.Errorf("--duration %s: want 1s or more", f.Duration)
	case f.FPS != 0 && !(f.FPS >= 10 && f.FPS <= 500):
		return fmt.Errorf("--fps %g: want 10 to 500", f.FPS)
	case f.Jobs < 0:
		return fmt.Errorf("--jobs %d: want 1 or more", f.Jobs)
	}
	return nil
}

// choice is one set of controllers; what is empty is the scenario's.
type choice struct {
	latency, recovery string
	bitrate           units.Bitrate
}

// jobs opens the scenarios and makes a job of each with every choice and seed.
func (f *simFlags) jobs(choices []choice) ([]sweep.Job, error) {
	var jobs []sweep.Job
	var faults []error
	for _, name := range f.Names {
		s, err := scenarios.Open(name, os.ReadFile)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, ch := range choices {
			for n := range f.Seeds {
				job := sweep.Job{Scenario: f.adapt(s, ch)}
				job.Scenario.Seed = f.Seed + uint64(n)
				jobs = append(jobs, job)
			}
		}
		faults = append(faults, validate(jobs))
	}
	return jobs, errors.Join(faults...)
}

// adapt is a scenario with what the flags ask for in the place of its own.
func (f *simFlags) adapt(s scenarios.Scenario, ch choice) sim.Scenario {
	r := s.Scenario
	r.Duration = cmp.Or(f.Duration, r.Duration)
	r.FullPayload = r.FullPayload || f.FullPayload
	r.Sessions = slices.Clone(r.Sessions)
	if len(r.Sessions) == 0 {
		r.Sessions = []sim.Session{{}}
	}
	for i := range r.Sessions {
		v := &r.Sessions[i]
		v.FPS = cmp.Or(f.FPS, v.FPS)
		v.Bitrate = cmp.Or(ch.bitrate, v.Bitrate)
		v.Latency = cmp.Or(ch.latency, v.Latency)
		v.Recovery = cmp.Or(ch.recovery, v.Recovery)
	}
	return r
}

// validate checks the jobs of the scenario that was added last.
func validate(jobs []sweep.Job) error {
	s := jobs[len(jobs)-1].Scenario
	if err := s.Validate(); err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return nil
}

// workers is how many runs are under way at once.
func (f *simFlags) workers() int {
	if f.Jobs > 0 {
		return f.Jobs
	}
	return runtime.NumCPU()
}

// simOutput takes the results of runs as they come.
type simOutput struct {
	c      *console
	json   string
	out    io.Writer // of JSON lines, nil for none
	keep   bool      // all runs, for a report
	runs   []reports.Run
	n      int
	faults []error
}

// take is called for each job in order.
func (o *simOutput) take(_ int, r sweep.Result) error {
	if r.Err != nil {
		return r.Err
	}
	for i := range r.Runs {
		run := &r.Runs[i]
		o.n++
		if run.Incomplete != nil {
			o.faults = append(o.faults, fmt.Errorf("%s, seed %d: %s", run.Scenario, *run.Seed, *run.Incomplete))
		}
		if o.out != nil {
			if err := run.Record.Write(o.out, ""); err != nil {
				return err
			}
		}
		if o.keep {
			o.runs = append(o.runs, *run)
		}
	}
	return nil
}

// check parses what the controllers' flags say.
func check(name, value string) error {
	var err error
	switch name {
	case "latency":
		_, err = latency.Parse(value)
	case "recovery":
		_, err = recovery.Parse(value)
	}
	if err != nil {
		return fmt.Errorf("--%s: %w", name, err)
	}
	return nil
}

// run makes the runs with a bar of progress.
func (f *simFlags) run(ctx context.Context, c *console, jobs []sweep.Job, series bool, done func(int, sweep.Result) error) error {
	bar := newBar(c, len(jobs))
	err := sweep.Run(ctx, jobs, sweep.Config{
		Workers: f.workers(), Version: version(), Series: series, Done: done, Progress: bar.set,
	})
	bar.done()
	return err
}
