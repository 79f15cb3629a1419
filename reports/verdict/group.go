package verdict

import (
	"slices"

	"airbridge/reports"
)

// Runs returns the runs of a scenario that count on either side. They belong to whoever called Compare.
func (c *Comparison) Runs(scenario string) (a, b []*reports.Run) { return c.a[scenario], c.b[scenario] }

// group sorts the runs of a side into scenarios, each seed once.
func (c *Comparison) group(runs []reports.Run) map[string][]*reports.Run {
	groups := map[string][]*reports.Run{}
	for i := range runs {
		if runs[i].Incomplete != nil {
			c.Incomplete++
			continue
		}
		groups[runs[i].Scenario] = append(groups[runs[i].Scenario], &runs[i])
	}
	for name, all := range groups {
		slices.SortStableFunc(all, func(x, y *reports.Run) int { return reports.Order(*x, *y) })
		ran := map[uint64]bool{}
		kept := all[:0]
		for _, r := range all {
			if r.Seed != nil && ran[*r.Seed] {
				c.Repeated++
				continue
			}
			if r.Seed != nil {
				ran[*r.Seed] = true
			}
			kept = append(kept, r)
		}
		groups[name] = kept
	}
	return groups
}

// names returns the scenarios of both sides in order.
func names(a, b map[string][]*reports.Run) []string {
	var all []string
	for _, side := range []map[string][]*reports.Run{a, b} {
		for name := range side {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
