package scene

import (
	"math"
	"math/rand/v2"
)

// noise is smooth randomness over the unit square which repeats in both directions.
type noise struct {
	order [256]uint8
	value [256]float64
}

func newNoise(rng *rand.Rand) *noise {
	n := new(noise)
	for i, p := range rng.Perm(256) {
		n.order[i] = uint8(p)
		n.value[i] = 2*rng.Float64() - 1
	}
	return n
}

// cell returns the value, -1 to 1, of a cell of a grid that repeats after period cells.
func (n *noise) cell(x, y, period int) float64 {
	x, y = wrap(x, period), wrap(y, period)
	return n.value[n.order[(int(n.order[x&255])+y)&255]]
}

// wrap returns the remainder of i by period that is never negative.
func wrap(i, period int) int {
	if 0 <= i && i < period {
		return i // nearly always, and a division is slow
	}
	return ((i % period) + period) % period
}

// at returns the noise of a grid of cells by cells at a point, -1 to 1.
func (n *noise) at(u, v float64, cells int) float64 {
	x, y := u*float64(cells), v*float64(cells)
	ix, iy := math.Floor(x), math.Floor(y)
	fx, fy := smooth(x-ix), smooth(y-iy)
	i, j := int(ix), int(iy)
	top := mix(n.cell(i, j, cells), n.cell(i+1, j, cells), fx)
	bottom := mix(n.cell(i, j+1, cells), n.cell(i+1, j+1, cells), fx)
	return mix(top, bottom, fy)
}

// layers sums noise of octaves from cells upwards, each at gain times the amplitude of the one before.
func (n *noise) layers(u, v float64, cells, octaves int, gain float64) float64 {
	sum, amplitude := 0.0, 1.0
	for range octaves {
		sum += amplitude * n.at(u, v, cells)
		cells, amplitude = cells*2, amplitude*gain
	}
	return sum
}

func smooth(t float64) float64 { return t * t * (3 - 2*t) }

func mix(a, b, t float64) float64 { return a + (b-a)*t }
