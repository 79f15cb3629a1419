package link

import (
	"math"
	"math/rand/v2"
	"testing"
)

// model is the window said plainly: everything admitted is remembered for ever.
type model struct {
	highest uint64
	seen    map[uint64]bool
}

func (m *model) admit(n uint64) bool {
	if n == 0 || m.seen[n] || n < m.highest && m.highest-n > windowBits-1 {
		return false
	}
	m.seen[n] = true
	m.highest = max(m.highest, n)
	return true
}

func TestReplayWindowAgreesWithModel(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 0))
		m := model{seen: map[uint64]bool{}}
		var r Replay
		admitted := 0
		for range 20_000 {
			n := m.highest + rng.Uint64N(4)
			switch rng.IntN(40) {
			case 0, 1, 2, 3:
				n = m.highest - min(m.highest, rng.Uint64N(windowBits+100))
			case 4:
				n = m.highest + rng.Uint64N(3*windowBits)
			case 5:
				n = m.highest - min(m.highest, windowBits+rng.Uint64N(3)-1) // the edge
			case 6:
				if rng.IntN(100) == 0 {
					n = m.highest + rng.Uint64N(1<<40)
				}
			}
			want := m.admit(n)
			if got := r.Admit(n); got != want {
				t.Fatalf("seed %d: Admit(%d) = %t with %d the highest, want %t", seed, n, got, m.highest, want)
			}
			if want {
				admitted++
			}
			if r.Highest() != m.highest {
				t.Fatalf("seed %d: Highest() = %d, want %d", seed, r.Highest(), m.highest)
			}
		}
		if admitted < 5000 {
			t.Errorf("seed %d: %d numbers admitted only", seed, admitted)
		}
	}
}

func TestReplayAtItsEdges(t *testing.T) {
	const last = math.MaxUint64
	for name, c := range map[string]struct {
		before []uint64
		n      uint64
		want   bool
	}{
		"zero is no number":              {nil, 0, false},
		"the first":                      {nil, 1, true},
		"the first twice":                {[]uint64{1}, 1, false},
		"any number first":               {nil, 1 << 50, true},
		"the oldest in the window":       {[]uint64{50_000}, 50_000 - windowBits + 1, true},
		"one older than the window":      {[]uint64{50_000}, 50_000 - windowBits, false},
		"a word of the ring apart":       {[]uint64{64}, 64 + 64*windowWords, true},
		"the same bit, a ring later":     {[]uint64{70, 70 + 64*windowWords}, 70 + 64*windowWords, false},
		"a bit that the ring had before": {[]uint64{70, 90 + 64*windowWords}, 70 + 64*windowWords, true},
		"the last number":                {[]uint64{last - 1}, last, true},
		"the last number twice":          {[]uint64{last}, last, false},
		"just before the last":           {[]uint64{last}, last - 5, true},
		"far before the last":            {[]uint64{last}, last - windowBits, false},
		"after the last, wrapping":       {[]uint64{last}, 3, false},
	} {
		var r Replay
		for _, n := range c.before {
			if !r.Admit(n) {
				t.Fatalf("%s: Admit(%d) = false before", name, n)
			}
		}
		if got := r.Admit(c.n); got != c.want {
			t.Errorf("%s: Admit(%d) after %v = %t, want %t", name, c.n, c.before, got, c.want)
		}
	}
}

func BenchmarkReplay(b *testing.B) {
	var r Replay
	b.ReportAllocs()
	for i := range b.N {
		if !r.Admit(uint64(i) + 1) {
			b.Fatal("a new number is refused")
		}
	}
}
