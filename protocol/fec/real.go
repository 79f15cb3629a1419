package fec

import (
	"github.com/klauspost/reedsolomon"

	"airbridge/protocol/wire"
)

// Real keeps every byte. Its parity is the systematic Reed-Solomon code of docs/protocol.md: byte by byte over GF(2^8)
// with the polynomial 0x11d, where parity shard j weighs data shard i by 1/((192+j) xor i). That is a Cauchy matrix: each
// of its square submatrices can be inverted, so that any k shards of a block suffice. The weights depend neither on how
// many data shards a block has nor on how many parity shards, so that there is one code and no table for each size.
//
// The bytes are worked by the vector kernels of github.com/klauspost/reedsolomon. Its own encoders are a tenth faster, but
// each pair of sizes needs one of 26 KB, and rebuilding with one allocates and inverts a matrix of k by k at every pattern
// of loss. What is inverted here is the e by e matrix of what is missing, in closed form.
type Real struct{}

var kernel reedsolomon.LowLevel

// Kept returns size.
func (Real) Kept(size int) int { return size }

// weight is what parity shard row takes of data shard i.
func weight(row, i uint8) uint8 { return invert(point(row) ^ i) }

// point is the element of the field that belongs to a parity shard; those of data shards are their indices.
func point(row uint8) uint8 { return wire.BlockShards + row }

// Encode runs through the data once, as the parity of a block fits a processor's first cache.
func (Real) Encode(data, parity [][]byte) {
	for j, p := range parity {
		kernel.GalMulSlice(weight(uint8(j), 0), data[0], p)
	}
	for i, d := range data[1:] {
		for j, p := range parity {
			kernel.GalMulSliceXor(weight(uint8(j), uint8(i+1)), d, p)
		}
	}
}

// Recover takes out of the parity what is there of the data, and solves the rest for what is missing: of k data shards
// with e missing, e(k-e) + e² products of shards.
func (Real) Recover(data [][]byte, missing []uint8, parity [][]byte, rows []uint8) {
	parity, rows = parity[:len(missing)], rows[:len(missing)]
	subtract(data, missing, parity, rows)
	var s solution
	s.solve(missing, rows)
	for m, i := range missing {
		for r := range rows {
			c := s.weight(m, r, i, rows[r])
			if r == 0 {
				kernel.GalMulSlice(c, parity[r], data[i])
			} else {
				kernel.GalMulSliceXor(c, parity[r], data[i])
			}
		}
	}
}

// subtract leaves in the parity what the missing shards gave to it.
func subtract(data [][]byte, missing []uint8, parity [][]byte, rows []uint8) {
	var lost [wire.BlockShards]bool
	for _, i := range missing {
		lost[i] = true
	}
	for i, d := range data {
		if lost[i] {
			continue
		}
		for r, p := range parity {
			kernel.GalMulSliceXor(weight(rows[r], uint8(i)), d, p)
		}
	}
}

// solution is the inverse of a Cauchy matrix in factors, as logarithms: one for each row and one for each column.
type solution struct{ row, column [wire.MaxParity]int }

// solve finds the factors. With x for the points of the parity, y for those of what is missing, the inverse has at
// (y, x) the product of all (x+y') and all (x'+y), over (x+y), the product of all other (x+x') and all other (y+y')
// (Knuth, The Art of Computer Programming 1, 1.2.3 exercise 41; in this field plus and minus are both xor).
func (s *solution) solve(missing, rows []uint8) {
	for a, row := range rows {
		x := point(row)
		for b, y := range missing {
			s.row[a] += logarithm(x ^ y)
			s.column[b] += logarithm(x ^ y)
			if b != a {
				s.row[a] -= logarithm(x ^ point(rows[b]))
				s.column[b] -= logarithm(y ^ missing[a])
			}
		}
	}
}

// weight is what missing shard i, the m-th, takes of the r-th parity shard.
func (s *solution) weight(m, r int, i, row uint8) uint8 {
	return power(s.column[m] + s.row[r] - logarithm(point(row)^i))
}
