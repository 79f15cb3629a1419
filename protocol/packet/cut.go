package packet

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// cut is one frame being cut, or cut and waiting.
type cut struct {
	*format
	blocks []*block      // the last is being filled until the frame is finished
	block  func() *block // gives another

	header    wire.Header
	shard     wire.Shard // what all shards of the frame say
	protected bool       // parity follows
	bytes     int        // of the frame so far
	slice     int        // the slice being written
	first     uint8      // the first slice in the payload being filled
	last      uint8      // the last
	fill      int        // bytes in the payload after the finished ones
	taken     int        // datagrams handed out
	left      int        // datagrams that can be taken
	leftBytes int        // how long they are
}

func (c *cut) begin(session uint32, frame units.FrameID, ref uint8) {
	*c = cut{
		format: c.format, blocks: c.blocks[:0], block: c.block,
		header: wire.Header{Kind: wire.KindShard, Session: session},
		shard:  wire.Shard{Frame: frame, Ref: ref},
	}
	c.protected = c.wanted(1) > 0
	c.grow()
}

// wanted is how many parity shards a block of k gets.
func (c *cut) wanted(k int) int {
	if c.parity == nil {
		return 0
	}
	return min(max(c.parity.Parity(k, c.shard.Ref == 0), 0), wire.MaxParity)
}

// grow begins the next block.
func (c *cut) grow() {
	b := c.block()
	b.begin(len(c.blocks), c.slice)
	c.blocks = append(c.blocks, b)
}

// write appends b and elided bytes behind it to the frame. A full payload is finished only when a byte behind it comes:
// until then it may be the frame's last, which says so.
func (c *cut) write(b []byte, elided int) {
	left := len(b) + elided
	c.bytes += left
	for left > 0 {
		if c.fill == c.payload {
			c.seal(false)
		}
		if c.fill == 0 {
			c.first = uint8(c.slice)
		}
		c.last = uint8(c.slice)
		n := min(c.payload-c.fill, left)
		here := min(n, len(b))
		if c.fill < c.kept {
			filling := c.blocks[len(c.blocks)-1]
			copy(c.body(filling.data, filling.ready)[c.fill:], b[:here])
		}
		c.fill += n
		b = b[here:]
		left -= n
	}
}

// finish seals the frame's last payload, of which there is always one: the prefix alone fills it.
func (c *cut) finish() { c.seal(true) }

// seal writes the header of the payload being filled and goes on to the next, in the next block where this one is full.
func (c *cut) seal(last bool) {
	b := c.blocks[len(c.blocks)-1]
	index := b.ready
	b.ready++
	c.left++
	c.leftBytes += c.fill + wire.ShardOverhead
	s := c.shard
	s.Block, s.FirstSlice, s.LastSlice = b.number, c.first, c.last
	full := b.ready == wire.BlockShards
	switch {
	case last || full:
		s.K, s.Last, s.Length = uint8(b.ready), last, uint32(index*c.payload+c.fill)
		c.close(b, &s)
	case c.protected:
		s.Parity = 1
	}
	s.Index = uint8(index)
	c.put(b.data, index, s)
	c.fill = 0
	if full && !last {
		c.grow()
	}
}

// close ends a block, whose last shard is s. Its parity is made when the first of it leaves: the data does not wait for
// that.
func (c *cut) close(b *block, s *wire.Shard) {
	b.k, b.short = b.ready, c.payload-c.fill
	if c.protected {
		b.parity = c.wanted(b.k)
	}
	s.Parity = uint8(b.parity)
	b.closing = *s
	c.left += b.parity
	c.leftBytes += b.parity * c.size()
}

// protect makes the parity datagrams of a block all of whose data has left.
func (c *cut) protect(b *block) {
	b.code(c.format)
	s := b.closing
	s.FirstSlice = b.firstSlice
	for j := range b.parity {
		s.Index = s.K + uint8(j)
		c.put(b.spare, j, s)
	}
	b.coded = true
}

// put writes the headers of datagram i.
func (c *cut) put(slab []byte, i int, s wire.Shard) {
	at := i * c.stride()
	s.Append(c.header.Append(slab[at:at]))
}

// next chooses the block whose datagrams leave next, and the most that leave at a time. The blocks of a protected frame
// take turns, so that each has sent the same share of its shards: what is lost in one go is spread over all of them, and
// the parity of all of them makes it good. Without parity there is no gain, and a receiver can tell earlier what is missing
// of a frame that comes in order.
func (c *cut) next() (chosen *block, most int) {
	if !c.protected {
		return c.oldest(), wire.BlockShards
	}
	var second *block
	for _, b := range c.blocks {
		switch {
		case b.left() == 0:
		case chosen == nil:
			chosen = b
		case b.behind(chosen):
			chosen, second = b, chosen
		case second == nil || b.behind(second):
			second = b
		}
	}
	if second == nil {
		return chosen, wire.BlockShards
	}
	return chosen, chosen.turn(second)
}

// oldest is the first block that has datagrams left.
func (c *cut) oldest() *block {
	for _, b := range c.blocks {
		if b.left() > 0 {
			return b
		}
	}
	return nil
}
