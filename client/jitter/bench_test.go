package jitter_test

import (
	"bytes"
	"math"
	"testing"

	"airbridge/client/jitter"
	"airbridge/protocol/fec"
	"airbridge/protocol/packet"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// percent protects a block by as many percent of its shards.
type percent int

func (p percent) Parity(k int, _ bool) int { return (k*int(p) + 99) / 100 }

// path packetizes frames and puts them together again.
type path struct {
	p     *packet.Packetizer
	b     *jitter.Buffer
	elide bool
	// lost says which of a frame's datagrams do not arrive.
	lost  func(n int) bool
	frame units.FrameID
}

func newPath(tb testing.TB, elide bool, parity int) *path {
	tb.Helper()
	cfg := packet.Config{Datagram: 1400, Parity: percent(parity), Carrier: fec.Choose(elide)}
	p, err := packet.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return &path{
		p: p, elide: elide, lost: func(int) bool { return false },
		b: jitter.New(jitter.Config{Payload: cfg.Payload(), MaxFrame: packet.DefaultMaxFrame, Carrier: cfg.Carrier}),
	}
}

// carry takes one access unit through both rooms. What comes out is valid until the next call.
func (w *path) carry(unit []byte) (jitter.Frame, bool) {
	w.b.DropThrough(w.frame)
	w.frame++
	elided := 0
	if w.elide {
		unit, elided = nil, len(unit)
	}
	info := wire.FrameInfo{Slot: units.SlotID(w.frame), Pose: pose.Pose{Orientation: pose.Identity}}
	if w.p.Begin(w.frame, 0, info) != nil || w.p.Slice(unit, elided, true) != nil {
		return jitter.Frame{}, false
	}
	for n := 0; ; {
		burst := w.p.Take(units.Mono(w.frame), 1, 46, math.MaxInt64)
		if burst.Count == 0 {
			return w.b.Complete(0)
		}
		stride := burst.Size - burst.Elided
		for rest := burst.Slab; len(rest) > 0; n++ {
			datagram, elided := rest[:min(stride, len(rest))], burst.Elided
			if rest = rest[len(datagram):]; len(rest) == 0 {
				elided = burst.LastElided
			}
			if !w.lost(n) {
				w.push(datagram, elided)
			}
		}
	}
}

func (w *path) push(datagram []byte, elided int) {
	if _, body, err := wire.ParseHeader(datagram); err == nil {
		if s, payload, err := wire.ParseShard(body); err == nil {
			w.b.Push(units.Mono(w.frame), s, payload, elided)
		}
	}
}

func TestPacketizedFramesComeOutWhole(t *testing.T) {
	for name, w := range map[string]*path{"bare": newPath(t, false, 0), "protected": newPath(t, false, 20), "torn": newPath(t, false, 20)} {
		if name == "torn" {
			w.lost = every(13)
		}
		for _, length := range []int{1, 1315, 1316, 1317, 192*1364 - wire.FrameInfoSize, 192*1364 - wire.FrameInfoSize + 1, 1 << 19} {
			unit := make([]byte, length)
			for i := range unit {
				unit[i] = byte(i * i >> 3)
			}
			f, ok := w.carry(unit)
			if !ok {
				t.Errorf("%s: a frame of %d bytes does not come out", name, length)
				continue
			}
			if _, got, err := wire.ParseFrameInfo(f.Bytes); err != nil || !bytes.Equal(got, unit) {
				t.Errorf("%s: a frame of %d bytes comes out changed: %v", name, length, err)
			}
		}
	}
}

// every is a pattern of loss.
func every(n int) func(int) bool { return func(i int) bool { return i%n == n-1 } }

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for _, elide := range []bool{false, true} {
		w := newPath(t, elide, 20)
		w.lost = every(13)
		unit := make([]byte, 50_000)
		if n := testing.AllocsPerRun(100, func() {
			if _, ok := w.carry(unit); !ok {
				t.Error("the frame does not come out")
			}
			_, _ = w.b.NextHole(units.Mono(w.frame))
			_ = w.b.Deadline()
		}); n != 0 {
			t.Errorf("elided %t: a frame allocates %v times, want 0", elide, n)
		}
	}
}

func bench(b *testing.B, size int, elide bool, parity int, lost func(int) bool) {
	w := newPath(b, elide, parity)
	if lost != nil {
		w.lost = lost
	}
	unit := make([]byte, size)
	w.carry(unit)
	b.SetBytes(int64(len(unit)))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := w.carry(unit); !ok {
			b.Fatal("the frame does not come out")
		}
	}
}

// BenchmarkFrame150KB is one frame of 110 datagrams, cut and put together again.
func BenchmarkFrame150KB(b *testing.B) { bench(b, 150_000, false, 0, nil) }

// BenchmarkFrame is one frame of 90 datagrams, cut and put together again: whole, or with one in 13 lost.
func BenchmarkFrame(b *testing.B) {
	const size = 90*1364 - wire.FrameInfoSize - 100
	for _, elide := range []bool{false, true} {
		name := map[bool]string{false: "real", true: "elided"}[elide]
		b.Run(name, func(b *testing.B) { bench(b, size, elide, 0, nil) })
		b.Run(name+"/fec20", func(b *testing.B) { bench(b, size, elide, 20, nil) })
		b.Run(name+"/fec20/lossy", func(b *testing.B) { bench(b, size, elide, 20, every(13)) })
	}
}
