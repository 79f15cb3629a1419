package packet

import (
	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// redundancy says how many parity shards protect a block of k data shards.
type redundancy interface{ Parity(k int, idr bool) int }

// format is how the datagrams of a stream are kept. All frames share it.
type format struct {
	payload int // bytes of a frame in a full datagram
	kept    int // how many of those are kept
	carrier fec.Carrier
	parity  redundancy // nil for none
	views
}

// views are the payloads of the block that is being protected.
type views struct{ data, spare [][]byte }

// size is the length of a full datagram, before sealing, and stride what is kept of one.
func (f *format) size() int   { return f.payload + wire.ShardOverhead }
func (f *format) stride() int { return f.kept + wire.ShardOverhead }

// body is where the payload of datagram i stands in a slab.
func (f *format) body(slab []byte, i int) []byte {
	at := i * f.stride()
	return slab[at+wire.ShardOverhead : at+f.stride()]
}

// block is one block of a frame. What is kept of data shard i stands at data[i*stride:], of parity shard j at
// spare[j*stride:].
type block struct {
	data, spare []byte

	number     uint8 // place in the frame
	firstSlice uint8
	ready      int        // data shards finished
	taken      int        // shards handed out, parity after data
	k, parity  int        // shards of each kind; zero while the block is open
	short      int        // by how much the last data shard is shorter than a full one, where the block is closed
	closing    wire.Shard // what the last data shard says
	coded      bool       // the parity is made
}

func (b *block) begin(number, slice int) {
	*b = block{data: b.data, spare: b.spare, number: uint8(number), firstSlice: uint8(slice)}
}

// held is how much memory it takes.
func (b *block) held() units.ByteCount { return units.ByteCount(cap(b.data) + cap(b.spare)) }

// left is how many shards can be taken.
func (b *block) left() int { return b.ready + b.parity - b.taken }

// total is how many shards the block has in the end; of an open block, how many it can hold.
func (b *block) total() int {
	if b.k == 0 {
		return wire.BlockShards
	}
	return b.k + b.parity
}

// behind says that a smaller share of the block has left than of another.
func (b *block) behind(other *block) bool { return b.taken*other.total() < other.taken*b.total() }

// turn is how many datagrams leave until it is another block's turn: until that one is behind, and no fewer than an eighth
// of what the block may lose.
func (b *block) turn(next *block) int {
	level := (next.taken*b.total() + next.total() - 1) / next.total()
	return max(level-b.taken, b.parity/8, 1)
}

// code makes the block's parity payloads.
func (b *block) code(f *format) {
	if n := b.parity * f.stride(); cap(b.spare) < n {
		b.spare = make([]byte, n)
	} else {
		b.spare = b.spare[:n]
	}
	f.data, f.spare = f.data[:0], f.spare[:0]
	for i := range b.k {
		f.data = append(f.data, f.body(b.data, i))
	}
	for j := range b.parity {
		f.spare = append(f.spare, f.body(b.spare, j))
	}
	clear(f.data[b.k-1][min(f.payload-b.short, f.kept):])
	f.carrier.Encode(f.data, f.spare)
}

// kind is how many shards of one kind can be taken next: a burst is of data or of parity.
func (b *block) kind() int {
	if b.taken < b.ready {
		return b.ready - b.taken
	}
	return b.left()
}

// shortens is by how much the n shards from the next on are shorter than full ones.
func (b *block) shortens(n int) int {
	if b.k > 0 && b.taken < b.k && b.taken+n >= b.k {
		return b.short
	}
	return 0
}

// pathBytes is how long the n shards from the next on are.
func (b *block) pathBytes(f *format, n int) units.ByteCount {
	return units.ByteCount(n*f.size() - b.shortens(n))
}

// take hands out n shards of one kind: slab and lengths of a burst.
func (b *block) take(f *format, n int) Burst {
	elided, short := f.payload-f.kept, b.shortens(n)
	out := Burst{Size: f.size(), Count: n, Elided: elided, LastElided: max(elided-short, 0)}
	from, slab := b.taken, b.data
	if from >= b.ready {
		from, slab, out.Parity = from-b.ready, b.spare, true
	}
	at, end := from*f.stride(), (from+n)*f.stride()-max(short-elided, 0)
	out.Slab = slab[at:end:end]
	b.taken += n
	return out
}
