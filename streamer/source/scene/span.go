package scene

import (
	"math"

	"airbridge/internal/picture"
)

const (
	// minSpan and maxSpan bound how many pixels lie between two exact perspective divisions.
	minSpan, maxSpan = 8, 64
	// spanError is the error in texels that linear steps between the divisions may have.
	spanError = 0.5
)

// row is where one row of pixels goes. Rows of chroma come with the even rows of luma, and are nil in the odd ones.
type row struct {
	y          int
	luma       []byte
	cb, cr     []byte
	withChroma bool
}

func rowOf(dst picture.Picture, y int) row {
	r := row{y: y, luma: dst.Y[y*dst.YStride:][:dst.Width]}
	if y%2 == 0 {
		r.withChroma = true
		r.cb = dst.Cb[y/2*dst.CStride:][:dst.Width/2]
		r.cr = dst.Cr[y/2*dst.CStride:][:dst.Width/2]
	}
	return r
}

// segment draws the columns from x0 to x1 of one surface, of which there is at least one.
func (r *row) segment(s *surface, x0, x1 int) {
	n, u, v := s.nearness.onRow(r.y), s.u.onRow(r.y), s.v.onRow(r.y)
	span := spanLength(n, float64(x0), float64(x1-1))
	x := float64(x0)
	distance := 1 / (n.slope*x + n.base)
	fromU, fromV := (u.slope*x+u.base)*distance, (v.slope*x+v.base)*distance
	for x0 < x1 {
		length := min(span, x1-x0)
		steps := length
		if x0+length == x1 {
			steps-- // beyond the segment's last column the plane may be edge-on or behind the eye
		}
		x += float64(steps)
		next := 1 / (n.slope*x + n.base)
		toU, toV := (u.slope*x+u.base)*next, (v.slope*x+v.base)*next
		per := perSteps[steps]
		du, dv := (toU-fromU)*per, (toV-fromV)*per
		// How far the texture moves from this row to the next.
		duY, dvY := (s.u.y-fromU*s.nearness.y)*distance, (s.v.y-fromV*s.nearness.y)*distance
		l := s.material.level(max(du*du+dv*dv, duY*duY+dvY*dvY))
		pos, step := l.position(fromU+s.u0, fromV+s.v0), l.position(du, dv)
		l.fillLuma(r.luma[x0:x0+length], s.light, pos, step)
		if r.withChroma {
			c0, c1 := (x0+1)/2, (x0+length+1)/2
			l.fillChroma(r.cb[c0:c1], r.cr[c0:c1], pos+step*uint64(x0&1), 2*step)
		}
		fromU, fromV, distance = toU, toV, next
		x0 += length
	}
}

// spanLength returns how many pixels may be stepped through linearly from x0 to x1. Where nearness changes by the
// share c from pixel to pixel, n steps of at most two texels are off by at most 2n * cn/4 in their middle.
func spanLength(n line, x0, x1 float64) int {
	least := min(n.slope*x0+n.base, n.slope*x1+n.base)
	square := 2 * spanError * least
	switch slope := math.Abs(n.slope); {
	case square > slope*maxSpan*maxSpan:
		return maxSpan
	case square > slope*32*32:
		return 32
	case square > slope*16*16:
		return 16
	}
	return minSpan
}

// perSteps holds reciprocals, so that a span costs one division. A span of one column steps nowhere.
var perSteps = func() (per [maxSpan + 1]float64) {
	for i := 1; i <= maxSpan; i++ {
		per[i] = 1 / float64(i)
	}
	return per
}()
