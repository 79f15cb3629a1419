package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"airbridge/reports"
	"airbridge/scenarios"
)

// jury holds runs against what their scenarios expect. It judges what needs a run's history as soon as it has the run, and
// keeps the record alone: histories are large, and seeds many.
type jury struct{ trials []trial }

// trial is a scenario before the jury.
type trial struct {
	whole, atOnce, atEnd scenarios.Scenario // all expectations, and the two parts of them
	shortened            bool               // the runs are shorter than the scenario
	records              []reports.Run
	findings             []scenarios.Finding
}

func newJury(b *batch) *jury {
	j := &jury{}
	for _, v := range b.variants {
		t := trial{whole: v.opened, atOnce: v.opened, atEnd: v.opened, shortened: v.run.Length() < v.opened.Length()}
		t.atOnce.Expect, t.atEnd.Expect = nil, nil
		for _, e := range v.opened.Expect {
			alone := v.opened
			if alone.Expect = []scenarios.Expectation{e}; alone.OverTime() {
				t.atOnce.Expect = append(t.atOnce.Expect, e)
			} else {
				t.atEnd.Expect = append(t.atEnd.Expect, e)
			}
		}
		j.trials = append(j.trials, t)
	}
	return j
}

// take takes the runs of a variant and a seed.
func (j *jury) take(variant int, runs []reports.Run) {
	t := &j.trials[variant]
	t.findings = append(t.findings, t.atOnce.Judge(runs)...)
	for i := range runs {
		t.records = append(t.records, reports.Run{Record: runs[i].Record})
	}
}

// verdict returns all findings, scenario by scenario, in the order of their expectations.
func (j *jury) verdict() (all []scenarios.Finding) {
	for i := range j.trials {
		t := &j.trials[i]
		if len(t.records) == 0 {
			continue // interrupted before it began
		}
		findings := append(t.findings, t.atEnd.Judge(t.records)...)
		if t.shortened {
			excuse(findings, t.whole.Length())
		}
		place := func(f scenarios.Finding) int { return slices.Index(t.whole.Expect, f.Expectation) }
		slices.SortStableFunc(findings, func(x, y scenarios.Finding) int { return place(x) - place(y) })
		all = append(all, findings...)
	}
	return all
}

// excuse takes back what a run is accused of that was not given the time to do better. What is expected of a part that
// ends within the run stands.
func excuse(findings []scenarios.Finding, length time.Duration) {
	for i := range findings {
		if f := &findings[i]; f.Verdict == scenarios.Failed && f.Expectation.To == 0 {
			f.Verdict, f.Reason = scenarios.Undecided, fmt.Sprintf("it is expected of a run of %s", length)
		}
	}
}

// writeFindings tells how the expectations came out: all of a few, and what failed of many. Of an interrupted command only
// what failed is of interest: all else is undecided because of that.
func writeFindings(w io.Writer, findings []scenarios.Finding, interrupted bool) error {
	const few = 20
	all := len(findings) <= few && !interrupted
	if len(findings) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n", strings.Replace(scenarios.Summary(findings), "1 expectations", "1 expectation", 1))
	for _, f := range findings {
		if all || f.Verdict == scenarios.Failed {
			fmt.Fprintf(&b, "  %s\n", f)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// failed says which expectations failed.
func failed(findings []scenarios.Finding) error {
	var errs []error
	for _, f := range findings {
		if f.Verdict == scenarios.Failed {
			errs = append(errs, errors.New(f.String()))
		}
	}
	return condense(errs)
}
