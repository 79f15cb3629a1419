package link

// windowBits is how far back a packet number may lie. Wi-Fi sends a control datagram (AC_VO) before all video that waits
// in the access point, whose queues hold some thousands of packets: all of those come after a higher number.
const windowBits = 8192

const windowWords = windowBits/64 + 1

// Replay is a sliding window over packet numbers which admits each at most once: the ring of RFC 6479, whose spare word
// spares the shifting. The zero value admits any number from 1.
type Replay struct {
	highest uint64
	ring    [windowWords]uint64
}

// Admit reports whether n is new, and remembers it. Zero and numbers more than 8,191 behind the highest are not.
func (r *Replay) Admit(n uint64) bool {
	switch {
	case n == 0 || n <= r.highest && r.highest-n >= windowBits:
		return false
	case n > r.highest:
		r.advance(n)
	}
	word, bit := &r.ring[n/64%windowWords], uint64(1)<<(n%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// Highest returns the highest number admitted.
func (r *Replay) Highest() uint64 { return r.highest }

func (r *Replay) advance(n uint64) {
	steps := n/64 - r.highest/64
	for i := uint64(1); i <= min(steps, windowWords); i++ {
		r.ring[(r.highest/64+i)%windowWords] = 0
	}
	r.highest = n
}
