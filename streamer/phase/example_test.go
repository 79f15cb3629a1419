package phase_test

import (
	"fmt"
	"time"

	"airbridge/streamer/phase"
	"airbridge/units"
)

// A frame started at 1 s was for slot 50 and came 12 ms before its latch, 4 ms more than wanted: the next starts later by
// as much as the source can be moved in one frame.
func Example() {
	lock := phase.New(10*time.Millisecond, 1)
	start := units.Mono(time.Second)
	lock.Guess(start, 50, 40*time.Millisecond) // from the first pose: it was predicted for slot 50
	slot := lock.Slot(start, 8*time.Millisecond)
	lock.Observe(start, slot, 12*time.Millisecond)

	next := lock.Next(start, 8*time.Millisecond, 500*time.Microsecond)
	fmt.Println(next.Sub(start), lock.Upcoming()-slot, lock.Expected(next, lock.Upcoming()))
	// Output: 10.5ms 1 11.5ms
}
