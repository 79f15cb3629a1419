// Package payload makes the bytes of modelled access units. Every byte follows from its frame and its place in the
// unit, so that a decoder model can tell a right unit from a wrong one without having seen the encoder.
package payload

import (
	"encoding/binary"

	"airbridge/units"
)

// Odd constants of the mixing step: the golden ratio, and SplitMix64's first multiplier (Steele, Lea and Flood, 2014).
const (
	golden = 0x9e37_79b9_7f4a_7c15
	spread = 0xbf58_476d_1ce4_e5b9
)

// word is the n-th group of eight bytes of a frame's unit. Neighbouring words and frames differ in about half of their
// bits.
func word(key, n uint64) uint64 {
	w := key + n*golden
	w = (w ^ w>>30) * spread
	return w ^ w>>27
}

// key tells frames apart.
func key(frame units.FrameID) uint64 {
	k := (uint64(frame) + 1) * spread
	return k ^ k>>29
}

// Fill writes what the unit of frame holds from offset on, in bytes from the unit's start, which must not be negative.
// However a unit is cut, its pieces fit together.
func Fill(dst []byte, frame units.FrameID, offset int) {
	k, n := key(frame), uint64(offset)/8
	if skip := offset % 8; skip != 0 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], word(k, n))
		dst = dst[copy(dst, b[skip:]):]
		n++
	}
	for ; len(dst) >= 8; dst = dst[8:] {
		binary.LittleEndian.PutUint64(dst, word(k, n))
		n++
	}
	if len(dst) > 0 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], word(k, n))
		copy(dst, b[:])
	}
}

// Check says whether b is what the unit of frame holds from offset on. Nothing at all is right.
func Check(b []byte, frame units.FrameID, offset int) bool {
	k, n := key(frame), uint64(offset)/8
	if skip := offset % 8; skip != 0 {
		head := min(len(b), 8-skip)
		if !same(b[:head], word(k, n)>>(8*skip)) {
			return false
		}
		b = b[head:]
		n++
	}
	var wrong uint64
	for ; len(b) >= 8; b = b[8:] {
		wrong |= binary.LittleEndian.Uint64(b) ^ word(k, n)
		n++
	}
	return wrong == 0 && same(b, word(k, n))
}

// same compares fewer than eight bytes with the low ones of w.
func same(b []byte, w uint64) bool {
	for _, c := range b {
		if c != byte(w) {
			return false
		}
		w >>= 8
	}
	return true
}
