package verdict

import (
	"cmp"
	"slices"
)

// decide corrects the p-values and names the winners.
func (c *Comparison) decide() {
	for m := range Metric(MetricCount) {
		family := c.tested(func(t *Test) bool { return t.Metric == m })
		for i, p := range holm(family) {
			family[i].Adjusted = p
		}
	}
	all := c.tested(func(*Test) bool { return true })
	for i, p := range holm(all) {
		all[i].Overall = p
		all[i].Winner = all[i].winner()
	}
}

// tested are the tests with a p-value that keep says.
func (c *Comparison) tested(keep func(*Test) bool) (found []*Test) {
	for i := range c.Tests {
		if t := &c.Tests[i]; t.Method != None && keep(t) {
			found = append(found, t)
		}
	}
	return found
}

// holm returns the p-values of tests, in their order, so corrected that any that is Alpha or less by chance comes in at
// most Alpha of all cases, however the tests depend on each other (Holm, Scandinavian Journal of Statistics 6, 1979).
func holm(tests []*Test) []float64 {
	order := make([]int, len(tests))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(tests[x].P, tests[y].P) })
	adjusted, worst := make([]float64, len(tests)), 0.0
	for rank, i := range order {
		worst = max(worst, min(1, tests[i].P*float64(len(tests)-rank)))
		adjusted[i] = worst
	}
	return adjusted
}

// winner goes by the corrected p-value. Of pairs the test says which side most of them favour; where the mean says the
// opposite, a few large differences stand against many small ones, and neither side is better.
func (t *Test) winner() Winner {
	direction := t.lean
	switch {
	case t.Adjusted > Alpha || t.contradicts():
		return Undecided
	case t.Method == Counts:
		direction = cmp.Compare(*t.B, *t.A)
	}
	if direction > 0 {
		return A
	}
	return B
}

// contradicts says whether most pairs point one way and their mean the other, or nowhere.
func (t *Test) contradicts() bool {
	return t.Method == SignedRank && cmp.Compare(*t.Diff, 0) != t.lean
}

// Firm returns how many verdicts name a winner, and how many of them stand with the correction over all metrics.
func (c *Comparison) Firm() (firm, all int) {
	for i := range c.Tests {
		if t := &c.Tests[i]; t.Winner == A || t.Winner == B {
			all++
			if t.Overall <= Alpha {
				firm++
			}
		}
	}
	return firm, all
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
