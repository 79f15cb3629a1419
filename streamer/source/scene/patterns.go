package scene

import "math"

// The patterns. Their finest grain is a few texels, so that picking the nearest texel hardly aliases; its contrast is
// what the encoder's bits go to (see the package's documentation).

// grain scales the finest texture of all materials. With 1.4, libx264 ultrafast at 0.2 bits a pixel works at a mean
// quantiser of 21 to 23 and 37 to 39 dB while a head looks around; 0.4 less is one step finer and 0.7 dB better.
const grain = 1.4

func plaster(n *noise, u, v float64) colour {
	c := colour{176, 120, 134}
	return c.brighter(7*n.layers(u, v, 4, 3, 0.6) + grain*7*n.layers(u, v, 32, 3, 0.7))
}

func wallpaper(n *noise, u, v float64) colour {
	a, b := colour{150, 132, 118}, colour{128, 134, 116}
	// Diamonds with soft edges, eight to a repetition.
	d := math.Abs(fraction(u*8)-0.5) + math.Abs(fraction(v*8)-0.5)
	c := a.blend(b, ramp(d, 0.42, 0.58))
	if d < 0.16 {
		c = colour{168, 112, 140}
	}
	return c.brighter(5*n.layers(u, v, 4, 2, 0.6) + grain*7*n.layers(u, v, 32, 3, 0.7))
}

func bricks(n *noise, u, v float64) colour {
	const rows, columns = 16, 6
	row := math.Floor(v * rows)
	x := u*columns + 0.5*math.Mod(row, 2)
	column := math.Floor(x)
	fx, fy := fraction(x), fraction(v*rows)
	joint := math.Min(edge(fx, 0.03), edge(fy, 0.08))
	tone := n.cell(int(column), int(row), columns)
	brick := colour{106 + 18*tone, 116 - 4*tone, 154 + 6*tone}.brighter(grain * 10 * n.layers(u, v, 24, 3, 0.75))
	mortar := colour{140, 124, 132}.brighter(grain * 6 * n.at(u, v, 128))
	return mortar.blend(brick, joint)
}

func panels(n *noise, u, v float64) colour {
	fx, fy := fraction(u*2), fraction(v*2)
	c := colour{196, 126, 130}.brighter(grain * 5 * n.layers(u, v, 48, 2, 0.8))
	return colour{150, 126, 130}.blend(c, math.Min(edge(fx, 0.02), edge(fy, 0.02)))
}

func planks(n *noise, u, v float64) colour {
	const boards = 8
	board := int(math.Floor(v * boards))
	tone := n.cell(board, 7*board, boards)
	shift := 0.5 + 0.5*n.cell(board, 3*board+1, boards)
	x := u + shift
	end := edge(fraction(x), 0.004)
	seam := edge(fraction(v*boards), 0.03)
	// Grain runs along the board: noise stretched along u, bent by slow noise.
	bend := 0.02 * n.at(u, v, 4)
	rings := n.at(u, fraction(v+bend), 64)
	fine := n.layers(u, v, 32, 2, 0.8)*0.5 + n.at(fraction(u*0.25), v, 128)
	c := colour{118 + 16*tone, 108 - 3*tone, 146 + 3*tone}.brighter(8*rings + grain*8*fine)
	return colour{62, 118, 138}.blend(c, math.Min(seam, end))
}

func weave(n *noise, u, v float64) colour {
	// Nested squares of a rug that is exactly one repetition.
	d := 0.5 - math.Max(math.Abs(u-0.5), math.Abs(v-0.5))
	rings := []colour{{150, 120, 140}, {78, 116, 164}, {132, 100, 142}, {70, 140, 116}, {88, 118, 160}}
	c := rings[min(int(d*12), len(rings)-1)]
	if star := math.Abs(u-0.5) + math.Abs(v-0.5); star < 0.2 {
		c = colour{140, 98, 146}
	}
	thread := math.Sin(u*2*math.Pi*64) * math.Sin(v*2*math.Pi*64)
	return c.brighter(4*thread + grain*9*n.layers(u, v, 48, 2, 0.8))
}

func books(n *noise, u, v float64) colour {
	const shelves, places = 4, 24
	shelf := int(math.Floor(v * shelves))
	fy := fraction(v * shelves)
	place := int(math.Floor(u * places))
	fx := fraction(u * places)
	tone, hue, tall := n.cell(place, shelf, places), n.cell(place+5, shelf+9, places), n.cell(place, shelf+3, places)
	board := colour{92, 112, 144}.brighter(grain * 8 * n.layers(u, v, 16, 3, 0.7))
	if fy > 0.92 {
		return board
	}
	if fy < 0.22+0.12*tall {
		return colour{58, 124, 134}.brighter(grain * 3 * n.at(u, v, 64))
	}
	cover := colour{104 + 34*tone, 128 + 34*hue, 128 - 30*tone*hue - 18*hue}
	if f := fraction(fy*3 + tall); f < 0.12 {
		cover = cover.brighter(28)
	}
	cover = cover.brighter(grain * 7 * n.layers(u, v, 48, 2, 0.8))
	return colour{64, 126, 132}.blend(cover, edge(fx, 0.14))
}

func canvas(n *noise, u, v float64) colour {
	a := n.layers(u, v, 3, 3, 0.5)
	b := n.layers(fraction(u+0.37), fraction(v+0.71), 3, 3, 0.5)
	c := colour{120 + 50*a, 128 + 40*b, 128 + 40*a}
	bands := math.Sin(14*a + 9*b)
	return c.brighter(14*bands + grain*8*n.layers(u, v, 64, 2, 0.8))
}

func outdoors(n *noise, u, v float64) colour {
	if math.Abs(u-0.5) < 0.012 || math.Abs(v-0.5) < 0.012 || u < 0.03 || u > 0.97 || v < 0.03 || v > 0.97 {
		return colour{188, 126, 130} // the window's frame
	}
	hill := 0.62 + 0.06*n.layers(u, 0.3, 4, 3, 0.5)
	if v < hill {
		sky := colour{170, 152, 112}.blend(colour{216, 134, 124}, v/hill)
		return sky.brighter(12 * math.Max(0, n.layers(u, v, 4, 4, 0.55)))
	}
	near := (v - hill) / (1 - hill)
	return colour{110 - 28*near, 108, 116}.brighter(grain * (6 + 10*near) * n.layers(u, v, 32, 3, 0.75))
}

func crate(n *noise, u, v float64) colour {
	border := math.Min(math.Min(u, 1-u), math.Min(v, 1-v))
	wood := colour{140, 100, 150}.brighter(12*n.at(fraction(u*0.5), v, 48) + grain*8*n.layers(u, v, 32, 3, 0.7))
	if border < 0.09 || math.Abs(u-v) < 0.06 {
		wood = wood.brighter(-38)
	}
	return wood
}

func marble(n *noise, u, v float64) colour {
	vein := math.Abs(math.Sin(2*math.Pi*(2*u+v) + 4*n.layers(u, v, 4, 4, 0.55)))
	c := colour{90, 152, 116}.blend(colour{190, 134, 122}, math.Sqrt(vein))
	return c.brighter(grain * 7 * n.layers(u, v, 48, 2, 0.8))
}

func toy(n *noise, u, v float64) colour {
	check := math.Sin(2*math.Pi*4*u) * math.Sin(2*math.Pi*4*v)
	c := colour{96, 112, 176}.blend(colour{186, 70, 150}, ramp(check, -0.12, 0.12))
	return c.brighter(grain * 8 * n.layers(u, v, 32, 3, 0.7))
}

func fraction(x float64) float64 { return x - math.Floor(x) }

// edge is 0 at the border of a cell and 1 beyond width from it, where t runs from 0 to 1 across the cell.
func edge(t, width float64) float64 { return ramp(math.Min(t, 1-t), width*0.5, width) }

// ramp rises smoothly from 0 at a to 1 at b.
func ramp(t, a, b float64) float64 { return smooth(min(max((t-a)/(b-a), 0), 1)) }
