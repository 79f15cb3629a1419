package streamer

import (
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// The kinds of the streamer's inputs, in their order at one instant, and of its requests.
const (
	KindRenderStarted machine.Kind = machine.KindDevice + iota
	KindRendered
	KindSliceEncoded
	KindEncoderFailed
	KindReconfigured
	KindSourceEnded
	KindStop

	KindBegin
	KindTrack
	KindAdvice
	KindEncode
	KindReconfigure
	KindRelease
	KindHalt
	KindEnded
)

// RenderStarted tells that the source began a frame with the pose it was handed last.
type RenderStarted struct {
	// Frame is the source's number for the frame: from 1 and rising in a session.
	Frame units.FrameID
	// At is when it began, not after now.
	At units.Mono
}

// Kind returns KindRenderStarted.
func (*RenderStarted) Kind() machine.Kind { return KindRenderStarted }

// ID returns the frame.
func (r *RenderStarted) ID() uint64 { return uint64(r.Frame) }

// Fold adds frame and time.
func (r *RenderStarted) Fold(h *machine.Hash) { h.Word(r.ID()); h.Word(uint64(r.At)) }

// Rendered hands over a finished frame: its handle is the core's until it releases it.
type Rendered struct {
	Frame units.FrameID
	// At is when it was finished, not after now.
	At units.Mono
	// Pose is what the frame was drawn from. The sample behind it is recovered from the pose, as a game returns no number.
	Pose   pose.Pose
	Handle machine.Handle
}

// Kind returns KindRendered.
func (*Rendered) Kind() machine.Kind { return KindRendered }

// ID returns the frame.
func (r *Rendered) ID() uint64 { return uint64(r.Frame) }

// Fold adds frame, time and handle.
func (r *Rendered) Fold(h *machine.Hash) {
	h.Word(r.ID()<<32 ^ uint64(r.Handle))
	h.Word(uint64(r.At))
}

// SliceEncoded hands over a finished slice of the access unit of a frame, in order.
type SliceEncoded struct {
	Frame units.FrameID
	// Slice counts from 0; Last marks the frame's last.
	Slice int
	Last  bool
	// IDR says that the frame needs no reference. It is the same for all slices of a frame.
	IDR bool
	// QP is the frame's mean quantiser, 0 where the encoder does not tell; it goes with Last.
	QP float64
	// Bytes are valid during the call.
	Bytes []byte
	// Elided is how many bytes at its end are not there: a modelled encoder need not invent what nobody looks at.
	Elided int
}

// Length returns the slice's length in bytes.
func (s *SliceEncoded) Length() int { return len(s.Bytes) + s.Elided }

// Kind returns KindSliceEncoded.
func (*SliceEncoded) Kind() machine.Kind { return KindSliceEncoded }

// ID orders slices of a frame.
func (s *SliceEncoded) ID() uint64 { return uint64(s.Frame)<<16 | uint64(s.Slice) }

// Fold adds frame, slice, length and the two marks.
func (s *SliceEncoded) Fold(h *machine.Hash) {
	var marks uint64
	if s.Last {
		marks |= 1
	}
	if s.IDR {
		marks |= 2
	}
	h.Word(s.ID())
	h.Word(uint64(s.Length())<<2 | marks)
}

// EncoderFailed answers an Encode that gave nothing.
type EncoderFailed struct {
	Frame units.FrameID
	Err   error
}

// Kind returns KindEncoderFailed.
func (*EncoderFailed) Kind() machine.Kind { return KindEncoderFailed }

// ID returns the frame.
func (e *EncoderFailed) ID() uint64 { return uint64(e.Frame) }

// Fold adds the frame.
func (e *EncoderFailed) Fold(h *machine.Hash) { h.Word(e.ID()) }

// Reconfigured tells the rate the encoder works at from now on.
type Reconfigured struct{ Bitrate units.Bitrate }

// Kind returns KindReconfigured.
func (*Reconfigured) Kind() machine.Kind { return KindReconfigured }

// ID returns zero.
func (*Reconfigured) ID() uint64 { return 0 }

// Fold adds the rate.
func (r *Reconfigured) Fold(h *machine.Hash) { h.Word(uint64(r.Bitrate)) }

// SourceEnded tells that no more frames will come. Err is nil at the ordinary end of a file.
type SourceEnded struct{ Err error }

// Kind returns KindSourceEnded.
func (*SourceEnded) Kind() machine.Kind { return KindSourceEnded }

// ID returns zero.
func (*SourceEnded) ID() uint64 { return 0 }

// Fold adds nothing beyond the kind.
func (*SourceEnded) Fold(*machine.Hash) {}

// Stop asks the core to end in order; it answers with Ended.
type Stop struct{ Reason string }

// Kind returns KindStop.
func (*Stop) Kind() machine.Kind { return KindStop }

// ID returns zero.
func (*Stop) ID() uint64 { return 0 }

// Fold adds nothing beyond the kind.
func (*Stop) Fold(*machine.Hash) {}

// Begin starts the source: a client is there.
type Begin struct {
	// Session is the session's number.
	Session uint32
	// Period is the time between frames to keep.
	Period time.Duration
}

// Kind returns KindBegin.
func (*Begin) Kind() machine.Kind { return KindBegin }

// ID returns the session.
func (b *Begin) ID() uint64 { return uint64(b.Session) }

// Fold adds session and period.
func (b *Begin) Fold(h *machine.Hash) { h.Word(b.ID()); h.Word(uint64(b.Period)) }

// Track hands the source the pose to draw its next frame from.
type Track struct {
	PoseID units.PoseID
	Pose   pose.Pose
}

// Kind returns KindTrack.
func (*Track) Kind() machine.Kind { return KindTrack }

// ID returns the sample.
func (t *Track) ID() uint64 { return uint64(t.PoseID) }

// Fold adds the sample.
func (t *Track) Fold(h *machine.Hash) { h.Word(t.ID()) }

// Advice tells the source when to start its next frame. A source with a clock of its own ignores it.
type Advice struct {
	// StartAt is when to start the next frame, Period the time to the one after.
	StartAt units.Mono
	Period  time.Duration
	// SlewMax is the most by which StartAt strays from the rhythm.
	SlewMax time.Duration
}

// Kind returns KindAdvice.
func (*Advice) Kind() machine.Kind { return KindAdvice }

// ID returns zero.
func (*Advice) ID() uint64 { return 0 }

// Fold adds the times.
func (a *Advice) Fold(h *machine.Hash) { h.Word(uint64(a.StartAt)); h.Word(uint64(a.Period)) }

// Encode asks for the access unit of a frame; SliceEncoded or EncoderFailed answer.
type Encode struct {
	Frame  units.FrameID
	Handle machine.Handle
	// IDR asks for a picture that needs no reference.
	IDR bool
}

// Kind returns KindEncode.
func (*Encode) Kind() machine.Kind { return KindEncode }

// ID returns the frame.
func (e *Encode) ID() uint64 { return uint64(e.Frame) }

// Fold adds frame and kind of picture.
func (e *Encode) Fold(h *machine.Hash) {
	h.Word(e.ID())
	if e.IDR {
		h.Word(1)
	}
}

// Reconfigure asks the encoder for another rate; Reconfigured answers.
type Reconfigure struct{ Bitrate units.Bitrate }

// Kind returns KindReconfigure.
func (*Reconfigure) Kind() machine.Kind { return KindReconfigure }

// ID returns zero.
func (*Reconfigure) ID() uint64 { return 0 }

// Fold adds the rate.
func (r *Reconfigure) Fold(h *machine.Hash) { h.Word(uint64(r.Bitrate)) }

// Release gives a frame back to the source.
type Release struct{ Handle machine.Handle }

// Kind returns KindRelease.
func (*Release) Kind() machine.Kind { return KindRelease }

// ID returns the handle.
func (r *Release) ID() uint64 { return uint64(r.Handle) }

// Fold adds the handle.
func (r *Release) Fold(h *machine.Hash) { h.Word(r.ID()) }

// Halt stops the source: the session is over. Frames under way are still handed over, and released.
type Halt struct{}

// Kind returns KindHalt.
func (*Halt) Kind() machine.Kind { return KindHalt }

// ID returns zero.
func (*Halt) ID() uint64 { return 0 }

// Fold adds nothing beyond the kind.
func (*Halt) Fold(*machine.Hash) {}

// Ended tells the shell that a session is over and what is left to do is nothing. Err is nil where it ended as asked.
type Ended struct {
	Session uint32
	Reason  string
	Err     error
}

// Kind returns KindEnded.
func (*Ended) Kind() machine.Kind { return KindEnded }

// ID returns the session.
func (e *Ended) ID() uint64 { return uint64(e.Session) }

// Fold adds the session.
func (e *Ended) Fold(h *machine.Hash) { h.Word(e.ID()) }
