package reports_test

import (
	"os"

	"airbridge/reports"
)

func Example() {
	r := reports.Record{Scenario: "loopback", DurationS: 20, Version: "0.1.0"}
	r.Frames = reports.Frames{
		Rendered: new(int64(1440)), Displayed: new(int64(1439)), Late: new(int64(1)), Replaced: new(int64(0)),
		Lost: new(int64(0)), Skipped: new(int64(0)), MissedSlots: new(int64(1)),
	}
	r.MissedPerHour = new(reports.PerHour(1, 20.0/3600))
	if err := reports.Table(os.Stdout, &r); err != nil {
		panic(err)
	}
	// Output:
	// loopback · 20.0 s
	//
	// no frame was timed
	//
	// frames            1440 rendered = 1439 displayed + 1 late + 0 replaced + 0 lost + 0 skipped
	// missed slots      1, 180 an hour (95 %: 4.6 to 1003)
}
