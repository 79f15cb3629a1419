// Package latency decides how early frames shall be ready: the margin between a frame's decoding and the latch of its
// display slot. A larger margin costs latency, a smaller one costs frames. Controllers need no clock agreement between
// the hosts: they see margins, which the client measures on its own clock. Sans-I/O, not safe for concurrent use.
package latency

import (
	"fmt"
	"strconv"
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
	// Expected is the margin that a frame begun when this one was should have had, by the mean of those before it.
	Expected time.Duration
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

// Kinds is what Parse understands, for help texts.
const Kinds = "fixed:MARGIN such as fixed:8ms, or tail:SHARE such as tail:0.2%"

// Parse makes a controller from its description, name:argument: fixed:8ms keeps the mean margin at 8 ms, tail:0.2% keeps
// it at what all but one frame in 500 need.
func Parse(description string) (Controller, error) {
	name, arg, _ := strings.Cut(description, ":")
	switch name {
	case "fixed":
		return parseFixed(description, arg)
	case "tail":
		return parseTail(description, arg)
	}
	return nil, fmt.Errorf("latency controller %q: there is %s", description, Kinds)
}

func parseTail(description, arg string) (Controller, error) {
	digits, ok := strings.CutSuffix(arg, "%")
	percent, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(percent >= minShare && percent <= maxShare) {
		return nil, fmt.Errorf("latency controller %q: the share of late frames must be from %g%% to %g%%, such as tail:0.2%%",
			description, minShare, maxShare)
	}
	return NewTail(percent / 100), nil
}

// minShare and maxShare bound the share of late frames that a user can ask for, in percent: a window of 1,024 frames knows
// nothing of rarer ones.
const minShare, maxShare = 0.1, 50.0

func parseFixed(description, arg string) (Controller, error) {
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
