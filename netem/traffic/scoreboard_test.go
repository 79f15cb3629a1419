package traffic

import (
	"testing"

	"airbridge/netem"

	"pgregory.net/rapid"
)

func TestScoreboardFindsLosses(t *testing.T) {
	var b scoreboard
	for range 10 {
		b.send(1)
	}
	for _, id := range []uint32{1, 2} {
		b.ack(id)
	}
	if id, lost := b.lose(); lost {
		t.Fatalf("packet %d lost after two later ones, want three", id)
	}
	b.ack(3)
	if id, lost := b.lose(); !lost || id != 0 {
		t.Fatalf("lose() = %d, %v after three later ones, want packet 0", id, lost)
	}
	if _, lost := b.lose(); lost || b.flight != 6 {
		t.Errorf("another loss %v, %d under way, want none and 6", lost, b.flight)
	}
	if was := b.ack(0); was.state != missing {
		t.Errorf("packet 0 came after all: it was %v, want missing", was.state)
	}
	if was := b.ack(0); was.state != acknowledged {
		t.Errorf("a copy of packet 0: it was %v, want acknowledged", was.state)
	}
	if was := b.ack(99); was.state != unsent {
		t.Errorf("a packet never sent: it was %v", was.state)
	}
	if n := b.loseAll(); n != 6 || b.flight != 0 {
		t.Errorf("loseAll() = %d with %d left under way, want 6 and 0", n, b.flight)
	}
}

// Whatever is acknowledged in whatever order, across the wrap of packet numbers: a packet is under way, acknowledged or
// lost, and the count of those under way is right.
func TestScoreboardCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := rapid.SampledFrom([]uint32{0, 1 << 31, 1<<32 - 20}).Draw(t, "begin")
		b := scoreboard{next: begin, oldest: begin, highest: begin}
		flying := map[uint32]bool{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				flying[b.send(netem.True(1))] = true
			case 1:
				id := b.next - uint32(rapid.IntRange(1, 70).Draw(t, "back"))
				if was := b.ack(id); (was.state == 1) != flying[id] {
					t.Fatalf("packet %d was %v, under way: %v", id, was.state, flying[id])
				}
				delete(flying, id)
			case 2:
				if id, lost := b.lose(); lost {
					if !flying[id] || int32(b.highest-id) <= reordering {
						t.Fatalf("packet %d lost, under way: %v, highest %d", id, flying[id], b.highest)
					}
					delete(flying, id)
				}
			}
			if b.flight != len(flying) {
				t.Fatalf("%d under way, want %d", b.flight, len(flying))
			}
		}
	})
}

func TestAcksStayInOrder(t *testing.T) {
	var q acks
	next := uint32(0)
	for i := range uint32(1000) {
		q.push(ack{at: netem.True(i), id: i})
		if i%3 == 0 {
			if got := q.pop(); got.id != next {
				t.Fatalf("acknowledgement %d, want %d", got.id, next)
			}
			next++
		}
	}
	if q.next() != netem.True(next) {
		t.Errorf("next at %d, want %d", q.next(), next)
	}
	q.clear()
	if q.next() != netem.Never {
		t.Error("something left after clear")
	}
}
