package verdict

import (
	"fmt"
	"strings"
)

// Sentence says in one sentence who won where.
func (c *Comparison) Sentence() string {
	if len(c.Scenarios) == 0 {
		return "The two have no complete scenario in common: nothing can be compared."
	}
	var parts []string
	for _, side := range []Winner{A, B} {
		var wins []string
		for m := range Metric(MetricCount) {
			if where := c.won(m, side); len(where) > 0 {
				wins = append(wins, fmt.Sprintf("%s in %s", lessOf[m], c.list(where)))
			}
		}
		if len(wins) > 0 {
			parts = append(parts, side.letter()+" has "+strings.Join(wins, ", "))
		}
	}
	undecided := 0
	for _, s := range c.Scenarios {
		if c.Of(s) == Undecided && !c.mixed(s) {
			undecided++
		}
	}
	switch {
	case len(parts) == 0 && c.tested() == 0:
		return fmt.Sprintf("Undecided: there are too few runs to tell A from B in %s; run more seeds.", c.list(c.Scenarios))
	case len(parts) == 0:
		return fmt.Sprintf("Undecided: in %s no difference is larger than chance.", c.list(c.Scenarios))
	case undecided > 0:
		parts = append(parts, fmt.Sprintf("undecided in %d of %d scenarios", undecided, len(c.Scenarios)))
	}
	return strings.Join(parts, "; ") + "."
}

var lessOf = [MetricCount]string{"fewer missed slots", "a lower median latency", "a lower p99 latency", "fewer freezes"}

func (w Winner) letter() string {
	if w == A {
		return "A"
	}
	return "B"
}

func (c *Comparison) won(m Metric, w Winner) (where []string) {
	for i := range c.Tests {
		if t := &c.Tests[i]; t.Metric == m && t.Winner == w {
			where = append(where, t.Scenario)
		}
	}
	return where
}

func (c *Comparison) mixed(scenario string) bool {
	var a, b bool
	for i := range c.Tests {
		if t := &c.Tests[i]; t.Scenario == scenario {
			a, b = a || t.Winner == A, b || t.Winner == B
		}
	}
	return a && b
}

func (c *Comparison) tested() (n int) {
	for i := range c.Tests {
		if c.Tests[i].Method != None {
			n++
		}
	}
	return n
}

// maxNamed is how many scenarios a sentence names.
const maxNamed = 3

func (c *Comparison) list(names []string) string {
	switch {
	case len(names) > 1 && len(names) == len(c.Scenarios):
		return fmt.Sprintf("all %d scenarios", len(names))
	case len(names) > maxNamed:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
	case len(names) == 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Detail says how a test came to its verdict.
func (t *Test) Detail() string {
	if t.Winner == Unknown {
		return "not known of both"
	}
	if t.Diff != nil && *t.Diff == 0 && *t.Low == 0 && *t.High == 0 {
		return fmt.Sprintf("equal in all %d pairs", t.Pairs)
	}
	if t.Method == None {
		return fmt.Sprintf("%d pairs: at least %d are needed", t.Pairs, minPairs)
	}
	return fmt.Sprintf("%s after Holm, %s, %d pairs", pValue(t.Adjusted), t.Method, t.Pairs)
}

// pValue writes a p-value as people do.
func pValue(p float64) string {
	if p < 0.001 {
		return "p < 0.001"
	}
	return fmt.Sprintf("p = %.3f", p)
}
