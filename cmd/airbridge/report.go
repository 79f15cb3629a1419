package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"airbridge/reports"
	"airbridge/reports/page"
	"airbridge/reports/verdict"
)

// reportCommand looks at what runs recorded.
type reportCommand struct {
	Merge   mergeCommand   `cmd:"" help:"Join the result files of several shards into one."`
	Compare compareCommand `cmd:"" help:"Say which of two result files is better, where, and where that cannot be told."`
}

// Help shows examples.
func (*reportCommand) Help() string {
	return `Examples:
  airbridge report merge shard-*.json --out all.json    the file of one run of all, but for wall_s
  airbridge report merge all.json --report suite.html   a page to search, sort and compare in
  airbridge report compare gcc.json adaptive.json       who won where, in one sentence`
}

// mergeCommand joins result files.
type mergeCommand struct {
	Files  []string `arg:"" type:"existingfile" placeholder:"FILE" help:"Result files, one run a line."`
	Out    string   `placeholder:"FILE" help:"Write all runs here, one a line, sorted by scenario, controllers and seed."`
	JSON   string   `name:"json" placeholder:"FILE" help:"The same as --out; - prints the runs."`
	Report string   `placeholder:"FILE" help:"Write a page: of the run where there is one, else an index of all."`
}

// Help shows examples.
func (*mergeCommand) Help() string {
	return `Examples:
  airbridge report merge shard-*.json --out all.json
  airbridge report merge monday.json tuesday.json --report suite.html
  airbridge report merge shard-*.json --json - | jq .missed_per_hour.value`
}

// Run merges.
func (m *mergeCommand) Run(c *console) error {
	targets := []string{m.Out, m.JSON, m.Report}
	if err := checkTargets(targets...); err != nil {
		return err
	}
	shards := make([][]reports.Run, len(m.Files))
	for i, path := range m.Files {
		var err error
		if shards[i], err = reports.ReadFile(path); err != nil {
			return err
		}
	}
	runs, err := reports.Merge(shards...)
	if err != nil {
		return err
	}
	lines := func(w io.Writer) error {
		for i := range runs {
			if err := runs[i].Write(w); err != nil {
				return err
			}
		}
		return nil
	}
	for _, path := range targets[:2] {
		if path != "" && path != "-" {
			err = errors.Join(err, writeFile(path, lines))
		}
	}
	if m.Report != "" {
		err = errors.Join(err, writePage(m.Report, runs))
	}
	if m.JSON == "-" {
		return errors.Join(err, lines(c.out))
	}
	return errors.Join(err, m.tell(c.out, runs))
}

func (m *mergeCommand) tell(w io.Writer, runs []reports.Run) error {
	scenarios := map[string]bool{}
	incomplete := 0
	for i := range runs {
		scenarios[runs[i].Scenario] = true
		if runs[i].Incomplete != nil {
			incomplete++
		}
	}
	text := fmt.Sprintf("%d runs of %d scenarios from %d files", len(runs), len(scenarios), len(m.Files))
	if incomplete > 0 {
		text += fmt.Sprintf(", %d of them incomplete", incomplete)
	}
	_, err := fmt.Fprintln(w, text)
	return errors.Join(err, tellFiles(w, m.Out, m.JSON, m.Report))
}

// compareCommand compares result files.
type compareCommand struct {
	A      string `arg:"" name:"A.json" type:"existingfile" help:"Result file of the first, one run a line."`
	B      string `arg:"" name:"B.json" type:"existingfile" help:"Result file of the second: the same scenarios and seeds, so that runs can be paired."`
	Report string `placeholder:"FILE" help:"Write a page with charts of both."`
}

// Help shows examples.
func (*compareCommand) Help() string {
	return `Examples:
  airbridge report compare gcc.json adaptive.json
  airbridge report compare before.json after.json --report change.html`
}

// Run compares.
func (k *compareCommand) Run(c *console) error {
	if err := checkTargets(k.Report); err != nil {
		return err
	}
	a, err := reports.ReadFile(k.A)
	if err != nil {
		return err
	}
	b, err := reports.ReadFile(k.B)
	if err != nil {
		return err
	}
	result := verdict.Compare(a, b)
	if len(result.Scenarios) == 0 {
		return fmt.Errorf("%s and %s have no complete scenario in common", k.A, k.B)
	}
	if _, err := fmt.Fprintf(c.out, "A is %s, B is %s\n%s\n\n", k.A, k.B, result.Sentence()); err != nil {
		return err
	}
	if err := result.Table(c.out); err != nil || k.Report == "" {
		return err
	}
	err = writeFile(k.Report, func(w io.Writer) error { return page.WriteComparison(w, stem(k.A), a, stem(k.B), b, page.Budget{}) })
	return errors.Join(err, tellFiles(c.out, k.Report))
}

// checkTargets looks before the work whether its files can be written.
func checkTargets(paths ...string) error {
	for _, path := range paths {
		if path == "" || path == "-" {
			continue
		}
		if err := checkWritable(path); err != nil {
			return err
		}
	}
	return nil
}

// tellFiles says what was written.
func tellFiles(w io.Writer, paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		if _, err := fmt.Fprintln(w, "wrote", path); err != nil {
			return err
		}
	}
	return nil
}

// stem is a file's name without folder and extension.
func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}
