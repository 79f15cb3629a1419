package packet

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Burst is a train of finished datagrams of one frame, back to back in one slab: what one segmentation-offload call takes.
type Burst struct {
	// Frame is the frame they belong to.
	Frame units.FrameID
	// Slab holds the datagrams, or what is kept of them. It is valid until the next call of Begin or Slice.
	Slab []byte
	// Size is the length of each datagram but the last, which may be shorter.
	Size int
	// Elided is how many bytes at the end of every full datagram are not in the slab, LastElided the same of the last.
	Elided, LastElided int
	// Count is how many there are; zero where nothing was ready or nothing fitted the limits.
	Count int
	// Parity says that they carry parity rather than data.
	Parity bool
	// First says that the frame's first datagram is among them, Last that its last is.
	First, Last bool
}

// Bytes returns the length of all datagrams together, elided bytes included.
func (b Burst) Bytes() int { return len(b.Slab) + max(b.Count-1, 0)*b.Elided + b.LastElided }

// Take hands out datagrams of the oldest frame: at most maxDatagrams with maxBytes in total. The datagrams are stamped with
// now and numbered from number on. Nothing is handed out where not even one fits.
func (p *Packetizer) Take(now units.Mono, number uint64, maxDatagrams int, maxBytes units.ByteCount) Burst {
	if len(p.queue) == 0 || maxDatagrams <= 0 || maxBytes <= 0 {
		return Burst{}
	}
	c := p.queue[0]
	b, n := c.next()
	if b == nil {
		return Burst{}
	}
	n = min(n, maxDatagrams, b.kind())
	if b.pathBytes(&p.format, n) > maxBytes {
		n = int(maxBytes) / p.size()
	}
	if n == 0 {
		return Burst{}
	}
	if b.taken >= b.ready && !b.coded {
		c.protect(b)
	}
	out := b.take(&p.format, n)
	out.Frame, out.First = c.shard.Frame, c.taken == 0
	stamp(out, now, number)
	c.taken += out.Count
	c.left -= out.Count
	c.leftBytes -= out.Bytes()
	if c != p.open && c.left == 0 {
		out.Last = true
		p.remove(0)
	}
	return out
}

func stamp(b Burst, now units.Mono, number uint64) {
	sent := uint32(now / 1000) // the low 32 bits of microseconds
	stride := b.Size - b.Elided
	for i := range b.Count {
		datagram := b.Slab[i*stride:]
		wire.StampNumber(datagram, number+uint64(i))
		wire.StampShard(datagram, sent)
	}
}
