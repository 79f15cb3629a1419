package latency

import (
	"math"
	"slices"
	"time"

	"airbridge/units"
)

const (
	// tailMemory is over how many frames the tail is taken: 14 s at 72 Hz.
	tailMemory = 1024
	// tailFloor and tailCeiling bound the margin: below, a late wake-up of the display's thread already costs a frame;
	// above, a picture is too old to be worth waiting for.
	tailFloor   = 3 * time.Millisecond
	tailCeiling = 50 * time.Millisecond
	// tailStart is the margin until tailEnough frames are known: a session that begins late looks broken, one that begins
	// with a picture a frame older does not.
	tailStart  = 20 * time.Millisecond
	tailEnough = 36
	// tailSpare is added to the quantile: what the source's own start strays from its advice.
	tailSpare = 500 * time.Microsecond
	// tailFall is by how much the margin may fall a frame. It rises at once.
	tailFall = 50 * time.Microsecond
)

// Tail aims at a share of late frames: its margin is what all but that share of the last 1,024 frames took longer than
// their mean. It is a plain quantile: it does not know that delays come in clusters.
type Tail struct {
	share  float64
	recent [tailMemory]time.Duration // excess of the last frames, in turn
	sorted []time.Duration           // the same, rising
	next   int
	margin time.Duration
}

// NewTail aims at a share of late frames above 0 and below 1.
func NewTail(share float64) *Tail {
	return &Tail{share: share, sorted: make([]time.Duration, 0, tailMemory), margin: tailStart}
}

// Observe takes one frame's margin.
func (t *Tail) Observe(_ units.Mono, s Sample) {
	excess := s.Expected - s.Margin
	if len(t.sorted) == tailMemory {
		i, _ := slices.BinarySearch(t.sorted, t.recent[t.next])
		t.sorted = slices.Delete(t.sorted, i, i+1)
	}
	t.recent[t.next] = excess
	t.next = (t.next + 1) % tailMemory
	i, _ := slices.BinarySearch(t.sorted, excess)
	t.sorted = slices.Insert(t.sorted, i, excess)
	if len(t.sorted) < tailEnough {
		return
	}
	want := t.quantile() + tailSpare
	want = min(max(want, tailFloor), tailCeiling)
	t.margin = max(want, t.margin-tailFall)
}

// quantile is what the next frame exceeds with the probability share at most, if it is like those remembered: of n+1
// exchangeable numbers the last is among the largest k with probability k/(n+1).
func (t *Tail) quantile() time.Duration {
	n := len(t.sorted)
	rank := int(math.Ceil(float64(n+1) * (1 - t.share)))
	return t.sorted[min(rank, n)-1]
}

// Margin returns the margin.
func (t *Tail) Margin() time.Duration { return t.margin }
