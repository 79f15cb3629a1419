// Package presenter decides which decoded frame each display slot shows: never early, never out of order, the last
// frame again when none is due. It owns the handles between decoder and display, and gives each back exactly once.
//
// It is sans-I/O and not safe for concurrent use; client.Core owns it.
package presenter

import (
	"slices"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Depth is the most frames that wait for their slots: one more and the oldest is replaced. As many are held for a
// display that was given them and has shown none: one more and the oldest counts as shown.
const Depth = 8

// Ahead is how many slots beyond the next a frame is kept back at most. One that is meant for a later slot is due then:
// with a frame for every slot, none is pushed out by those behind it before its slot comes, which would show nothing at
// all for as long as the streamer aims too far ahead, as it does when a path that was slow becomes fast.
const Ahead = Depth - 1

// Frame is a decoded frame with what its report will need.
type Frame struct {
	// ID is the frame, Slot the slot it is meant for; zero means the first that can be reached.
	ID   units.FrameID
	Slot units.SlotID
	// Handle is the decoded picture.
	Handle machine.Handle
	// Pose is what the frame was rendered with.
	Pose pose.Pose
	// PoseID is the sample the pose came from.
	PoseID units.PoseID
	// Report is filled in on the frame's way; the presenter sets the outcome, Margin, Latched and Displayed.
	Report wire.Report
	// ReceivedAt is Report.Received on this host's clock: what the times of the report count from.
	ReceivedAt units.Mono
}

// Slot is one refresh of the display.
type Slot struct {
	// ID rises by one from refresh to refresh.
	ID units.SlotID
	// DisplayAt is when the slot's light reaches the eye, LatchBy the last instant at which its frame can be chosen.
	DisplayAt, LatchBy units.Mono
	// Period is the time to the next slot.
	Period time.Duration
}

// At extrapolates the slot's timing to slot id.
func (s Slot) At(id units.SlotID) Slot {
	d := time.Duration(int64(id)-int64(s.ID)) * s.Period
	return Slot{ID: id, DisplayAt: s.DisplayAt.Add(d), LatchBy: s.LatchBy.Add(d), Period: s.Period}
}

// Sink takes what the presenter lets go.
type Sink interface {
	// Release gives a handle back; exactly one call a handle.
	Release(machine.Handle)
	// Resolve tells a frame's outcome; exactly one call a frame, before or after its handle is released.
	Resolve(Frame)
}

// Presenter holds decoded frames until their slots. The zero value is ready.
type Presenter struct {
	waiting []Frame // by ID, decoded and not latched
	held    []Frame // by ID, latched; the last is on the display or on its way there
	last    Slot    // the last slot that was latched
	latched bool    // last is set
}

// Add takes a decoded frame: its handle is the presenter's from now on. timing is any slot of the display, of which
// others are extrapolated.
func (p *Presenter) Add(now units.Mono, f Frame, timing Slot, sink Sink) {
	next := p.next(now, timing)
	if f.Slot == 0 {
		f.Slot = next
	}
	f.Report.Decoded = now.Sub(f.ReceivedAt)
	if timing.Period > 0 { // the display has told of its slots
		f.Report.Margin = timing.At(f.Slot).LatchBy.Sub(now) // of the slot it was meant for: the streamer learns from it
	}
	f.Slot = min(f.Slot, next+Ahead)
	f.Report.Latched, f.Report.Displayed = f.Report.Decoded, f.Report.Decoded
	if f.Slot < next {
		f.Report.Outcome = wire.Late
	}
	if p.newest() >= f.ID {
		// A newer frame is on the display: this one has no use.
		p.drop(f, sink)
		return
	}
	at, _ := slices.BinarySearchFunc(p.waiting, f.ID, func(w Frame, id units.FrameID) int { return int(int64(w.ID) - int64(id)) })
	p.waiting = slices.Insert(p.waiting, at, f)
	if len(p.waiting) > Depth {
		p.drop(p.waiting[0], sink)
		p.waiting = slices.Delete(p.waiting, 0, 1)
	}
}

// next is the first slot whose latch is still ahead.
func (p *Presenter) next(now units.Mono, timing Slot) units.SlotID {
	var next int64 = 1
	if timing.Period > 0 {
		past := now.Sub(timing.LatchBy)
		next = int64(timing.ID) + int64(past/timing.Period)
		if past > 0 && past%timing.Period != 0 {
			next++
		}
	}
	if p.latched {
		next = max(next, int64(p.last.ID)+1)
	}
	return units.SlotID(max(next, 1))
}

// newest is the frame on the display or on its way there.
func (p *Presenter) newest() units.FrameID {
	if len(p.held) == 0 {
		return 0
	}
	return p.held[len(p.held)-1].ID
}

// Latch chooses the frame of slot s, at its LatchBy. It returns the frame to show and whether that repeats the last
// one; a zero frame where nothing was ever decoded. Slots must rise.
func (p *Presenter) Latch(now units.Mono, s Slot, sink Sink) (f Frame, repeat bool) {
	p.last, p.latched = s, true
	due := len(p.waiting) // behind the newest frame that is due
	for due > 0 && p.waiting[due-1].Slot > s.ID {
		due--
	}
	if due == 0 {
		if len(p.held) == 0 {
			return Frame{}, true
		}
		return p.held[len(p.held)-1], true
	}
	for _, old := range p.waiting[:due-1] {
		p.drop(old, sink)
	}
	f = p.waiting[due-1]
	p.waiting = slices.Delete(p.waiting, 0, due)
	f.Report.Latched = now.Sub(f.ReceivedAt)
	f.Report.Displayed = max(f.Report.Latched, s.DisplayAt.Sub(f.ReceivedAt))
	if f.Report.Outcome == wire.Late && f.Slot < s.ID {
		f.Report.ShownLate = true
	} else { // also where it was decoded after LatchBy, but the latch itself came later still
		f.Report.Outcome = wire.Displayed
	}
	p.held = append(p.held, f)
	if len(p.held) > Depth {
		p.giveBack(p.held[0], sink)
		p.held = slices.Delete(p.held, 0, 1)
	}
	return f, false
}

// Shown tells that the display showed frame id at an instant. Frames latched before it are no longer needed.
func (p *Presenter) Shown(id units.FrameID, at units.Mono, sink Sink) {
	i := slices.IndexFunc(p.held, func(f Frame) bool { return f.ID == id })
	if i < 0 {
		return
	}
	for _, old := range p.held[:i] {
		p.giveBack(old, sink)
	}
	p.held = slices.Delete(p.held, 0, i)
	f := &p.held[0]
	if f.Report.Frame == 0 {
		return // its report was given at an earlier slot
	}
	f.Report.Displayed = max(f.Report.Latched, at.Sub(f.ReceivedAt))
	sink.Resolve(*f)
	f.Report.Frame = 0
}

// Stop lets everything go: frames that wait are replaced, the one on the display is given back.
func (p *Presenter) Stop(sink Sink) {
	for _, f := range p.held {
		p.giveBack(f, sink)
	}
	for _, f := range p.waiting {
		p.drop(f, sink)
	}
	p.held, p.waiting, p.latched = p.held[:0], p.waiting[:0], false
}

// Waiting returns how many frames wait for their slots.
func (p *Presenter) Waiting() int { return len(p.waiting) }

// drop resolves a frame that will not be shown.
func (p *Presenter) drop(f Frame, sink Sink) {
	if f.Report.Outcome != wire.Late {
		f.Report.Outcome = wire.Replaced
	}
	p.giveBack(f, sink)
}

// giveBack releases the handle, and resolves the frame unless that was done when it was shown.
func (p *Presenter) giveBack(f Frame, sink Sink) {
	if f.Report.Frame != 0 {
		sink.Resolve(f)
	}
	sink.Release(f.Handle)
}
