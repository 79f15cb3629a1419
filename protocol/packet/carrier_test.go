package packet

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// seen is what everybody on the path sees of a burst, payload apart.
type seen struct {
	Count, Size, Bytes  int
	Parity, First, Last bool
	Lengths             []int
	Headers             [][]byte
	Prefix              []byte // of a first shard's payload
}

func look(b Burst) seen {
	s := seen{Count: b.Count, Size: b.Size, Bytes: b.Bytes(), Parity: b.Parity, First: b.First, Last: b.Last}
	stride := b.Size - b.Elided
	for i, rest := 0, b.Slab; len(rest) > 0; i++ {
		d, elided := rest[:min(stride, len(rest))], b.Elided
		if rest = rest[len(d):]; len(rest) == 0 {
			elided = b.LastElided
		}
		s.Lengths = append(s.Lengths, len(d)+elided)
		s.Headers = append(s.Headers, bytes.Clone(d[:wire.ShardOverhead]))
		if b.First && i == 0 {
			s.Prefix = bytes.Clone(d[wire.ShardOverhead:][:wire.FrameInfoSize])
		}
	}
	return s
}

// Nobody on the path can tell a stream with elided payload from a real one by anything but the payload.
func TestElidedStreamsLookLikeRealOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := small
		cfg.Parity = percent{every: rapid.SampledFrom([]int{0, 1, 20, 100}).Draw(t, "parity")}
		pair := [2]*Packetizer{}
		for i := range pair {
			cfg.Carrier = fec.Choose(i == 1)
			var err error
			if pair[i], err = New(cfg); err != nil {
				t.Fatal(err)
			}
		}
		number := uint64(1)
		for frame := units.FrameID(1); frame <= 3; frame++ {
			for _, p := range pair {
				if err := p.Begin(frame, uint8(frame-1), info); err != nil {
					t.Fatal(err)
				}
			}
			for last := false; !last; {
				last = rapid.Bool().Draw(t, "last")
				size := rapid.IntRange(0, 70_000).Draw(t, "slice")
				here := rapid.IntRange(0, size).Draw(t, "here") // an encoder model may invent some of it
				e1, e2 := pair[0].Slice(pattern(size), 0, last), pair[1].Slice(pattern(size)[:here], size-here, last)
				if !errors.Is(e1, errors.Unwrap(e2)) {
					t.Fatalf("a slice of %d bytes is answered by %v and %v", size, e1, e2)
				}
				for range rapid.IntRange(0, 40).Draw(t, "bursts") {
					compare(t, pair, number, rapid.IntRange(1, 64).Draw(t, "count"), 65507)
				}
			}
			for compare(t, pair, number, 64, math.MaxInt64) > 0 {
			}
		}
	})
}

func compare(t *rapid.T, pair [2]*Packetizer, number uint64, n int, most units.ByteCount) int {
	real, elided := pair[0].Take(7, number, n, most), pair[1].Take(7, number, n, most)
	if diff := cmp.Diff(look(real), look(elided)); diff != "" {
		t.Fatalf("bursts differ (-real +elided):\n%s", diff)
	}
	if len(elided.Slab) > elided.Count*(wire.ShardOverhead+wire.FrameInfoSize) {
		t.Fatalf("%d datagrams take %d bytes of slab", elided.Count, len(elided.Slab))
	}
	return real.Count
}

func TestRealCarrierWantsAllBytes(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	if err := p.Slice(pattern(10), 1, false); !errors.Is(err, ErrElided) {
		t.Errorf("Slice of bytes that are not there = %v, want ErrElided", err)
	}
	slice(t, p, pattern(10), true) // swallowed
	begin(t, p, 2, 0)
	slice(t, p, pattern(10), true)
	if got := drain(t, p, 0, 64); len(got) != 1 || got[0].shard.Frame != 2 {
		t.Errorf("datagrams of %d frames leave, want that of frame 2", len(got))
	}
}

// A laboratory runs thousands of sessions: each must be small. A real one must not take the memory for the worst case.
func TestMemoryFollowsUse(t *testing.T) {
	for _, c := range []struct {
		elide bool
		most  units.ByteCount
	}{{true, 50 << 10}, {false, 800 << 10}} {
		p := newPacketizer(t, Config{Parity: percent{every: 20}, Carrier: fec.Choose(c.elide)})
		for frame := units.FrameID(1); frame <= 100; frame += 2 {
			for f := frame; f <= frame+1; f++ { // two frames queue
				begin(t, p, f, 0)
				elided, unit := 0, pattern(120_000)
				if c.elide {
					elided, unit = len(unit), nil
				}
				if err := p.Slice(unit, elided, true); err != nil {
					t.Fatal(err)
				}
			}
			for p.Take(0, 1, 64, math.MaxInt64).Count > 0 {
			}
		}
		if got := p.Held(); got > c.most {
			t.Errorf("elided %t: %d bytes held after frames of 120 kB, want at most %d", c.elide, got, c.most)
		}
	}
}

func TestResetReusesMemory(t *testing.T) {
	cfg := protected()
	p := newPacketizer(t, cfg)
	frame := func() {
		begin(t, p, 1, 0)
		if err := p.Slice(pattern(1), 0, false); err != nil {
			t.Fatal(err)
		}
	}
	frame()
	before := p.Held()
	for session := uint32(8); session < 12; session++ {
		cfg.Session = session
		if err := p.Reset(cfg); err != nil {
			t.Fatal(err)
		}
		if n, _ := p.Ready(); n != 0 || p.Queued() != 0 {
			t.Fatalf("%d datagrams and %d frames of the session before", n, p.Queued())
		}
		frame()
	}
	if got := p.Held(); got != before {
		t.Errorf("%d bytes held after five sessions, %d after one", got, before)
	}
	slice(t, p, nil, true)
	if d := drain(t, p, 0, 64); d[0].header.Session != 11 {
		t.Errorf("session %d, want the last", d[0].header.Session)
	}
}

func TestResetToOtherDatagrams(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 5, 0)
	slice(t, p, pattern(5000), true)
	cfg := protected()
	cfg.Datagram = 600
	if err := p.Reset(cfg); err != nil {
		t.Fatal(err)
	}
	begin(t, p, 1, 0)
	slice(t, p, pattern(5000), true)
	if b := p.Take(0, 1, 64, math.MaxInt64); b.Size != 600 || b.Frame != 1 {
		t.Errorf("datagrams of %d bytes of frame %d, want 600 of frame 1", b.Size, b.Frame)
	}
	if err := p.Reset(Config{Frames: -1}); err == nil {
		t.Error("Reset with an impossible configuration = nil")
	}
	if n, _ := p.Ready(); n == 0 {
		t.Error("a refused configuration dropped what was queued")
	}
}
