package jitter

import (
	"math/bits"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// slot is one frame being put together, or finished.
type slot struct {
	buf    []byte
	have   bitset // positions of data shards that are here
	blocks []block

	id        units.FrameID
	ref       uint8
	begun     int  // blocks up to the highest that something was heard of
	protected bool // parity follows, as some shard said
	atLeast   int  // as many data shards the frame has at least, as its shards say
	end       int  // how many data shards it has; zero: unknown yet
	length    int  // its bytes; known with end
	whole     int  // blocks that are whole
	repaired  int  // data shards recovered from parity
	first     units.Mono
	last      units.Mono // running maximum over the shards that were needed
	sent      uint32     // of the shard that came then

	duplicates int
	holes      holes
}

// block is what has come of one block of a frame. Shards are counted by their index: data, then parity.
type block struct {
	k, parity int     // shards of each kind; k is zero while the block is not known to be closed
	data      int     // distinct data shards here
	mask      uint64  // parity shards that came
	spare     []spare // those of them that are kept
	whole     bool    // all data is here, come or recovered
	high      int     // highest index that came or was passed, -1 before the first
	line      int     // whatever is missing before this index will not come
	told      int     // and was told of before this one
}

// spare is a parity shard that waits to be needed.
type spare struct {
	row     uint8
	payload []byte
}

func newSlot(cfg Config) *slot {
	return &slot{buf: make([]byte, cfg.held()), have: newBitset(cfg.blocks() * wire.BlockShards), blocks: make([]block, cfg.blocks())}
}

// begin makes the slot ready for a frame.
func (f *slot) begin(s wire.Shard, at units.Mono) {
	clear(f.have)
	for i := range f.blocks {
		f.blocks[i] = block{spare: f.blocks[i].spare[:0], high: -1}
	}
	*f = slot{buf: f.buf, have: f.have, blocks: f.blocks, id: s.Frame, ref: s.Ref, first: at, last: at}
}

func (f *slot) complete() bool { return f.end > 0 && f.whole == f.count() }

// count is how many blocks the frame has, of which the end is known.
func (f *slot) count() int { return (f.end + wire.BlockShards - 1) / wire.BlockShards }

// place is what one shard says about its frame.
type place struct {
	block, index int
	position     int // of a data shard, in the frame
	parity       bool
	atLeast      int // data shards the frame has at least
	end          int // data shards it has, zero: not said
	length       int // bytes it has, where end is said
}

// cutting is how frames are cut: the bytes of a full payload and of the longest frame, and how many shards that has.
type cutting struct{ payload, longest, shards int }

// locate derives a shard's place and checks it on its own, without the frame.
func (p *place) locate(c *cutting, s *wire.Shard, size int) Verdict {
	if !s.Valid() {
		return RefusedMalformed
	}
	p.block, p.index, p.position, p.parity = int(s.Block), int(s.Index), s.Position(), s.IsParity()
	start, full := p.block*wire.BlockShards, int(s.K)*c.payload
	want := c.payload
	switch {
	case s.K == 0: // an open block has a shard behind this one
		p.atLeast = p.position + 2
	case !s.Last:
		p.atLeast = start + wire.BlockShards + 1
		if int64(s.Length) != int64(full) {
			return RefusedSize
		}
	default:
		p.end = start + int(s.K)
		p.atLeast = p.end
		if int64(s.Length) > int64(full) || int64(s.Length) <= int64(full-c.payload) {
			return RefusedSize
		}
		p.length = start*c.payload + int(s.Length)
		if p.position == p.end-1 {
			want = p.length - p.position*c.payload
		}
	}
	switch {
	case size != want:
		return RefusedSize
	case !p.parity && p.position*c.payload+size > c.longest, p.length > c.longest, p.atLeast > c.shards:
		return RefusedLong
	}
	return Accepted
}

// check says whether a shard goes with those before it and is new.
func (f *slot) check(s *wire.Shard, p *place) Verdict {
	b := &f.blocks[p.block]
	switch {
	case s.Ref != f.ref,
		p.end > 0 && f.end > 0 && (p.end != f.end || p.length != f.length),
		p.end > 0 && p.end < f.atLeast,
		f.end > 0 && p.atLeast > f.end,
		s.K > 0 && b.k > 0 && int(s.Parity) != b.parity:
		return RefusedContradiction
	case p.parity && b.mask>>(p.index-int(s.K))&1 != 0, !p.parity && f.have.has(p.position):
		f.duplicates++
		return Duplicate
	case p.parity && b.whole:
		return Spare
	}
	return Accepted
}

// learn takes what the header of a shard that check has not refused says about the frame.
func (f *slot) learn(s *wire.Shard, p *place) {
	f.protected = f.protected || s.Parity > 0
	f.atLeast = max(f.atLeast, p.atLeast)
	if p.end > 0 {
		f.end, f.length = p.end, p.length
	}
	if s.K > 0 {
		b := &f.blocks[p.block]
		b.k, b.parity = int(s.K), int(s.Parity)
	}
}

// enough says that what is here of a block is all of it, or suffices to recover the rest.
func (b *block) enough() bool { return b.k > 0 && b.data+len(b.spare) >= b.k }

// gone is how many shards of the block, of k data and parity ones, are missing before index end.
func (b *block) gone(have bitset, start, k, parity, end int) int {
	n := have.count(start, start+min(end, k))
	if rows := min(end-k, parity); rows > 0 {
		n += rows - bits.OnesCount64(b.mask&(1<<rows-1))
	}
	return n
}
