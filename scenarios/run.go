package scenarios

import (
	"errors"
	"fmt"
	"time"

	"airbridge/reports"
	"airbridge/sim"
)

// Run runs the scenario to its end in the event lab and holds what came of it against the expectations: the records, one
// a session, with what they recorded over time, and a finding for each expectation. The version stands in the records.
// The error says why there was no run; what became of the expectations is for Err to tell.
func (s Scenario) Run(version string) ([]reports.Run, []Finding, error) {
	if err := s.Validate(); err != nil {
		return nil, nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	lab, err := sim.New(s.Scenario, sim.Options{Series: true})
	if err != nil {
		return nil, nil, err
	}
	for lab.Run(lab.Now() + slice) {
	}
	runs := lab.Runs(version)
	return runs, s.Judge(runs), nil
}

// slice is how much is simulated at a time.
const slice = 2 * time.Second

// Replay returns the command that repeats a run of the scenario with its seed.
func (s Scenario) Replay() string {
	return fmt.Sprintf("airbridge sim run %s --seed %d --duration %v", s.Name, s.Seed, s.Length())
}

// Incomplete returns an error that names every run that ended before its time, nil where none did.
func Incomplete(runs []reports.Run) error {
	var cut []error
	for i := range runs {
		if why := runs[i].Incomplete; why != nil {
			cut = append(cut, fmt.Errorf("%s: %s", label(&runs[i]), *why))
		}
	}
	return errors.Join(cut...)
}
