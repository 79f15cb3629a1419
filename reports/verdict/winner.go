package verdict

import (
	"cmp"
	"slices"
)

// correct applies Holm's method to the tests of one metric and names the winners.
func (c *Comparison) correct(m Metric) {
	var order []*Test
	for i := range c.Tests {
		if t := &c.Tests[i]; t.Metric == m && t.Method != None {
			order = append(order, t)
		}
	}
	slices.SortStableFunc(order, func(x, y *Test) int { return cmp.Compare(x.P, y.P) })
	worst := 0.0
	for i, t := range order {
		worst = max(worst, min(1, t.P*float64(len(order)-i)))
		t.Adjusted = worst
		less := *t.A < *t.B
		if t.Diff != nil {
			less = *t.Diff > 0
		}
		if t.Adjusted <= Alpha && less {
			t.Winner = A
		} else if t.Adjusted <= Alpha {
			t.Winner = B
		}
	}
}

// Of returns who won a scenario: the side that is better in a metric and worse in none.
func (c *Comparison) Of(scenario string) Winner {
	won := [4]bool{}
	for i := range c.Tests {
		if c.Tests[i].Scenario == scenario {
			won[c.Tests[i].Winner] = true
		}
	}
	switch {
	case won[A] && !won[B]:
		return A
	case won[B] && !won[A]:
		return B
	}
	return Undecided
}

// Find returns the test of a metric in a scenario; nil where there is none.
func (c *Comparison) Find(scenario string, m Metric) *Test {
	for i := range c.Tests {
		if c.Tests[i].Scenario == scenario && c.Tests[i].Metric == m {
			return &c.Tests[i]
		}
	}
	return nil
}

// Decided says whether anything was won.
func (c *Comparison) Decided() bool {
	for i := range c.Tests {
		if w := c.Tests[i].Winner; w == A || w == B {
			return true
		}
	}
	return false
}
