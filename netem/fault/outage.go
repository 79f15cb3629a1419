package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"airbridge/netem"
)

// OutageConfig says when a path is down. Planned outages and random ones may be combined; the zero value has none.
type OutageConfig struct {
	// Planned are outages at known times, in order, none overlapping another.
	Planned []Window
	// MeanUp and MeanDown, both or neither, make random outages: times between them and their lengths are distributed
	// exponentially with these means, 1 ms at the least.
	MeanUp, MeanDown time.Duration
}

// Window is the time of an outage, counted from the start of the run: from From to before To.
type Window struct {
	From, To time.Duration
}

// Validate returns all faults.
func (c OutageConfig) Validate() error {
	var faults []error
	for i, w := range c.Planned {
		if w.From < 0 || w.To <= w.From {
			faults = append(faults, fmt.Errorf("outage %d: from %v to %v, want a time from 0s on", i, w.From, w.To))
		}
		if i > 0 && w.From < c.Planned[i-1].To {
			faults = append(faults, fmt.Errorf("outage %d: from %v, want %v or later", i, w.From, c.Planned[i-1].To))
		}
	}
	if (c.MeanUp == 0) != (c.MeanDown == 0) {
		faults = append(faults, errors.New("mean up and mean down: want both or neither"))
	}
	return errors.Join(append(faults, mean("mean up", c.MeanUp), mean("mean down", c.MeanDown))...)
}

func mean(key string, d time.Duration) error {
	if d != 0 && d < time.Millisecond || d > 1000*time.Hour {
		return fmt.Errorf("%s %v: want 1ms to 1000h", key, d)
	}
	return nil
}

// Outages is a path that is down at times: what is sent then is lost with Fate Outage. What is under way elsewhere in a
// chain is not touched. When random outages come depends on their stream alone, not on the traffic. It is not safe for
// concurrent use.
type Outages struct {
	planned []netem.Span
	ahead   int // planned outages before it are over
	random  *renewal
	out     netem.Pass
}

// NewOutages returns a path; it panics where cfg is not valid. Without random outages rng is not used and may be nil.
func NewOutages(cfg OutageConfig, rng *rand.Rand) *Outages {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("fault: %v", err))
	}
	o := new(Outages)
	for _, w := range cfg.Planned {
		o.planned = append(o.planned, netem.Span{From: netem.True(w.From), To: netem.True(w.To), Name: "outage"})
	}
	if cfg.MeanUp > 0 {
		o.random = newRenewal(cfg.MeanUp, cfg.MeanDown, rng)
	}
	return o
}

// Admit loses the packets where the path is down.
func (o *Outages) Admit(now netem.True, train []netem.Packet) {
	if !o.down(now) {
		o.out.Admit(now, train)
		return
	}
	for _, p := range train {
		p.Fate = netem.Outage
		o.out.Put(now, p)
	}
}

func (o *Outages) down(now netem.True) bool {
	for o.ahead < len(o.planned) && o.planned[o.ahead].To <= now {
		o.ahead++
	}
	down := o.ahead < len(o.planned) && o.planned[o.ahead].From <= now
	return o.random != nil && o.random.down(now) || down
}

// Next returns when something has to come out.
func (o *Outages) Next() netem.True { return o.out.Next() }

// Deliver lets everything out.
func (o *Outages) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	return o.out.Deliver(now, into)
}

// Spans appends the planned outages and those random ones that came before the last packet, and the one after.
func (o *Outages) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	begin := len(into)
	for _, s := range o.planned {
		into = overlapping(s, from, to, into)
	}
	if o.random != nil {
		into = o.random.spans(from, to, into)
	}
	inOrder(into[begin:])
	return into
}

func overlapping(s netem.Span, from, to netem.True, into []netem.Span) []netem.Span {
	if s.From < to && s.To > from {
		into = append(into, s)
	}
	return into
}
