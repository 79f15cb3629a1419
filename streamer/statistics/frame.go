package statistics

import (
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// Frame is what is known of one frame. Instants that did not come are Unset.
type Frame struct {
	// ID is the frame, Slot the display slot it was meant for; zero where it was meant for none.
	ID   units.FrameID
	Slot units.SlotID
	// Outcome is how it ended: the client's word, or ours where it was skipped or given up on.
	Outcome wire.Outcome
	// IDR says that it refers to no other frame.
	IDR bool
	// Bytes is the length of its access unit, zero where it was never encoded.
	Bytes units.ByteCount
	// Posed says that PoseSampled and PoseReceived are known: a film has no poses.
	Posed bool
	// PoseSampled is when the client measured the head, on its clock; PoseReceived when the pose arrived here.
	PoseSampled  units.PeerMono
	PoseReceived units.Mono
	// RenderStart to Paced are the boundaries of those names. Sent is when the last datagram that the client needed was
	// handed to the path, LastSent the last of all.
	RenderStart, Rendered, Composited, Encoded, Paced, Sent, LastSent units.Mono
	// Report is what the client said; its Outcome is zero where it said nothing.
	Report wire.Report
}

// Shown says that the frame lit up, be it in its slot or in a later one.
func (f *Frame) Shown() bool {
	return f.Outcome == wire.Displayed || f.Outcome == wire.Late && f.Report.ShownLate
}

// DisplayedAt returns when a shown frame lit up, on the client's clock.
func (f *Frame) DisplayedAt() units.PeerMono { return f.Report.Received.Add(f.Report.Displayed) }

// MotionToPhoton returns the time from the measurement of the head to the light of the picture, both on the client's
// clock; false where the frame was not shown or has no pose.
func (f *Frame) MotionToPhoton() (time.Duration, bool) {
	if !f.Posed || !f.Shown() {
		return 0, false
	}
	return f.DisplayedAt().Sub(f.PoseSampled), true
}

// Margin returns how long before the latch of its slot the frame was decoded; false where it never was.
func (f *Frame) Margin() (time.Duration, bool) {
	decoded := f.Outcome == wire.Displayed || f.Outcome == wire.Late
	return f.Report.Margin, decoded
}

// Reached returns the last boundary that the frame came to.
func (f *Frame) Reached() Boundary {
	switch {
	case f.Shown():
		return Displayed
	case f.Outcome == wire.Late:
		return Decoded
	case f.Outcome == wire.Replaced && f.Report.Decoded > f.Report.DecodeStart:
		return Decoded
	case f.Outcome == wire.Replaced:
		return Recovered
	case f.Sent != Unset:
		return Sent
	case f.Encoded != Unset:
		return Encoded
	case f.Composited != Unset:
		return Composited
	}
	return Rendered
}

// Timeline returns the frame's boundaries, the client's mapped to our clock by o, up to Reached; those after repeat it.
// Of a shown frame with a pose the stages add up to MotionToPhoton to the nanosecond, whatever the error of o, provided
// that is not negative. A frame without a pose starts with RenderStart.
func (f *Frame) Timeline(o Offset) Timeline {
	received := o.Mono(f.Report.Received)
	t := Timeline{
		Sampled: f.RenderStart, PoseReceived: f.RenderStart, RenderStart: f.RenderStart, Rendered: f.Rendered,
		Composited: f.Composited, Encoded: f.Encoded, Paced: f.Paced, Sent: f.Sent,
		Received: received, Recovered: received.Add(f.Report.Recovered), DecodeStart: received.Add(f.Report.DecodeStart),
		Decoded: received.Add(f.Report.Decoded), Latched: received.Add(f.Report.Latched),
		Displayed: received.Add(f.Report.Displayed),
	}
	if f.Posed {
		t[Sampled], t[PoseReceived] = o.Mono(f.PoseSampled), f.PoseReceived
	}
	last := f.Reached()
	end := t[last]
	t.raise(last)
	if last == Displayed {
		t.lower(max(end, t[Sampled]))
	}
	for i := last + 1; i <= Displayed; i++ {
		t[i] = t[last]
	}
	return t
}
