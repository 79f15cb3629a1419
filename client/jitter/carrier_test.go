package jitter_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"airbridge/client/jitter"
	"airbridge/protocol/fec"
	"airbridge/protocol/packet"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// flight is a datagram on its way, as either carrier has it.
type flight struct {
	at     units.Mono
	shard  wire.Shard
	body   [2][]byte
	elided [2]int
	length int // of its frame's unit
}

// told is everything a buffer says, payload apart.
type told struct {
	Verdicts []jitter.Verdict
	Holes    []jitter.Hole
	Frames   []jitter.Frame
	Lengths  []int
	Prefixes [][]byte
	Deadline []units.Mono
}

const mtu = 600

// stream cuts frames for both carriers and lets a network have its way with them; orderly says that it reorders within a
// few datagrams only.
func stream(t *rapid.T) (all []flight, orderly bool) {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 9))
	parity := percent(rapid.SampledFrom([]int{0, 5, 20, 100}).Draw(t, "parity"))
	var streams [2]*packet.Packetizer
	for i := range streams {
		var err error
		if streams[i], err = packet.New(packet.Config{Datagram: mtu, MaxFrame: 400_000, Parity: parity, Carrier: fec.Choose(i == 1)}); err != nil {
			t.Fatal(err)
		}
	}
	loss := rapid.SampledFrom([]float64{0, 0.02, 0.15, 0.5}).Draw(t, "loss")
	jumble := rapid.SampledFrom([]int64{0, 200_000, 2_000_000, 20_000_000}).Draw(t, "reordering")
	sent := units.Mono(0)
	for frame := units.FrameID(1); frame <= 6; frame++ {
		length := 1 + rng.IntN([]int{500, 40_000, 250_000}[rng.IntN(3)])
		sent = max(sent, units.Mono(frame)*11_000_000)
		for _, f := range send(t, streams, frame, length, rng) {
			sent += 20_000
			f.at = sent + units.Mono(rng.Int64N(jumble+1))
			if rng.Float64() >= loss {
				all = append(all, f)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b flight) int { return int(a.at - b.at) })
	return all, jumble <= 200_000
}

// send is one frame's datagrams in the order in which they leave.
func send(t *rapid.T, streams [2]*packet.Packetizer, frame units.FrameID, length int, rng *rand.Rand) (all []flight) {
	unit := make([]byte, length)
	for i := range unit {
		unit[i] = byte(rng.Uint32())
	}
	for i, p := range streams {
		info := wire.FrameInfo{PoseID: units.PoseID(frame), Slot: 7, Pose: pose.Pose{Orientation: pose.Identity}}
		if err := p.Begin(frame, uint8(min(frame-1, 1)), info); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if err := p.Slice(nil, length, true); err != nil {
				t.Fatal(err)
			}
			break
		}
		if err := p.Slice(unit, 0, true); err != nil {
			t.Fatal(err)
		}
	}
	for {
		bursts := [2]packet.Burst{streams[0].Take(1, 1, 13, math.MaxInt64), streams[1].Take(1, 1, 13, math.MaxInt64)}
		if bursts[0].Count == 0 {
			return all
		}
		from := len(all)
		all = append(all, make([]flight, bursts[0].Count)...)
		for i, b := range bursts {
			stride := b.Size - b.Elided
			for n := range b.Count {
				d := b.Slab[n*stride:]
				f := &all[from+n]
				f.length, f.elided[i] = length, b.LastElided
				if n < b.Count-1 {
					d, f.elided[i] = d[:stride], b.Elided
				}
				s, body, err := wire.ParseShard(d[wire.HeaderSize:])
				if err != nil {
					t.Fatal(err)
				}
				f.shard, f.body[i] = s, bytes.Clone(body)
			}
		}
	}
}

// listen plays a stream to a buffer.
func listen(all []flight, carrier int) (said told) {
	b := jitter.New(jitter.Config{Payload: mtu - wire.ShardOverhead, MaxFrame: 400_000, Frames: 8, Carrier: fec.Choose(carrier == 1)})
	ask := func(now units.Mono) {
		for {
			h, ok := b.NextHole(now)
			if !ok {
				break
			}
			said.Holes = append(said.Holes, h)
		}
		said.Deadline = append(said.Deadline, b.Deadline())
	}
	for _, f := range all {
		for b.Deadline() < f.at {
			ask(b.Deadline())
		}
		said.Verdicts = append(said.Verdicts, b.Push(f.at, f.shard, f.body[carrier], f.elided[carrier]))
		ask(f.at)
	}
	for b.Deadline() != units.Never {
		ask(b.Deadline())
	}
	for after := units.FrameID(0); ; {
		f, ok := b.Complete(after)
		if !ok {
			return said
		}
		after = f.ID
		said.Lengths = append(said.Lengths, len(f.Bytes)+f.Elided)
		said.Prefixes = append(said.Prefixes, bytes.Clone(f.Bytes[:wire.FrameInfoSize]))
		f.Bytes, f.Elided = nil, 0
		said.Frames = append(said.Frames, f)
	}
}

// Whatever is lost and reordered, both carriers recover the same frames and miss the same shards at the same instants, and
// those are the right ones.
func TestCarriersRecoverTheSameSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, orderly := stream(t)
		real, elided := listen(all, 0), listen(all, 1)
		if diff := cmp.Diff(real, elided); diff != "" {
			t.Fatalf("(-real +elided):\n%s", diff)
		}
		want := complete(all)
		var got []units.FrameID
		for i, f := range real.Frames {
			got = append(got, f.ID)
			if f.Holes > 0 && orderly {
				t.Fatalf("%d holes told of frame %d, which parity made good", f.Holes, f.ID)
			}
			if length := lengthOf(all, f.ID); real.Lengths[i] != length+wire.FrameInfoSize {
				t.Fatalf("frame %d has %d bytes, want %d", f.ID, real.Lengths[i], length)
			}
			if info, _, err := wire.ParseFrameInfo(real.Prefixes[i]); err != nil || info.PoseID != units.PoseID(f.ID) {
				t.Fatalf("frame %d says %+v, %v", f.ID, info, err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("complete frames differ (-want +got):\n%s", diff)
		}
		for _, f := range all { // of every unfinished frame a hole was told
			if !slices.Contains(got, f.shard.Frame) &&
				!slices.ContainsFunc(real.Holes, func(h jitter.Hole) bool { return h.Frame == f.shard.Frame }) {
				t.Fatalf("frame %d is not complete, and no hole was told of it", f.shard.Frame)
			}
		}
	})
}

// complete counts which frames had K shards of every block arrive.
func complete(all []flight) (whole []units.FrameID) {
	type key struct {
		frame units.FrameID
		block uint8
	}
	came, need, blocks := map[key]int{}, map[key]int{}, map[units.FrameID]int{}
	for _, f := range all {
		k := key{f.shard.Frame, f.shard.Block}
		came[k]++
		if f.shard.K > 0 {
			need[k] = int(f.shard.K)
		}
		if f.shard.Last {
			blocks[f.shard.Frame] = int(f.shard.Block) + 1
		}
	}
	for frame := units.FrameID(1); frame <= 6; frame++ {
		ok := blocks[frame] > 0
		for i := range blocks[frame] {
			k := key{frame, uint8(i)}
			ok = ok && need[k] > 0 && came[k] >= need[k]
		}
		if ok {
			whole = append(whole, frame)
		}
	}
	return whole
}

func lengthOf(all []flight, id units.FrameID) int {
	return all[slices.IndexFunc(all, func(f flight) bool { return f.shard.Frame == id })].length
}

func TestRecoveredFramesNeedNoIDR(t *testing.T) {
	w := newPath(t, false, 20)
	w.lost = every(7)
	holes := 0
	for range 50 {
		if _, ok := w.carry(make([]byte, 100_000)); !ok {
			t.Fatal("a frame that lost a seventh is not complete with a fifth of parity")
		}
		for now := units.Mono(w.frame); ; {
			if _, ok := w.b.NextHole(now + units.Mono(time.Second)); !ok {
				break
			}
			holes++
		}
	}
	if holes != 0 {
		t.Errorf("%d holes told of frames that are complete", holes)
	}
}

// A peer that elides what a real receiver needs is refused; nothing is invented.
func TestRealBufferWantsAllBytes(t *testing.T) {
	b := jitter.New(jitter.Config{Payload: 100, MaxFrame: 1000})
	s := wire.Shard{Frame: 1}
	if v := b.Push(0, s, make([]byte, 60), 40); v != jitter.RefusedSize {
		t.Errorf("a shard of which 40 bytes are elided: %v, want it refused", v)
	}
	b = jitter.New(jitter.Config{Payload: 100, MaxFrame: 1000, Carrier: fec.Elided{}})
	for kept, want := range map[int]jitter.Verdict{wire.FrameInfoSize: jitter.Accepted, wire.FrameInfoSize - 1: jitter.RefusedSize, 100: jitter.Duplicate} {
		_ = b.Push(0, s, make([]byte, 50), 50)
		if v := b.Push(0, s, make([]byte, kept), 100-kept); v != want && v != jitter.Duplicate {
			t.Errorf("%d bytes of 100: %v, want %v", kept, v, want)
		}
	}
}
