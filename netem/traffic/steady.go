package traffic

import (
	"math/rand/v2"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// steady sends packets at equal intervals, all the time or on and off.
type steady struct {
	cfg  Steady
	rng  *rand.Rand
	stat Flow

	next netem.True // when the next packet leaves
	end  netem.True // of the on period
	// whole and part are the interval in ns and what is left of it, in parts of the rate; carry sums what is left.
	whole, part, carry int64
	id                 uint32
}

func newSteady(c Steady, rng *rand.Rand) *steady {
	if c.Size == 0 {
		c.Size = DefaultSize
	}
	bits := int64(c.Size) * 8 * int64(time.Second)
	s := &steady{cfg: c, rng: rng, stat: Flow{Name: c.Name, Dir: c.Dir}, end: netem.Never}
	s.whole, s.part = bits/int64(c.Rate), bits%int64(c.Rate)
	// The phase is random: flows that all begin at a multiple of their interval would arrive together for ever.
	s.next = netem.True(c.Start) + netem.True(rng.Int64N(s.whole+1))
	if c.On > 0 {
		s.end = netem.True(c.Start)
		s.rest()
	}
	return s
}

// period draws how long a phase with that mean lasts.
func (s *steady) period(mean time.Duration) time.Duration {
	if !s.cfg.Exponential {
		return mean
	}
	return max(time.Duration(s.rng.ExpFloat64()*float64(mean)), time.Microsecond)
}

func (s *steady) wake() netem.True {
	if stop := netem.True(s.cfg.Stop); stop > 0 && s.next >= stop {
		return netem.Never
	}
	return s.next
}

func (s *steady) step(now netem.True, train []netem.Packet) []netem.Packet {
	for s.wake() <= now {
		train = append(train, netem.Packet{ID: s.id, Size: s.cfg.Size, Dir: s.cfg.Dir, DSCP: s.cfg.DSCP, ECN: s.cfg.ECN})
		s.id++
		s.stat.Sent++
		s.advance()
	}
	return train
}

// advance finds when the next packet leaves.
func (s *steady) advance() {
	step := s.whole
	if s.carry += s.part; s.carry >= int64(s.cfg.Rate) {
		s.carry -= int64(s.cfg.Rate)
		step++
	}
	s.next += netem.True(max(step, 1))
	s.rest()
}

// rest puts pauses before the next packet where the on period ends first: what is left of the interval then is left when
// the flow goes on.
func (s *steady) rest() {
	for s.next >= s.end {
		left := s.next.Sub(s.end)
		on := s.end.Add(s.period(s.cfg.Off))
		s.end = on.Add(s.period(s.cfg.On))
		s.next = on.Add(left)
	}
}

func (s *steady) arrived(_ netem.True, p *netem.Packet) {
	if s.stat.count(p) {
		s.stat.Goodput += units.ByteCount(p.Size)
	}
}

func (s *steady) tell() *Flow { return &s.stat }
