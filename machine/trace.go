package machine

import (
	"encoding/binary"
	"fmt"
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
	now   units.Mono
	watch func(Entry)
}

// Entry is one step of a trace, for whoever looks for the first step at which two traces part.
type Entry struct {
	// Now is the instant, Kind and ID what happened.
	Now  units.Mono
	Kind Kind
	ID   uint64
	// Out says that the machine did it; otherwise it was given to it.
	Out bool
	// Sum is the hash after it.
	Sum uint64
}

// String says the step in one line.
func (e Entry) String() string {
	arrow := "<-"
	if e.Out {
		arrow = "->"
	}
	return fmt.Sprintf("%d %s kind %d id %d (sum %016x)", e.Now, arrow, e.Kind, e.ID, e.Sum)
}

// NewTrace wraps m.
func NewTrace(m Machine) *Trace { return &Trace{inner: m} }

// Watch has f see every step from now on; nil ends that.
func (t *Trace) Watch(f func(Entry)) { t.watch = f }

// Sum returns the trace hash so far.
func (t *Trace) Sum() uint64 { return t.hash.Sum() }

// Handle folds the input, then passes it on.
func (t *Trace) Handle(now units.Mono, in Event, out Output) {
	t.mark(now, in.Kind(), out)
	in.Fold(&t.hash)
	if t.watch != nil {
		t.watch(Entry{Now: now, Kind: in.Kind(), ID: in.ID(), Sum: t.Sum()})
	}
	t.inner.Handle(now, in, t)
}

// Tick folds the instant, then passes it on.
func (t *Trace) Tick(now units.Mono, out Output) {
	t.mark(now, KindTick, out)
	if t.watch != nil {
		t.watch(Entry{Now: now, Kind: KindTick, Sum: t.Sum()})
	}
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
	if t.watch != nil {
		t.watch(Entry{Now: t.now, Kind: KindSend, ID: uint64(b.Count()), Out: true, Sum: t.Sum()})
	}
	t.out.Send(b)
}

// Do folds the request, then passes it on.
func (t *Trace) Do(r Event) {
	t.hash.Word(uint64(r.Kind()))
	r.Fold(&t.hash)
	if t.watch != nil {
		t.watch(Entry{Now: t.now, Kind: r.Kind(), ID: r.ID(), Out: true, Sum: t.Sum()})
	}
	t.out.Do(r)
}

func (t *Trace) mark(now units.Mono, k Kind, out Output) {
	t.now, t.out = now, out
	t.hash.Pair(uint64(now), uint64(k))
}
