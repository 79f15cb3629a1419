package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"airbridge/scenarios"
)

// simListCommand lists scenarios.
type simListCommand struct {
	Names  []string `arg:"" optional:"" name:"scenario" help:"Scenarios to tell all about."`
	Family string   `placeholder:"NAME" help:"Only the scenarios of one family, such as link or rfc8867."`
	JSON   string   `name:"json" placeholder:"FILE" help:"Write a JSON object a scenario, one a line; - prints them in the place of the list."`

	list []scenarios.Scenario
}

// Help shows examples.
func (*simListCommand) Help() string {
	return `Examples:
  airbridge sim list                                    every scenario in a line
  airbridge sim list --family trouble
  airbridge sim list wifi6-busy                         all about one: where its numbers come from, what is expected
  airbridge sim list --json - | jq -r .name`
}

// Validate is called by kong.
func (s *simListCommand) Validate() error {
	s.list = scenarios.List()
	if s.Family != "" {
		s.list = slices.DeleteFunc(s.list, func(e scenarios.Scenario) bool { return e.Family != s.Family })
		if len(s.list) == 0 {
			return fmt.Errorf("--family %q: there are %s", s.Family, scenarios.Families())
		}
	}
	if len(s.Names) == 0 {
		return nil
	}
	s.list = nil
	var errs []error
	for _, name := range s.Names {
		e, err := openScenario(name)
		s.list, errs = append(s.list, e), append(errs, err)
	}
	return errors.Join(errs...)
}

// Run prints a line a scenario, or all about those that are named.
func (s *simListCommand) Run(c *console) error {
	if s.JSON != "" {
		return writeLines(c, s.JSON, s.objects)
	}
	if len(s.Names) > 0 {
		return s.details(c.out)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	family := ""
	for _, e := range s.list {
		if e.Family != family {
			if family != "" {
				fmt.Fprintln(w)
			}
			family = e.Family
			fmt.Fprintf(w, "%s\n", scenarios.FamilyTitle(family))
		}
		fmt.Fprintf(w, "  %s\t%s\n", e.Name, e.Title)
	}
	return w.Flush()
}

// details prints all about the scenarios.
func (s *simListCommand) details(w io.Writer) error {
	var b strings.Builder
	for i, e := range s.list {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s\n", e.Name, e.Title)
		fmt.Fprintf(&b, "  %s over %s, %s\n", plural(max(len(e.Sessions), 1), "session"), e.LinkName, e.Length())
		for _, text := range []string{e.About, e.Source} {
			if text = strings.TrimSpace(text); text != "" {
				fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(text, "\n", "\n  "))
			}
		}
		for _, x := range e.Expect {
			fmt.Fprintf(&b, "  expected: %s\n", expectationText(x))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// expectationText writes an expectation with its session.
func expectationText(x scenarios.Expectation) string {
	if x.Session == 0 {
		return x.String()
	}
	return fmt.Sprintf("session %d: %s", x.Session, x)
}

// objects writes one JSON object a line.
func (s *simListCommand) objects(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, e := range s.list {
		expected := []string{}
		for _, x := range e.Expect {
			expected = append(expected, expectationText(x))
		}
		if err := enc.Encode(struct {
			Name         string   `json:"name"`
			Family       string   `json:"family"`
			Title        string   `json:"title"`
			Link         string   `json:"link"`
			DurationS    float64  `json:"duration_s"`
			Sessions     int      `json:"sessions"`
			Expectations []string `json:"expectations"`
			Source       string   `json:"source"`
		}{e.Name, e.Family, e.Title, e.LinkName, e.Length().Seconds(), max(len(e.Sessions), 1), expected, e.Source}); err != nil {
			return err
		}
	}
	return nil
}

// writeLines writes to a file that --json names, or to standard output.
func writeLines(c *console, path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(c.out)
	}
	if err := writeFile(path, write); err != nil {
		return fmt.Errorf("--json: %w", err)
	}
	return nil
}
