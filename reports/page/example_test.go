package page_test

import (
	"bytes"
	"fmt"

	"airbridge/reports"
	"airbridge/reports/page"
)

func ExampleWriteRun() {
	r := reports.Run{Record: reports.Record{Scenario: "usb", DurationS: 20, Version: "v1"}}
	var html bytes.Buffer
	if err := page.WriteRun(&html, r, page.Budget{}); err != nil {
		panic(err)
	}
	fmt.Println(bytes.Contains(html.Bytes(), []byte("<h1>usb</h1>")))
	// Output: true
}
