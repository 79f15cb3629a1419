package clock_test

import (
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/sim/clock"
)

// A headset that was switched on ten seconds before the run and goes 50 ppm too fast.
func Example() {
	c := clock.New(clock.Config{Offset: 10 * time.Second, PPB: 50_000})
	hour := netem.True(time.Hour)
	shown := c.Mono(hour)
	fmt.Println(time.Duration(shown))
	fmt.Println(c.True(shown) == hour)
	// Output:
	// 1h0m10.18s
	// true
}
