// Package display is what looks at displayed frames where no headset is: markers are read, pictures compared and
// written to files. A Screen never delays a slot: it looks at a frame after it was shown.
package display

import (
	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// Shown is one frame that a slot showed for the first time.
type Shown struct {
	// Slot showed it at At.
	Slot units.SlotID
	At   units.Mono
	// Frame is its number, Pose what the streamer says it was rendered with.
	Frame units.FrameID
	Pose  pose.Pose
	// Picture is valid during the call; a screen that keeps it takes a reference of its own.
	Picture *av.Frame
}

// Screen sees every displayed frame once, in order. It belongs to one goroutine.
type Screen interface {
	// Show takes a frame. An error ends the session.
	Show(Shown) error
}
