package jitter

import (
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"

	"airbridge/protocol/fec"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// cutProtected makes the shards of a frame with as many parity shards for each block, behind its data.
func cutProtected(id units.FrameID, length, parity int) (blocks [][]piece) {
	all := cut(id, 0, length, tiny.Payload)
	for len(all) > 0 {
		k := min(len(all), wire.BlockShards)
		block := append([]piece(nil), all[:k]...)
		all = all[k:]
		data, made := make([][]byte, k), make([][]byte, parity)
		for i := range data {
			data[i] = append(append([]byte(nil), block[i].payload...), make([]byte, tiny.Payload-len(block[i].payload))...)
			block[i].Parity = 1
		}
		for j := range made {
			made[j] = make([]byte, tiny.Payload)
		}
		fec.Real{}.Encode(data, made)
		closing := &block[k-1].Shard
		closing.Parity = uint8(parity)
		for j := range made {
			s := *closing
			s.Index, s.Sent = uint8(k+j), s.Sent+uint32(j)+1
			block = append(block, piece{s, made[j]})
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// protect is a frame of one block.
func protect(id units.FrameID, length, parity int) []piece {
	return cutProtected(id, length, parity)[0]
}

// whole is the frame that shall come out.
func whole(id units.FrameID, length int) (b []byte) {
	for i := range length {
		b = append(b, content(id, i))
	}
	return b
}

// Any ten of a block's twelve shards make the frame, and the tenth is the last that it needed.
func TestAnyKShardsMakeAFrame(t *testing.T) {
	f := protect(3, 95, 2)
	for set := uint(0); set < 1<<len(f); set++ {
		if bits.OnesCount(set) != 10 {
			continue
		}
		b := New(tiny)
		at, last := units.Mono(100), piece{}
		for i, p := range f {
			if set&(1<<i) != 0 {
				if _, early := b.Complete(0); early {
					t.Fatalf("set %b: complete before its tenth shard", set)
				}
				at++
				last = p
				push(t, b, at, p, Accepted)
			}
		}
		want := Frame{
			ID: 3, Bytes: whole(3, 95), First: 101, Last: 110, Sent: last.Sent, Shards: 10,
			Recovered: 10 - bits.OnesCount(set&(1<<10-1)),
		}
		got, ok := b.Complete(0)
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Fatalf("set %b: Complete(0) = %t, differs (-want +got):\n%s", set, ok, diff)
		}
	}
}

func TestShardsThatAreNotNeededChangeNothing(t *testing.T) {
	b := New(tiny)
	f := protect(1, 30, 3)
	pushAll(t, b, 1, f, 0, 1)
	push(t, b, 2, f[5], Accepted)
	push(t, b, 3, f[5], Duplicate)
	push(t, b, 4, f[2], Duplicate) // recovered, and now it comes
	push(t, b, 5, f[3], Spare)
	push(t, b, 6, f[4], Spare)
	got, _ := b.Complete(0)
	want := Frame{ID: 1, Bytes: whole(1, 30), First: 1, Last: 2, Sent: f[5].Sent, Shards: 3, Recovered: 1, Duplicates: 2}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frame differs (-want +got):\n%s", diff)
	}
	if s := b.Stats(); s.Recovered != 1 || s.Shards[Spare] != 2 {
		t.Errorf("%d recovered, %d spare; want 1, 2", s.Recovered, s.Shards[Spare])
	}
	wantDeadline(t, b, units.Never)
}

// One parity shard alone says all about its block, so that a block of one shard needs nothing else.
func TestParityAloneMakesAFrame(t *testing.T) {
	b := New(tiny)
	push(t, b, 1, protect(1, 7, 1)[1], Accepted)
	if got, ok := b.Complete(0); !ok || !cmp.Equal(got.Bytes, whole(1, 7)) {
		t.Errorf("Complete(0) = %q, %t", got.Bytes, ok)
	}
}

func TestBlocksAreRecoveredOneByOne(t *testing.T) {
	const length = 5000 - 7 // 192, 192 and 116 shards
	b := New(tiny)
	for i, block := range cutProtected(1, length, 20) {
		if _, ok := b.Complete(0); ok {
			t.Fatalf("complete without block %d", i)
		}
		for n := len(block) - 1 - i; n >= 20-i; n-- { // the last i parity shards are lost, and the first 20-i data shards
			push(t, b, units.Mono(i), block[n], Accepted)
		}
	}
	got, ok := b.Complete(0)
	if !ok || !cmp.Equal(got.Bytes, whole(1, length)) || got.Recovered != 20+19+18 {
		t.Errorf("Complete(0) = %d bytes, %t, %d recovered; want all, 57 of them recovered", len(got.Bytes), ok, got.Recovered)
	}
}

// A gap that parity can still fill asks for nothing; one more than it can is a hole as soon as it is certain.
func TestHolesWaitForParity(t *testing.T) {
	b := long()
	f := protect(1, 100, 2)
	pushAll(t, b, 0, f, 0, 1, 2, 4, 5, 6, 7, 9)
	wantDeadline(t, b, 3*ms)
	wantHoles(t, b, 10*ms)
	pushAll(t, b, 11*ms, f, 11) // the first parity shard is missing too
	wantDeadline(t, b, 14*ms)
	wantHoles(t, b, 14*ms-1)
	wantHoles(t, b, 14*ms, Hole{1, HoleRun, 3, 1}, Hole{1, HoleRun, 8, 1})
	pushAll(t, b, 15*ms, f, 3) // a straggler still fills it
	if got, ok := b.Complete(0); !ok || got.Holes != 2 || got.Recovered != 1 {
		t.Errorf("Complete(0) = %+v, %t", got, ok)
	}
	wantDeadline(t, b, units.Never)
}

// As long as a block is open nobody knows how much parity it will have: only that there will be some.
func TestHolesOfAnOpenBlock(t *testing.T) {
	const length = 190 * 10
	for _, c := range []struct {
		name   string
		parity int
		want   []Hole
	}{
		{"the block closes with too little", 9, []Hole{{1, HoleRun, 1, 10}}},
		{"the block closes with enough", 10, nil},
	} {
		b := long()
		f := protect(1, length, c.parity)
		pushAll(t, b, 0, f, 0, 11)
		wantHoles(t, b, 10*ms) // ten are gone; there may be as many parity shards
		pushAll(t, b, 11*ms, f, 189)
		if c.want != nil && b.Deadline() > 11*ms {
			t.Errorf("%s: Deadline() = %d, want at once", c.name, b.Deadline())
		}
		wantHoles(t, b, 11*ms, c.want...)
	}
	b := long()
	f := protect(1, length, 64)
	pushAll(t, b, 0, f, 0, 66) // more are gone than any block has parity
	wantHoles(t, b, 3*ms, Hole{1, HoleRun, 1, 65})
}

func TestLostTailOfAProtectedFrame(t *testing.T) {
	b := long()
	f := protect(1, 100, 3)
	pushAll(t, b, 0, f, 0, 1, 2, 3, 4, 5, 6)
	pushAll(t, b, 1*ms, protect(2, 50, 1), 0)
	wantHoles(t, b, 4*ms-1)
	wantHoles(t, b, 4*ms, Hole{1, HoleTail, 7, 0})

	b = long()
	pushAll(t, b, 0, f, 0, 1, 2, 3, 4, 5, 6, 10) // three and two parity shards are to come
	pushAll(t, b, 1*ms, protect(2, 50, 1), 0)
	wantHoles(t, b, 3*ms) // parity may still come
	wantHoles(t, b, 4*ms, Hole{1, HoleRun, 7, 3})
	pushAll(t, b, 5*ms, f, 7, 12)
	if _, ok := b.Complete(0); !ok {
		t.Error("the frame is not complete with ten shards")
	}
}

// The blocks of a protected frame take turns, and one that is ahead says nothing about another.
func TestBlocksThatTakeTurnsAreNoHole(t *testing.T) {
	b := long()
	f := cutProtected(1, 3000, 10)
	for n := range 100 {
		pushAll(t, b, units.Mono(n)*ms/10, f[0], n)
		pushAll(t, b, units.Mono(n)*ms/10, f[1], n)
		wantHoles(t, b, units.Mono(n)*ms/10)
	}
	wantDeadline(t, b, 25*ms)
	wantHoles(t, b, 25*ms, Hole{1, HoleRun, 100, 92}, Hole{1, HoleTail, wire.BlockShards + 100, 0})
}

func TestFramesThatContradictTheirParityAreRefused(t *testing.T) {
	f := protect(1, 100, 2)
	b := New(tiny)
	push(t, b, 0, f[10], Accepted)
	for _, edit := range []func(*piece){
		func(p *piece) { p.Parity = 3 },
		func(p *piece) { p.K, p.Length = 11, 105 },
		func(p *piece) { p.Length = 99 },
		func(p *piece) { p.Last, p.K, p.Length, p.Index = false, wire.BlockShards, 1920, 192 },
	} {
		p := f[11]
		edit(&p)
		push(t, b, 0, p, RefusedContradiction)
	}
	for _, size := range []int{0, 9, 11} {
		p := f[11]
		p.payload = make([]byte, size)
		push(t, b, 0, p, RefusedSize)
	}
	p := protect(2, 5000, 2)[192] // of a block behind which more must come
	p.Block = 2
	push(t, b, 0, p, RefusedLong)
}

// Parity is kept while it is needed, in memory that is bounded and used again.
func TestParityMemoryIsBounded(t *testing.T) {
	b := New(tiny)
	for round := range units.FrameID(50) {
		for id := round*8 + 1; id <= round*8+8; id++ {
			for _, block := range cutProtected(id, 5000, 64) {
				for _, p := range block[len(block)-64:] {
					b.Push(units.Mono(id), p.Shard, p.payload, 0)
				}
			}
		}
		if most := tiny.Frames * 3 * 64; b.workshop.made > most {
			t.Fatalf("%d parity shards are held after %d frames, want at most %d", b.workshop.made, round*8+8, most)
		}
		checkBounds(t, b, units.Mono(round*8+8))
	}
	b.DropThrough(1000)
	if len(b.workshop.pool) != b.workshop.made {
		t.Errorf("%d of %d parity shards came back", len(b.workshop.pool), b.workshop.made)
	}
}
