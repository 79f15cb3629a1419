package display

import (
	"errors"

	"airbridge/internal/marker"
	"airbridge/internal/quantile"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// Markers reads the marker of every displayed frame: is it the frame that the streamer says, rendered with the pose that
// it says? It belongs to the goroutine of the screens until the session has ended.
type Markers struct {
	// Read counts the frames whose marker was right, Wrong those whose marker named another frame or another pose, Corrupt
	// those whose marker did not survive, Unmarked those without.
	Read, Wrong, Corrupt, Unmarked uint64
	// Repeated counts frames shown although a later one had been: out of order. There must be none.
	Repeated uint64
	// PoseError is the angle between the marker's pose and the claimed one, in millionths of a degree.
	PoseError quantile.Histogram[int64]

	last units.FrameID
}

// maxPoseError is the largest angle in degrees by which a marker's pose may differ from the claimed one.
const maxPoseError = 0.01

// Show reads a frame's marker.
func (m *Markers) Show(s Shown) error {
	if s.Frame <= m.last {
		m.Repeated++
	}
	m.last = max(m.last, s.Frame)
	found, err := marker.Read(s.Picture.Picture())
	switch {
	case errors.Is(err, marker.ErrNone):
		m.Unmarked++
	case err != nil:
		m.Corrupt++
	default:
		degrees := pose.Angle(found.Pose.Orientation, s.Pose.Orientation) * degreesPerRadian
		m.PoseError.Record(int64(degrees * 1e6))
		if found.Frame != s.Frame || degrees > maxPoseError {
			m.Wrong++
			return nil
		}
		m.Read++
	}
	return nil
}

// Errors returns how many displayed frames were not what they claimed to be: wrong, damaged, unmarked or out of order.
func (m *Markers) Errors() uint64 { return m.Wrong + m.Corrupt + m.Unmarked + m.Repeated }

const degreesPerRadian = 57.29577951308232
