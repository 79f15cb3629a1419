package wire

import (
	"encoding/binary"

	"airbridge/protocol/pose"
	"airbridge/units"
)

// TrackingSize is the length of a Tracking message.
const TrackingSize = 8 + 16 + poseSize + motionSize

// Tracking is one sample of the head: pose number u32, slot u32, sampled i64, display i64, pose, motion. Stamps are
// nanoseconds of the client's clock.
type Tracking struct {
	// ID is the sample's number.
	ID units.PoseID
	// Slot is the display slot the pose is predicted for.
	Slot units.SlotID
	// Sampled is when the head was measured, Display the time the pose is predicted for.
	Sampled, Display units.PeerMono
	// Pose is the predicted head pose at Display, Motion how the head moves.
	Pose   pose.Pose
	Motion pose.Motion
}

// ParseTracking reads what follows a Header of KindTracking.
func ParseTracking(body []byte) (t Tracking, err error) {
	if len(body) != TrackingSize {
		return Tracking{}, ErrTruncated
	}
	t = Tracking{
		ID:      units.PoseID(binary.BigEndian.Uint32(body)),
		Slot:    units.SlotID(binary.BigEndian.Uint32(body[4:])),
		Sampled: readStamp(body[8:]),
		Display: readStamp(body[16:]),
	}
	if t.ID == 0 || t.Slot == 0 {
		return Tracking{}, ErrField
	}
	if t.Pose, err = readPose(body[24:]); err != nil {
		return Tracking{}, err
	}
	if t.Motion, err = readMotion(body[24+poseSize:]); err != nil {
		return Tracking{}, err
	}
	return t, nil
}

// Append appends the message to dst.
func (t Tracking) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.ID))
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.Slot))
	dst = appendStamp(dst, t.Sampled)
	dst = appendStamp(dst, t.Display)
	dst = appendPose(dst, t.Pose)
	return appendMotion(dst, t.Motion)
}
