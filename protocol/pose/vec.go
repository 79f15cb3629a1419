package pose

import "math"

// Add returns v + o.
func (v Vec) Add(o Vec) Vec { return Vec{v[0] + o[0], v[1] + o[1], v[2] + o[2]} }

// Sub returns v - o.
func (v Vec) Sub(o Vec) Vec { return Vec{v[0] - o[0], v[1] - o[1], v[2] - o[2]} }

// Scale returns v with every component multiplied by k.
func (v Vec) Scale(k float64) Vec { return Vec{v[0] * k, v[1] * k, v[2] * k} }

// Dot returns the scalar product of v and o.
func (v Vec) Dot(o Vec) float64 { return v[0]*o[0] + v[1]*o[1] + v[2]*o[2] }

// Cross returns the vector product v × o, right-handed.
func (v Vec) Cross(o Vec) Vec {
	return Vec{
		v[1]*o[2] - v[2]*o[1],
		v[2]*o[0] - v[0]*o[2],
		v[0]*o[1] - v[1]*o[0],
	}
}

// Norm returns the length of v.
func (v Vec) Norm() float64 { return math.Sqrt(v.Dot(v)) }
