package latency_test

import (
	"fmt"

	"airbridge/streamer/control/latency"
)

func ExampleParse() {
	c, err := latency.Parse("fixed:8ms")
	fmt.Println(c.Margin(), err)
	_, err = latency.Parse("fixed:soon")
	fmt.Println(err)
	// Output:
	// 8ms <nil>
	// latency controller "fixed:soon": the margin must be a duration from 0s to 1s, such as fixed:8ms
}
