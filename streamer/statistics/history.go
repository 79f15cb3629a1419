package statistics

import (
	"fmt"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// Depth is how many frames a History follows at once: 4 s at 120 Hz. A frame that is pushed out is given up on.
const Depth = 512

// DefaultPatience is how long after its last sign of life a frame is given up on. A client repeats its reports until they
// are acknowledged, so that only one that is gone stays silent for so long.
const DefaultPatience = 2 * time.Second

// History follows frames from the start of rendering until their outcome is known, and hands each over exactly once, in
// order of frame numbers. Whatever the client reports (twice, out of order, about frames that never were, or one outcome
// after another), the first report of a frame that was sent decides.
//
// Stamps of frames that are not followed (any more) are ignored: an encoder may answer after the frame was given up on.
// It never allocates after construction.
type History struct {
	entries [Depth]entry
	poses   poses
	// next is the first frame not handed over yet, newest the last that was opened.
	next, newest units.FrameID
	lastRendered units.FrameID
	rendered     int64
	delivered    int64
	patience     time.Duration
	deliver      func(*Frame)
}

type state uint8

const (
	forgotten state = iota
	started
	rendered
	resolved
)

type entry struct {
	Frame
	state state
}

// NewHistory returns a history that gives up on frames after patience (zero: DefaultPatience) and hands every frame to
// deliver, which may read it until it returns and must not call back.
func NewHistory(patience time.Duration, deliver func(*Frame)) *History {
	if patience == 0 {
		patience = DefaultPatience
	}
	return &History{patience: patience, deliver: deliver}
}

// PoseReceived notes that a pose which the client sampled at an instant of its clock arrived at now.
func (h *History) PoseReceived(now units.Mono, id units.PoseID, sampled units.PeerMono) {
	h.poses.put(id, sampled, now)
}

// RenderStarted opens a frame. Numbers must rise; a frame that does not is not followed.
func (h *History) RenderStarted(now units.Mono, id units.FrameID) {
	if id <= h.newest {
		return
	}
	h.makeRoom(id)
	h.newest = id
	h.entries[id%Depth] = entry{state: started, Frame: Frame{
		ID: id, PoseReceived: Unset, RenderStart: now, Rendered: Unset, Composited: Unset, Encoded: Unset,
		Paced: Unset, Sent: Unset, LastSent: Unset,
	}}
}

// Rendered notes that the source finished a frame, the pose it was rendered with (zero: none) and the slot it is meant
// for (zero: none). From here on the frame counts, and exactly one outcome awaits it. A source that never said when it
// started took no time. Frames before it that were started and not rendered never will be, and are forgotten.
func (h *History) Rendered(now units.Mono, id units.FrameID, pose units.PoseID, slot units.SlotID) {
	h.RenderStarted(now, id)
	e := h.follow(id, started)
	if e == nil || id < h.lastRendered {
		return
	}
	e.state, e.Frame.Rendered, e.Slot = rendered, now, slot
	e.PoseSampled, e.PoseReceived, e.Posed = h.poses.get(pose)
	h.lastRendered = id
	h.rendered++
	h.advance()
}

// Composited notes that foveation and colour were applied.
func (h *History) Composited(now units.Mono, id units.FrameID) {
	if e := h.follow(id, rendered); e != nil {
		e.Frame.Composited = now
	}
}

// Encoded notes that the last slice of a frame left the encoder, how long its access unit is in bytes, and whether it
// is an IDR.
func (h *History) Encoded(now units.Mono, id units.FrameID, size units.ByteCount, idr bool) {
	if e := h.follow(id, rendered); e != nil {
		e.Frame.Encoded, e.Bytes, e.IDR = now, size, idr
	}
}

// Sent notes that a burst of a frame's datagrams was handed to the path, stamped with SentStamp(now): its first data, more
// of it, parity or a repetition.
func (h *History) Sent(now units.Mono, id units.FrameID) {
	if e := h.follow(id, rendered); e != nil {
		if e.Paced == Unset {
			e.Paced = now
		}
		e.Frame.Sent, e.LastSent = now, now
	}
}

// Abandon gives up on a frame: it was skipped where it was never encoded, and is lost where it was. It returns the frame,
// or nil where its outcome was known already. The frame may be read until the next call.
func (h *History) Abandon(id units.FrameID) *Frame {
	e := h.follow(id, rendered)
	if e == nil {
		return nil
	}
	e.abandon()
	h.advance()
	return &e.Frame
}

// Resolve takes a report and returns its frame, or nil where the report says nothing new. The frame may be read until the
// next call.
func (h *History) Resolve(r wire.Report) *Frame {
	e := h.follow(r.Frame, rendered)
	if e == nil || e.Paced == Unset || r.Outcome < wire.Displayed || r.Outcome > wire.Lost {
		return nil
	}
	e.Report, e.Outcome, e.state = r, r.Outcome, resolved
	e.Frame.Sent = unwrapSent(r.Sent, e.Paced, e.LastSent)
	h.advance()
	return &e.Frame
}

// Expire gives up on frames that showed no sign of life for as long as the patience lasts.
func (h *History) Expire(now units.Mono) { h.abandonQuiet(now, h.patience) }

// Deadline returns when Expire has something to do, units.Never where no frame is waited for. It may be early.
func (h *History) Deadline() units.Mono {
	if h.next > h.newest || h.newest == 0 {
		return units.Never
	}
	e := &h.entries[h.next%Depth]
	if e.state != rendered {
		return units.Never
	}
	return e.lastSign().Add(h.patience)
}

// Flush ends a run: frames quiet for longer than grace are given up on, younger ones (still under way) are forgotten as
// if they had not been rendered, all others are handed over. It returns how many were forgotten.
func (h *History) Flush(now units.Mono, grace time.Duration) (underway int) {
	h.abandonQuiet(now, grace)
	for id := h.next; id <= h.newest && h.newest != 0; id++ {
		if e := h.follow(id, rendered); e != nil {
			e.state = forgotten
			h.rendered--
			underway++
		}
		if e := h.follow(id, started); e != nil {
			e.state = forgotten
		}
	}
	h.advance()
	return underway
}

// Reported returns the last frame of which, and of all before it, the outcome is known: what the client need not
// report again. Zero before the first.
func (h *History) Reported() units.FrameID {
	if h.newest == 0 {
		return 0
	}
	return h.next - 1
}

// Count returns how many frames were rendered, and how many of them were handed over.
func (h *History) Count() (rendered, delivered int64) { return h.rendered, h.delivered }

// Check returns an error where frames were lost from sight: every rendered frame is handed over or still followed.
func (h *History) Check() error {
	var waiting int64
	for i := range h.entries {
		if s := h.entries[i].state; s == rendered || s == resolved {
			waiting++
		}
	}
	if h.rendered != h.delivered+waiting {
		return fmt.Errorf("statistics: %d frames rendered, %d handed over, %d followed", h.rendered, h.delivered, waiting)
	}
	return nil
}
