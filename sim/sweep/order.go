package sweep

import (
	"slices"

	"airbridge/reports"
	"airbridge/sim"
)

// Sort sorts jobs as reports.Merge sorts their records, equal ones as they were: what a sweep of them gives in order is then
// what its shards give when they are merged. That holds for jobs of one session. Several sessions have records that Merge
// puts apart (all seeds of the first, then all of the second): whoever writes those must merge before writing.
func Sort(jobs []Job) {
	slices.SortStableFunc(jobs, func(a, b Job) int {
		return reports.Order(key(&a.Scenario), key(&b.Scenario))
	})
}

// key is as much of a scenario's first record as decides its place.
func key(s *sim.Scenario) reports.Run { return reports.Run{Record: s.Heading(0, "")} }
