package jitter

import "math/bits"

// bitset is a set of shard positions.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

func (b bitset) add(i int) { b[i/64] |= 1 << (i % 64) }

// count returns how many positions from from on and before to are not in the set.
func (b bitset) count(from, to int) (n int) {
	for from < to {
		word := ^b[from/64] >> (from % 64)
		if left := to - from; left < 64 {
			word &= 1<<left - 1
		}
		n += bits.OnesCount64(word)
		from += 64 - from%64
	}
	return n
}

// next returns the first position from from on and before to whose membership is in, or to where there is none.
func (b bitset) next(from, to int, in bool) int {
	for from < to {
		word := b[from/64]
		if !in {
			word = ^word
		}
		if word >>= from % 64; word != 0 {
			return min(from+bits.TrailingZeros64(word), to)
		}
		from += 64 - from%64
	}
	return to
}

// missing returns the first run of positions from from on and before to that are not in the set; count is zero where
// there is none.
func (b bitset) missing(from, to int) (first, count int) {
	first = b.next(from, to, false)
	return first, b.next(first, to, true) - first
}
