package wake_test

import (
	"fmt"

	"airbridge/sim/wake"
)

// A headset wakes up a little late. Two models of one seed and name are late alike.
func Example() {
	a := wake.New(wake.Config{Profile: wake.Headset(), Seed: 1, Name: "headset"})
	b := wake.New(wake.Config{Profile: wake.Headset(), Seed: 1, Name: "headset"})
	late := a.Timer()
	fmt.Println(late > 0, late == b.Timer())
	fmt.Println("median", wake.Headset().Timer.At(.5))
	// Output:
	// true true
	// median 80µs
}
