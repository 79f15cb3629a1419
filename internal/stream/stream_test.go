package stream_test

import (
	"fmt"
	"testing"

	"airbridge/internal/stream"
)

func TestStreamsAreTheirOwn(t *testing.T) {
	first := func(seed uint64, name string) uint64 { return stream.New(seed, name).Uint64() }
	once, again := first(1, "loss"), first(1, "loss")
	if once != again {
		t.Error("the same stream began differently")
	}
	if first(1, "loss") == first(1, "jitter") || first(1, "loss") == first(2, "loss") {
		t.Error("two streams begin alike")
	}
}

// The values are part of every published result: they must not change with a version of Go.
func ExampleNew() {
	r := stream.New(7, "loss")
	fmt.Println(r.IntN(1000), r.IntN(1000), r.IntN(1000))
	// Output: 186 693 78
}
