package statistics

import (
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// follow returns the entry of a frame in state s, or nil.
func (h *History) follow(id units.FrameID, s state) *entry {
	if e := &h.entries[id%Depth]; e.state == s && e.ID == id {
		return e
	}
	return nil
}

// makeRoom gives up on what lies Depth or more frames before id.
func (h *History) makeRoom(id units.FrameID) {
	for h.newest != 0 && h.next <= h.newest && id-h.next >= Depth {
		e := &h.entries[h.next%Depth]
		if e.state == rendered {
			e.abandon()
		} else if e.state == started {
			e.state = forgotten
		}
		h.advance()
	}
	if h.next > h.newest || h.newest == 0 {
		h.next = id
	}
}

// advance hands over what is resolved, up to the first frame that is not.
func (h *History) advance() {
	for ; h.newest != 0 && h.next <= h.newest; h.next++ {
		e := &h.entries[h.next%Depth]
		if e.ID != h.next || e.state == forgotten {
			continue
		}
		if e.state == rendered || e.state == started && h.next > h.lastRendered {
			return
		}
		if e.state == resolved {
			h.delivered++
			h.deliver(&e.Frame)
		}
		e.state = forgotten
	}
}

func (h *History) abandonQuiet(now units.Mono, patience time.Duration) {
	for id := h.next; id <= h.newest && h.newest != 0; id++ {
		if e := h.follow(id, rendered); e != nil && now.Sub(e.lastSign()) >= patience {
			e.abandon()
		}
	}
	h.advance()
}

func (e *entry) abandon() {
	e.state, e.Outcome = resolved, wire.Lost
	if e.Encoded == Unset && e.Paced == Unset {
		e.Outcome = wire.Skipped
	}
}

// lastSign is when something last happened to a rendered frame.
func (e *entry) lastSign() units.Mono {
	return max(e.Frame.Rendered, e.Frame.Composited, e.Frame.Encoded, e.LastSent)
}
