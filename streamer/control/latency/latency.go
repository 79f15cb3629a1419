// Package latency decides how early frames shall be ready: the margin between a frame's decoding and the latch of its
// display slot. A larger margin costs latency, a smaller one costs frames. Controllers need no clock agreement between
// the hosts: they see margins, which the client measures on its own clock. Sans-I/O, not safe for concurrent use.
package latency

import (
	"fmt"
	"strings"
	"time"

	"airbridge/units"
)

// Sample is what became of one frame that was decoded.
type Sample struct {
	// Frame is the frame.
	Frame units.FrameID
	// Margin is how long before the latch of its slot it was decoded; negative where it was late.
	Margin time.Duration
}

// Controller decides on the margin.
type Controller interface {
	// Observe takes one frame's margin.
	Observe(now units.Mono, s Sample)
	// Margin returns the mean margin to aim at, from 0 to a second.
	Margin() time.Duration
}

// maxMargin bounds what a user can ask for.
const maxMargin = time.Second

// Parse makes a controller from its description, name[:argument]: fixed:8ms keeps the mean margin at 8 ms.
func Parse(description string) (Controller, error) {
	name, arg, _ := strings.Cut(description, ":")
	if name != "fixed" {
		return nil, fmt.Errorf("latency controller %q: there is fixed:MARGIN, such as fixed:8ms", description)
	}
	margin, err := time.ParseDuration(arg)
	if err != nil || margin < 0 || margin > maxMargin {
		return nil, fmt.Errorf("latency controller %q: the margin must be a duration from 0s to 1s, such as fixed:8ms", description)
	}
	return Fixed(margin), nil
}

// Fixed is the controller that always aims at the same mean margin.
type Fixed time.Duration

// Observe does nothing.
func (Fixed) Observe(units.Mono, Sample) {}

// Margin returns the margin.
func (f Fixed) Margin() time.Duration { return time.Duration(f) }
