package jitter

import (
	"slices"

	"airbridge/units"
)

// Complete returns the oldest finished frame after the given one; zero asks for the oldest of all. The frame stays where
// it is until it is dropped.
func (b *Buffer) Complete(after units.FrameID) (Frame, bool) {
	for _, f := range b.order {
		if f.id > after && f.complete() {
			return f.frame(), true
		}
	}
	return Frame{}, false
}

// Unfinished returns the oldest frame after the given one that was heard of and is not finished.
func (b *Buffer) Unfinished(after units.FrameID) (units.FrameID, bool) {
	for _, f := range b.order {
		if f.id > after && !f.complete() {
			return f.id, true
		}
	}
	return 0, false
}

func (f *slot) frame() Frame {
	held := min(f.length, len(f.buf))
	return Frame{
		ID: f.id, Ref: f.ref, Bytes: f.buf[:held:held], Elided: f.length - held,
		First: f.first, Last: f.last, Sent: f.sent,
		Shards: f.end, Recovered: f.repaired, Duplicates: f.duplicates, Holes: f.holes.told,
	}
}

// Drop closes one frame, finished or not: its slot is free again and shards of it are stale from now on. Dropping the
// oldest frame held closes those before it too, of which nothing has come.
func (b *Buffer) Drop(id units.FrameID) {
	i := slices.IndexFunc(b.order, func(f *slot) bool { return f.id == id })
	if i < 0 {
		return
	}
	if !b.order[i].complete() {
		b.stats.Dropped++
	}
	b.remove(i)
}

// DropThrough closes all frames up to id, heard of or not. After a frame was decoded this is how it is released.
func (b *Buffer) DropThrough(id units.FrameID) {
	for len(b.order) > 0 && b.order[0].id <= id {
		b.Drop(b.order[0].id)
	}
	b.floor = max(b.floor, id)
}

// NextHole returns the next hole that is certain at now and was not told before; ok is false where there is none. A frame
// that is finished has none.
func (b *Buffer) NextHole(now units.Mono) (h Hole, ok bool) {
	if len(b.evicted) > 0 {
		h = Hole{Frame: b.evicted[0], Kind: HoleEvicted}
		b.evicted = slices.Delete(b.evicted, 0, 1)
		return h, true
	}
	for _, f := range b.order {
		if f.complete() {
			continue
		}
		if h, ok = f.nextHole(now, b); ok {
			b.stats.Holes++
			return h, true
		}
	}
	return Hole{}, false
}

// Deadline returns when the next hole may become certain, in the past where one may be already, units.Never where
// nothing is missing. It is good until the next Push.
func (b *Buffer) Deadline() units.Mono {
	at := units.Never
	if len(b.evicted) > 0 {
		at = b.now
	}
	for _, f := range b.order {
		at = min(at, f.due(b))
	}
	return at
}

// certainAt is when evidence makes a hole certain: at once where enough datagrams have overtaken it.
func (b *Buffer) certainAt(e evidence) units.Mono {
	if b.ahead-e.ahead >= laterDatagrams {
		return e.since
	}
	return e.since.Add(b.cfg.ReorderWindow)
}
