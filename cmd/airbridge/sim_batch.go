package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"airbridge/reports"
	"airbridge/scenarios"
	"airbridge/sim"
	"airbridge/sim/sweep"
)

// batch is what a command runs: some variants, each with all seeds.
type batch struct {
	variants []variant
	seeds    int
}

// variant is a scenario with a choice of controllers.
type variant struct {
	opened scenarios.Scenario // as it is in the catalogue or the file
	run    sim.Scenario       // with what the flags ask for; its seed is the first
}

// batch opens the scenarios and verifies everything that can be verified before a run.
func (f *simFlags) batch(choices []choice) (batch, error) {
	b := batch{seeds: f.Seeds}
	var faults []error
	for _, word := range f.Names {
		s, err := openScenario(word)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, ch := range choices {
			v := variant{opened: s, run: f.adapt(s, ch)}
			if err := buildable(v.run); err != nil {
				faults = append(faults, fmt.Errorf("scenario %s%s: %w", word, f.changed(), err))
				break // the next choice would only repeat it
			}
			b.variants = append(b.variants, v)
		}
	}
	return b, errors.Join(append(faults, b.distinct())...)
}

// changed names the flags that could have made a good scenario a bad one.
func (f *simFlags) changed() (text string) {
	if f.Duration != nil {
		text += fmt.Sprintf(" with --duration %s", *f.Duration)
	}
	if f.FPS != nil {
		text += fmt.Sprintf(" with --fps %g", *f.FPS)
	}
	return text
}

// buildable says what is wrong with a scenario.
func buildable(s sim.Scenario) error {
	if err := s.Validate(); err != nil {
		return err
	}
	_, err := s.Link(s.Seed)
	return err
}

// adapt is a scenario with what the flags ask for in the place of its own.
func (f *simFlags) adapt(s scenarios.Scenario, ch choice) sim.Scenario {
	r := s.Scenario
	r.Seed = cmp.Or(r.Seed, 1)
	if f.Seed != nil {
		r.Seed = *f.Seed
	}
	if f.Duration != nil {
		r.Duration = *f.Duration
	}
	r.FullPayload = r.FullPayload || f.FullPayload
	r.Sessions = slices.Clone(r.Sessions)
	if len(r.Sessions) == 0 {
		r.Sessions = []sim.Session{{}}
	}
	for i := range r.Sessions {
		v := &r.Sessions[i]
		if f.FPS != nil {
			v.FPS = *f.FPS
		}
		v.Bitrate = cmp.Or(ch.bitrate, v.Bitrate)
		v.Latency = cmp.Or(ch.latency, v.Latency)
		v.Recovery = cmp.Or(ch.recovery, v.Recovery)
	}
	return r
}

// distinct refuses runs that their records could not be told apart by.
func (b *batch) distinct() error {
	seen := map[string]bool{}
	for i := range b.variants {
		h := b.variants[i].heading(0)
		h.Seed = nil
		if seen[h.Key()] {
			return fmt.Errorf("scenario %s is named twice: each needs a name of its own, and each controller is wanted once", h.Scenario)
		}
		seen[h.Key()] = true
	}
	return nil
}

// heading is as much of the record of a session as is known before the run.
func (v *variant) heading(session int) reports.Run {
	return reports.Run{Record: v.run.Heading(session, "")}
}

// sort brings the variants into the order in which reports.Merge has their records.
func (b *batch) sort() {
	slices.SortStableFunc(b.variants, func(x, y variant) int { return reports.Order(x.heading(0), y.heading(0)) })
}

// jobs are the runs: all seeds of the first variant, then all of the next.
func (b *batch) jobs() []sweep.Job {
	jobs := make([]sweep.Job, 0, len(b.variants)*b.seeds)
	for _, v := range b.variants {
		for n := range b.seeds {
			job := sweep.Job{Scenario: v.run}
			job.Scenario.Seed += uint64(n)
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// overTime says that an expectation needs what a run records over time.
func (b *batch) overTime() bool {
	return slices.ContainsFunc(b.variants, func(v variant) bool { return v.opened.OverTime() })
}
