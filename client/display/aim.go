package display

import (
	"airbridge/internal/quantile"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// Aim measures prediction: how far the pose a frame was drawn for is from where the head was when the frame lit up.
type Aim struct {
	// Error is the angle in millionths of a degree.
	Error quantile.Histogram[int64]
	head  func(units.Mono) (pose.Pose, pose.Motion)
}

// NewAim compares with a head whose true pose is known at every instant.
func NewAim(head func(units.Mono) (pose.Pose, pose.Motion)) *Aim { return &Aim{head: head} }

// Show measures one frame.
func (a *Aim) Show(s Shown) error {
	truth, _ := a.head(s.At)
	degrees := pose.Angle(truth.Orientation, s.Pose.Orientation) * degreesPerRadian
	a.Error.Record(int64(degrees * 1e6))
	return nil
}
