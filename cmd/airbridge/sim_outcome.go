package main

import (
	"errors"
	"fmt"

	"airbridge/sim/sweep"
)

// interrupted is what a run calls itself that was cut short from outside.
const interrupted = "interrupted"

// outcome counts what became of the runs, and says at the end why a command did not do its job.
type outcome struct {
	planned, told, cut int
	faults             []error
}

// take takes the result of a run.
func (o *outcome) take(r sweep.Result) error {
	if r.Err != nil {
		return r.Err
	}
	o.told++
	cut := false
	for i := range r.Runs {
		switch run := &r.Runs[i]; {
		case run.Incomplete == nil:
		case *run.Incomplete == interrupted:
			cut = true
		default:
			o.faults = append(o.faults, fmt.Errorf("%s, seed %d: %s", run.Scenario, *run.Seed, *run.Incomplete))
		}
	}
	if cut {
		o.cut++
	}
	return nil
}

// err says why the runs are not what was asked for.
func (o *outcome) err() error {
	switch missing := o.planned - o.told; {
	case o.planned == 1 && o.cut+missing == 1:
		return errors.New("interrupted: the run is incomplete")
	case o.cut+missing > 0:
		text := fmt.Sprintf("interrupted: %d of %d runs are complete, %d cut short, %d not begun", o.told-o.cut, o.planned, o.cut, missing)
		return errors.Join(errors.New(text), condense(o.faults))
	}
	return condense(o.faults)
}

// condense joins errors, and counts those that are too many for a line.
func condense(errs []error) error {
	const most = 3
	if len(errs) <= most+1 {
		return errors.Join(errs...)
	}
	return errors.Join(append(errs[:most:most], fmt.Errorf("and %d more", len(errs)-most))...)
}
