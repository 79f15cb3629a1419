package sim

import (
	"airbridge/machine"
	"airbridge/sim/encoder"
	"airbridge/streamer"
	"airbridge/units"
)

// remembered is how many encoded frames a chain remembers: more than may be under way.
const remembered = 1024

// chain is an encoder whose frames' references are remembered, so that the decoder on the other side of the link can tell
// a frame that it should never have been given.
type chain struct {
	*encoder.Encoder
	last  units.FrameID // the last one encoded, which the next refers to
	links [remembered]link
}

// link is what a frame refers to; zero for an IDR.
type link struct{ frame, reference units.FrameID }

// Take returns the encoder's next event due.
func (c *chain) Take(now units.Mono) machine.Event {
	e := c.Encoder.Take(now)
	if s, ok := e.(*streamer.SliceEncoded); ok && s.Last {
		l := link{s.Frame, c.last}
		if s.IDR {
			l.reference = 0
		}
		c.links[s.Frame%remembered], c.last = l, s.Frame
	}
	return e
}

// reference returns what a frame refers to; false where that was forgotten.
func (c *chain) reference(frame units.FrameID) (units.FrameID, bool) {
	l := c.links[frame%remembered]
	return l.reference, l.frame == frame
}
