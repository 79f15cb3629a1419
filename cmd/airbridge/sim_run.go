package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"airbridge/netem/pcap"
	"airbridge/reports"
	"airbridge/sim/sweep"
	"airbridge/units"
)

// simRunCommand runs scenarios.
type simRunCommand struct {
	simFlags
	Latency  string        `placeholder:"CTRL" help:"Latency controller, such as fixed:8ms or tail:0.2%. Default: the scenario's."`
	Bitrate  units.Bitrate `placeholder:"RATE" help:"Rate of the encoder, such as 30M. Default: the scenario's."`
	Recovery string        `placeholder:"CTRL" help:"Recovery controller: idr, or fec:PERCENT such as fec:20. Default: the scenario's."`
	JSON     string        `name:"json" placeholder:"FILE" help:"Write the run records as JSON, one a line; - prints them in the place of the tables."`
	Report   string        `placeholder:"FILE.html" help:"Write an HTML page: a report of one run, or an index of several."`
	Pcap     string        `placeholder:"FILE.pcapng" help:"Write the packets of a single run: one interface before the link, one after."`
}

// Help shows examples.
func (*simRunCommand) Help() string {
	return `Examples:
  airbridge sim run wifi6-busy                          a minute of contended Wi-Fi, in a second
  airbridge sim run wifi6-busy --duration 1h --json -   an hour; run it twice, the trace hash is the same
  airbridge sim run wifi5-far --recovery fec:20 --bitrate 40M --report far.html
  airbridge sim run lossy --duration 10s --pcap lossy.pcapng
  airbridge sim run mine.yaml --seeds 20                a scenario of your own, see docs/scenarios.md`
}

// Validate is called by kong.
func (s *simRunCommand) Validate() error {
	errs := []error{s.simFlags.Validate()}
	if s.Latency != "" {
		errs = append(errs, check("latency", s.Latency))
	}
	if s.Recovery != "" {
		errs = append(errs, check("recovery", s.Recovery))
	}
	if s.Pcap != "" && (len(s.Names) > 1 || s.Seeds > 1) {
		errs = append(errs, errors.New("--pcap: takes a single run"))
	}
	return errors.Join(errs...)
}

// Run runs.
func (s *simRunCommand) Run(ctx context.Context, c *console) (err error) {
	jobs, err := s.jobs([]choice{{latency: s.Latency, recovery: s.Recovery, bitrate: s.Bitrate}})
	if err != nil {
		return err
	}
	o := &simOutput{c: c, keep: true}
	if s.JSON == "-" {
		o.out = c.out
	}
	for flag, path := range map[string]string{"--json": s.JSON, "--report": s.Report, "--pcap": s.Pcap} {
		if path == "" || path == "-" {
			continue
		}
		if err := checkWritable(path); err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	closePcap, err := s.tap(&jobs[0])
	if err != nil {
		return err
	}
	err = s.run(ctx, c, jobs, s.Report != "", o.take)
	return errors.Join(err, closePcap(), s.tell(o), errors.Join(o.faults...))
}

// tap has a run write its packets to a file.
func (s *simRunCommand) tap(j *sweep.Job) (close func() error, err error) {
	if s.Pcap == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(s.Pcap)
	if err != nil {
		return nil, fmt.Errorf("--pcap: %w", err)
	}
	w, err := pcap.New(f, pcap.Config{})
	if err != nil {
		return nil, fmt.Errorf("--pcap: %w", errors.Join(err, f.Close()))
	}
	j.Tap = w
	return func() error {
		if err := errors.Join(w.Close(), f.Close()); err != nil {
			return fmt.Errorf("--pcap %s: %w", s.Pcap, err)
		}
		return nil
	}, nil
}

// tell writes what came of the runs.
func (s *simRunCommand) tell(o *simOutput) error {
	var errs []error
	if s.JSON != "-" {
		for i := range o.runs {
			if i > 0 {
				fmt.Fprintln(o.c.out)
			}
			errs = append(errs, reports.Table(o.c.out, &o.runs[i].Record))
		}
	}
	if s.JSON != "" && s.JSON != "-" {
		errs = append(errs, writeFile(s.JSON, func(w io.Writer) error {
			for i := range o.runs {
				if err := o.runs[i].Record.Write(w, ""); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if s.Report != "" && len(o.runs) > 0 {
		errs = append(errs, writeReport(o.c, s.Report, o.runs))
	}
	return errors.Join(errs...)
}
