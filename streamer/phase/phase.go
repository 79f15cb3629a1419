// Package phase locks the source's render loop to the display's slots without any agreement of clocks. It learns from
// the margins that the client reports how long before a slot's latch a frame must be started, tells which slot a frame
// that starts now is for, and when the next one should start. Sans-I/O and not safe for concurrent use.
package phase

import (
	"fmt"
	"math"
	"slices"
	"time"

	"airbridge/units"
)

// window is over how many frames the lead is averaged, by the median of the first and then by a sliding mean: long enough
// to smooth jitter, short enough to follow clocks that drift by 100 ppm (45 µs at 72 Hz).
const window = 32

// farthest is how many slots beyond the next frame's that frame may be put off: what is farther was a mistake, and a
// source that waits for it looks frozen.
const farthest = 2

// pipelineGuess is how many periods from render start to decoded are assumed before any margin is known.
const pipelineGuess = 2

// Lock is the lock. Slot s is latched, in effect, at s*period + lead on this host's clock, less what the pipeline takes
// from render start to decoded; lead is the one unknown.
type Lock struct {
	period time.Duration
	step   units.SlotID // slots from frame to frame
	lead   float64      // ns; slot*period + lead - start = margin
	// first are the count leads observed until settled, rising: their median is not moved by a frame that was held up.
	first [window]float64
	count int
	guess bool // a pose gave a first idea
	last  units.SlotID
	// advised is when the next frame was last advised to start, in ns.
	advised float64
}

// New returns a lock for a display of the given refresh period and a source that has a frame for every step-th slot;
// both must be positive.
func New(period time.Duration, step int) *Lock {
	if period <= 0 || step <= 0 {
		panic(fmt.Sprintf("phase: period %s, step %d", period, step))
	}
	return &Lock{period: period, step: units.SlotID(step)}
}

// SetStep changes for every how many slots the source has a frame, from the next frame on; step must be positive.
func (l *Lock) SetStep(step int) { l.step = units.SlotID(step) }

// Upcoming is the slot that the next frame is for, as far as is known; zero before the first frame.
func (l *Lock) Upcoming() units.SlotID {
	if l.last == 0 {
		return 0
	}
	return l.last + l.step
}

// Locked says that slots can be told: a pose or a margin has been seen.
func (l *Lock) Locked() bool { return l.guess || l.count > 0 }

// Settled says that at least a window of margins has been seen.
func (l *Lock) Settled() bool { return l.count >= window }

// Guess gives a first idea from a pose that arrived at now for a slot, ahead the time from its sampling to the slot's
// display. It has no effect once margins are known.
func (l *Lock) Guess(now units.Mono, slot units.SlotID, ahead time.Duration) {
	if l.Locked() {
		return
	}
	l.guess = true
	latch := float64(now) + float64(ahead)
	l.lead = latch - pipelineGuess*float64(l.period) - l.at(slot)
}

// Observe takes the margin of a frame that started at start and was meant for slot.
func (l *Lock) Observe(start units.Mono, slot units.SlotID, margin time.Duration) {
	lead := float64(margin) + float64(start) - l.at(slot)
	if l.Settled() {
		// One frame that the system held up for long shall not move all that follow.
		most := float64(l.period)
		l.lead += min(max(lead-l.lead, -most), most) / window
		return
	}
	at, _ := slices.BinarySearch(l.first[:l.count], lead)
	copy(l.first[at+1:], l.first[at:l.count])
	l.first[at] = lead
	l.count++
	l.lead = (l.first[(l.count-1)/2] + l.first[l.count/2]) / 2
}

// Expected returns the margin to expect of a frame that starts at start for slot.
func (l *Lock) Expected(start units.Mono, slot units.SlotID) time.Duration {
	return time.Duration(l.at(slot) + l.lead - float64(start))
}

// Slot tells which slot a frame that starts at start is for: the first that leaves at least half of the margin aimed at
// (of a large margin, all but half a period), never one before the last frame's unless Next took that back.
func (l *Lock) Slot(start units.Mono, margin time.Duration) units.SlotID {
	least := max(margin/2, margin-l.period/2)
	n := (float64(start) + float64(least) - l.lead) / float64(l.period)
	slot := units.SlotID(max(math.Ceil(n), 1))
	slot = max(slot, l.last)
	l.last = slot
	return slot
}

// Next returns when the next frame should start so that it is ready margin before the latch of the slot after the last
// frame's. The rhythm that was advised before is changed by at most slew; a frame that started late changes nothing of
// it. A source that has never started starts at once, and none waits for more than farthest slots beyond its own.
func (l *Lock) Next(now units.Mono, margin, slew time.Duration) units.Mono {
	if l.last == 0 {
		l.advised = float64(now)
		return now
	}
	want := l.at(l.last+l.step) + l.lead - float64(margin)
	if over := want - float64(now) - l.at(l.step+farthest); over > 0 {
		back := math.Ceil(over / float64(l.period))
		l.last -= min(units.SlotID(back), l.last-1)
		want -= back * float64(l.period)
	}
	steady := l.advised + math.Round((want-l.advised)/float64(l.period))*float64(l.period)
	limit := float64(slew)
	l.advised = steady + min(max(want-steady, -limit), limit)
	return units.Mono(l.advised)
}

func (l *Lock) at(slot units.SlotID) float64 { return float64(slot) * float64(l.period) }
