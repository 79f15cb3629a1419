// Package jitter puts frames together again from shards that arrive late, twice, out of order or not at all: the room
// between the transport and the decoder.
//
// Several frames are in progress at one time and finish in any order; Complete offers the finished ones in the order of
// their numbers. What is missing for certain is told once, as soon as it is certain, through NextHole. Whether a frame
// that was never heard of is lost is not known here, as the streamer may have skipped it: the reference of a later frame
// tells, and the client's core judges that.
//
// The buffer's memory is bounded by its configuration whatever a peer sends (see Bound), and after each slot has been
// used once nothing is allocated any more.
package jitter

import (
	"fmt"
	"slices"

	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	// maxAhead bounds how far a frame's number may lie ahead of the newest: 12 minutes of skipped frames at 90 Hz.
	maxAhead = 1 << 16
	// maxClosed bounds the frames above the floor that are remembered as closed.
	maxClosed = 64
)

// Frame is a finished frame.
type Frame struct {
	// ID is its number, Ref how many frames back its reference lies, zero for none.
	ID  units.FrameID
	Ref uint8
	// Bytes are the frame's bytes, a wire.FrameInfo and the access unit. They view the buffer and are valid until the
	// frame is dropped. Elided is how many more the frame has at its end that were never there.
	Bytes  []byte
	Elided int
	// First is when its first shard arrived, Last when the last that it needed did: data or parity.
	First, Last units.Mono
	// Sent is the Sent stamp of the shard that arrived at Last.
	Sent uint32
	// Shards is how many data shards it has, Recovered how many of them did not come in time and were made from parity, and
	// Duplicates how many shards came once more.
	Shards, Recovered, Duplicates int
	// Holes is how many holes were told of it before stragglers filled them.
	Holes int
}

// Buffer reassembles the frames of one stream. It is not safe for concurrent use; the client's core owns it.
type Buffer struct {
	cfg Config
	cutting
	workshop workshop

	order []*slot // in use, by rising frame number
	free  []*slot
	made  int // slots allocated so far

	newest  units.FrameID // newest frame admitted
	floor   units.FrameID // this frame and those before it are closed
	closed  [maxClosed]units.FrameID
	closing int // where in closed the next goes

	now     units.Mono      // latest arrival
	evicted []units.FrameID // to be told
	ahead   uint64          // shards that came behind all others of their frame: the clock of laterDatagrams
	stats   Stats
}

// New makes a buffer. It panics if the configuration is not valid: one from a parsed wire.Welcome always is.
func New(cfg Config) *Buffer {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("jitter: %v", err))
	}
	cfg = cfg.withDefaults()
	return &Buffer{
		cfg: cfg, cutting: cutting{cfg.Payload, int(cfg.MaxFrame), cfg.shards()},
		workshop: workshop{carrier: cfg.Carrier, kept: cfg.Carrier.Kept(cfg.Payload)},
		order:    make([]*slot, 0, cfg.Frames),
		free:     make([]*slot, 0, cfg.Frames),
		evicted:  make([]units.FrameID, 0, cfg.Frames),
	}
}

// Bound returns the most bytes of frames and parity the buffer ever holds. They are allocated when they are first needed.
func (b *Buffer) Bound() units.ByteCount {
	return units.ByteCount(b.cfg.Frames * (b.cfg.held() + b.cfg.blocks()*wire.MaxParity*b.workshop.kept))
}

// Push takes a shard that arrived at at. The payload, which is longer than it says by as many bytes as were elided, is
// copied.
func (b *Buffer) Push(at units.Mono, s wire.Shard, payload []byte, elided int) Verdict {
	b.now = max(b.now, at)
	v := b.push(at, &s, payload, elided)
	b.stats.Shards[v]++
	return v
}

func (b *Buffer) push(at units.Mono, s *wire.Shard, payload []byte, elided int) Verdict {
	size := len(payload) + elided
	var p place
	v := p.locate(&b.cutting, s, size)
	switch {
	case v != Accepted:
		return v
	case len(payload) < min(size, b.workshop.kept):
		return RefusedSize
	}
	f := b.find(s.Frame)
	if f == nil {
		if f, v = b.admit(at, *s); v != Accepted {
			return v
		}
	}
	if v = f.check(s, &p); v != Accepted && v != Spare {
		return v
	}
	f.learn(s, &p)
	if p.index > f.blocks[p.block].high {
		b.ahead++
	}
	f.jump(&p, evidence{at, b.ahead})
	if v == Spare {
		return v
	}
	f.store(&b.workshop, at, s.Sent, &p, payload, b.payload)
	if f.complete() {
		b.stats.Completed++
		b.stats.Recovered += uint64(f.repaired)
	}
	return Accepted
}

// find returns the slot of a frame. The newest frames are the likeliest.
func (b *Buffer) find(id units.FrameID) *slot {
	for i := len(b.order) - 1; i >= 0 && b.order[i].id >= id; i-- {
		if b.order[i].id == id {
			return b.order[i]
		}
	}
	return nil
}

// admit gives a new frame a slot. Its coming is evidence that older frames have ended, and frames that are newer are
// evidence that its own shards are overdue.
func (b *Buffer) admit(at units.Mono, s wire.Shard) (*slot, Verdict) {
	switch {
	case s.Frame <= b.floor || slices.Contains(b.closed[:], s.Frame):
		return nil, Stale
	case b.newest > 0 && s.Frame > b.newest && s.Frame-b.newest > maxAhead:
		return nil, RefusedAhead
	}
	f := b.slot(s.Frame)
	if f == nil {
		return nil, Full
	}
	f.begin(s, at)
	i := len(b.order)
	for i > 0 && b.order[i-1].id > s.Frame {
		i--
	}
	now := evidence{at, b.ahead}
	for _, older := range b.order[:i] {
		older.holes.overtake(now)
	}
	if i < len(b.order) {
		f.holes.overtake(now)
	}
	b.order = slices.Insert(b.order, i, f)
	b.newest = max(b.newest, s.Frame)
	return f, Accepted
}

// slot returns a free slot for a frame, evicting an older one where there is none; nil where all are newer.
func (b *Buffer) slot(id units.FrameID) *slot {
	if len(b.free) == 0 && b.made == b.cfg.Frames && !b.evict(id) {
		return nil
	}
	if n := len(b.free); n > 0 {
		f := b.free[n-1]
		b.free = b.free[:n-1]
		return f
	}
	b.made++
	return newSlot(b.cfg)
}

// evict makes room for a frame: the oldest one goes. It lacks shards that hardly come any more, or waits for a reference
// that never comes, or for a decoder that has stopped; kept, it would shut out the IDR that mends the chain.
func (b *Buffer) evict(before units.FrameID) bool {
	if b.order[0].id > before {
		return false
	}
	b.stats.Evicted++
	if len(b.evicted) == cap(b.evicted) { // nobody asks: forget the oldest
		b.evicted = slices.Delete(b.evicted, 0, 1)
	}
	b.evicted = append(b.evicted, b.order[0].id)
	b.remove(0)
	return true
}

// remove frees the i-th slot in use and closes its frame.
func (b *Buffer) remove(i int) {
	f := b.order[i]
	if i == 0 {
		b.floor = max(b.floor, f.id)
	} else {
		b.closed[b.closing] = f.id
		b.closing = (b.closing + 1) % maxClosed
	}
	for n := range f.begun {
		b.workshop.discard(&f.blocks[n])
	}
	b.free = append(b.free, f)
	b.order = slices.Delete(b.order, i, i+1)
}

// Finished returns how many frames have been finished so far.
func (b *Buffer) Finished() uint64 { return b.stats.Completed }

// Stats returns what happened so far.
func (b *Buffer) Stats() Stats { return b.stats }
