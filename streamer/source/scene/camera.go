package scene

import (
	"math"

	"airbridge/protocol/pose"
)

const (
	// eyeDistance is the mean distance of the pupils of adults in metres (ANSUR II).
	eyeDistance = 0.063
	// fieldOfView is the horizontal view of one eye in radians; vertically it follows from square pixels.
	fieldOfView = 100 * math.Pi / 180
)

// camera is one eye. The ray through the centre of the pixel in column x and row y of the picture is
// right*(x-cx)/focal - up*(y-cy)/focal - back.
type camera struct {
	eye             pose.Vec
	right, up, back pose.Vec
	focal, cx, cy   float64
	// x0 and x1 are the columns of the picture that the eye has.
	x0, x1 int
	height int
}

// eyeCamera returns the left (0) or right (1) eye of a head at p.
func eyeCamera(c Config, p pose.Pose, eye int) camera {
	half := c.Width / 2
	cam := camera{x0: eye * half, x1: (eye + 1) * half, height: c.Height}
	cam.focal = float64(half) / 2 / math.Tan(fieldOfView/2)
	cam.cx = float64(cam.x0) + float64(half)/2 - 0.5
	cam.cy = float64(c.Height)/2 - 0.5
	cam.right, cam.up, cam.back = p.Orientation.Normalise().Axes()
	cam.eye = insideRoom(p.Position.Add(cam.right.Scale((float64(eye) - 0.5) * eyeDistance)))
	return cam
}

// turnedBy returns the camera as seen from a body at centre whose axes are turned by q against the room's.
func (c *camera) turnedBy(q pose.Quat, centre pose.Vec) camera {
	back := q.Conj()
	t := *c
	t.eye = back.Rotate(c.eye.Sub(centre))
	t.right, t.up, t.back = back.Rotate(c.right), back.Rotate(c.up), back.Rotate(c.back)
	return t
}

// linear is a linear function of column and row.
type linear struct{ x, y, c float64 }

// along returns w · ray as a function of the pixel.
func (c *camera) along(w pose.Vec) linear {
	l := linear{x: w.Dot(c.right) / c.focal, y: -w.Dot(c.up) / c.focal}
	l.c = -w.Dot(c.back) - l.x*c.cx - l.y*c.cy
	return l
}

func (l linear) scale(k float64) linear { return linear{l.x * k, l.y * k, l.c * k} }
