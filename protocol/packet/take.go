package packet

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Burst is a train of finished datagrams of one frame, back to back in one slab: what one segmentation-offload call takes.
type Burst struct {
	// Frame is the frame they belong to.
	Frame units.FrameID
	// Slab holds the datagrams. It is valid until the next call of Begin.
	Slab []byte
	// Size is the length of each datagram but the last, which may be shorter.
	Size int
	// Count is how many there are; zero where nothing was ready or nothing fitted the limits.
	Count int
	// First says that the frame's first datagram is among them, Last that its last is.
	First, Last bool
}

// Take hands out datagrams from the front of the queue: at most maxDatagrams with maxBytes in total, and of one frame. The
// datagrams are stamped with now and numbered from number on. Nothing is handed out where not even one fits.
func (p *Packetizer) Take(now units.Mono, number uint64, maxDatagrams int, maxBytes units.ByteCount) Burst {
	if len(p.queue) == 0 || maxDatagrams <= 0 || maxBytes <= 0 {
		return Burst{}
	}
	c := p.queue[0]
	from := c.taken * p.size
	n := min(c.ready-c.taken, maxDatagrams)
	to := min(from+n*p.size, c.end)
	if units.ByteCount(to-from) > maxBytes {
		n = int(maxBytes) / p.size
		to = from + n*p.size
	}
	if n == 0 {
		return Burst{}
	}
	b := Burst{Frame: c.frame, Slab: c.slab[from:to:to], Size: p.size, Count: n, First: c.taken == 0}
	stamp(b, now, number)
	c.taken += n
	if c != p.open && c.taken == c.ready {
		b.Last = true
		p.remove(0)
	}
	return b
}

func stamp(b Burst, now units.Mono, number uint64) {
	sent := uint32(now / 1000) // the low 32 bits of microseconds
	for i := range b.Count {
		datagram := b.Slab[i*b.Size:]
		wire.StampNumber(datagram, number+uint64(i))
		wire.StampShard(datagram, sent)
	}
}
