package netem

import (
	"cmp"
	"slices"
	"time"
)

// Chain puts media one after the other: what comes out of one is admitted to the next at the same instant, and what did
// not arrive (lost packets, the record of a copy) comes out straight away. It owns the media from now on. Its capacity
// is the least of theirs, its backlog the sum, its spans all of them. Without any medium it passes everything on.
func Chain(media ...Medium) Medium {
	var c chain
	for _, m := range media {
		if inner, ok := m.(*chain); ok {
			c.stages = append(c.stages, inner.stages...)
			continue
		}
		c.stages = append(c.stages, stage{Medium: m, next: m.Next()})
	}
	switch len(c.stages) {
	case 0:
		return new(Pass)
	case 1:
		return c.stages[0].Medium
	}
	c.look()
	return &c
}

// stage is a medium with its Next, which changes only when the medium is called.
type stage struct {
	Medium
	next True
}

func (s *stage) admit(now True, train []Packet) {
	s.Medium.Admit(now, train)
	s.next = s.Medium.Next()
}

func (s *stage) deliver(now True, into []Packet) []Packet {
	into = s.Medium.Deliver(now, into)
	s.next = s.Medium.Next()
	return into
}

// chain is what Chain makes of two media or more.
type chain struct {
	stages []stage
	next   True
	// between holds what is on its way from one stage to the next.
	between []Packet
}

// Admit hands train to the first medium.
func (c *chain) Admit(now True, train []Packet) {
	c.stages[0].admit(now, train)
	c.look()
}

// Next returns when the first of the media has something to do.
func (c *chain) Next() True { return c.next }

// Deliver goes from the last medium to the first, so that each has done what is due before more is admitted to it.
func (c *chain) Deliver(now True, into []Packet) []Packet {
	for i := len(c.stages) - 1; i >= 0; i-- {
		if c.stages[i].next <= now {
			into = c.run(i, now, into)
		}
	}
	c.look()
	return into
}

// run lets a medium that is due deliver, and those after it as far as they are due then.
func (c *chain) run(i int, now True, into []Packet) []Packet {
	last := len(c.stages) - 1
	for ; i < last; i++ {
		c.between = c.stages[i].deliver(now, c.between[:0])
		var on []Packet
		on, into = arrived(c.between, into)
		if len(on) > 0 {
			c.stages[i+1].admit(now, on)
		}
		if c.stages[i+1].next > now {
			return into
		}
	}
	return c.stages[last].deliver(now, into)
}

// arrived moves the packets of train that arrived to its beginning and appends the others to into.
func arrived(train, into []Packet) (on, others []Packet) {
	n := 0
	for i := range train {
		if train[i].Fate != Arrived {
			into = append(into, train[i])
			continue
		}
		if n != i {
			train[n] = train[i]
		}
		n++
	}
	return train[:n], into
}

func (c *chain) look() {
	c.next = Never
	for i := range c.stages {
		c.next = min(c.next, c.stages[i].next)
	}
}

// Capacity returns the least rate of the media that limit it.
func (c *chain) Capacity(now True, d Dir) float64 {
	least := 0.0
	for i := range c.stages {
		if bps := capacity(c.stages[i].Medium, now, d); bps > 0 && (least == 0 || bps < least) {
			least = bps
		}
	}
	return least
}

// Backlog returns the sum of the media's.
func (c *chain) Backlog(now True, d Dir) time.Duration {
	var sum time.Duration
	for i := range c.stages {
		sum += backlog(c.stages[i].Medium, now, d)
	}
	return sum
}

// Spans appends the disturbances of all media, in order of From.
func (c *chain) Spans(from, to True, into []Span) []Span { return spans(c.stages, from, to, into) }

func capacity(m Medium, now True, d Dir) float64 {
	if g, ok := m.(Gauge); ok {
		return g.Capacity(now, d)
	}
	return 0
}

func backlog(m Medium, now True, d Dir) time.Duration {
	if g, ok := m.(Gauge); ok {
		return g.Backlog(now, d)
	}
	return 0
}

// spans gathers what the media tell, and puts it in order.
func spans(stages []stage, from, to True, into []Span) []Span {
	begin := len(into)
	for i := range stages {
		if n, ok := stages[i].Medium.(Narrator); ok {
			into = n.Spans(from, to, into)
		}
	}
	slices.SortStableFunc(into[begin:], func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	return into
}
