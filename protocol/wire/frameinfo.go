package wire

import (
	"encoding/binary"
	"time"

	"airbridge/protocol/pose"
	"airbridge/units"
)

// FrameInfoSize is the length of a FrameInfo.
const FrameInfoSize = 20 + poseSize

// FrameInfo is the prefix of every frame's bytes, before the access unit: pose number u32, slot u32, horizon u32 (ns),
// poll shift i32 (ns), reported u32, then the pose (28 bytes). It does not say how long the frame is, so that its first
// shard can leave before the encoder has finished: the shards of the frame's last block say that.
type FrameInfo struct {
	// PoseID is the pose sample the frame was rendered with; zero where the source takes none.
	PoseID units.PoseID
	// Slot is the display slot the frame is meant for.
	Slot units.SlotID
	// Horizon is how far ahead of sampling a pose's display time should lie: the client predicts for it. 0–1 s.
	Horizon time.Duration
	// PollShift asks the client to poll poses that much later (earlier where negative), within ±50 ms.
	PollShift time.Duration
	// Reported acknowledges the reports of all frames up to this one.
	Reported units.FrameID
	// Pose is the pose the frame was rendered with: what the display reprojects from.
	Pose pose.Pose
}

const (
	maxHorizon   = time.Second
	maxPollShift = 50 * time.Millisecond
)

// ParseFrameInfo reads the prefix of a whole frame's bytes and returns what is there of the access unit.
func ParseFrameInfo(b []byte) (f FrameInfo, unit []byte, err error) {
	if len(b) < FrameInfoSize {
		return FrameInfo{}, nil, ErrTruncated
	}
	f = FrameInfo{
		PoseID:    units.PoseID(binary.BigEndian.Uint32(b)),
		Slot:      units.SlotID(binary.BigEndian.Uint32(b[4:])),
		Horizon:   time.Duration(binary.BigEndian.Uint32(b[8:])),
		PollShift: time.Duration(int32(binary.BigEndian.Uint32(b[12:]))),
		Reported:  units.FrameID(binary.BigEndian.Uint32(b[16:])),
	}
	if f.Horizon > maxHorizon || f.PollShift.Abs() > maxPollShift {
		return FrameInfo{}, nil, ErrField
	}
	if f.Pose, err = readPose(b[20:]); err != nil {
		return FrameInfo{}, nil, err
	}
	return f, b[FrameInfoSize:], nil
}

// Append appends the prefix to dst. Durations beyond their range are clamped.
func (f FrameInfo) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.PoseID))
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.Slot))
	dst = binary.BigEndian.AppendUint32(dst, uint32(min(max(f.Horizon, 0), maxHorizon)))
	dst = binary.BigEndian.AppendUint32(dst, uint32(int32(min(max(f.PollShift, -maxPollShift), maxPollShift))))
	dst = binary.BigEndian.AppendUint32(dst, uint32(f.Reported))
	return appendPose(dst, f.Pose)
}
