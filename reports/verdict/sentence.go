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
	case len(parts) == 0 && c.known() == 0:
		return fmt.Sprintf("Undecided: nothing is known of both sides in %s.", c.list(c.Scenarios))
	case len(parts) == 0 && len(c.tested(func(*Test) bool { return true })) == 0:
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

// known counts the tests of which both sides know the metric.
func (c *Comparison) known() (n int) {
	for i := range c.Tests {
		if c.Tests[i].Winner != Unknown {
			n++
		}
	}
	return n
}

// maxNamed is how many scenarios a sentence names.
const maxNamed = 3

func (c *Comparison) list(names []string) string {
	switch {
	case len(names) == 2 && len(c.Scenarios) == 2:
		return "both scenarios"
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
	switch {
	case t.A == nil && t.B == nil:
		return "not known of either side"
	case t.A == nil:
		return "not known of A"
	case t.B == nil:
		return "not known of B"
	case t.Diff != nil && *t.Low == 0 && *t.High == 0:
		return fmt.Sprintf("equal in all %s", t.pairs())
	case t.Method == None:
		return fmt.Sprintf("%s: at least %d are needed", t.pairs(), minPairs)
	case t.Method == Counts:
		return fmt.Sprintf("%s after Holm, %s", pValue(t.Adjusted), t.Method)
	case t.Adjusted <= Alpha && t.Winner == Undecided:
		return fmt.Sprintf("%s after Holm, but most pairs and the mean disagree, %s", pValue(t.Adjusted), t.pairs())
	}
	return fmt.Sprintf("%s after Holm, %s, %s", pValue(t.Adjusted), t.Method, t.pairs())
}

// pairs says how many pairs there are, and of how many seeds where some do not know the metric.
func (t *Test) pairs() string {
	text := fmt.Sprintf("%d pairs", t.Pairs)
	if t.Pairs == 1 {
		text = "1 pair"
	}
	if t.Seeds > t.Pairs {
		text += fmt.Sprintf(" of %d seeds, the others not known", t.Seeds)
	}
	return text
}

// pValue writes a p-value as people do.
func pValue(p float64) string {
	if p < 0.001 {
		return "p < 0.001"
	}
	return fmt.Sprintf("p = %.3f", p)
}
