package packet

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// small cuts payloads of 476 bytes.
var small = Config{Session: 7, Datagram: wire.MinDatagram, MaxFrame: 400_000, Frames: 3}

const smallPayload = wire.MinDatagram - wire.ShardOverhead

var info = wire.FrameInfo{Slot: 3, Pose: pose.Pose{Orientation: pose.Identity}}

func newPacketizer(t *testing.T, cfg Config) *Packetizer {
	t.Helper()
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func begin(t *testing.T, p *Packetizer, frame units.FrameID, ref uint8) {
	t.Helper()
	if err := p.Begin(frame, ref, info); err != nil {
		t.Fatal(err)
	}
}

func slice(t *testing.T, p *Packetizer, b []byte, last bool) {
	t.Helper()
	if err := p.Slice(b, 0, last); err != nil {
		t.Fatal(err)
	}
}

// datagram is one datagram taken, parsed.
type datagram struct {
	header  wire.Header
	shard   wire.Shard
	payload []byte
}

// drain takes everything that is ready in bursts of at most n, numbering from 1.
func drain(t *testing.T, p *Packetizer, now units.Mono, n int) (all []datagram) {
	t.Helper()
	for {
		b := p.Take(now, uint64(len(all))+1, n, math.MaxInt64)
		if b.Count == 0 {
			return all
		}
		all = append(all, parse(t, b)...)
	}
}

func parse(t *testing.T, b Burst) (all []datagram) {
	t.Helper()
	for rest := b.Slab; len(rest) > 0; {
		n := min(b.Size, len(rest))
		h, body, err := wire.ParseHeader(rest[:n])
		if err != nil {
			t.Fatal(err)
		}
		s, payload, err := wire.ParseShard(body)
		if err != nil {
			t.Fatalf("shard %x: %v", body[:wire.ShardSize], err)
		}
		all = append(all, datagram{h, s, bytes.Clone(payload)})
		rest = rest[n:]
	}
	if len(all) != b.Count {
		t.Fatalf("the slab of a burst of %d holds %d datagrams", b.Count, len(all))
	}
	return all
}

func joined(all []datagram) (b []byte) {
	for _, d := range all {
		b = append(b, d.payload...)
	}
	return b
}

// pattern is n bytes that differ from place to place.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

func TestOneSlice(t *testing.T) {
	p := newPacketizer(t, small)
	unit := pattern(1000)
	begin(t, p, 9, 2)
	slice(t, p, unit, true)
	got := drain(t, p, 5_000_000_000, 64)

	stamp := uint32(5_000_000)
	shard := wire.Shard{Frame: 9, Sent: stamp, Ref: 2}
	closing := wire.Shard{Frame: 9, Sent: stamp, Ref: 2, Index: 2, K: 3, Last: true, Length: wire.FrameInfoSize + 1000}
	second := shard
	second.Index = 1
	whole := append(info.Append(nil), unit...)
	want := []datagram{
		{wire.Header{Kind: wire.KindShard, Session: 7, Number: 1}, shard, whole[:smallPayload]},
		{wire.Header{Kind: wire.KindShard, Session: 7, Number: 2}, second, whole[smallPayload : 2*smallPayload]},
		{wire.Header{Kind: wire.KindShard, Session: 7, Number: 3}, closing, whole[2*smallPayload:]},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(datagram{})); diff != "" {
		t.Errorf("datagrams differ (-want +got):\n%s", diff)
	}
	if p.Queued() != 0 {
		t.Errorf("Queued() = %d after everything was taken, want 0", p.Queued())
	}
}

// Every way to slice a frame yields the same bytes, in datagrams that obey the cutting rules.
func TestSlicesArePackedWithoutGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for frame := units.FrameID(1); frame <= 300; frame++ {
		p := newPacketizer(t, small)
		unit := pattern(1 + rng.IntN(3*smallPayload))
		if frame%10 == 0 {
			unit = pattern(100_000 + rng.IntN(290_000))
		}
		begin(t, p, frame, 0)
		var got []datagram
		for rest, slices := unit, 1+rng.IntN(6); slices > 0; slices-- {
			n := rng.IntN(len(rest) + 1)
			if slices == 1 {
				n = len(rest)
			}
			slice(t, p, rest[:n], slices == 1)
			rest = rest[n:]
			if rng.IntN(2) == 0 {
				got = append(got, drain(t, p, 0, 1+rng.IntN(64))...)
			}
		}
		got = append(got, drain(t, p, 0, 64)...)
		if want := append(info.Append(nil), unit...); !bytes.Equal(joined(got), want) {
			t.Fatalf("frame %d of %d bytes: payloads do not join to the frame", frame, len(unit))
		}
		checkCut(t, got)
	}
}

// checkCut verifies the cutting rules of docs/protocol.md for a whole frame.
func checkCut(t *testing.T, all []datagram) {
	t.Helper()
	inBlock, slice := 0, uint8(0)
	for i, d := range all {
		s, last := d.shard, i == len(all)-1
		if s.Position() != i {
			t.Fatalf("shard %d says it is at %d", i, s.Position())
		}
		if s.Index == 0 {
			inBlock = 0
		}
		inBlock += len(d.payload)
		closes := last || s.Index == wire.BlockShards-1
		switch {
		case !last && len(d.payload) != smallPayload:
			t.Fatalf("shard %d of %d carries %d bytes, want %d", i, len(all), len(d.payload), smallPayload)
		case closes != (s.K != 0), s.Last != last:
			t.Fatalf("shard %d of %d has K %d and last %t", i, len(all), s.K, s.Last)
		case closes && (int(s.K) != int(s.Index)+1 || int(s.Length) != inBlock):
			t.Fatalf("shard %d closes a block of %d shards and %d bytes, its length is %d", i, s.K, inBlock, s.Length)
		case s.FirstSlice < slice:
			t.Fatalf("shard %d begins in slice %d after slice %d", i, s.FirstSlice, slice)
		}
		slice = s.LastSlice
	}
}

func TestShardsNameTheirSlices(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	slice(t, p, pattern(100), false)
	slice(t, p, nil, false) // an empty slice has no shard
	slice(t, p, pattern(smallPayload), false)
	slice(t, p, pattern(1), true)
	type span struct{ First, Last uint8 }
	var got []span
	for _, d := range drain(t, p, 0, 64) {
		got = append(got, span{d.shard.FirstSlice, d.shard.LastSlice})
	}
	if diff := cmp.Diff([]span{{0, 2}, {2, 3}}, got); diff != "" {
		t.Errorf("slices differ (-want +got):\n%s", diff)
	}
}

func TestSlicesBeyondTheMostAreTheLast(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	for range wire.MaxSlices + 10 {
		slice(t, p, pattern(10), false)
	}
	slice(t, p, pattern(10), true)
	all := drain(t, p, 0, 64)
	if got := all[len(all)-1].shard.LastSlice; got != wire.MaxSlices-1 {
		t.Errorf("last slice = %d, want %d", got, wire.MaxSlices-1)
	}
}

// The first datagrams leave while the encoder still works on the rest.
func TestEarlySlicesLeaveBeforeTheLast(t *testing.T) {
	p := newPacketizer(t, small)
	begin(t, p, 1, 0)
	slice(t, p, pattern(2*smallPayload), false)
	if got, bytes := p.Ready(); got != 2 || bytes != 2*wire.MinDatagram {
		t.Errorf("Ready() = %d datagrams of %d bytes before the last slice, want 2 of %d", got, bytes, 2*wire.MinDatagram)
	}
	b := p.Take(0, 1, 64, math.MaxInt64)
	if b.Count != 2 || !b.First || b.Last {
		t.Errorf("Take = %d datagrams, first %t, last %t, want 2, true, false", b.Count, b.First, b.Last)
	}
	slice(t, p, nil, true)
	b = p.Take(0, 3, 64, math.MaxInt64)
	if b.Count != 1 || b.First || !b.Last {
		t.Errorf("Take = %d datagrams, first %t, last %t, want 1, false, true", b.Count, b.First, b.Last)
	}
}

// A block's end is known as such only when a byte behind it comes; a frame that ends there says so in its last shard.
func TestFrameThatEndsWithABlock(t *testing.T) {
	for _, extra := range []int{0, 1} {
		p := newPacketizer(t, small)
		begin(t, p, 1, 0)
		slice(t, p, pattern(wire.BlockShards*smallPayload-wire.FrameInfoSize+extra), false)
		slice(t, p, nil, true)
		all := drain(t, p, 0, 64)
		checkCut(t, all)
		if len(all) != wire.BlockShards+extra {
			t.Errorf("a block and %d bytes make %d shards, want %d", extra, len(all), wire.BlockShards+extra)
		}
	}
}

func TestOverheadShortensDatagrams(t *testing.T) {
	cfg := small
	cfg.Overhead = 16
	p := newPacketizer(t, cfg)
	begin(t, p, 1, 0)
	slice(t, p, pattern(5000), true)
	if b := p.Take(0, 1, 64, math.MaxInt64); b.Size != wire.MinDatagram-16 {
		t.Errorf("datagrams have %d bytes before sealing, want %d", b.Size, wire.MinDatagram-16)
	}
	if got, want := cfg.Payload(), smallPayload-16; got != want {
		t.Errorf("Payload() = %d, want %d", got, want)
	}
}

func TestFramesAreRefused(t *testing.T) {
	p := newPacketizer(t, small)
	if err := p.Slice(nil, 0, true); !errors.Is(err, ErrNoFrame) {
		t.Errorf("Slice without a frame = %v, want ErrNoFrame", err)
	}
	begin(t, p, 5, 4)
	if err := p.Begin(6, 0, info); !errors.Is(err, ErrOpen) {
		t.Errorf("Begin before the last slice = %v, want ErrOpen", err)
	}
	slice(t, p, pattern(10), true)
	for _, c := range []struct {
		frame units.FrameID
		ref   uint8
	}{{5, 0}, {4, 0}, {0, 0}, {6, 6}, {6, 255}} {
		if err := p.Begin(c.frame, c.ref, info); !errors.Is(err, ErrOrder) {
			t.Errorf("Begin(%d, %d) after 5 = %v, want ErrOrder", c.frame, c.ref, err)
		}
		slice(t, p, pattern(10), false)
		slice(t, p, pattern(10), true)
	}
	for frame := units.FrameID(6); frame < 8; frame++ {
		begin(t, p, frame, 1)
		slice(t, p, pattern(10), true)
	}
	if err := p.Begin(8, 1, info); !errors.Is(err, ErrFull) {
		t.Errorf("Begin behind %d frames = %v, want ErrFull", p.Queued(), err)
	}
	if err := p.Slice(pattern(10), 0, true); err != nil {
		t.Errorf("Slice of a refused frame = %v, want nil", err)
	}
	if n, _ := p.Ready(); n != 3 {
		t.Errorf("%d datagrams are ready, want those of the 3 accepted frames", n)
	}
}

func TestFrameThatGrowsTooLongIsGivenUp(t *testing.T) {
	cfg := small
	cfg.MaxFrame = wire.FrameInfoSize + 1000
	p := newPacketizer(t, cfg)
	begin(t, p, 1, 0)
	slice(t, p, pattern(1000), true) // just fits
	begin(t, p, 2, 1)
	slice(t, p, pattern(999), false)
	if err := p.Slice(pattern(2), 0, false); !errors.Is(err, ErrTooLong) {
		t.Errorf("Slice beyond the longest frame = %v, want ErrTooLong", err)
	}
	slice(t, p, pattern(2), true) // swallowed
	begin(t, p, 3, 2)
	slice(t, p, pattern(1), true)
	var frames []units.FrameID
	for _, d := range drain(t, p, 0, 1) {
		frames = append(frames, d.shard.Frame)
	}
	if diff := cmp.Diff([]units.FrameID{1, 1, 1, 3}, frames); diff != "" {
		t.Errorf("frames of the datagrams differ (-want +got):\n%s", diff)
	}
}

func TestConfigTellsAllFaults(t *testing.T) {
	_, err := New(Config{Datagram: 100, Overhead: -1, MaxFrame: 10, Frames: -1})
	if err == nil {
		t.Fatal("New with an impossible configuration = nil")
	}
	for _, key := range []string{"datagram 100", "overhead -1", "max frame 10", "frames -1"} {
		if !bytes.Contains([]byte(err.Error()), []byte(key)) {
			t.Errorf("error does not mention %q: %v", key, err)
		}
	}
	if err := (Config{Datagram: wire.MinDatagram, Overhead: 400, MaxFrame: wire.MaxFrameLimit}).Validate(); err == nil {
		t.Error("a frame of more shards than blocks hold is accepted")
	}
}
