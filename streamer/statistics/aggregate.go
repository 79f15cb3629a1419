package statistics

import (
	"fmt"
	"time"

	"airbridge/internal/quantile"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// maxSpan is the longest life of a frame that is believed: beyond, a clock was stepped or the client talks nonsense.
const maxSpan = time.Minute

// Aggregate is the sum of a run's frames: about 1.1 MB whatever the length of the run. Its exported fields are for
// reading; Add, Pause, Finish and Merge write them. Frames that were never shown are part of it.
type Aggregate struct {
	// Rendered counts the frames added; Displayed to Skipped count how they ended, one outcome a frame.
	Rendered, Displayed, Late, Replaced, Lost, Skipped int64
	// ShownLate counts those of Late that were shown in a later slot.
	ShownLate int64
	// Missed counts slots that repeated a picture although the source had rendered a frame for them.
	Missed int64
	// IDR counts encoded frames that refer to no other.
	IDR int64
	// Untimed counts the frames whose stamps make no timeline: no ping answered yet, or instants that cannot be.
	Untimed int64
	// Bytes is what the encoder returned in all.
	Bytes units.ByteCount
	// Freezes counts gaps above max(150 ms, 3 intervals) between newly shown frames, LongestFreeze is the longest.
	Freezes       int64
	LongestFreeze time.Duration
	// Uncertainty is the worst of the clock mapping with which a frame was timed: what uplink and network may be wrong
	// by, in opposite directions. Their sum is exact.
	Uncertainty time.Duration

	// MotionToPhoton is of shown frames with a pose, and so are Stages, whose sums add up to its sum exactly.
	MotionToPhoton quantile.Histogram[time.Duration]
	Stages         [StageCount]quantile.Histogram[time.Duration]
	// Overhead is, of the same frames, all that is not render, encode, decode, pacing or waiting for the start of a render
	// or for the display.
	Overhead quantile.Histogram[time.Duration]
	// AllStages has the stages that any frame completed, shown or not.
	AllStages [StageCount]quantile.Histogram[time.Duration]
	// Margin is of frames that were decoded for their slot: how long before its latch, negative where they were late.
	Margin quantile.Histogram[time.Duration]
	// Bitrate is of whole seconds: what was encoded of the frames rendered in them.
	Bitrate quantile.Histogram[units.Bitrate]

	interval time.Duration
	slots    slots
	freezes  freezes
	seconds  perSecond
}

// NewAggregate returns the sum of no frames, of a source and a display with that interval between frames; it must be
// positive.
func NewAggregate(interval time.Duration) *Aggregate {
	a := new(Aggregate)
	a.SetInterval(interval)
	return a
}

// SetInterval changes the interval between frames from here on; it must be positive.
func (a *Aggregate) SetInterval(interval time.Duration) {
	if interval <= 0 {
		panic(fmt.Sprintf("statistics: interval %v", interval))
	}
	a.interval = interval
}

// Add adds a frame whose outcome is known, in order of frame numbers, with the mapping of the client's clock.
func (a *Aggregate) Add(f *Frame, o Offset) {
	a.Rendered++
	a.count(f)
	a.Missed += a.slots.visit(f, a.interval)
	a.seconds.add(f.Rendered, f.Bytes, &a.Bitrate)
	if motion, posed := f.MotionToPhoton(); f.Shown() && (!posed || believable(motion)) {
		a.stoodStill(a.freezes.show(f.DisplayedAt(), a.interval))
	}
	if margin, ok := f.Margin(); ok {
		a.Margin.Record(margin)
	}
	a.time(f, o)
}

func (a *Aggregate) count(f *Frame) {
	switch f.Outcome {
	case wire.Displayed:
		a.Displayed++
	case wire.Late:
		a.Late++
	case wire.Replaced:
		a.Replaced++
	case wire.Lost:
		a.Lost++
	case wire.Skipped:
		a.Skipped++
	default:
		panic(fmt.Sprintf("statistics: frame %d ended with %v", f.ID, f.Outcome))
	}
	if f.Outcome == wire.Late && f.Report.ShownLate {
		a.ShownLate++
	}
	if f.IDR {
		a.IDR++
	}
	a.Bytes += f.Bytes
}

// time adds the frame's stages.
func (a *Aggregate) time(f *Frame, o Offset) {
	first, last := RenderStart, f.Reached()
	if f.Posed {
		first = Sampled
	}
	if !o.Known() && (f.Posed || last >= Received) {
		a.Untimed++
		return
	}
	t := f.Timeline(o)
	span := t[last].Sub(t[first])
	motion, whole := f.MotionToPhoton()
	if !believable(span) || whole && motion != span {
		a.Untimed++
		return
	}
	a.Uncertainty = max(a.Uncertainty, o.Uncertainty)
	for s := Stage(first); s < Stage(last); s++ {
		a.AllStages[s].Record(t.Stage(s))
		if whole {
			a.Stages[s].Record(t.Stage(s))
		}
	}
	if whole {
		a.MotionToPhoton.Record(motion)
		a.Overhead.Record(overhead(&t))
	}
}

func believable(span time.Duration) bool { return span >= 0 && span <= maxSpan }

func overhead(t *Timeline) (sum time.Duration) {
	for _, s := range [...]Stage{Uplink, Composite, Packetize, Network, Recover, DecodeWait} {
		sum += t.Stage(s)
	}
	return sum
}

func (a *Aggregate) stoodStill(gap time.Duration) {
	if gap > 0 {
		a.Freezes++
		a.LongestFreeze = max(a.LongestFreeze, gap)
	}
}

// Pause says that the user took the headset off: the gap until the next shown frame is no freeze.
func (a *Aggregate) Pause() { a.freezes = freezes{} }

// Finish ends the run at an instant of our clock: whole seconds up to it are counted, and a picture that stood still
// until then is a freeze too, as is a run that showed nothing of what was rendered. end is when the source was halted or
// the client was lost, not when the last report came: what is not rendered any more does not freeze. o is the mapping at
// the end.
func (a *Aggregate) Finish(end units.Mono, o Offset) {
	if a.Rendered == 0 {
		return
	}
	a.seconds.advance(end, &a.Bitrate)
	if a.freezes.shown && o.Known() {
		a.stoodStill(a.freezes.show(o.Peer(end), a.interval))
	}
	if nothing := a.Displayed+a.ShownLate == 0; nothing && a.Freezes == 0 {
		blank := freezes{shown: true}
		a.stoodStill(blank.show(units.PeerMono(end.Sub(a.seconds.start)), a.interval))
	}
}

// Merge adds another run, or another shard of this one, both finished.
func (a *Aggregate) Merge(b *Aggregate) {
	for _, c := range [...]struct{ to, from *int64 }{
		{&a.Rendered, &b.Rendered},
		{&a.Displayed, &b.Displayed},
		{&a.Late, &b.Late},
		{&a.Replaced, &b.Replaced},
		{&a.Lost, &b.Lost},
		{&a.Skipped, &b.Skipped},
		{&a.ShownLate, &b.ShownLate},
		{&a.Missed, &b.Missed},
		{&a.IDR, &b.IDR},
		{&a.Untimed, &b.Untimed},
		{&a.Freezes, &b.Freezes},
	} {
		*c.to += *c.from
	}
	a.Bytes += b.Bytes
	a.LongestFreeze = max(a.LongestFreeze, b.LongestFreeze)
	a.Uncertainty = max(a.Uncertainty, b.Uncertainty)
	a.MotionToPhoton.Merge(&b.MotionToPhoton)
	a.Overhead.Merge(&b.Overhead)
	a.Margin.Merge(&b.Margin)
	a.Bitrate.Merge(&b.Bitrate)
	for s := range StageCount {
		a.Stages[s].Merge(&b.Stages[s])
		a.AllStages[s].Merge(&b.AllStages[s])
	}
}

// Check returns an error where the sum contradicts itself: frames without an outcome or with two, or stages that do not
// add up to motion-to-photon.
func (a *Aggregate) Check() error {
	if sum := a.Displayed + a.Late + a.Replaced + a.Lost + a.Skipped; sum != a.Rendered {
		return fmt.Errorf("statistics: %d frames rendered, %d outcomes", a.Rendered, sum)
	}
	if a.ShownLate > a.Late || a.MotionToPhoton.Count() > a.Displayed+a.ShownLate {
		return fmt.Errorf("statistics: %d shown late of %d, %d timed of %d shown",
			a.ShownLate, a.Late, a.MotionToPhoton.Count(), a.Displayed+a.ShownLate)
	}
	var sum time.Duration
	for s := range a.Stages {
		sum += a.Stages[s].Sum()
		if n := a.Stages[s].Count(); n != a.MotionToPhoton.Count() {
			return fmt.Errorf("statistics: stage %v of %d frames, want %d", Stage(s), n, a.MotionToPhoton.Count())
		}
	}
	if sum != a.MotionToPhoton.Sum() {
		return fmt.Errorf("statistics: stages last %v in all, motion-to-photon %v", sum, a.MotionToPhoton.Sum())
	}
	return nil
}
