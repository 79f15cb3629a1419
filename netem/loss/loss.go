// Package loss holds the ways in which a path loses packets whatever the load: independently, in bursts as Gilbert and
// Elliott describe them, at planned instants, or periodically. What is lost comes out at once with Fate Lost.
package loss

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"airbridge/netem"
)

// Config says what is lost. All kinds may be combined: a packet is lost where any of them loses it. The zero value loses
// nothing.
type Config struct {
	// Probability loses each packet independently, 0 to 1.
	Probability float64
	// Gilbert loses packets in bursts; nil does not.
	Gilbert *Gilbert
	// Bursts are planned losses in order of At.
	Bursts []Burst
	// Every loses the last of each so many packets; zero loses none.
	Every int
}

// Gilbert is the model of Gilbert and Elliott: a chain of two states, one of which loses more than the other. After each
// packet it may change its state. It begins in the good one. All values are probabilities, 0 to 1.
type Gilbert struct {
	// ToBad is the probability with which the good state turns bad, ToGood that with which the bad one turns good, which
	// is the inverse of the mean number of packets that the bad state holds.
	ToBad, ToGood float64
	// LossGood and LossBad are the probabilities with which the states lose a packet.
	LossGood, LossBad float64
}

// Tambur returns the model with which Tambur (NSDI 2023) was evaluated over Gilbert-Elliott channels: 7.4 % mean loss.
func Tambur() Gilbert { return Gilbert{ToBad: .068, ToGood: .852, LossGood: .04, LossBad: .5} }

// Mean returns the share of packets that the model loses in the long run.
func (g Gilbert) Mean() float64 {
	if g.ToBad == 0 {
		return g.LossGood
	}
	bad := g.ToBad / (g.ToBad + g.ToGood)
	return bad*g.LossBad + (1-bad)*g.LossGood
}

// Burst is a planned loss.
type Burst struct {
	// At is when it begins, counted from the start of the run.
	At time.Duration
	// Packets is how many packets in a row are lost from then on. Where bursts meet, the later follows the earlier.
	Packets int
}

// Validate returns all faults.
func (c Config) Validate() error {
	faults := []error{probability("probability", c.Probability)}
	if g := c.Gilbert; g != nil {
		faults = append(faults, probability("gilbert to bad", g.ToBad), probability("gilbert to good", g.ToGood),
			probability("gilbert loss good", g.LossGood), probability("gilbert loss bad", g.LossBad))
	}
	for i, b := range c.Bursts {
		if b.At < 0 || i > 0 && b.At < c.Bursts[i-1].At {
			faults = append(faults, fmt.Errorf("burst %d: at %v, want 0s or more, in order", i, b.At))
		}
		if b.Packets <= 0 {
			faults = append(faults, fmt.Errorf("burst %d: %d packets, want 1 or more", i, b.Packets))
		}
	}
	if c.Every < 0 {
		faults = append(faults, fmt.Errorf("every %d: want 0 or more", c.Every))
	}
	return errors.Join(faults...)
}

func probability(key string, p float64) error {
	if !(p >= 0 && p <= 1) { // NaN is neither
		return fmt.Errorf("%s %v: want 0 to 1", key, p)
	}
	return nil
}

// Lossy is a path that loses packets and hands over the others at once. It is not safe for concurrent use.
type Lossy struct {
	cfg Config
	rng *rand.Rand
	out netem.Pass

	bad    bool // the state of Gilbert
	passed int  // packets since the last periodic loss

	// begun is how many of the planned bursts have begun, owed how many packets they have still to lose, and made what
	// they did.
	begun, owed int
	made        []netem.Span
}

// New returns a path; it panics where cfg is not valid. Without Probability and Gilbert rng is not used and may be nil.
func New(cfg Config, rng *rand.Rand) *Lossy {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("loss: %v", err))
	}
	return &Lossy{cfg: cfg, rng: rng}
}

// Admit decides what becomes of each packet.
func (l *Lossy) Admit(now netem.True, train []netem.Packet) {
	for _, p := range train {
		if l.loses(now) {
			p.Fate = netem.Lost
		}
		l.out.Put(now, p)
	}
}

// Next returns when something has to come out.
func (l *Lossy) Next() netem.True { return l.out.Next() }

// Deliver lets everything out.
func (l *Lossy) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	return l.out.Deliver(now, into)
}

// loses asks every kind of loss, even where another has decided: what one draws must not depend on the others.
func (l *Lossy) loses(now netem.True) bool {
	lost := l.planned(now)
	if l.cfg.Every > 0 {
		l.passed = (l.passed + 1) % l.cfg.Every
		lost = lost || l.passed == 0
	}
	if l.cfg.Probability > 0 && l.rng.Float64() < l.cfg.Probability {
		lost = true
	}
	return l.gilbert() || lost
}

// gilbert draws the loss in the present state, then the next state.
func (l *Lossy) gilbert() bool {
	g := l.cfg.Gilbert
	if g == nil {
		return false
	}
	loss, change := g.LossGood, g.ToBad
	if l.bad {
		loss, change = g.LossBad, g.ToGood
	}
	lost := l.rng.Float64() < loss
	if l.rng.Float64() < change {
		l.bad = !l.bad
	}
	return lost
}

// planned says whether a planned burst takes the packet.
func (l *Lossy) planned(now netem.True) bool {
	for l.begun < len(l.cfg.Bursts) && netem.True(l.cfg.Bursts[l.begun].At) <= now {
		if l.owed == 0 {
			l.made = append(l.made, netem.Span{From: now, To: now, Name: "burst loss"})
		}
		l.owed += l.cfg.Bursts[l.begun].Packets
		l.begun++
	}
	if l.owed == 0 {
		return false
	}
	l.owed--
	l.made[len(l.made)-1].To = now + 1
	return true
}

// Spans appends the planned bursts that took packets, from the first packet to the last.
func (l *Lossy) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	for _, s := range l.made {
		if s.From < to && s.To > from {
			into = append(into, s)
		}
	}
	return into
}
