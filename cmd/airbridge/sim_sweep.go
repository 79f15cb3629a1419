package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"airbridge/reports"
	"airbridge/sim/sweep"
	"airbridge/units"
)

// simSweepCommand runs many scenarios.
type simSweepCommand struct {
	simFlags
	Latency  []string        `placeholder:"CTRL" help:"Latency controllers to compare, such as fixed:8ms,tail:0.2%. Default: each scenario's."`
	Bitrate  []units.Bitrate `placeholder:"RATE" help:"Rates to compare, such as 30M,60M. Default: each scenario's."`
	Recovery []string        `placeholder:"CTRL" help:"Recovery controllers to compare, such as idr,fec:20. Default: each scenario's."`
	Shard    sweep.Shard     `placeholder:"I/N" help:"Make only the I-th of N shares of the runs, counted from 0, such as 0/4: one a machine. Default: all."`
	Out      string          `placeholder:"FILE" help:"Write the runs as JSON, one a line, for \"airbridge report merge\" and \"compare\"; - prints them in the place of the table."`
	Report   string          `placeholder:"FILE.html" help:"Write an HTML index of the runs."`
	NoSeries bool            `help:"Leave out what charts over time need: a file of a tenth of the size."`

	batch batch
}

// Help shows examples.
func (*simSweepCommand) Help() string {
	return `Examples:
  airbridge sim sweep wifi6-busy wifi5-far --seeds 20 --recovery idr,fec:20
  airbridge sim sweep wifi6-busy --seeds 20 --bitrate 40M,80M --out sweep.jsonl --report sweep.html
  airbridge sim sweep wifi6-busy --seeds 400 --shard 2/8 --out shard2.jsonl      on the third of eight machines
  airbridge report merge shard*.jsonl --report sweep.html

Runs are written as they are done, sorted by scenario, controllers and seed. Shards that are merged give the file that one
machine would have written, but for wall_s; a Kubernetes Indexed Job can run them.`
}

// Validate is called by kong.
func (s *simSweepCommand) Validate() error {
	errs := []error{s.check(), checkPage(s.Report)}
	for _, v := range s.Latency {
		errs = append(errs, (&choice{latency: v}).check())
	}
	for _, v := range s.Bitrate {
		errs = append(errs, checkRate(v))
	}
	for _, v := range s.Recovery {
		errs = append(errs, (&choice{recovery: v}).check())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var err error
	if s.batch, err = s.simFlags.batch(s.choices()); err != nil {
		return err
	}
	s.batch.sort() // so that nothing waits for its turn that need not
	if runs := len(s.batch.variants) * s.batch.seeds; s.Shard.Count > runs {
		return fmt.Errorf("--shard %s: want at most as many shares as runs: %d", s.Shard, runs)
	}
	return nil
}

// choices are all combinations of the controllers.
func (s *simSweepCommand) choices() (all []choice) {
	for _, l := range orOne(s.Latency) {
		for _, b := range orOne(s.Bitrate) {
			for _, r := range orOne(s.Recovery) {
				all = append(all, choice{l, r, b})
			}
		}
	}
	return all
}

// orOne returns what was given, or else the one zero value, which stands for the scenario's own.
func orOne[T any](given []T) []T {
	if len(given) == 0 {
		return make([]T, 1)
	}
	return slices.Clone(given)
}

// Run sweeps. Every run is written as soon as its turn has come: an interrupted sweep leaves what it has.
func (s *simSweepCommand) Run(ctx context.Context, c *console) (err error) {
	if err := checkFiles(target{"--out", s.Out}, target{"--report", s.Report}); err != nil {
		return err
	}
	out, closeOut, err := s.open(c)
	if err != nil {
		return err
	}
	jobs := s.Shard.Of(s.batch.jobs())
	results := outcome{planned: len(jobs)}
	var table digests
	var kept []reports.Run
	order := newSequence(&s.batch, s.Shard, func(r *reports.Run) error {
		table.add(&r.Record)
		if s.Report != "" {
			kept = append(kept, *r)
		}
		return r.Write(out)
	})
	err = s.run(ctx, c, jobs, s.series(), func(job int, r sweep.Result) error {
		if err := results.take(r); err != nil {
			return err
		}
		return order.take(job, r.Runs)
	})
	if err == nil {
		err = order.finish()
	}
	if err = errors.Join(err, closeOut()); err != nil {
		return err
	}
	return errors.Join(s.tell(c, table, kept), results.err())
}

// series says whether anybody wants what runs record over time.
func (s *simSweepCommand) series() bool { return !s.NoSeries && (s.Out != "" || s.Report != "") }

// open opens what the runs are written to.
func (s *simSweepCommand) open(c *console) (w io.Writer, closeOut func() error, err error) {
	nothing := func() error { return nil }
	switch s.Out {
	case "":
		return io.Discard, nothing, nil
	case "-":
		return c.out, nothing, nil
	}
	f, err := os.Create(s.Out)
	if err != nil {
		return nil, nil, fmt.Errorf("--out: %w", err)
	}
	return f, f.Close, nil
}

// tell writes the table and the page.
func (s *simSweepCommand) tell(c *console, table digests, runs []reports.Run) error {
	var errs []error
	if s.Out != "-" && len(table) > 0 {
		errs = append(errs, table.write(c.out))
	}
	if s.Out != "-" {
		errs = append(errs, tellFiles(c.out, s.Out))
	}
	if len(runs) > 0 {
		errs = append(errs, writeReport(c, s.Report, runs))
	}
	return errors.Join(errs...)
}
