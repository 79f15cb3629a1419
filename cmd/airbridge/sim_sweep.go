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
	Latency  []string        `placeholder:"CTRL,…" help:"Latency controllers to compare, such as fixed:8ms,tail:0.2%. Default: each scenario's."`
	Bitrate  []units.Bitrate `placeholder:"RATE,…" help:"Rates to compare, such as 30M,60M. Default: each scenario's."`
	Recovery []string        `placeholder:"CTRL,…" help:"Recovery controllers to compare, such as idr,fec:20. Default: each scenario's."`
	Shard    sweep.Shard     `placeholder:"I/N" help:"Make only the I-th of N shares of the runs, counted from 0: one a machine. Default: all."`
	Out      string          `placeholder:"FILE" help:"Write the runs as JSON lines, to be joined by \"airbridge report merge\". Default: standard output."`
	Report   string          `placeholder:"FILE.html" help:"Write an HTML index of the runs."`
	NoSeries bool            `help:"Leave out what charts over time need; a tenth of the size."`
}

// Help shows examples.
func (*simSweepCommand) Help() string {
	return `Examples:
  airbridge sim sweep wifi6-busy wifi5-far --seeds 20 --recovery idr,fec:20 --out sweep.jsonl
  airbridge sim sweep wifi6-busy --seeds 400 --shard 2/8 --out shard2.jsonl      on the third of eight machines
  airbridge report merge shard*.jsonl --report sweep.html
Shards can be run by a Kubernetes Indexed Job: see scripts/sweep-job.yaml.`
}

// Validate is called by kong.
func (s *simSweepCommand) Validate() error {
	errs := []error{s.simFlags.Validate()}
	for _, v := range s.Latency {
		errs = append(errs, check("latency", v))
	}
	for _, v := range s.Recovery {
		errs = append(errs, check("recovery", v))
	}
	return errors.Join(errs...)
}

// choices are all combinations of the controllers.
func (s *simSweepCommand) choices() (all []choice) {
	or := func(v []string) []string {
		if len(v) == 0 {
			return []string{""}
		}
		return v
	}
	rates := slices.Clone(s.Bitrate)
	if len(rates) == 0 {
		rates = []units.Bitrate{0}
	}
	for _, l := range or(s.Latency) {
		for _, b := range rates {
			for _, r := range or(s.Recovery) {
				all = append(all, choice{l, r, b})
			}
		}
	}
	return all
}

// Run sweeps. Every run is written as soon as it and those before it are known: an interrupted sweep leaves what it has.
func (s *simSweepCommand) Run(ctx context.Context, c *console) (err error) {
	jobs, err := s.jobs(s.choices())
	if err != nil {
		return err
	}
	jobs = s.Shard.Of(jobs)
	out, closeOut := c.out, func() error { return nil }
	if s.Out != "" && s.Out != "-" {
		f, err := os.Create(s.Out)
		if err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		out, closeOut = f, f.Close
	}
	o := &simOutput{c: c, keep: s.Report != ""}
	err = s.run(ctx, c, jobs, !s.NoSeries, func(i int, r sweep.Result) error {
		return errors.Join(o.take(i, r), writeRuns(out, r.Runs))
	})
	err = errors.Join(err, closeOut())
	if s.Report != "" && len(o.runs) > 0 {
		err = errors.Join(err, writeReport(c, s.Report, o.runs))
	}
	return errors.Join(err, errors.Join(o.faults...))
}

func writeRuns(w io.Writer, runs []reports.Run) error {
	for i := range runs {
		if err := runs[i].Write(w); err != nil {
			return err
		}
	}
	return nil
}
