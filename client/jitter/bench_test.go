package jitter_test

import (
	"bytes"
	"math"
	"testing"

	"airbridge/client/jitter"
	"airbridge/protocol/packet"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// path packetizes frames and puts them together again.
type path struct {
	p     *packet.Packetizer
	b     *jitter.Buffer
	frame units.FrameID
}

func newPath(tb testing.TB) *path {
	tb.Helper()
	cfg := packet.Config{Datagram: 1400}
	p, err := packet.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return &path{p: p, b: jitter.New(jitter.Config{Payload: cfg.Payload(), MaxFrame: packet.DefaultMaxFrame})}
}

// carry takes one access unit through both rooms. What comes out is valid until the next call.
func (w *path) carry(unit []byte) (jitter.Frame, bool) {
	w.b.DropThrough(w.frame)
	w.frame++
	if w.p.Begin(w.frame, 0, wire.FrameInfo{Pose: pose.Pose{Orientation: pose.Identity}}) != nil || w.p.Slice(unit, true) != nil {
		return jitter.Frame{}, false
	}
	for {
		burst := w.p.Take(units.Mono(w.frame), 1, 46, math.MaxInt64)
		if burst.Count == 0 {
			return w.b.Complete(0)
		}
		for rest := burst.Slab; len(rest) > 0; {
			n := min(burst.Size, len(rest))
			if _, body, err := wire.ParseHeader(rest[:n]); err == nil {
				if s, payload, err := wire.ParseShard(body); err == nil {
					w.b.Push(units.Mono(w.frame), s, payload)
				}
			}
			rest = rest[n:]
		}
	}
}

func TestPacketizedFramesComeOutWhole(t *testing.T) {
	w := newPath(t)
	for _, length := range []int{1, 1315, 1316, 1317, 192*1364 - wire.FrameInfoSize, 192*1364 - wire.FrameInfoSize + 1, 1 << 19} {
		unit := make([]byte, length)
		for i := range unit {
			unit[i] = byte(i * i >> 3)
		}
		f, ok := w.carry(unit)
		if !ok {
			t.Errorf("a frame of %d bytes does not come out", length)
			continue
		}
		if _, got, err := wire.ParseFrameInfo(f.Bytes); err != nil || !bytes.Equal(got, unit) {
			t.Errorf("a frame of %d bytes comes out changed: %v", length, err)
		}
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	w := newPath(t)
	unit := make([]byte, 50_000)
	if n := testing.AllocsPerRun(100, func() {
		if _, ok := w.carry(unit); !ok {
			t.Error("the frame does not come out")
		}
		_, _ = w.b.NextHole(units.Mono(w.frame))
		_ = w.b.Deadline()
	}); n != 0 {
		t.Errorf("a frame allocates %v times, want 0", n)
	}
}

// BenchmarkFrame150KB is one frame of 110 datagrams, cut and put together again.
func BenchmarkFrame150KB(b *testing.B) {
	w := newPath(b)
	unit := make([]byte, 150_000)
	w.carry(unit)
	b.SetBytes(int64(len(unit)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := w.carry(unit); !ok {
			b.Fatal("the frame does not come out")
		}
	}
}
