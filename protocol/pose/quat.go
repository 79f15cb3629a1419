package pose

import "math"

// smallAngle is where sin(a)/a is replaced by its series, whose next term is then below one part in 10^16.
const smallAngle = 1e-4

// FromAxisAngle returns the rotation by an angle in radians around axis, counter-clockwise for who looks against it.
// The axis need not be of unit length; a zero axis gives Identity.
func FromAxisAngle(axis Vec, radians float64) Quat {
	n := axis.Norm()
	if n == 0 {
		return Identity
	}
	return FromScaledAxis(axis.Scale(radians / n))
}

// FromScaledAxis returns the rotation around the direction of v by its length in radians. It is accurate for tiny
// vectors, and the zero vector gives Identity.
func FromScaledAxis(v Vec) Quat {
	angle := v.Norm()
	half := angle / 2
	k := 0.5 - angle*angle/48 // sin(angle/2)/angle
	if angle > smallAngle {
		k = math.Sin(half) / angle
	}
	return Quat{v[0] * k, v[1] * k, v[2] * k, math.Cos(half)}
}

// ScaledAxis is the inverse of FromScaledAxis: the axis of q scaled by its angle in radians, the shorter way round.
func (q Quat) ScaledAxis() Vec {
	if q[3] < 0 {
		q = Quat{-q[0], -q[1], -q[2], -q[3]}
	}
	v := Vec{q[0], q[1], q[2]}
	sin := v.Norm()
	if sin < smallAngle/2 {
		return v.Scale(2 / q[3] * (1 - sin*sin/(3*q[3]*q[3])))
	}
	return v.Scale(2 * math.Atan2(sin, q[3]) / sin)
}

// Mul returns the rotation that turns by r first and by q after.
func (q Quat) Mul(r Quat) Quat {
	return Quat{
		q[3]*r[0] + q[0]*r[3] + q[1]*r[2] - q[2]*r[1],
		q[3]*r[1] - q[0]*r[2] + q[1]*r[3] + q[2]*r[0],
		q[3]*r[2] + q[0]*r[1] - q[1]*r[0] + q[2]*r[3],
		q[3]*r[3] - q[0]*r[0] - q[1]*r[1] - q[2]*r[2],
	}
}

// Conj returns the conjugate of q: the opposite rotation, where q is of unit length.
func (q Quat) Conj() Quat { return Quat{-q[0], -q[1], -q[2], q[3]} }

// Dot returns the scalar product of q and r as vectors of four.
func (q Quat) Dot(r Quat) float64 { return q[0]*r[0] + q[1]*r[1] + q[2]*r[2] + q[3]*r[3] }

// Normalise returns q scaled to unit length. What has no direction (zero, or not finite) becomes Identity.
func (q Quat) Normalise() Quat {
	n := math.Sqrt(q.Dot(q))
	if !(n > 0) || math.IsInf(n, 0) {
		return Identity
	}
	return Quat{q[0] / n, q[1] / n, q[2] / n, q[3] / n}
}

// Rotate returns v turned by q, which must be of unit length.
func (q Quat) Rotate(v Vec) Vec {
	axis := Vec{q[0], q[1], q[2]}
	t := axis.Cross(v).Scale(2)
	return v.Add(t.Scale(q[3])).Add(axis.Cross(t))
}

// Axes returns the room directions of the head's own axes: right (+X), up (+Y) and backward (+Z).
func (q Quat) Axes() (right, up, back Vec) {
	return q.Rotate(Vec{1, 0, 0}), q.Rotate(Vec{0, 1, 0}), q.Rotate(Vec{0, 0, 1})
}

// Angle returns the angle between two unit orientations in radians, 0 to π. It keeps its precision for tiny angles,
// where an arc cosine of the scalar product would lose half its digits.
func Angle(a, b Quat) float64 {
	d := a.Conj().Mul(b)
	sin := math.Sqrt(d[0]*d[0] + d[1]*d[1] + d[2]*d[2])
	return 2 * math.Atan2(sin, math.Abs(d[3]))
}

// Slerp returns the orientation at fraction t of the shorter turn from a to b, at constant angular speed; t outside
// 0 to 1 continues the turn.
func Slerp(a, b Quat, t float64) Quat {
	turn := b.Mul(a.Conj()).ScaledAxis()
	return FromScaledAxis(turn.Scale(t)).Mul(a).Normalise()
}
