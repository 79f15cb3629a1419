// Package scenarios is the catalogue of what the laboratory runs: every named link, the published test cases of RFC 8867
// and RFC 8869, drifting clocks, losses, outages, slow devices, and the scenarios that users write for themselves in
// YAML. A scenario is what package sim runs, with words for people and with expectations: what a run must come to. The
// suites that run the catalogue are the tests of this package; docs/scenarios.md is the user's guide.
package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"airbridge/netem/profile"
	"airbridge/sim"
)

// Scenario is a run with a name, words and expectations.
type Scenario struct {
	sim.Scenario
	// Title says in a line what happens.
	Title string
	// Family is what it belongs to, such as "rfc8867"; "own" for a user's.
	Family string
	// About says more, and plainly what the program cannot do about it yet; as Markdown, may be empty.
	About string
	// Source says where its numbers come from.
	Source string
	// Expect is what a run must come to. It holds for the scenario as it is, with any seed.
	Expect []Expectation
}

// OverTime says whether an expectation needs what a run recorded over time: sim.Options.Series, sweep.Config.Series.
func (s Scenario) OverTime() bool {
	return slices.ContainsFunc(s.Expect, Expectation.overTime)
}

// Validate returns everything that is wrong with the scenario and its expectations.
func (s Scenario) Validate() error {
	errs := []error{s.Scenario.Validate()}
	for i, v := range s.Sessions {
		if err := ready(v); err != nil {
			errs = append(errs, fmt.Errorf("session %d: %w", i+1, err))
		}
	}
	for _, e := range s.Expect {
		errs = append(errs, e.validate(s.Scenario))
	}
	return errors.Join(errs...)
}

// List returns the catalogue, sorted by family, in the order of Families, and then by name. Each call makes it anew: the caller
// may change it.
func List() []Scenario {
	var all []Scenario
	for _, f := range families {
		members := f.list()
		for i := range members {
			members[i].Family = f.name
		}
		slices.SortFunc(members, func(a, b Scenario) int { return cmp.Compare(a.Name, b.Name) })
		all = append(all, members...)
	}
	return all
}

// Named returns the scenario of a name.
func Named(name string) (Scenario, bool) {
	for _, s := range List() {
		if s.Name == name {
			return s, true
		}
	}
	return Scenario{}, false
}

// Open returns the scenario that a word on a command line means: a name of the catalogue, a scenario in YAML, or a link
// file or capacity trace, which are streamed through for a minute. Read reads a file; it is called for what is no name
// only, and may be nil where there are none. Everything that is wrong is told at once, with file and line.
func Open(nameOrFile string, read func(name string) ([]byte, error)) (Scenario, error) {
	if s, ok := Named(nameOrFile); ok {
		return s, nil
	}
	if read == nil {
		return Scenario{}, unknown(nameOrFile)
	}
	data, err := read(nameOrFile)
	switch {
	case err != nil && !strings.ContainsAny(nameOrFile, "./\\"):
		return Scenario{}, unknown(nameOrFile)
	case err != nil:
		return Scenario{}, fmt.Errorf("scenario %s: %w", nameOrFile, err)
	case !isScenario(nameOrFile, data):
		p, err := profile.Open(nameOrFile, func(name string) ([]byte, error) {
			if name == nameOrFile {
				return data, nil
			}
			return read(name)
		})
		return linked(p, "own"), err
	}
	return Parse(nameOrFile, data, read)
}

func unknown(name string) error {
	var near []string
	for _, s := range List() {
		if name != "" && (strings.Contains(s.Name, name) || strings.Contains(name, s.Name)) {
			near = append(near, s.Name)
		}
	}
	hint := `"airbridge sim list" lists them`
	if len(near) > 0 {
		hint = "did you mean " + strings.Join(near[:min(len(near), 5)], ", ") + "?"
	}
	return fmt.Errorf("scenario %q: no such scenario or file: %s", name, hint)
}
