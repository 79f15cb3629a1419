package jitter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"airbridge/units"
)

// arrival is a shard on its way.
type arrival struct {
	at units.Mono
	piece
}

// world is a stream behind a network that loses, repeats and reorders.
type world struct {
	loss, repeat float64
	delayMax     units.Mono // of single shards
	burstDelay   units.Mono // of whole frames
}

var worlds = []world{
	{},
	{loss: 0.02, repeat: 0.05, delayMax: ms / 10},
	{loss: 0.2, repeat: 0.2, delayMax: 2 * ms},
	{loss: 0.01, delayMax: 10 * ms, burstDelay: 20 * ms},
	{loss: 0.6, repeat: 0.5, delayMax: 5 * ms, burstDelay: 5 * ms},
	{delayMax: 40 * ms},
}

// stream draws the arrivals of frames at 90 Hz, by rising time.
func (w world) stream(rng *rand.Rand, frames int, longest int) (frame [][]piece, all []arrival) {
	id := units.FrameID(rng.IntN(1000))
	frame = make([][]piece, frames)
	for n := range frames {
		id += 1 + units.FrameID(rng.IntN(10)/9)
		frame[n] = cut(id, uint8(rng.IntN(2))*uint8(min(id-1, 1)), 1+rng.IntN(longest), tiny.Payload)
		sent := units.Mono(n) * 11 * ms
		sent += units.Mono(rng.Int64N(int64(w.burstDelay) + 1))
		for _, p := range frame[n] {
			for again := true; again; again = rng.Float64() < w.repeat {
				if rng.Float64() >= w.loss {
					all = append(all, arrival{sent + units.Mono(rng.Int64N(int64(w.delayMax)+1)), p})
				}
			}
			sent += ms / 50
		}
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	return frame, all
}

// fate is what the model knows of a frame.
type fate struct {
	shards   []piece
	came     map[int]bool
	since    units.Mono         // first arrival
	passed   map[int]units.Mono // when something behind a position came, within the frame
	passedAt map[int]int        // and how many shards had come to the buffer until then
	newer    units.Mono         // when a newer frame was known, Never before
	newerAt  int
	high     int
	told     map[int]bool // positions told to be missing
	tail     int          // position from which on the tail was told to be missing, or -1
	gone     bool         // dropped or evicted
}

func (f *fate) complete() bool { return len(f.came) == len(f.shards) }

// model predicts a buffer's answers from all that was pushed, without any of its tricks.
type model struct {
	t     *testing.T
	b     *Buffer
	fates map[units.FrameID]*fate
	order []units.FrameID // heard of and not gone, rising
	came  int             // shards accepted
	floor units.FrameID
}

func newModel(t *testing.T, cfg Config, frames [][]piece) *model {
	m := &model{t: t, b: New(cfg), fates: map[units.FrameID]*fate{}}
	for _, shards := range frames {
		m.fates[shards[0].Frame] = &fate{
			shards: shards, came: map[int]bool{}, passed: map[int]units.Mono{}, passedAt: map[int]int{},
			told: map[int]bool{}, tail: -1, high: -1, newer: units.Never,
		}
	}
	return m
}

// push pushes one shard to both and compares.
func (m *model) push(a arrival) {
	m.t.Helper()
	f := m.fates[a.Frame]
	want, n := Accepted, a.Position()
	switch heard := slices.Contains(m.order, a.Frame); {
	case f.gone || !heard && a.Frame <= m.floor:
		want = Stale
	case f.came[n]:
		want = Duplicate
	case !heard && len(m.order) == m.b.cfg.Frames && !m.evict(a.Frame):
		want = Full
	}
	if got := m.b.Push(a.at, a.Shard, a.payload, 0); got != want {
		m.t.Fatalf("Push(frame %d shard %d) = %v, want %v", a.Frame, n, got, want)
	}
	if want == Accepted {
		m.accept(a, f, n)
	}
}

func (m *model) accept(a arrival, f *fate, n int) {
	m.came++
	if len(f.came) == 0 {
		f.since = a.at
		i, _ := slices.BinarySearch(m.order, a.Frame)
		for _, older := range m.order[:i] {
			if o := m.fates[older]; o.newer == units.Never {
				o.newer, o.newerAt = a.at, m.came
			}
		}
		if i < len(m.order) {
			f.newer, f.newerAt = a.at, m.came
		}
		m.order = slices.Insert(m.order, i, a.Frame)
	}
	for p := f.high + 1; p < n; p++ {
		f.passed[p], f.passedAt[p] = a.at, m.came
	}
	f.high = max(f.high, n)
	f.came[n] = true
}

// evict predicts which frame makes room for id.
func (m *model) evict(id units.FrameID) bool {
	if m.order[0] > id {
		return false
	}
	m.floor = max(m.floor, m.order[0])
	m.fates[m.order[0]].gone = true
	m.order = m.order[1:]
	return true
}

// dropThrough drops in both.
func (m *model) dropThrough(id units.FrameID) {
	m.b.DropThrough(id)
	for len(m.order) > 0 && m.order[0] <= id {
		m.fates[m.order[0]].gone = true
		m.order = m.order[1:]
	}
	m.floor = max(m.floor, id)
}

// check compares everything that can be asked at now.
func (m *model) check(now units.Mono) {
	m.t.Helper()
	m.checkFrames()
	m.checkHoles(now)
	if at := m.b.Deadline(); at <= now {
		m.t.Fatalf("Deadline() = %d at %d when everything was told", at, now)
	}
}

func (m *model) checkFrames() {
	m.t.Helper()
	after := units.FrameID(0)
	for _, id := range m.order {
		f := m.fates[id]
		if !f.complete() {
			continue
		}
		got, ok := m.b.Complete(after)
		if !ok || got.ID != id || got.Shards != len(f.shards) || got.First != f.since {
			m.t.Fatalf("Complete(%d) = frame %d with %d shards since %d, %t, want frame %d", after, got.ID, got.Shards, got.First, ok, id)
		}
		i := 0
		for _, p := range f.shards {
			for _, want := range p.payload {
				if i >= len(got.Bytes) || got.Bytes[i] != want {
					m.t.Fatalf("frame %d differs at byte %d of %d", id, i, len(got.Bytes))
				}
				i++
			}
		}
		if i != len(got.Bytes) {
			m.t.Fatalf("frame %d has %d bytes, want %d", id, len(got.Bytes), i)
		}
		after = id
	}
	if got, ok := m.b.Complete(after); ok {
		m.t.Fatalf("Complete(%d) = frame %d, which is not", after, got.ID)
	}
}

// checkHoles verifies that every hole told is missing, told once and for a reason, and that nothing certain is withheld.
func (m *model) checkHoles(now units.Mono) {
	m.t.Helper()
	for _, h := range told(m.b, now) {
		f := m.fates[h.Frame]
		switch h.Kind {
		case HoleEvicted:
			if !f.gone {
				m.t.Fatalf("frame %d is told to be evicted and was not", h.Frame)
			}
		case HoleTail:
			if f.gone || f.complete() || f.tail >= 0 || !m.certain(f, h.First, now) || h.First != f.high+1 {
				m.t.Fatalf("at %d: %+v after tail %d", now, h, f.tail)
			}
			f.tail = h.First
		case HoleRun:
			for p := h.First; p < h.First+h.Count; p++ {
				if f.gone || f.came[p] || f.told[p] || !m.certain(f, p, now) || h.Count == 0 {
					m.t.Fatalf("at %d: %+v, shard %d came %t, told %t", now, h, p, f.came[p], f.told[p])
				}
				f.told[p] = true
			}
		}
	}
	for _, id := range m.order {
		f := m.fates[id]
		if s := m.b.find(id); s.holes.count == maxGaps {
			continue // some may be a little late
		}
		for p := range f.shards {
			overdue := now >= min(f.passedBy(p), f.newer).Add(m.b.cfg.ReorderWindow)
			if !f.came[p] && !f.told[p] && overdue && (f.tail < 0 || p < f.tail) {
				m.t.Fatalf("at %d: frame %d lacks shard %d of %d and nobody was told", now, id, p, len(f.shards))
			}
		}
	}
}

// passedBy is when something behind a position came.
func (f *fate) passedBy(p int) units.Mono {
	if at, ok := f.passed[p]; ok {
		return at
	}
	return units.Never
}

// certain says whether there is a reason to believe that position p will not come any more.
func (m *model) certain(f *fate, p int, now units.Mono) bool {
	window := m.b.cfg.ReorderWindow
	at, passed := f.passed[p]
	switch {
	case passed && (now >= at.Add(window) || m.came-f.passedAt[p] >= laterDatagrams):
		return true
	case f.newer != units.Never:
		return now >= f.newer.Add(window) || m.came-f.newerAt >= laterDatagrams
	}
	return now >= f.since.Add(m.b.cfg.Patience)
}

// run plays a stream to a client that takes most frames as they come.
func (m *model) run(rng *rand.Rand, all []arrival) {
	now := units.Mono(0)
	for _, a := range all {
		for m.b.Deadline() < a.at {
			now = max(now, m.b.Deadline())
			m.check(now)
		}
		now = a.at
		m.push(a)
		m.check(now)
		if f, ok := m.b.Complete(0); ok && rng.IntN(4) == 0 {
			m.dropThrough(f.ID)
		}
		if len(m.order) > m.b.cfg.Frames || m.b.made > m.b.cfg.Frames {
			m.t.Fatalf("%d slots made, %d frames held, want at most %d", m.b.made, len(m.order), m.b.cfg.Frames)
		}
	}
	for at := m.b.Deadline(); at != units.Never; at = m.b.Deadline() {
		now = max(now, at)
		m.check(now)
	}
	for _, id := range m.order { // in the end all that is missing was told
		f := m.fates[id]
		for p := range f.shards {
			if !f.complete() && !f.came[p] && !f.told[p] && (f.tail < 0 || p < f.tail) {
				m.t.Fatalf("frame %d lacks shard %d of %d and nobody was ever told", id, p, len(f.shards))
			}
		}
	}
}

func TestBufferAgreesWithItsModel(t *testing.T) {
	for n, w := range worlds {
		for seed := range uint64(16) {
			t.Run(fmt.Sprintf("world %d seed %d", n, seed), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, uint64(n)))
				longest := 300
				if seed%16 == 3 {
					longest = int(tiny.MaxFrame)
				}
				cfg := tiny
				cfg.Frames = 1 + rng.IntN(16)
				frames, all := w.stream(rng, 30, longest)
				newModel(t, cfg, frames).run(rng, all)
			})
		}
	}
}
