package netem

// Pass is a medium that hands everything over at once, and the outlet of media that decide at once what becomes of a
// packet. The zero value is ready. It is not safe for concurrent use.
type Pass struct {
	waiting []Packet
	at      True
}

// Put lets one packet out at now, with the Fate it has.
func (m *Pass) Put(now True, p Packet) {
	m.waiting = append(m.waiting, p)
	m.at = now
}

// Admit takes packets and has them ready at the same instant.
func (m *Pass) Admit(now True, train []Packet) {
	m.waiting = append(m.waiting, train...)
	m.at = now
}

// Next returns the instant of the last packet that still waits, Never where none does.
func (m *Pass) Next() True {
	if len(m.waiting) == 0 {
		return Never
	}
	return m.at
}

// Deliver appends everything that waits.
func (m *Pass) Deliver(_ True, into []Packet) []Packet {
	into = append(into, m.waiting...)
	m.waiting = m.waiting[:0]
	return into
}
