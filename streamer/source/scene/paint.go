package scene

import "math/rand/v2"

// colour is luma 16–235 and chroma 16–240 around 128, of limited range.
type colour struct{ y, cb, cr float64 }

func (c colour) brighter(by float64) colour { return colour{c.y + by, c.cb, c.cr} }

// blend returns the colour at fraction t from c to d.
func (c colour) blend(d colour, t float64) colour {
	return colour{mix(c.y, d.y, t), mix(c.cb, d.cb, t), mix(c.cr, d.cr, t)}
}

// pattern is the colour of a point of the unit square, which repeats.
type pattern func(n *noise, u, v float64) colour

// palette is the materials of a scene.
type palette struct {
	plaster, paper, brick, ceiling, planks, rug *material
	books, canvas, outdoors, crate, marble, toy *material
}

// paint makes the materials of a seed.
func paint(seed uint64) palette {
	rng := rand.New(rand.NewPCG(seed, 0x7465_7874_7572_6573)) // "textures"
	make := func(p pattern) *material { return render(p, newNoise(rng)) }
	return palette{
		plaster: make(plaster), paper: make(wallpaper), brick: make(bricks), ceiling: make(panels),
		planks: make(planks), rug: make(weave), books: make(books), canvas: make(canvas),
		outdoors: make(outdoors), crate: make(crate), marble: make(marble), toy: make(toy),
	}
}

// render samples a pattern and filters it into all sizes.
func render(p pattern, n *noise) *material {
	luma := make([]float32, textureSize*textureSize)
	cb, cr := make([]float32, len(luma)), make([]float32, len(luma))
	for y := range textureSize {
		for x := range textureSize {
			c := p(n, (float64(x)+0.5)/textureSize, (float64(y)+0.5)/textureSize)
			i := y*textureSize + x
			luma[i], cb[i], cr[i] = float32(c.y), float32(c.cb), float32(c.cr)
		}
	}
	m := new(material)
	size := textureSize
	for i := range m.levels {
		l := &m.levels[i]
		l.mask, l.scale = uint64(size-1), float64(size)*(1<<fractionBits)
		l.luma = store(soften(luma, size), size)
		// The chroma of a level is the next smaller size.
		luma, cb, cr, size = halve(luma, size), halve(cb, size), halve(cr, size), size/2
		l.chroma = storeChroma(soften(cb, size), soften(cr, size), size)
	}
	return m
}

// halve returns a texture of half the size, each texel the mean of four.
func halve(t []float32, size int) []float32 {
	half := size / 2
	h := make([]float32, half*half)
	for y := range half {
		for x := range half {
			i := 2*y*size + 2*x
			h[y*half+x] = (t[i] + t[i+1] + t[i+size] + t[i+size+1]) / 4
		}
	}
	return h
}

// soften returns the texture blurred by the binomial filter 1 2 1 in both directions: picking the nearest texel then
// aliases little, which an encoder would have to pay for in every frame in which the head moves.
func soften(t []float32, size int) []float32 {
	across, both := make([]float32, len(t)), make([]float32, len(t))
	for i, v := range t {
		row, x := i/size*size, i%size
		across[i] = (t[row+(x-1)&(size-1)] + 2*v + t[row+(x+1)&(size-1)]) / 4
	}
	for i, v := range across {
		both[i] = (across[(i-size)&(len(t)-1)] + 2*v + across[(i+size)&(len(t)-1)]) / 4
	}
	return both
}

// store rounds a texture into rows of textureSize.
func store(t []float32, size int) []byte {
	b := make([]byte, size*textureSize)
	for i, v := range t {
		b[i/size*textureSize+i%size] = level8(v)
	}
	return b
}

// storeChroma rounds two textures into rows of half of textureSize.
func storeChroma(cb, cr []float32, size int) []uint16 {
	b := make([]uint16, size*textureSize/2)
	for i := range cb {
		b[i/size*(textureSize/2)+i%size] = uint16(level8(cb[i])) | uint16(level8(cr[i]))<<8
	}
	return b
}

// level8 rounds to a sample inside the range that video allows.
func level8(v float32) byte { return byte(min(max(v, 16), 235) + 0.5) }
