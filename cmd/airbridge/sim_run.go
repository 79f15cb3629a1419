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
	PCAP     string        `name:"pcap" placeholder:"FILE.pcapng" help:"Write the packets of a single run for Wireshark and tshark: one interface before the link, one after."`

	batch batch
}

// Help shows examples.
func (*simRunCommand) Help() string {
	return `Examples:
  airbridge sim run wifi6-busy                          a minute of contended Wi-Fi, in a second
  airbridge sim run wifi6-busy --duration 1h --json -   an hour; run it twice, the trace hash is the same
  airbridge sim run wifi5-far --recovery fec:20 --bitrate 40M --report far.html
  airbridge sim run lossy --duration 10s --pcap lossy.pcapng
  airbridge sim run mine.yaml --seeds 20                a scenario of your own, see docs/scenarios.md
  airbridge sim run capacity.csv                        over a link as fast as a trace says

A run is held against what its scenario expects: the exit code is 1 where it fails. Ctrl-C ends with what there is.`
}

// Validate is called by kong.
func (s *simRunCommand) Validate() error {
	ch := choice{latency: s.Latency, recovery: s.Recovery, bitrate: s.Bitrate}
	errs := []error{s.check(), ch.check(), checkPage(s.Report)}
	switch {
	case s.PCAP == "-":
		errs = append(errs, errors.New("--pcap -: want a file"))
	case s.PCAP != "" && (len(s.Names) > 1 || s.Seeds > 1):
		errs = append(errs, errors.New("--pcap: want a single scenario and a single seed with it"))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var err error
	s.batch, err = s.simFlags.batch([]choice{ch})
	return err
}

// Run runs.
func (s *simRunCommand) Run(ctx context.Context, c *console) error {
	if err := checkFiles(target{"--json", s.JSON}, target{"--report", s.Report}, target{"--pcap", s.PCAP}); err != nil {
		return err
	}
	jobs := s.batch.jobs()
	capture, err := s.tap(&jobs[0])
	if err != nil {
		return err
	}
	results := simResults{outcome: outcome{planned: len(jobs)}, jury: newJury(&s.batch), keepSeries: s.Report != ""}
	err = s.run(ctx, c, jobs, results.keepSeries || s.batch.overTime(), func(job int, r sweep.Result) error {
		if err := results.take(job/s.batch.seeds, r); err != nil || s.JSON != "-" {
			return err
		}
		return writeRecords(c.out, r.Runs)
	})
	if err != nil {
		return errors.Join(err, capture.close(), s.tell(c, &results))
	}
	return errors.Join(capture.close(), s.tell(c, &results), results.err())
}

// simResults is what a run command gathers.
type simResults struct {
	outcome
	jury       *jury
	keepSeries bool
	runs       []reports.Run
}

// take takes the result of a run of a variant.
func (o *simResults) take(variant int, r sweep.Result) error {
	if err := o.outcome.take(r); err != nil {
		return err
	}
	o.jury.take(variant, r.Runs)
	for _, run := range r.Runs {
		if !o.keepSeries {
			run.Series = nil
		}
		o.runs = append(o.runs, run)
	}
	return nil
}

// tell writes what came of the runs. Its error names the expectations that failed, as well as files that could not be
// written.
func (s *simRunCommand) tell(c *console, o *simResults) error {
	findings := o.jury.verdict()
	var errs []error
	if s.JSON != "-" && len(o.runs) > 0 {
		errs = append(errs, writeTables(c.out, o.runs), writeFindings(c.out, findings, o.cut > 0))
	}
	if s.JSON != "" && s.JSON != "-" {
		errs = append(errs, writeFile(s.JSON, func(w io.Writer) error { return writeRecords(w, o.runs) }))
	}
	if s.Report != "" && len(o.runs) > 0 {
		errs = append(errs, writeReport(c, s.Report, o.runs))
	}
	return errors.Join(append(errs, failed(findings))...)
}

// writeTables writes a table a run, or a line a run where there are many.
func writeTables(w io.Writer, runs []reports.Run) error {
	const few = 3
	if len(runs) > few {
		return writeRunTable(w, runs)
	}
	for i := range runs {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := reports.Table(w, &runs[i].Record); err != nil {
			return err
		}
	}
	return nil
}

func writeRecords(w io.Writer, runs []reports.Run) error {
	for i := range runs {
		if err := runs[i].Record.Write(w, ""); err != nil {
			return err
		}
	}
	return nil
}

// capture is the file that a run's packets are written to; nil for none.
type capture struct {
	file   *os.File
	packet *pcap.Writer
}

// tap has a run write its packets to a file.
func (s *simRunCommand) tap(j *sweep.Job) (*capture, error) {
	if s.PCAP == "" {
		return nil, nil
	}
	f, err := os.Create(s.PCAP)
	if err != nil {
		return nil, fmt.Errorf("--pcap: %w", err)
	}
	w, err := pcap.New(f, pcap.Config{})
	if err != nil {
		return nil, fmt.Errorf("--pcap: %w", errors.Join(err, f.Close()))
	}
	j.Tap = w
	return &capture{f, w}, nil
}

// close ends the file.
func (k *capture) close() error {
	if k == nil {
		return nil
	}
	if err := errors.Join(k.packet.Close(), k.file.Close()); err != nil {
		return fmt.Errorf("--pcap: %w", err)
	}
	return nil
}
