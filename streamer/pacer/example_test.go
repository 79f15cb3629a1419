package pacer_test

import (
	"fmt"

	"airbridge/streamer/pacer"
	"airbridge/units"
)

// Twenty datagrams of a frame leave in bursts, each when the path has taken the one before.
func Example() {
	p := pacer.New(pacer.Config{Rate: 200 * units.Mbps})
	var now units.Mono
	for left := 20; left > 0; {
		now = max(now, p.Next()) // a shell sleeps until then
		n := min(left, p.Budget(1400))
		p.Sent(now, n, n*1400)
		fmt.Println(n, "datagrams at", now.Sub(0))
		left -= n
	}
	// Output:
	// 8 datagrams at 0s
	// 8 datagrams at 463.36µs
	// 4 datagrams at 926.72µs
}
