package scene

import (
	"math"

	"airbridge/protocol/pose"
)

// face is one flat side of a solid, in the solid's own axes.
type face struct {
	// normal is the outward unit normal, distance how far the plane lies from the solid's centre along it, in metres.
	normal   pose.Vec
	distance float64
	// u and v map points to the texture: a point's products with them, plus u0 and v0, count repetitions.
	u, v     pose.Vec
	u0, v0   float64
	material *material
	// glow is added to the light that falls on the face, 0–1.
	glow float64
}

// solid is a convex body: all points behind every one of its faces.
type solid struct {
	faces []face
	// radius is that of a sphere around the centre which holds the body.
	radius float64
}

// maxFaces is the most faces of one solid: an icosahedron's.
const maxFaces = 20

// box returns a cuboid with the given full sizes. density is how often the texture repeats in a metre; its v runs
// down on the sides, so that pictures stand upright.
func box(size pose.Vec, m *material, density float64) solid {
	s := solid{radius: size.Norm() / 2}
	for axis := range 3 {
		for _, sign := range []float64{1, -1} {
			f := face{distance: size[axis] / 2, material: m, u0: 0.5, v0: 0.5}
			f.normal[axis] = sign
			u, v := pose.Vec{sign, 0, 0}, pose.Vec{0, -1, 0}
			switch axis {
			case 0:
				u = pose.Vec{0, 0, -sign}
			case 1:
				u, v = pose.Vec{1, 0, 0}, pose.Vec{0, 0, sign}
			}
			f.u, f.v = u.Scale(density), v.Scale(density)
			s.faces = append(s.faces, f)
		}
	}
	return s
}

// regular returns the body of equal faces with the given normals, at the given distance from the centre. radius is
// that of the corners in units of distance.
func regular(normals []pose.Vec, distance, radius float64, m *material, density float64) solid {
	s := solid{radius: radius * distance}
	for i, n := range normals {
		n = n.Scale(1 / n.Norm())
		side := pose.Vec{0, 1, 0}
		if math.Abs(n[1]) > 0.9 {
			side = pose.Vec{1, 0, 0}
		}
		u := side.Cross(n)
		u = u.Scale(1 / u.Norm())
		s.faces = append(s.faces, face{
			normal: n, distance: distance, material: m,
			u: u.Scale(density), v: u.Cross(n).Scale(density), // v runs down: against n × u
			u0: 0.37 * float64(i), v0: 0.61 * float64(i),
		})
	}
	return s
}

func octahedron(distance float64, m *material, density float64) solid {
	return regular(signed(pose.Vec{1, 1, 1}), distance, math.Sqrt(3), m, density)
}

func dodecahedron(distance float64, m *material, density float64) solid {
	normals := cyclic(signed(pose.Vec{0, 1, math.Phi}))
	return regular(normals, distance, 1.26, m, density) // 1.2584: circumradius over inradius
}

func icosahedron(distance float64, m *material, density float64) solid {
	normals := append(signed(pose.Vec{1, 1, 1}), cyclic(signed(pose.Vec{0, 1 / math.Phi, math.Phi}))...)
	return regular(normals, distance, 1.26, m, density) // the dual's ratio
}

// signed returns v with every combination of signs of its components that are not zero.
func signed(v pose.Vec) []pose.Vec {
	all := []pose.Vec{v}
	for axis := range v {
		if v[axis] == 0 {
			continue
		}
		for _, w := range all[:len(all):len(all)] {
			w[axis] = -w[axis]
			all = append(all, w)
		}
	}
	return all
}

// cyclic returns the three rotations of the components of each vector.
func cyclic(vs []pose.Vec) []pose.Vec {
	var all []pose.Vec
	for _, v := range vs {
		all = append(all, v, pose.Vec{v[2], v[0], v[1]}, pose.Vec{v[1], v[2], v[0]})
	}
	return all
}
