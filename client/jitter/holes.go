package jitter

import (
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Hole says that a piece of a frame is missing for certain, and more than parity can make good. Stragglers may still
// fill it.
type Hole struct {
	// Frame is the frame it is in.
	Frame units.FrameID
	// Kind says what is missing.
	Kind HoleKind
	// First is the position of the first data shard missing, Count how many are: zero where Kind is not HoleRun.
	First, Count int
}

// HoleKind says what is missing of a frame.
type HoleKind uint8

// The kinds of holes.
const (
	// HoleRun: Count shards from First on.
	HoleRun HoleKind = iota + 1
	// HoleTail: everything from First on, however long the frame is.
	HoleTail
	// HoleEvicted: the unfinished frame was given up to make room for a newer one.
	HoleEvicted
)

// evidence is when and behind how many datagrams something was found to be missing.
type evidence struct {
	since units.Mono
	ahead uint64
}

// gap says that some shards of a block before an index were missing when something behind them came.
type gap struct {
	block, to int
	evidence
}

// maxGaps bounds the gaps of a frame that wait to become certain. Where there are more the block's newest is widened, and
// its evidence renewed: that delays a report by one reorder window.
const maxGaps = 32

// everything is an index behind all shards of a block.
const everything = wire.BlockShards + wire.MaxParity

// tailState says what is known about the shards behind the highest that came.
type tailState uint8

const (
	tailAwaited tailState = iota // nothing newer came: they are only late
	tailSuspect                  // something newer came
	tailTold                     // reported
)

// holes is what a frame lacks, in the order of the evidence.
type holes struct {
	gaps  [maxGaps]gap
	head  int
	count int

	tail    tailState
	suspect evidence // where tail is tailSuspect
	told    int      // holes reported
}

// add notes a gap.
func (h *holes) add(g gap) {
	if h.count < maxGaps {
		h.gaps[(h.head+h.count)%maxGaps] = g
		h.count++
		return
	}
	for n := h.count - 1; n >= 0; n-- {
		if old := &h.gaps[(h.head+n)%maxGaps]; old.block == g.block {
			*old = g
			return
		}
	} // the block's holes are told with the tail
}

// overtake notes that a newer frame has begun while this one was not whole.
func (h *holes) overtake(e evidence) {
	if h.tail == tailAwaited {
		h.tail, h.suspect = tailSuspect, e
	}
}

// jump notes that a shard came while others before it did not. A suspect tail covers them already. Blocks without parity
// come one after the other; those with parity take turns, and say nothing about each other.
func (f *slot) jump(p *place, e evidence) {
	b := &f.blocks[p.block]
	if f.holes.tail == tailAwaited {
		for i := max(f.begun-1, 0); i < p.block && !f.protected; i++ {
			if passed := &f.blocks[i]; !passed.whole {
				passed.high = everything
				f.holes.add(gap{i, everything, e})
			}
		}
		if p.index > b.high+1 && !b.whole {
			f.holes.add(gap{p.block, p.index, e})
		}
	}
	b.high = max(b.high, p.index)
	f.begun = max(f.begun, p.block+1)
}

// nextHole returns the next hole of the frame that is certain.
func (f *slot) nextHole(now units.Mono, b *Buffer) (Hole, bool) {
	if f.holes.tail == tailTold {
		return Hole{}, false
	}
	over := f.settle(now, b)
	for i := range f.heard() {
		if h, ok := f.hole(i); ok {
			f.blocks[i].told = h.First + h.Count - i*wire.BlockShards
			f.holes.told++
			return h, true
		}
	}
	if !over {
		return Hole{}, false
	}
	f.holes.tail = tailTold
	if f.end > 0 {
		return Hole{}, false
	}
	f.holes.told++
	return Hole{f.id, HoleTail, f.reach(), 0}, true
}

// settle turns evidence that has become certain into lines; over says that nothing of the frame will come any more.
func (f *slot) settle(now units.Mono, b *Buffer) (over bool) {
	h := &f.holes
	for h.count > 0 && b.certainAt(h.gaps[h.head].evidence) <= now {
		g := h.gaps[h.head]
		f.blocks[g.block].line = max(f.blocks[g.block].line, g.to)
		h.head = (h.head + 1) % maxGaps
		h.count--
	}
	if over = f.tailDue(b) <= now; over {
		for i := range f.heard() {
			f.blocks[i].line = everything
		}
	}
	return over
}

// heard is how many blocks are known to exist.
func (f *slot) heard() int { return max(f.begun, f.count()) }

// reach is the position behind the highest data shard that came or was passed.
func (f *slot) reach() int {
	last := f.begun - 1
	return last*wire.BlockShards + min(f.blocks[last].high+1, wire.BlockShards)
}

// hole returns the first hole of a block that was not told. There is none while parity may fill it: while no more is
// gone than the block has parity, or may have as long as nobody said.
func (f *slot) hole(i int) (Hole, bool) {
	b := &f.blocks[i]
	if b.whole || b.line <= b.told {
		return Hole{}, false
	}
	start := i * wire.BlockShards
	k, parity, end := b.k, b.parity, b.k
	if k == 0 {
		k, end = wire.BlockShards, wire.BlockShards
		if f.protected {
			parity = wire.MaxParity
		}
		if f.end == 0 && i == f.begun-1 {
			end = f.reach() - start // whether the frame goes on is not known
		}
	}
	if b.gone(f.have, start, k, parity, b.line) <= parity {
		return Hole{}, false
	}
	first, count := f.have.missing(start+b.told, start+min(b.line, end))
	return Hole{f.id, HoleRun, first, count}, count > 0
}

// tailDue is when the shards behind the highest that came are certainly missing: some time after something newer came,
// or when patience with the newest frame runs out.
func (f *slot) tailDue(b *Buffer) units.Mono {
	switch {
	case f.holes.tail == tailSuspect:
		return b.certainAt(f.holes.suspect)
	case f.holes.tail == tailAwaited && !f.passed():
		return f.first.Add(b.cfg.Patience)
	}
	return units.Never
}

// passed says that the last shard of every block came or was passed, so that gaps are all that is missing.
func (f *slot) passed() bool {
	for i := range f.heard() {
		if b := &f.blocks[i]; !b.whole && (b.high < everything && b.k == 0 || b.high+1 < b.k+b.parity) {
			return false
		}
	}
	return f.end > 0
}

// due is when the next hole of the frame may become certain, in the past where one is.
func (f *slot) due(b *Buffer) units.Mono {
	if f.complete() || f.holes.tail == tailTold {
		return units.Never
	}
	for i := range f.heard() {
		if _, ok := f.hole(i); ok {
			return f.first
		}
	}
	at := f.tailDue(b)
	if f.holes.count > 0 {
		at = min(at, b.certainAt(f.holes.gaps[f.holes.head].evidence))
	}
	return at
}
