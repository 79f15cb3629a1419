package jitter

import "airbridge/units"

// Hole says that a piece of a frame is missing for certain. Stragglers may still fill it.
type Hole struct {
	// Frame is the frame it is in.
	Frame units.FrameID
	// Kind says what is missing.
	Kind HoleKind
	// First is the position of the first shard missing, Count how many are: zero where Kind is not HoleRun.
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

// gap is a range of positions of which some were missing when the shard behind it came.
type gap struct {
	from, to int
	evidence
}

// maxGaps bounds the gaps of a frame that wait to become certain. Where there are more the newest is widened, and its
// evidence renewed: that delays a report by one reorder window.
const maxGaps = 32

// tailState says what is known about the shards behind the highest that came.
type tailState uint8

const (
	tailAwaited tailState = iota // nothing newer came: they are only late
	tailSuspect                  // something newer came
	tailTold                     // reported
)

// holes is what a frame lacks, in the order of the evidence. A gap's position is always above those of older gaps.
type holes struct {
	gaps  [maxGaps]gap
	head  int
	count int

	tail    tailState
	suspect gap // where tail is tailSuspect; without an end, as the frame's may not be known
	told    int // holes reported
}

// jump notes that position came while those from high+1 on did not. A suspect tail covers them already.
func (h *holes) jump(high, position int, e evidence) {
	if h.tail != tailAwaited || position <= high+1 {
		return
	}
	if h.count == maxGaps {
		newest := &h.gaps[(h.head+h.count-1)%maxGaps]
		newest.to, newest.evidence = position, e
		return
	}
	h.gaps[(h.head+h.count)%maxGaps] = gap{high + 1, position, e}
	h.count++
}

// overtake notes that a newer frame has begun while this one had nothing behind high.
func (h *holes) overtake(high int, e evidence) {
	if h.tail == tailAwaited {
		h.tail, h.suspect = tailSuspect, gap{from: high + 1, evidence: e}
	}
}

// nextHole returns the next hole of the frame that is certain.
func (f *slot) nextHole(now units.Mono, b *Buffer) (Hole, bool) {
	h := &f.holes
	for h.count > 0 && b.certainAt(h.gaps[h.head].evidence) <= now {
		g := &h.gaps[h.head]
		if first, count := f.have.missing(g.from, g.to); count > 0 {
			g.from = first + count
			return f.tell(Hole{f.id, HoleRun, first, count})
		}
		h.head = (h.head + 1) % maxGaps
		h.count--
	}
	if f.tailDue(b) > now {
		return Hole{}, false
	}
	h.overtake(f.high, evidence{since: f.first.Add(b.cfg.Patience - b.cfg.ReorderWindow), ahead: b.ahead})
	t := &h.suspect
	if first, count := f.have.missing(t.from, max(f.end, f.high+1)); count > 0 {
		t.from = first + count
		return f.tell(Hole{f.id, HoleRun, first, count})
	}
	h.tail = tailTold
	if f.end == 0 {
		return f.tell(Hole{f.id, HoleTail, f.high + 1, 0})
	}
	return Hole{}, false
}

func (f *slot) tell(h Hole) (Hole, bool) {
	f.holes.told++
	return h, true
}

// tailDue is when the shards behind the highest that came are certainly missing: some time after something newer came,
// or when patience with the newest frame runs out.
func (f *slot) tailDue(b *Buffer) units.Mono {
	switch {
	case f.holes.tail == tailSuspect:
		return b.certainAt(f.holes.suspect.evidence)
	case f.holes.tail == tailAwaited && f.high+1 != f.end:
		return f.first.Add(b.cfg.Patience)
	}
	return units.Never
}

// due is when the next hole of the frame may become certain.
func (f *slot) due(b *Buffer) units.Mono {
	if f.complete() {
		return units.Never
	}
	at := f.tailDue(b)
	if f.holes.count > 0 {
		at = min(at, b.certainAt(f.holes.gaps[f.holes.head].evidence))
	}
	return at
}
