package jitter

import (
	"testing"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// hostile reads a sequence of calls from bytes: shards whose fields are mostly plausible, and drops.
type hostile struct{ b []byte }

func (h *hostile) next() int {
	if len(h.b) == 0 {
		return 0
	}
	v := h.b[0]
	h.b = h.b[1:]
	return int(v)
}

func (h *hostile) shard(base units.FrameID) (s wire.Shard, size int) {
	s = wire.Shard{Frame: base + units.FrameID(h.next()%32), Ref: uint8(h.next() % 3), Block: uint8(h.next() % 4), Index: uint8(h.next())}
	flags := h.next()
	size = tiny.Payload
	if flags&1 != 0 {
		s.K, s.Last = uint8(h.next()), flags&2 != 0
		s.Length = uint32(int(s.K)*tiny.Payload - h.next()%16)
	}
	if s.Last && s.Index == s.K-1 {
		size = int(s.Length) - int(s.Index)*tiny.Payload
	}
	if flags&4 != 0 {
		size = h.next() % 16
	}
	if flags&8 != 0 {
		s.Frame += units.FrameID(h.next()) << 24
	}
	if flags&16 != 0 {
		s.Parity = uint8(h.next())
	}
	return s, min(max(size, 0), 20)
}

// elidedTiny is tiny for a client that looks at prefixes only.
var elidedTiny = Config{Payload: tiny.Payload, MaxFrame: tiny.MaxFrame, Frames: tiny.Frames, Carrier: fec.Elided{}}

func FuzzPush(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 3, 2, 5, 0, 1, 0, 0, 1, 3, 2, 5})
	f.Fuzz(func(t *testing.T, script []byte) {
		h := hostile{script}
		b, elided := New(tiny), New(elidedTiny)
		now, base := units.Mono(0), units.FrameID(100)
		var payload [20]byte
		for len(h.b) > 0 {
			op := h.next()
			now += units.Mono(op%16) * ms / 4
			switch op >> 5 {
			case 0:
				id := base + units.FrameID(h.next()%32)
				b.Drop(id)
				elided.Drop(id)
			case 1:
				base += units.FrameID(h.next() % 8)
				b.DropThrough(base)
				elided.DropThrough(base)
			default:
				s, size := h.shard(base)
				if v, e := b.Push(now, s, payload[:size], 0), elided.Push(now, s, payload[:size], 0); v != e {
					t.Fatalf("%+v: %v, elided %v", s, v, e)
				}
			}
			checkBounds(t, b, now)
			checkBounds(t, elided, now)
			if v, e := b.Stats(), elided.Stats(); v != e {
				t.Fatalf("%+v, elided %+v", v, e)
			}
		}
	})
}

func checkBounds(t *testing.T, b *Buffer, now units.Mono) {
	t.Helper()
	held := units.ByteCount(0)
	for _, f := range append(b.order[:len(b.order):len(b.order)], b.free...) {
		held += units.ByteCount(cap(f.buf))
	}
	held += units.ByteCount(b.workshop.made * b.workshop.kept)
	if held > b.Bound() || len(b.order)+len(b.free) != b.made {
		t.Fatalf("%d bytes in %d slots in use and %d free, %d made; the bound is %d", held, len(b.order), len(b.free), b.made, b.Bound())
	}
	most := b.cfg.Frames * (b.cfg.shards() + 2)
	for n := 0; ; n++ {
		if _, ok := b.NextHole(now); !ok {
			break
		}
		if n > most {
			t.Fatalf("more than %d holes at once", most)
		}
	}
	if at := b.Deadline(); at <= now {
		t.Fatalf("Deadline() = %d at %d when everything was told", at, now)
	}
	for after := units.FrameID(0); ; {
		f, ok := b.Complete(after)
		if !ok {
			return
		}
		if len(f.Bytes) == 0 || units.ByteCount(len(f.Bytes)) > b.cfg.MaxFrame || f.ID <= after {
			t.Fatalf("frame %d of %d bytes after %d", f.ID, len(f.Bytes), after)
		}
		after = f.ID
	}
}
