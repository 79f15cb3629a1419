package fec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/reedsolomon"
	"pgregory.net/rapid"

	"airbridge/protocol/wire"
)

// shards are n shards of size bytes drawn by rng.
func shards(rng *rand.Rand, n, size int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = make([]byte, size)
		for b := range all[i] {
			all[i][b] = byte(rng.Uint32())
		}
	}
	return all
}

func clone(all [][]byte) [][]byte {
	c := make([][]byte, len(all))
	for i := range all {
		c[i] = bytes.Clone(all[i])
	}
	return c
}

// pick returns n different numbers below of, rising.
func pick(rng *rand.Rand, n, of int) []uint8 {
	chosen := make([]bool, of)
	for _, i := range rng.Perm(of)[:n] {
		chosen[i] = true
	}
	var all []uint8
	for i, yes := range chosen {
		if yes {
			all = append(all, uint8(i))
		}
	}
	return all
}

// repair loses the missing shards, recovers them from the rows and compares.
func repair(t *rapid.T, c Carrier, data, parity [][]byte, missing, rows []uint8) [][]byte {
	damaged := clone(data)
	for _, i := range missing {
		for b := range damaged[i] {
			damaged[i][b] = 0xa5 // whatever the buffer held before
		}
	}
	left := make([][]byte, 0, len(rows))
	for _, r := range rows {
		left = append(left, bytes.Clone(parity[r]))
	}
	c.Recover(damaged, missing, left, rows)
	return damaged
}

func TestAnyKShardsSuffice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, wire.BlockShards).Draw(t, "k")
		m := rapid.IntRange(1, wire.MaxParity).Draw(t, "parity")
		lost := rapid.IntRange(0, min(k, m)).Draw(t, "lost")
		size := rapid.IntRange(1, 100).Draw(t, "size")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		data, parity := shards(rng, k, size), shards(rng, m, size)
		Real{}.Encode(data, parity)
		missing, rows := pick(rng, lost, k), pick(rng, lost, m)
		rng.Shuffle(len(rows), func(a, b int) { rows[a], rows[b] = rows[b], rows[a] }) // as they arrived
		for i, got := range repair(t, Real{}, data, parity, missing, rows) {
			if !bytes.Equal(got, data[i]) {
				t.Fatalf("shard %d differs after %v were recovered from rows %v", i, missing, rows)
			}
		}
	})
}

// The first payload of a frame is all that anybody looks at where payload is elided: it must survive as in earnest.
func TestElidedPrefixIsRecovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, wire.BlockShards).Draw(t, "k")
		m := rapid.IntRange(1, wire.MaxParity).Draw(t, "parity")
		lost := rapid.IntRange(0, min(k, m)).Draw(t, "lost")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		data, parity := shards(rng, k, wire.FrameInfoSize), shards(rng, m, wire.FrameInfoSize)
		Elided{}.Encode(data, parity)
		got := repair(t, Elided{}, data, parity, pick(rng, lost, k), pick(rng, lost, m))
		if !bytes.Equal(got[0], data[0]) {
			t.Fatal("the prefix differs")
		}
	})
}

// A block of 192 data and 64 parity shards is what other implementations of the code make: those of fewer are its parts.
func TestCodeIsTheCauchyCodeOf256Shards(t *testing.T) {
	const size = 50
	rng := rand.New(rand.NewPCG(4, 4))
	all := shards(rng, wire.BlockShards+wire.MaxParity, size)
	reference, err := reedsolomon.New(wire.BlockShards, wire.MaxParity, reedsolomon.WithCauchyMatrix())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{1, 2, 90, 191, 192} {
		padded := clone(all)
		for i := k; i < wire.BlockShards; i++ {
			clear(padded[i])
		}
		if err := reference.Encode(padded); err != nil {
			t.Fatal(err)
		}
		for _, m := range []int{1, 18, 64} {
			parity := shards(rng, m, size)
			Real{}.Encode(all[:k], parity)
			for j := range parity {
				if want := padded[wire.BlockShards+j]; !bytes.Equal(parity[j], want) {
					t.Fatalf("parity %d of %d data shards differs from the reference", j, k)
				}
			}
		}
	}
}

func TestFieldInverts(t *testing.T) {
	for v := 1; v <= order; v++ {
		one := []byte{0}
		kernel.GalMulSlice(uint8(v), []byte{invert(uint8(v))}, one)
		if one[0] != 1 {
			t.Errorf("%d times its inverse is %d, want 1", v, one[0])
		}
	}
}

func TestChoose(t *testing.T) {
	if got := Choose(false).Kept(1364); got != 1364 {
		t.Errorf("a real payload of 1364 bytes keeps %d", got)
	}
	for size, want := range map[int]int{1364: wire.FrameInfoSize, 10: 10, 0: 0} {
		if got := Choose(true).Kept(size); got != want {
			t.Errorf("an elided payload of %d bytes keeps %d, want %d", size, got, want)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, c := range []Carrier{Real{}, Elided{}} {
		data, parity := shards(rng, 90, 1364), shards(rng, 18, 1364)
		missing, rows := []uint8{0, 7, 89}, []uint8{3, 4, 5}
		if n := testing.AllocsPerRun(20, func() {
			c.Encode(data, parity)
			c.Recover(data, missing, parity[3:6], rows)
		}); n != 0 {
			t.Errorf("%T allocates %v times a block, want 0", c, n)
		}
	}
}

func BenchmarkEncode90(b *testing.B) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, m := range []int{9, 18} {
		b.Run(fmt.Sprint(m), func(b *testing.B) {
			data, parity := shards(rng, 90, 1364), shards(rng, m, 1364)
			b.SetBytes(90 * 1364)
			b.ReportAllocs()
			for b.Loop() {
				Real{}.Encode(data, parity)
			}
		})
	}
}

func BenchmarkRecover90(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 7))
	for _, lost := range []int{1, 3, 18} {
		b.Run(fmt.Sprint(lost), func(b *testing.B) {
			data, parity := shards(rng, 90, 1364), shards(rng, lost, 1364)
			rows := make([]uint8, lost)
			for i := range rows {
				rows[i] = uint8(i)
			}
			b.SetBytes(90 * 1364)
			b.ReportAllocs()
			patterns := make([][]uint8, 64)
			for i := range patterns {
				patterns[i] = pick(rng, lost, 90)
			}
			for n := 0; b.Loop(); n++ {
				Real{}.Recover(data, patterns[n%len(patterns)], parity, rows)
			}
		})
	}
}
