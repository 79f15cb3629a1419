package packet

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// cut is one frame being cut, or cut and waiting. Datagram i stands at slab[i*size:].
type cut struct {
	slab          []byte
	payload, size int

	header wire.Header
	shard  wire.Shard // of the payload being filled, apart from its place
	frame  units.FrameID
	bytes  int // of the frame so far
	slice  int // the slice being written
	fill   int // bytes in the payload after the finished ones
	ready  int // datagrams finished
	end    int // where they end in the slab
	taken  int // datagrams handed out
}

func (c *cut) begin(session uint32, frame units.FrameID, ref uint8, payload int) {
	*c = cut{
		slab: c.slab, payload: payload, size: payload + wire.ShardOverhead,
		header: wire.Header{Kind: wire.KindShard, Session: session},
		shard:  wire.Shard{Frame: frame, Ref: ref},
		frame:  frame,
	}
}

// write appends bytes to the frame. A full payload is finished only when a byte behind it comes: until then it may be the
// frame's last, which says so.
func (c *cut) write(b []byte) {
	c.bytes += len(b)
	for len(b) > 0 {
		if c.fill == c.payload {
			c.seal(false)
		}
		if c.fill == 0 {
			c.shard.FirstSlice = uint8(c.slice)
		}
		c.shard.LastSlice = uint8(c.slice)
		at := c.ready*c.size + wire.ShardOverhead + c.fill
		n := copy(c.slab[at:at+c.payload-c.fill], b)
		c.fill += n
		b = b[n:]
	}
}

// finish seals the frame's last payload, of which there is always one: the prefix alone fills it.
func (c *cut) finish() { c.seal(true) }

// seal writes the headers of the payload being filled and goes on to the next.
func (c *cut) seal(last bool) {
	s := c.shard
	s.Block, s.Index = uint8(c.ready/wire.BlockShards), uint8(c.ready%wire.BlockShards)
	if last || s.Index == wire.BlockShards-1 {
		s.K, s.Last = s.Index+1, last
		s.Length = uint32(int(s.Index)*c.payload + c.fill)
	}
	at := c.ready * c.size
	s.Append(c.header.Append(c.slab[at:at]))
	c.end = at + wire.ShardOverhead + c.fill
	c.ready++
	c.fill = 0
}
