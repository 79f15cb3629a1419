package client

import (
	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// The kinds of the client's inputs, in their order at one instant, and of its requests.
const (
	KindDecoded machine.Kind = machine.KindDevice + iota
	KindDecodeFailed
	KindPoseSampled
	KindShown
	KindSlot
	KindStop

	KindConfigure
	KindDecode
	KindSamplePose
	KindLatch
	KindRelease
	KindEnded
)

// Slot tells of a coming refresh of the display, once each, before its LatchBy.
type Slot struct{ Timing presenter.Slot }

// Kind returns KindSlot.
func (*Slot) Kind() machine.Kind { return KindSlot }

// ID returns the slot.
func (s *Slot) ID() uint64 { return uint64(s.Timing.ID) }

// Fold adds number, times and period.
func (s *Slot) Fold(h *machine.Hash) {
	h.Word(s.ID())
	h.Word(uint64(s.Timing.DisplayAt))
	h.Word(uint64(s.Timing.LatchBy))
	h.Word(uint64(s.Timing.Period))
}

// PoseSampled answers a SamplePose.
type PoseSampled struct {
	// PoseID is the sample asked for, SampledAt when the head was measured.
	PoseID    units.PoseID
	SampledAt units.Mono
	// Pose is the head as predicted for the time asked for, Motion how it moves.
	Pose   pose.Pose
	Motion pose.Motion
}

// Kind returns KindPoseSampled.
func (*PoseSampled) Kind() machine.Kind { return KindPoseSampled }

// ID returns the sample.
func (p *PoseSampled) ID() uint64 { return uint64(p.PoseID) }

// Fold adds number and time.
func (p *PoseSampled) Fold(h *machine.Hash) { h.Word(p.ID()); h.Word(uint64(p.SampledAt)) }

// Decoded answers a Decode: the handle is the core's until it releases it.
type Decoded struct {
	Frame  units.FrameID
	Handle machine.Handle
}

// Kind returns KindDecoded.
func (*Decoded) Kind() machine.Kind { return KindDecoded }

// ID returns the frame.
func (d *Decoded) ID() uint64 { return uint64(d.Frame) }

// Fold adds the frame.
func (d *Decoded) Fold(h *machine.Hash) { h.Word(d.ID()) }

// DecodeFailed answers a Decode that gave no picture.
type DecodeFailed struct {
	Frame units.FrameID
	Err   error
}

// Kind returns KindDecodeFailed.
func (*DecodeFailed) Kind() machine.Kind { return KindDecodeFailed }

// ID returns the frame.
func (d *DecodeFailed) ID() uint64 { return uint64(d.Frame) }

// Fold adds the frame.
func (d *DecodeFailed) Fold(h *machine.Hash) { h.Word(d.ID()) }

// Shown tells that the display showed a latched frame.
type Shown struct {
	Slot  units.SlotID
	Frame units.FrameID
	At    units.Mono
}

// Kind returns KindShown.
func (*Shown) Kind() machine.Kind { return KindShown }

// ID returns the slot.
func (s *Shown) ID() uint64 { return uint64(s.Slot) }

// Fold adds slot, frame and time.
func (s *Shown) Fold(h *machine.Hash) { h.Word(s.ID()<<32 | uint64(s.Frame)); h.Word(uint64(s.At)) }

// Stop asks the core to end the session in order; it answers with Ended.
type Stop struct{ Reason string }

// Kind returns KindStop.
func (*Stop) Kind() machine.Kind { return KindStop }

// ID returns zero.
func (*Stop) ID() uint64 { return 0 }

// Fold adds nothing: there is one Stop.
func (*Stop) Fold(*machine.Hash) {}

// Configure asks for a decoder and a display for the stream that the streamer offers.
type Configure struct{ Stream wire.Welcome }

// Kind returns KindConfigure.
func (*Configure) Kind() machine.Kind { return KindConfigure }

// ID returns the session.
func (c *Configure) ID() uint64 { return uint64(c.Stream.Session) }

// Fold adds session and size.
func (c *Configure) Fold(h *machine.Hash) {
	h.Word(c.ID()<<32 | uint64(c.Stream.Width)<<16 | uint64(c.Stream.Height))
}

// Decode asks for the picture of an access unit, whose bytes are valid during the call.
type Decode struct {
	Frame units.FrameID
	IDR   bool
	Unit  []byte
	// Elided is how many bytes at the unit's end are not there; see machine.Burst.
	Elided int
}

// Length returns the access unit's length in bytes.
func (d *Decode) Length() int { return len(d.Unit) + d.Elided }

// Kind returns KindDecode.
func (*Decode) Kind() machine.Kind { return KindDecode }

// ID returns the frame.
func (d *Decode) ID() uint64 { return uint64(d.Frame) }

// Fold adds frame and length.
func (d *Decode) Fold(h *machine.Hash) { h.Word(d.ID()<<32 | uint64(d.Length())) }

// SamplePose asks for the head pose, predicted for the instant For; PoseSampled answers.
type SamplePose struct {
	PoseID units.PoseID
	For    units.Mono
}

// Kind returns KindSamplePose.
func (*SamplePose) Kind() machine.Kind { return KindSamplePose }

// ID returns the sample.
func (s *SamplePose) ID() uint64 { return uint64(s.PoseID) }

// Fold adds number and instant.
func (s *SamplePose) Fold(h *machine.Hash) { h.Word(s.ID()); h.Word(uint64(s.For)) }

// Latch tells the display what to show in a slot. The handle stays the core's: it is released only after a later frame
// was shown, after presenter.Depth later ones were latched, or at the end.
type Latch struct {
	Slot units.SlotID
	// DisplayAt is when the slot's light reaches the eye.
	DisplayAt units.Mono
	// Frame and Handle are the picture; no frame and no handle while nothing was decoded yet.
	Frame  units.FrameID
	Handle machine.Handle
	// Repeat says that the frame is the one shown before.
	Repeat bool
	// Pose is what the frame was rendered with, to reproject from.
	Pose pose.Pose
}

// Kind returns KindLatch.
func (*Latch) Kind() machine.Kind { return KindLatch }

// ID returns the slot.
func (l *Latch) ID() uint64 { return uint64(l.Slot) }

// Fold adds slot, frame and repetition.
func (l *Latch) Fold(h *machine.Hash) {
	h.Word(l.ID()<<32 | uint64(l.Frame))
	if l.Repeat {
		h.Word(1)
	}
}

// Release gives a handle back to the decoder.
type Release struct{ Handle machine.Handle }

// Kind returns KindRelease.
func (*Release) Kind() machine.Kind { return KindRelease }

// ID returns the handle.
func (r *Release) ID() uint64 { return uint64(r.Handle) }

// Fold adds the handle.
func (r *Release) Fold(h *machine.Hash) { h.Word(r.ID()) }

// Ended tells the shell that the core has nothing more to do. Err is nil where the session ended as asked.
type Ended struct {
	Reason string
	Err    error
}

// Kind returns KindEnded.
func (*Ended) Kind() machine.Kind { return KindEnded }

// ID returns zero.
func (*Ended) ID() uint64 { return 0 }

// Fold adds nothing beyond the kind.
func (*Ended) Fold(*machine.Hash) {}
