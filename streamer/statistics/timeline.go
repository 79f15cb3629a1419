package statistics

import (
	"fmt"
	"math"
	"time"

	"airbridge/units"
)

// Boundary is an instant in a frame's life, in the order of the frame's walk.
type Boundary uint8

// The boundaries. Sampled and those from Received on happen at the client, the others at the streamer.
const (
	// Sampled: the head was measured for the pose that the frame was rendered with.
	Sampled Boundary = iota
	// PoseReceived: that pose arrived.
	PoseReceived
	// RenderStart: the source began to render.
	RenderStart
	// Rendered: the picture was complete.
	Rendered
	// Composited: foveation and colour were applied.
	Composited
	// Encoded: the last slice left the encoder.
	Encoded
	// Paced: the frame's first datagram was handed to the path.
	Paced
	// Sent: the last datagram that the client needed was handed to the path.
	Sent
	// Received: that datagram arrived.
	Received
	// Recovered: the access unit was complete.
	Recovered
	// DecodeStart: the decoder took it.
	DecodeStart
	// Decoded: the decoder returned the picture.
	Decoded
	// Latched: the display took the picture for a slot.
	Latched
	// Displayed: the picture lit up.
	Displayed
	// BoundaryCount is how many boundaries there are.
	BoundaryCount = int(Displayed) + 1
)

// Stage is what lies between a boundary and the next: stage s ends at boundary s+1.
type Stage uint8

// The stages.
const (
	Uplink Stage = iota
	PoseWait
	Render
	Composite
	Encode
	Packetize
	Pace
	Network
	Recover
	DecodeWait
	Decode
	SlotWait
	Scanout
	// StageCount is how many stages there are.
	StageCount = int(Scanout) + 1
)

var stageNames = [StageCount]string{
	"uplink", "pose_wait", "render", "composite", "encode", "packetize", "pace", "network", "recover", "decode_wait",
	"decode", "slot_wait", "scanout",
}

// String names the stage as run records do.
func (s Stage) String() string {
	if int(s) < StageCount {
		return stageNames[s]
	}
	return fmt.Sprintf("stage %d", uint8(s))
}

// Unset stands for an instant that did not come.
const Unset = units.Mono(math.MinInt64)

// Timeline is the boundaries of one frame on our clock, each at or after the one before.
type Timeline [BoundaryCount]units.Mono

// Stage returns how long the frame spent in s; never negative.
func (t *Timeline) Stage(s Stage) time.Duration { return t[s+1].Sub(t[s]) }

// raise makes every boundary up to last at least the one before it.
func (t *Timeline) raise(last Boundary) {
	for i := 1; i <= int(last); i++ {
		t[i] = max(t[i], t[i-1])
	}
}

// lower makes no boundary later than end: where the mapping of clocks is off by more than the network took, the stages
// after it give way, and all still add up to the whole.
func (t *Timeline) lower(end units.Mono) {
	for i := range t {
		t[i] = min(t[i], end)
	}
}
