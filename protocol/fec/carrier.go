// Package fec protects the shards of a block by parity, and knows how payload is carried about: all of its bytes, as on
// every real path, or only those that somebody looks at, as in a laboratory that streams for hours.
package fec

import "airbridge/protocol/wire"

// Carrier is how payload bytes are kept and made good. Everything else, which shards are there and which can be
// recovered, is counted and is the same whatever the carrier. A carrier has no state and never allocates.
type Carrier interface {
	// Kept returns how many bytes at the beginning of a payload of size bytes are there; the rest is elided: it counts
	// for lengths, and nobody may look at it.
	Kept(size int) int
	// Encode writes the first parity shards of a block of up to wire.BlockShards data shards, at most wire.MaxParity of
	// them. All shards have one length; a shorter payload is padded with zeros.
	Encode(data, parity [][]byte)
	// Recover writes the data shards whose indices are missing, from the others and as many parity shards, whose numbers
	// from 0 on are rows. No index and no row stands twice. The parity shards are used up: they hold nothing afterwards.
	Recover(data [][]byte, missing []uint8, parity [][]byte, rows []uint8)
}

// Choose returns the carrier that elides payload, or the one that keeps all of it.
func Choose(elide bool) Carrier {
	if elide {
		return Elided{}
	}
	return Real{}
}

// Elided keeps a frame's prefix, wire.FrameInfo, and counts the rest. A parity shard repeats the first data shard of its
// block: in a frame's first block that is the prefix, which is all that anybody looks at.
type Elided struct{}

// Kept returns wire.FrameInfoSize at most: a frame's first payload begins with that prefix.
func (Elided) Kept(size int) int { return min(size, wire.FrameInfoSize) }

// Encode repeats the first shard.
func (Elided) Encode(data, parity [][]byte) {
	for _, p := range parity {
		copy(p, data[0])
	}
}

// Recover gives the first shard back.
func (Elided) Recover(data [][]byte, missing []uint8, parity [][]byte, _ []uint8) {
	if len(missing) > 0 && missing[0] == 0 {
		copy(data[0], parity[0])
	}
}
