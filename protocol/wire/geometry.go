package wire

import (
	"encoding/binary"
	"math"

	"airbridge/protocol/pose"
)

// poseSize is seven 32-bit floats: x, y, z in metres, then the quaternion x, y, z, w.
const poseSize = 28

// motionSize is six 32-bit floats: linear x, y, z in m/s, then angular x, y, z in rad/s.
const motionSize = 24

func appendFloats(dst []byte, vs ...float64) []byte {
	for _, v := range vs {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(v)))
	}
	return dst
}

func appendPose(dst []byte, p pose.Pose) []byte {
	dst = appendFloats(dst, p.Position[:]...)
	return appendFloats(dst, p.Orientation[:]...)
}

func appendMotion(dst []byte, m pose.Motion) []byte {
	dst = appendFloats(dst, m.Linear[:]...)
	return appendFloats(dst, m.Angular[:]...)
}

// readFloats fills vs from b, which is long enough, and refuses what is not finite.
func readFloats(b []byte, vs []float64) error {
	for i := range vs {
		v := float64(math.Float32frombits(binary.BigEndian.Uint32(b[4*i:])))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ErrField
		}
		vs[i] = v
	}
	return nil
}

// maxMetres and maxSpeed bound what a head can plausibly do: 10 km from the origin, 1000 m/s or rad/s.
const (
	maxMetres = 1e4
	maxSpeed  = 1e3
)

func within(v pose.Vec, limit float64) bool {
	for _, c := range v {
		if math.Abs(c) > limit {
			return false
		}
	}
	return true
}

// readPose reads a pose and refuses an orientation that is not a unit quaternion within 1 %.
func readPose(b []byte) (p pose.Pose, err error) {
	if err := readFloats(b, p.Position[:]); err != nil {
		return p, err
	}
	if err := readFloats(b[12:], p.Orientation[:]); err != nil {
		return p, err
	}
	q := p.Orientation
	norm := q[0]*q[0] + q[1]*q[1] + q[2]*q[2] + q[3]*q[3]
	if !within(p.Position, maxMetres) || norm < 0.98 || norm > 1.02 {
		return p, ErrField
	}
	return p, nil
}

func readMotion(b []byte) (m pose.Motion, err error) {
	if err := readFloats(b, m.Linear[:]); err != nil {
		return m, err
	}
	if err := readFloats(b[12:], m.Angular[:]); err != nil {
		return m, err
	}
	if !within(m.Linear, maxSpeed) || !within(m.Angular, maxSpeed) {
		return m, ErrField
	}
	return m, nil
}
