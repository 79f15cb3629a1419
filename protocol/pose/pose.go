// Package pose is where a head is and how it moves, in the conventions of OpenXR: metres, right-handed axes with +X
// right, +Y up and -Z forward, orientation as a unit quaternion that turns head axes into room axes.
package pose

// Vec is a vector in room axes: x, y, z.
type Vec [3]float64

// Quat is a rotation as a unit quaternion x, y, z, w. The zero value is no rotation of any use; Identity is.
type Quat [4]float64

// Identity is the rotation by nothing.
var Identity = Quat{0, 0, 0, 1}

// Pose is a position in metres and an orientation.
type Pose struct {
	Position    Vec
	Orientation Quat
}

// Motion is how a pose moves: metres per second, and radians per second around the room's axes.
type Motion struct {
	Linear  Vec
	Angular Vec
}
