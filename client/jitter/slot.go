package jitter

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// slot is one frame being put together, or finished.
type slot struct {
	buf  []byte
	have bitset

	id       units.FrameID
	ref      uint8
	high     int // highest position seen, -1 before the first
	atLeast  int // as many shards the frame has at least, as its shards say
	end      int // how many shards it has; zero: unknown yet
	length   int // its bytes; known with end
	received int // distinct shards
	first    units.Mono
	last     units.Mono // running maximum over the shards
	sent     uint32     // of the shard that came then

	duplicates int
	holes      holes
}

func newSlot(shards, payload int) *slot {
	return &slot{buf: make([]byte, shards*payload), have: newBitset(shards)}
}

// begin makes the slot ready for a frame.
func (f *slot) begin(s wire.Shard, at units.Mono) {
	clear(f.have)
	*f = slot{buf: f.buf, have: f.have, id: s.Frame, ref: s.Ref, high: -1, first: at, last: at}
}

func (f *slot) complete() bool { return f.end > 0 && f.received == f.end }

// place is what one shard says about its frame.
type place struct {
	position int
	atLeast  int // shards the frame has at least
	end      int // shards it has, zero: not said
	length   int // bytes it has, where end is said
}

// locate derives a shard's place and checks it on its own, without the frame.
func (c Config) locate(s wire.Shard, size int) (place, Verdict) {
	if !s.Valid() {
		return place{}, RefusedMalformed
	}
	p := place{position: s.Position()}
	start, full := int(s.Block)*wire.BlockShards, int(s.K)*c.Payload
	want := c.Payload
	switch {
	case s.K == 0: // an open block has a shard behind this one
		p.atLeast = p.position + 2
	case !s.Last:
		p.atLeast = start + wire.BlockShards + 1
		if int64(s.Length) != int64(full) {
			return p, RefusedSize
		}
	default:
		p.end = start + int(s.K)
		p.atLeast = p.end
		if int64(s.Length) > int64(full) || int64(s.Length) <= int64(full-c.Payload) {
			return p, RefusedSize
		}
		p.length = start*c.Payload + int(s.Length)
		if p.position == p.end-1 {
			want = p.length - p.position*c.Payload
		}
	}
	switch {
	case size != want:
		return p, RefusedSize
	case p.position*c.Payload+size > int(c.MaxFrame), p.length > int(c.MaxFrame), p.atLeast > c.shards():
		return p, RefusedLong
	}
	return p, Accepted
}

// check says whether a shard goes with those before it and is new.
func (f *slot) check(s wire.Shard, p place) Verdict {
	switch {
	case s.Ref != f.ref,
		p.end > 0 && f.end > 0 && (p.end != f.end || p.length != f.length),
		p.end > 0 && p.end < f.atLeast,
		f.end > 0 && p.atLeast > f.end:
		return RefusedContradiction
	case f.have.has(p.position):
		f.duplicates++
		return Duplicate
	}
	return Accepted
}

// store keeps a shard that check has accepted.
func (f *slot) store(at units.Mono, s wire.Shard, p place, offset int, payload []byte) {
	copy(f.buf[offset:], payload)
	f.have.add(p.position)
	f.received++
	f.high = max(f.high, p.position)
	f.atLeast = max(f.atLeast, p.atLeast)
	if p.end > 0 {
		f.end, f.length = p.end, p.length
	}
	if at >= f.last {
		f.last, f.sent = at, s.Sent
	}
}
