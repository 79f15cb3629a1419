package scene

import (
	"time"

	"airbridge/internal/picture"
	"airbridge/protocol/pose"
)

const (
	// maxThings bounds the solids of a scene besides the room, maxSurfaces all their faces.
	maxThings   = 24
	maxSurfaces = 256
	// edgeOn is the least distance from a face's plane, in metres, at which it is still told from being edge-on.
	edgeOn = 1e-6
)

// surface is a face as one eye sees it.
type surface struct {
	// nearness is the reciprocal of how many ray lengths away the face's plane is, negative behind the eye.
	nearness linear
	// u and v over nearness, plus u0 and v0, are the texture coordinates.
	u, v     linear
	u0, v0   float64
	material *material
	light    *[256]byte
}

// body is one solid as one eye sees it: the view's surfaces from first to end, of which those before back turn their
// outer side to the eye.
type body struct {
	first, back, end int
	// y0 and y1 are the rows outside of which the body cannot be seen.
	y0, y1 int
	far    float64
}

// view is everything one eye sees at one instant. It is used again for each eye, to keep it on the stack.
type view struct {
	cam      camera
	surfaces [maxSurfaces]surface
	used     int
	room     body
	bodies   [maxThings]body
	bodyUsed int
}

// look fills the view with what cam sees of s at now, the bodies from near to far.
func (v *view) look(s *Scene, cam camera, now time.Duration) {
	v.cam, v.used, v.bodyUsed = cam, 0, 0
	v.room = v.place(&s.room, &cam, lampDirection)
	for i := range s.things {
		centre, turn := s.things[i].path.at(now)
		local := cam.turnedBy(turn, centre)
		y0, y1 := cam.rows(centre, s.things[i].radius)
		if y0 >= y1 {
			continue
		}
		b := v.place(&s.things[i].solid, &local, turn.Conj().Rotate(lampDirection))
		if b.back == b.first {
			continue // the eye is inside
		}
		b.y0, b.y1 = y0, y1
		b.far = centre.Sub(cam.eye).Norm() + s.things[i].behind
		v.insert(b)
	}
}

// insert keeps the bodies in order, nearest first.
func (v *view) insert(b body) {
	i := v.bodyUsed
	v.bodyUsed++
	for ; i > 0 && v.bodies[i-1].far > b.far; i-- {
		v.bodies[i] = v.bodies[i-1]
	}
	v.bodies[i] = b
}

// rows returns the range of rows that a ball can be seen in, empty where it is behind the eye.
func (c *camera) rows(centre pose.Vec, radius float64) (y0, y1 int) {
	d := centre.Sub(c.eye)
	depth, height := -d.Dot(c.back), d.Dot(c.up)
	if depth < -radius {
		return 0, 0
	}
	if depth <= radius*1.01 {
		return 0, c.height
	}
	// The ball lies inside the box of its depth and height: its corners bound the projection.
	top, bottom := height+radius, height-radius
	near, far := c.focal/(depth-radius), c.focal/(depth+radius)
	y0 = int(c.cy - max(top*near, top*far))
	y1 = int(c.cy-min(bottom*near, bottom*far)) + 2
	return max(y0, 0), min(y1, c.height)
}

// place turns the faces of s into surfaces. cam and light are in the solid's axes.
func (v *view) place(s *solid, cam *camera, light pose.Vec) body {
	first := v.used
	v.used += len(s.faces)
	all := v.surfaces[first:v.used]
	front, back := 0, len(all)
	for i := range s.faces {
		f := &s.faces[i]
		gap := f.distance - f.normal.Dot(cam.eye)
		var at int
		if gap < 0 {
			at = front
			front++
			gap = min(gap, -edgeOn)
		} else {
			back--
			at = back
			gap = max(gap, edgeOn)
		}
		all[at] = surface{
			nearness: cam.along(f.normal).scale(1 / gap),
			u:        cam.along(f.u), v: cam.along(f.v),
			u0: f.u.Dot(cam.eye) + f.u0, v0: f.v.Dot(cam.eye) + f.v0,
			material: f.material,
			light:    lightTable(f, light),
		}
	}
	return body{first: first, back: first + front, end: v.used, y1: cam.height}
}

// row draws row y of the eye's half of dst: the nearest body first, whatever is behind it in the gaps that are left,
// and so every pixel once.
func (v *view) row(dst picture.Picture, y int) {
	r := rowOf(dst, y)
	left := wholeRow(v.cam.x0, v.cam.x1)
	var lines [maxFaces]line
	for i := range v.bodyUsed {
		b := &v.bodies[i]
		if y < b.y0 || y >= b.y1 {
			continue
		}
		fronts, backs := v.surfaces[b.first:b.back], v.surfaces[b.back:b.end]
		x0, x1 := outer(fronts, backs, &lines, y, v.cam.x0, v.cam.x1)
		if x0 >= x1 {
			continue
		}
		for _, g := range left.all() {
			r.envelope(fronts, &lines, max(x0, g.x0), min(x1, g.x1))
		}
		left.cover(x0, x1)
	}
	room := v.surfaces[v.room.first:v.room.end]
	inner(room, &lines, y)
	for _, g := range left.all() {
		r.envelope(room, &lines, g.x0, g.x1)
	}
}
