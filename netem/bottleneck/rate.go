package bottleneck

import (
	"errors"
	"fmt"
	"sort"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// Rate says how fast a link is at every instant. It is constant in pieces; packages beside this one read it from
// files.
type Rate interface {
	// At returns the rate that holds from t, at least zero, and until when: after t, netem.Never where it never
	// changes. A link at rate zero stalls. The answer depends on t alone. A link mostly asks forwards in time, so that
	// an implementation may keep a cursor, but it may ask for any instant.
	At(t netem.True) (bps units.Bitrate, until netem.True)
}

// Schedule says when a link that sends in opportunities may send.
type Schedule interface {
	// First returns the first opportunity at or after t and how many bytes it carries, at least 1; netem.Never where
	// none comes any more. The answer depends on t alone, as a Rate's does.
	First(t netem.True) (at netem.True, bytes int64)
	// Rate returns what the opportunities around t carry, for gauges and for limits in time.
	Rate(t netem.True) units.Bitrate
}

// Constant is a Rate that never changes.
type Constant units.Bitrate

// Validate refuses a rate of zero, a negative and an absurd one.
func (c Constant) Validate() error {
	if c <= 0 || units.Bitrate(c) > maxRate {
		return fmt.Errorf("rate %v: want more than 0, at most %v", units.Bitrate(c), maxRate)
	}
	return nil
}

// At returns the rate, for ever.
func (c Constant) At(netem.True) (units.Bitrate, netem.True) { return units.Bitrate(c), netem.Never }

// Step is one rate of Steps.
type Step struct {
	// At is when it begins, counted from the start of the run or of the round.
	At time.Duration
	// Rate is how fast the link then is; zero stalls it.
	Rate units.Bitrate
}

// Steps is a Rate that changes at planned instants.
type Steps struct {
	// List holds the steps, the first at 0, each later than the one before.
	List []Step
	// Round is how long it takes until the list begins again, longer than the last step's At; zero keeps the last rate
	// for ever.
	Round time.Duration
}

// maxRate is far above any link: a petabit per second.
const maxRate = units.Bitrate(1e15)

// Validate returns all faults.
func (s Steps) Validate() error {
	if len(s.List) == 0 {
		return errors.New("steps: none")
	}
	var faults []error
	if first := s.List[0].At; first != 0 {
		faults = append(faults, fmt.Errorf("step 0: at %v, want 0s", first))
	}
	alive := false
	for i, step := range s.List {
		if i > 0 && step.At <= s.List[i-1].At {
			faults = append(faults, fmt.Errorf("step %d: at %v, want later than %v", i, step.At, s.List[i-1].At))
		}
		if step.Rate < 0 || step.Rate > maxRate {
			faults = append(faults, fmt.Errorf("step %d: rate %v, want 0 to %v", i, step.Rate, maxRate))
		}
		alive = alive || step.Rate > 0
	}
	if !alive {
		faults = append(faults, errors.New("steps: no rate above zero"))
	}
	if last := s.List[len(s.List)-1].At; s.Round != 0 && s.Round <= last {
		faults = append(faults, fmt.Errorf("round %v: want 0s or more than %v", s.Round, last))
	}
	return errors.Join(faults...)
}

// At returns the step of the instant.
func (s Steps) At(t netem.True) (units.Bitrate, netem.True) {
	start := netem.True(0) // of the round
	if s.Round > 0 && t > 0 {
		start = t - t%netem.True(s.Round)
	}
	into := t.Sub(start)
	i := max(1, sort.Search(len(s.List), func(i int) bool { return s.List[i].At > into }))
	switch {
	case i < len(s.List):
		return s.List[i-1].Rate, start.Add(s.List[i].At)
	case s.Round > 0:
		return s.List[i-1].Rate, start.Add(s.Round)
	}
	return s.List[i-1].Rate, netem.Never
}

// cursor remembers the piece of a rate that was asked for last.
type cursor struct {
	rate        Rate
	bps         units.Bitrate
	from, until netem.True
}

// at returns the rate at t and until when it holds.
func (c *cursor) at(t netem.True) (units.Bitrate, netem.True) {
	if t < c.from || t >= c.until {
		c.from = t
		c.bps, c.until = c.rate.At(t)
		if c.until <= t || c.bps < 0 {
			panic(fmt.Sprintf("bottleneck: rate %d at %d holds until %d", c.bps, t, c.until))
		}
	}
	return c.bps, c.until
}
