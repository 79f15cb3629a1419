package payload_test

import (
	"fmt"

	"airbridge/sim/payload"
)

// An encoder model fills a unit slice by slice; a decoder model checks the whole.
func Example() {
	unit := make([]byte, 1000)
	payload.Fill(unit[:300], 42, 0)
	payload.Fill(unit[300:], 42, 300)
	fmt.Println(payload.Check(unit, 42, 0), payload.Check(unit, 43, 0))
	unit[500] ^= 1
	fmt.Println(payload.Check(unit, 42, 0))
	// Output:
	// true false
	// false
}
