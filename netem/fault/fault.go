// Package fault holds what goes wrong on a path besides loss: packets that come twice, packets that come damaged, and
// outages during which nothing passes.
package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"airbridge/netem"
)

// Config says what goes wrong with single packets. Both are probabilities, 0 to 1; the zero value does no harm.
type Config struct {
	// Duplicate doubles a packet: the copy follows at once.
	Duplicate float64
	// Corrupt damages a packet in a way that its checksum misses (Packet.Flip); each copy for itself.
	Corrupt float64
}

// Validate returns all faults.
func (c Config) Validate() error {
	return errors.Join(probability("duplicate", c.Duplicate), probability("corrupt", c.Corrupt))
}

func probability(key string, p float64) error {
	if !(p >= 0 && p <= 1) { // NaN is neither
		return fmt.Errorf("%s %v: want 0 to 1", key, p)
	}
	return nil
}

// Faulty is a path that doubles and damages packets and hands all over at once. It is not safe for concurrent use.
type Faulty struct {
	cfg Config
	rng *rand.Rand
	out netem.Pass
}

// New returns a path; it panics where cfg is not valid. The zero configuration does not use rng.
func New(cfg Config, rng *rand.Rand) *Faulty {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("fault: %v", err))
	}
	return &Faulty{cfg: cfg, rng: rng}
}

// Admit decides what becomes of each packet.
func (f *Faulty) Admit(now netem.True, train []netem.Packet) {
	for _, p := range train {
		if f.cfg.Duplicate > 0 && f.rng.Float64() < f.cfg.Duplicate {
			record := p
			record.Fate = netem.Doubled
			f.out.Put(now, record)
			f.out.Put(now, f.damaged(p))
		}
		f.out.Put(now, f.damaged(p))
	}
}

// damaged returns the packet as it comes out.
func (f *Faulty) damaged(p netem.Packet) netem.Packet {
	if f.cfg.Corrupt > 0 && f.rng.Float64() < f.cfg.Corrupt {
		p.Flip = 1 + f.rng.Uint32()>>1
	}
	return p
}

// Next returns when something has to come out.
func (f *Faulty) Next() netem.True { return f.out.Next() }

// Deliver lets everything out.
func (f *Faulty) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	return f.out.Deliver(now, into)
}
