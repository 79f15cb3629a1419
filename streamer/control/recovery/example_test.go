package recovery_test

import (
	"fmt"

	"airbridge/streamer/control/recovery"
)

func ExampleParse() {
	c, err := recovery.Parse("fec:20")
	fmt.Println(c.Parity(90, false), c.Parity(1, false), err)
	_, err = recovery.Parse("fec")
	fmt.Println(err)
	// Output:
	// 18 1 <nil>
	// recovery controller "fec": parity must be from 1 to 100 percent, such as fec:20
}
