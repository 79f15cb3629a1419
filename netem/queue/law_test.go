package queue

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

// law is a CoDel in the middle of signalling, over a queue that never ends.
func law(count uint32) (*codel, *fifo) {
	q := &fifo{}
	for range 4000 {
		q.push(&netem.Packet{Size: 1250, ECN: netem.ECT0}, 0)
	}
	return &codel{target: 5 * time.Millisecond, interval: 100 * time.Millisecond, dropping: true, firstAbove: 1, count: count}, q
}

// A queue that is above its target for days signals ever more often, and its counter ends at its greatest value.
func TestCoDelCountsForDays(t *testing.T) {
	c, q := law(math.MaxUint32 - 2)
	now := netem.True(time.Hour)
	c.dropNext = now
	for range 10 {
		var p netem.Packet
		ok, drops := c.pop(now, q, &p, nil)
		if !ok || len(drops) > 0 || p.ECN != netem.CE {
			t.Fatalf("%+v with %d drops, want a mark", p, len(drops))
		}
		if c.dropNext <= now-netem.True(time.Millisecond) || c.dropNext > now+netem.True(time.Millisecond) {
			t.Fatalf("the next signal is due %v after this one", c.dropNext.Sub(now))
		}
		now += netem.True(time.Millisecond)
		c.dropNext = now
	}
	if c.count != math.MaxUint32 {
		t.Errorf("count %d, want the greatest", c.count)
	}
}

// RFC 8289 §5.1: the interval between signals shrinks with the root of their number.
func TestCoDelControlLaw(t *testing.T) {
	for count, want := range map[uint32]time.Duration{1: 100 * time.Millisecond, 4: 50 * time.Millisecond, 100: 10 * time.Millisecond, 10_000: time.Millisecond} {
		c, _ := law(count)
		if got := c.after(5).Sub(5); got != want {
			t.Errorf("after %d signals the next follows in %v, want %v", count, got, want)
		}
	}
}

// Leaving and entering the signalling state: a wait below the target, or less than a full packet left, ends it.
func TestCoDelStops(t *testing.T) {
	for name, c := range map[string]struct {
		at   netem.True // when the packets came
		n    int
		stop bool
	}{
		"a long wait":       {0, 100, false},
		"a short wait":      {netem.True(996 * time.Millisecond), 100, true},
		"the last packet":   {0, 1, true},
		"two packets":       {0, 2, true}, // 1250 bytes are left, less than a full packet
		"some more of them": {0, 3, false},
	} {
		q := &fifo{}
		for range c.n {
			q.push(&netem.Packet{Size: 1250, ECN: netem.ECT0}, c.at)
		}
		now := netem.True(time.Second)
		l := &codel{target: 5 * time.Millisecond, interval: 100 * time.Millisecond, dropping: true, firstAbove: 1, count: 3, dropNext: now + 5}
		var p netem.Packet
		l.pop(now, q, &p, nil)
		if l.dropping == c.stop {
			t.Errorf("%s: still signalling %v, want %v", name, l.dropping, !c.stop)
		}
	}
}

// Packets that cannot be marked are dropped until the law is satisfied, and the last ones are not invented.
func TestCoDelDropsToTheEnd(t *testing.T) {
	q := &fifo{}
	for i := range uint32(5) {
		q.push(&netem.Packet{ID: i, Size: 1250}, 0)
	}
	now := netem.True(time.Second)
	c := &codel{target: 5 * time.Millisecond, interval: 100 * time.Millisecond, dropping: true, firstAbove: 1, count: 1000, dropNext: now - netem.True(500*time.Millisecond)}
	var p netem.Packet
	ok, drops := c.pop(now, q, &p, nil)
	if !ok || p.ID != 3 || len(drops) != 3 {
		t.Fatalf("packet %d, %v, %d drops; want packet 3 after the drops of 0 to 2: with one left there is no queue", p.ID, ok, len(drops))
	}
	for i, d := range drops {
		if d.ID != uint32(i) || d.Fate != netem.Marked || d.Queued != time.Second {
			t.Errorf("drop %d: %+v", i, d)
		}
	}
	if ok, _ = c.pop(now, q, &p, nil); !ok || p.ID != 4 {
		t.Errorf("packet %d, %v: want the last", p.ID, ok)
	}
	if ok, drops = c.pop(now, q, &p, nil); ok || len(drops) > 0 {
		t.Error("something came out of an empty queue")
	}
}

// A ring that grows while it is full and turned keeps its order.
func TestRingGrowsInOrder(t *testing.T) {
	var r Ring[int]
	next, first := 0, 0
	for _, push := range []int{3, 20, 50, 1, 200} {
		for range push {
			*r.Extend() = next
			next++
		}
		for range push / 2 {
			if got := r.Pop(); got != first {
				t.Fatalf("%d came out, want %d", got, first)
			}
			first++
		}
		for i := range r.Len() {
			if got := *r.At(i); got != first+i {
				t.Fatalf("item %d is %d, want %d", i, got, first+i)
			}
		}
	}
}
