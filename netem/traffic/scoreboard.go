package traffic

import "airbridge/netem"

// reordering is by how many later packets a packet may be overtaken before it counts as lost: DupThresh of RFC 6675, and
// kPacketThreshold of RFC 9002.
const reordering = 3

// state is what a sender knows of a packet.
type state uint8

const (
	unsent state = iota
	flying
	acknowledged
	missing // declared lost
)

type sent struct {
	at    netem.True
	state state
}

// scoreboard remembers the packets of a connection by number. Every transmission has a number of its own, so that a
// lost repetition is found like any other loss, as selective acknowledgements and RACK do (RFC 8985).
type scoreboard struct {
	ring    []sent // a power of two of them, by number
	next    uint32 // the number of the next packet
	oldest  uint32 // no packet before it is flying
	flight  int    // packets flying
	highest uint32 // one more than the highest that was acknowledged
}

// send records the next packet and returns its number.
func (b *scoreboard) send(now netem.True) uint32 {
	if int(b.next-b.oldest) >= len(b.ring) {
		b.grow()
	}
	id := b.next
	*b.of(id) = sent{now, flying}
	b.next++
	b.flight++
	return id
}

func (b *scoreboard) of(id uint32) *sent { return &b.ring[id&uint32(len(b.ring)-1)] }

func (b *scoreboard) grow() {
	old := b.ring
	b.ring = make([]sent, max(64, 2*len(old)))
	for i := range old {
		id := b.next - 1 - uint32(i)
		*b.of(id) = old[id&uint32(len(old)-1)]
	}
}

// ack records that a packet arrived and returns what was known of it before, unsent where it is too old to tell.
func (b *scoreboard) ack(id uint32) (was sent) {
	if back := b.next - id; back == 0 || int64(back) > int64(len(b.ring)) {
		return sent{}
	}
	s := b.of(id)
	was = *s
	if was.state == flying {
		b.flight--
	}
	s.state = acknowledged
	if int32(id+1-b.highest) > 0 {
		b.highest = id + 1
	}
	b.advance()
	return was
}

// lose declares the oldest packet lost that later ones overtook; ok is false where there is none.
func (b *scoreboard) lose() (id uint32, ok bool) {
	for int32(b.highest-b.oldest) > reordering {
		id = b.oldest
		b.oldest++
		if s := b.of(id); s.state == flying {
			s.state = missing
			b.flight--
			b.advance()
			return id, true
		}
	}
	return 0, false
}

// loseAll declares everything under way lost and returns how many that were.
func (b *scoreboard) loseAll() int {
	n := b.flight
	for ; b.oldest != b.next; b.oldest++ {
		if s := b.of(b.oldest); s.state == flying {
			s.state = missing
		}
	}
	b.flight = 0
	return n
}

// advance moves past packets that are settled.
func (b *scoreboard) advance() {
	for b.oldest != b.next && b.of(b.oldest).state != flying {
		b.oldest++
	}
}
