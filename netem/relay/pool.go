package relay

import (
	"fmt"

	"airbridge/netem"
)

// shelfSizes are the lengths of buffers, in bytes: a datagram of an ordinary network, of one with jumbo frames, and the
// longest there is.
var shelfSizes = [...]int{2 << 10, 10 << 10, 64 << 10}

// parcel is one payload under way.
type parcel struct {
	buf    []byte // of the length of its shelf; nil: this number is free
	length int
	copies int // packets of this ID that the medium still has
	client tag
	tos    uint8      // the class it came with
	at     netem.True // when it came
}

// data is the payload.
func (p *parcel) data() []byte { return p.buf[:p.length] }

// pool keeps payloads while a medium has their packets. It holds a bounded number of them in a bounded number of bytes,
// counted as the memory they take. The index of a parcel is the ID of its packet.
type pool struct {
	parcels []parcel
	free    []uint32 // numbers of parcels that are not in use
	shelves [len(shelfSizes)][][]byte
	packets int // bound on parcels
	bytes   int // bound on held
	held    int // bytes of all buffers, in use or shelved
}

func newPool(packets, bytes int) *pool { return &pool{packets: packets, bytes: bytes} }

// put copies data into the pool for one packet. It returns false where there is no room.
func (p *pool) put(data []byte, client tag, tos uint8) (id uint32, ok bool) {
	if p.inUse() >= p.packets {
		return 0, false
	}
	buf := p.take(shelfOf(len(data)))
	if buf == nil {
		return 0, false
	}
	if len(p.free) == 0 {
		p.parcels = append(p.parcels, parcel{})
		p.free = append(p.free, uint32(len(p.parcels)-1))
	}
	id = p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.parcels[id] = parcel{buf: buf, length: copy(buf, data), copies: 1, client: client, tos: tos}
	return id, true
}

// get returns the parcel of a packet that is under way. It is valid until it is released.
func (p *pool) get(id uint32) *parcel {
	if int(id) >= len(p.parcels) || p.parcels[id].buf == nil {
		panic(fmt.Sprintf("relay: the medium let out packet %d, which is not under way", id))
	}
	return &p.parcels[id]
}

// release notes that one packet of an ID has come out; with the last copy the payload goes.
func (p *pool) release(id uint32) {
	c := p.get(id)
	if c.copies--; c.copies > 0 {
		return
	}
	shelf := shelfOf(len(c.buf))
	p.shelves[shelf] = append(p.shelves[shelf], c.buf)
	c.buf = nil
	p.free = append(p.free, id)
}

// inUse returns how many payloads are under way.
func (p *pool) inUse() int { return len(p.parcels) - len(p.free) }

// take returns a buffer of a shelf, nil where there is no room. Empty buffers of other shelves make room for it.
func (p *pool) take(shelf int) []byte {
	if s := p.shelves[shelf]; len(s) > 0 {
		buf := s[len(s)-1]
		p.shelves[shelf] = s[:len(s)-1]
		return buf
	}
	size := shelfSizes[shelf]
	for other := range p.shelves {
		for p.held+size > p.bytes && len(p.shelves[other]) > 0 {
			last := len(p.shelves[other]) - 1
			p.held -= shelfSizes[other]
			p.shelves[other][last] = nil
			p.shelves[other] = p.shelves[other][:last]
		}
	}
	if p.held+size > p.bytes {
		return nil
	}
	p.held += size
	return make([]byte, size)
}

// shelfOf returns the shelf for a payload of so many bytes, at most 64 KiB.
func shelfOf(length int) int {
	for i, size := range shelfSizes {
		if length <= size {
			return i
		}
	}
	panic(fmt.Sprintf("relay: a datagram of %d bytes", length))
}
