package event

import (
	"net/netip"

	"airbridge/netem"
)

// store keeps what packets carry while they are under way.
type store struct {
	letters []letter
	free    []uint32
}

// letter is the datagram of a packet.
type letter struct {
	from, to netip.AddrPort
	data     []byte
	copies   int
	damaged  []byte
}

// keep takes a datagram and returns its name.
func (s *store) keep(from, to netip.AddrPort, data []byte) uint32 {
	if len(s.free) == 0 {
		s.letters = append(s.letters, letter{})
		s.free = append(s.free, uint32(len(s.letters)-1))
	}
	id := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	l := &s.letters[id]
	if l.from != from || l.to != to {
		l.from, l.to = from, to
	}
	l.copies = 1
	l.data = append(l.data[:0], data...)
	return id
}

func (s *store) at(id uint32) *letter { return &s.letters[id] }

func (s *store) double(id uint32) { s.letters[id].copies++ }

// release lets go of one copy.
func (s *store) release(id uint32) {
	l := &s.letters[id]
	if l.copies--; l.copies == 0 {
		s.free = append(s.free, id)
	}
	if l.copies < 0 {
		panic("event: a medium gave a packet back twice")
	}
}

// harmed returns the data with the damage that befell the packet; the data itself stays whole, for another copy of it.
func (l *letter) harmed(p *netem.Packet) []byte {
	l.damaged = append(l.damaged[:0], l.data...)
	p.Damage(l.damaged)
	return l.damaged
}
