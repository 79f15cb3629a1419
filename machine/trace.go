package machine

import (
	"encoding/binary"
	"math/bits"

	"airbridge/units"
)

// HashedHeader is how many leading bytes of a datagram enter a trace: the longest header of the wire format. What
// follows is payload, so that a run with elided payload hashes like a full one.
const HashedHeader = 36

// Odd constants of the mixing step, from the golden ratio and from the fractional part of sqrt(3).
const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xbb67ae8584caa73b
)

// Hash is a running 64-bit digest of words. The zero value is ready. It tells traces apart; it is no defence against
// somebody who wants two traces to collide.
type Hash struct{ state uint64 }

// Word folds one word.
func (h *Hash) Word(v uint64) { h.Pair(v, bits.RotateLeft64(v, 32)) }

// Pair folds two words, in about the time of one: a 64x64 to 128 bit multiplication whose halves are combined, about
// two nanoseconds.
func (h *Hash) Pair(v, w uint64) {
	h.state = bits.RotateLeft64(h.state, 23) ^ mix(h.state^v, w)
}

// mix turns two words into one in which every bit depends on all of theirs.
func mix(v, w uint64) uint64 {
	hi, lo := bits.Mul64(v^mixA, w^mixB)
	return hi ^ lo
}

// Header folds the first HashedHeader bytes of b, a shorter b padded with zeros. Its first two multiplications wait
// neither for the digest nor for each other, which halves the cost of a datagram.
func (h *Hash) Header(b []byte) {
	if len(b) >= HashedHeader {
		first := mix(binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]))
		second := mix(binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:]))
		h.Pair(first^uint64(binary.LittleEndian.Uint32(b[32:])), second)
		return
	}
	var padded [HashedHeader]byte
	copy(padded[:], b)
	h.Header(padded[:])
}

// Sum returns the digest so far.
func (h *Hash) Sum() uint64 { return h.state }

// Trace is a Machine that folds every input and output of the machine inside into a hash: the trace hash of a host.
type Trace struct {
	inner Machine
	hash  Hash
	out   Output // of the call under way
}

// NewTrace wraps m.
func NewTrace(m Machine) *Trace { return &Trace{inner: m} }

// Sum returns the trace hash so far.
func (t *Trace) Sum() uint64 { return t.hash.Sum() }

// Handle folds the input, then passes it on.
func (t *Trace) Handle(now units.Mono, in Event, out Output) {
	t.mark(now, in.Kind(), out)
	in.Fold(&t.hash)
	t.inner.Handle(now, in, t)
}

// Tick folds the instant, then passes it on.
func (t *Trace) Tick(now units.Mono, out Output) {
	t.mark(now, KindTick, out)
	t.inner.Tick(now, t)
}

// Deadline is that of the machine inside.
func (t *Trace) Deadline() units.Mono { return t.inner.Deadline() }

// Send folds the burst, then passes it on.
func (t *Trace) Send(b Burst) {
	t.hash.Word(uint64(KindSend)<<56 | uint64(b.DSCP)<<40 | uint64(b.Bytes()))
	stride := b.stride()
	for rest := b.Slab; stride > 0 && len(rest) > 0; {
		n, elided := stride, b.Elided
		if n >= len(rest) {
			n, elided = len(rest), b.LastElided
		}
		t.hash.Word(uint64(n + elided))
		t.hash.Header(rest[:n])
		rest = rest[n:]
	}
	t.out.Send(b)
}

// Do folds the request, then passes it on.
func (t *Trace) Do(r Event) {
	t.hash.Word(uint64(r.Kind()))
	r.Fold(&t.hash)
	t.out.Do(r)
}

func (t *Trace) mark(now units.Mono, k Kind, out Output) {
	t.out = out
	t.hash.Pair(uint64(now), uint64(k))
}
