package machine

import (
	"bytes"
	"encoding/binary"
	"testing"

	"airbridge/units"

	"pgregory.net/rapid"
)

// note is a device event that folds one number.
type note struct {
	kind   Kind
	number uint64
}

func (n *note) Kind() Kind   { return n.kind }
func (n *note) ID() uint64   { return n.number }
func (n *note) Fold(h *Hash) { h.Word(n.number) }

// parrot answers every input with a burst and a request, and a tick with nothing.
type parrot struct {
	burst    Burst
	request  note
	deadline units.Mono
	handled  []units.Mono
	ticked   []units.Mono
}

func (p *parrot) Handle(now units.Mono, _ Event, out Output) {
	p.handled = append(p.handled, now)
	out.Send(p.burst)
	out.Do(&p.request)
}

func (p *parrot) Tick(now units.Mono, _ Output) { p.ticked = append(p.ticked, now) }
func (p *parrot) Deadline() units.Mono          { return p.deadline }

// sink keeps what a machine put out.
type sink struct {
	bursts   []Burst
	requests []Event
}

func (s *sink) Send(b Burst) { s.bursts = append(s.bursts, b) }
func (s *sink) Do(r Event)   { s.requests = append(s.requests, r) }

// bytesFrom returns n bytes that count up from first.
func bytesFrom(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

// scene is everything one turn of a traced machine consists of.
type scene struct {
	now, at units.Mono
	ecn     uint8
	data    []byte
	burst   Burst
	request note
	tick    units.Mono
}

func newScene() scene {
	return scene{
		now: 1000, at: 990, ecn: 1, data: bytesFrom(1, 100),
		burst:   Burst{DSCP: 46, Size: 60, Slab: bytesFrom(7, 150)},
		request: note{KindDevice + 1, 5}, tick: 2000,
	}
}

func (s scene) sum() uint64 {
	trace := NewTrace(&parrot{burst: s.burst, request: s.request})
	var out sink
	trace.Handle(s.now, &Datagram{At: s.at, ECN: s.ecn, Data: s.data}, &out)
	trace.Tick(s.tick, &out)
	return trace.Sum()
}

func TestTraceTellsChangesApart(t *testing.T) {
	flip := func(b []byte, i int) []byte {
		b = bytes.Clone(b)
		b[i] ^= 1
		return b
	}
	seen := map[uint64]string{newScene().sum(): "the original"}
	for name, edit := range map[string]func(*scene){
		"instant of the input":          func(s *scene) { s.now++ },
		"instant of arrival":            func(s *scene) { s.at++ },
		"ECN":                           func(s *scene) { s.ecn = 3 },
		"first byte":                    func(s *scene) { s.data = flip(s.data, 0) },
		"last byte of the header":       func(s *scene) { s.data = flip(s.data, HashedHeader-1) },
		"length":                        func(s *scene) { s.data = s.data[:99] },
		"DSCP":                          func(s *scene) { s.burst.DSCP = 0 },
		"size of the burst's datagrams": func(s *scene) { s.burst.Size = 50 },
		"length of the burst's last":    func(s *scene) { s.burst.Slab = s.burst.Slab[:149] },
		"header of the burst's first":   func(s *scene) { s.burst.Slab = flip(s.burst.Slab, 0) },
		"header of the burst's last":    func(s *scene) { s.burst.Slab = flip(s.burst.Slab, 120) },
		"no burst":                      func(s *scene) { s.burst.Slab = nil },
		"kind of the request":           func(s *scene) { s.request.kind++ },
		"number of the request":         func(s *scene) { s.request.number++ },
		"instant of the tick":           func(s *scene) { s.tick++ },
	} {
		s := newScene()
		edit(&s)
		if other, ok := seen[s.sum()]; ok {
			t.Errorf("changed %s: same trace hash as %s", name, other)
		}
		seen[s.sum()] = name
	}
}

// A run whose payload is left out must hash like a full one: only headers and lengths count.
func TestTraceLeavesPayloadOut(t *testing.T) {
	s := newScene()
	s.data, s.burst.Slab = bytes.Clone(s.data), bytes.Clone(s.burst.Slab)
	clear(s.data[HashedHeader:])
	for _, first := range []int{0, 60} {
		clear(s.burst.Slab[first+HashedHeader : first+60])
	}
	if got, want := s.sum(), newScene().sum(); got != want {
		t.Errorf("trace hash %#x without payload, %#x with", got, want)
	}
}

// The same happenings in another order are another trace.
func TestTraceKnowsOrder(t *testing.T) {
	sum := func(numbers ...uint64) uint64 {
		trace := NewTrace(&parrot{})
		for _, n := range numbers {
			trace.Handle(1, &note{KindDevice, n}, &sink{})
		}
		return trace.Sum()
	}
	if sum(1, 2) == sum(2, 1) {
		t.Error("two inputs swapped: same trace hash")
	}
	if sum(1) == sum(1, 1) {
		t.Error("an input repeated: same trace hash")
	}
}

// The trace is transparent: the machine inside and the world outside see exactly what they would without it.
func TestTracePassesEverythingOn(t *testing.T) {
	s := newScene()
	inner := &parrot{burst: s.burst, request: s.request, deadline: 77}
	trace := NewTrace(inner)
	var out sink
	trace.Handle(s.now, &Datagram{Data: s.data}, &out)
	trace.Tick(s.tick, &out)
	if len(inner.handled) != 1 || inner.handled[0] != s.now || len(inner.ticked) != 1 || inner.ticked[0] != s.tick {
		t.Errorf("handled at %v, ticked at %v", inner.handled, inner.ticked)
	}
	if len(out.bursts) != 1 || !bytes.Equal(out.bursts[0].Slab, s.burst.Slab) || out.bursts[0].Size != s.burst.Size {
		t.Errorf("bursts %+v", out.bursts)
	}
	if len(out.requests) != 1 || out.requests[0] != Event(&inner.request) {
		t.Errorf("requests %+v", out.requests)
	}
	if got := trace.Deadline(); got != 77 {
		t.Errorf("deadline %d, want 77", got)
	}
}

func TestHashProperties(t *testing.T) {
	fold := func(words []uint64) uint64 {
		var h Hash
		for _, w := range words {
			h.Word(w)
		}
		return h.Sum()
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Uint64(), 1, 20).Draw(t, "words")
		if fold(words) != fold(append([]uint64(nil), words...)) {
			t.Fatal("equal words, different sums")
		}
		i := rapid.IntRange(0, len(words)-1).Draw(t, "which")
		bit := rapid.IntRange(0, 63).Draw(t, "bit")
		changed := append([]uint64(nil), words...)
		changed[i] ^= 1 << bit
		if fold(words) == fold(changed) {
			t.Fatalf("word %d with bit %d flipped: same sum", i, bit)
		}
		if fold(words) == fold(append(changed, 0)) || fold(words) == fold(append(append([]uint64(nil), words...), 0)) {
			t.Fatal("a zero appended: same sum")
		}
	})
}

// Flipping one bit of a header, early or late in a trace, must turn about half of the sum's bits: a weak mixer would let
// neighbouring packet numbers cancel each other.
func TestHashMixes(t *testing.T) {
	const after = 3 // words that follow the changed one
	for bit := range 64 {
		var a, b Hash
		a.Word(0)
		b.Word(1 << bit)
		for range after {
			a.Word(0)
			b.Word(0)
		}
		if n := onesOf(a.Sum() ^ b.Sum()); n < 12 || n > 52 {
			t.Errorf("bit %d: %d of 64 bits of the sum differ, want about half", bit, n)
		}
	}
}

// Headers that differ in a counter only, as those of one stream do, must not collide.
func TestHashOfCountersDoesNotCollide(t *testing.T) {
	const datagrams = 200_000
	header := bytesFrom(1, HashedHeader)
	seen := make(map[uint64]uint32, datagrams)
	for n := range uint32(datagrams) {
		binary.BigEndian.PutUint32(header[12:], n)                // the packet number
		binary.BigEndian.PutUint32(header[16:], n/100)            // the frame
		header[24], header[25] = byte(n%100/50), byte(n%100)      // block and index
		binary.BigEndian.PutUint32(header[HashedHeader-4:], n%50) // the length
		var h Hash
		h.Header(header)
		if other, ok := seen[h.Sum()]; ok {
			t.Fatalf("datagrams %d and %d have the same sum", n, other)
		}
		seen[h.Sum()] = n
	}
}

func onesOf(v uint64) (n int) {
	for ; v != 0; v &= v - 1 {
		n++
	}
	return n
}

// A datagram that is shorter than the longest header counts as if zeros followed; its length is folded beside.
func TestHeaderPadsShortDatagrams(t *testing.T) {
	for _, n := range []int{0, 1, 16, HashedHeader - 1, HashedHeader, HashedHeader + 1} {
		var short, padded Hash
		b := bytesFrom(1, n)
		short.Header(b)
		padded.Header(append(b, make([]byte, HashedHeader)...)[:max(n, HashedHeader)])
		if short.Sum() != padded.Sum() {
			t.Errorf("%d bytes: %#x, padded %#x", n, short.Sum(), padded.Sum())
		}
	}
}

// BenchmarkTrace measures what a trace adds to a datagram; an operation is one datagram.
func BenchmarkTrace(b *testing.B) {
	b.Run("in", func(b *testing.B) {
		b.ReportAllocs()
		trace, in, out := NewTrace(idle{}), &Datagram{Data: bytesFrom(1, 1400)}, discard{}
		for i := range b.N {
			in.At = units.Mono(i)
			trace.Handle(units.Mono(i), in, out)
		}
	})
	b.Run("out", func(b *testing.B) {
		b.ReportAllocs()
		trace := NewTrace(idle{})
		trace.Tick(0, discard{})
		burst := Burst{Size: 1400, Slab: make([]byte, 5*1400)}
		for range b.N / 5 {
			trace.Send(burst)
		}
	})
}

// idle does nothing, discard keeps nothing.
type (
	idle    struct{}
	discard struct{}
)

func (idle) Handle(units.Mono, Event, Output) {}
func (idle) Tick(units.Mono, Output)          {}
func (idle) Deadline() units.Mono             { return units.Never }
func (discard) Send(Burst)                    {}
func (discard) Do(Event)                      {}
