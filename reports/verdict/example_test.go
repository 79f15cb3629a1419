package verdict_test

import (
	"fmt"

	"airbridge/reports"
	"airbridge/reports/verdict"
)

func Example() {
	set := func(median float64) (runs []reports.Run) {
		for seed := range uint64(6) {
			r := reports.Run{}
			r.Scenario, r.Seed = "wifi6-busy", &seed
			r.Latency.MotionToPhoton = &reports.Distribution{P50: median + float64(seed)}
			runs = append(runs, r)
		}
		return runs
	}
	c := verdict.Compare(set(48), set(45))
	fmt.Println(c.Sentence())
	// Output: B has a lower median latency in wifi6-busy.
}
