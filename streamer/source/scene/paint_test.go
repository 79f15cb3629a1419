package scene

import (
	"math"
	"math/rand/v2"
	"testing"
)

// materials lists a palette's materials by name.
func materials(p palette) map[string]*material {
	return map[string]*material{
		"plaster": p.plaster, "paper": p.paper, "brick": p.brick, "ceiling": p.ceiling, "planks": p.planks, "rug": p.rug,
		"books": p.books, "canvas": p.canvas, "outdoors": p.outdoors, "crate": p.crate, "marble": p.marble, "toy": p.toy,
	}
}

// spread returns mean and standard deviation of a level's luma.
func spread(l *level) (mean, deviation float64) {
	size := int(l.mask) + 1
	var sum, squares float64
	for y := range size {
		for x := range size {
			v := float64(l.luma[y*textureSize+x])
			sum, squares = sum+v, squares+v*v
		}
	}
	n := float64(size * size)
	return sum / n, math.Sqrt(max(squares/n-(sum/n)*(sum/n), 0))
}

func TestSmallerSizesAreTheSameTextureWithLessDetail(t *testing.T) {
	for name, m := range materials(paint(1)) {
		first, before := spread(&m.levels[0])
		if before < 3 {
			t.Errorf("%s: deviation %.1f, too flat to see anything move", name, before)
		}
		for i := 1; i < levelCount; i++ {
			mean, deviation := spread(&m.levels[i])
			if math.Abs(mean-first) > 1.5 {
				t.Errorf("%s, size %d: mean luma %.1f, want %.1f", name, textureSize>>i, mean, first)
			}
			if deviation > before+0.5 {
				t.Errorf("%s, size %d: deviation %.1f, more than %.1f in the larger one", name, textureSize>>i, deviation, before)
			}
			before = deviation
		}
	}
}

func TestSamplesStayInTheRangeOfVideo(t *testing.T) {
	for name, m := range materials(paint(2)) {
		for i := range m.levels {
			l := &m.levels[i]
			size := int(l.mask) + 1
			for y := range size {
				for x := range size {
					if v := l.luma[y*textureSize+x]; v < 16 || v > 235 {
						t.Fatalf("%s: luma %d", name, v)
					}
				}
			}
			for y := range size / 2 {
				for x := range size / 2 {
					c := l.chroma[y*textureSize/2+x]
					if cb, cr := c&255, c>>8; cb < 16 || cb > 240 || cr < 16 || cr > 240 {
						t.Fatalf("%s: chroma %d, %d", name, cb, cr)
					}
				}
			}
		}
	}
}

func TestLevelHasOneToTwoTexelsAPixel(t *testing.T) {
	m := render(plaster, newNoise(rand.New(rand.NewPCG(1, 1))))
	for _, texels := range []float64{0, 0.1, 0.99, 1, 1.5, 2.01, 3.9, 4.1, 8.5, 31, 33, 1000} {
		move := texels / textureSize // repetitions a pixel
		l := m.level(move * move)
		got := texels * float64(l.mask+1) / textureSize
		smallest, largest := l == &m.levels[levelCount-1], l == &m.levels[0]
		if got >= 2 && !smallest || got < 1 && !largest {
			t.Errorf("%v texels a pixel at full size: %v at the chosen size %d", texels, got, l.mask+1)
		}
	}
}

// Texels are numbered; stepping through them finds every second, over the border and backwards too, and what lies between
// two is their mean.
func TestFillStepsThroughTheTexture(t *testing.T) {
	m := new(material)
	identity := &lightTables[lightSteps]
	for i := range m.levels {
		size := textureSize >> i
		l := &m.levels[i]
		l.mask, l.scale = uint64(size-1), float64(size)*(1<<fractionBits)
		l.luma, l.chroma = make([]byte, size*textureSize), make([]uint16, size*textureSize/4)
		at := func(x, y int) byte { return byte(16 + (7*wrap(x, size)+13*wrap(y, size))%200) }
		for y := range size {
			for x := range size {
				l.luma[y*textureSize+x] = at(x, y)
				if x%2 == 0 && y%2 == 0 {
					l.chroma[y/2*textureSize/2+x/2] = uint16(at(x, y)) | 3<<8
				}
			}
		}
		texel := 1 / float64(size)
		for _, step := range [][2]int{{1, 0}, {0, 1}, {-1, 0}, {3, -2}, {0, 0}} {
			dst, cb, cr := make([]byte, 39), make([]byte, 39), make([]byte, 39)
			pos := l.position((-5+0.5)*texel, (4+0.5)*texel)
			l.fillLuma(dst, identity, pos, l.position(float64(step[0])*texel, float64(step[1])*texel))
			l.fillChroma(cb, cr, pos, l.position(float64(2*step[0])*texel, float64(2*step[1])*texel))
			for n := range dst {
				even := n &^ 1
				luma := func(n int) byte { return at(-5+n*step[0], 4+n*step[1]) }
				chroma := func(n int) byte { return at(-6+2*n*step[0], 4+2*n*step[1]) }
				want := luma(even)
				if n != even && n < len(dst)&^3 {
					want = mean(want, luma(even+2))
				} else if n != even {
					want = luma(n) // the last few of a row are looked up one by one
				}
				if dst[n] != want {
					t.Fatalf("size %d, step %v: pixel %d = %d, want %d", size, step, n, dst[n], want)
				}
				if want = chroma(even); n != even {
					want = mean(want, chroma(even+2))
				}
				if cb[n] != want || cr[n] != 3 {
					t.Fatalf("size %d, step %v: chroma %d = %d, %d, want %d, 3", size, step, n, cb[n], cr[n], want)
				}
			}
		}
	}
}

// mean rounds down, as the fill does.
func mean(a, b byte) byte { return byte((uint(a) + uint(b)) / 2) }

func TestLight(t *testing.T) {
	up, down := [3]float64{0, 1, 0}, [3]float64{0, -1, 0}
	f := face{normal: up}
	const luma = 120
	lit, dim := lightTable(&f, up)[luma], lightTable(&f, down)[luma]
	if !(lit > dim && dim > 16) {
		t.Errorf("luma %d is %d facing the lamp and %d turned away", luma, lit, dim)
	}
	f.glow = 1
	for _, light := range [][3]float64{up, down} {
		table := lightTable(&f, light)
		for v := 16; v <= 235; v++ {
			if int(table[v]) != v {
				t.Fatalf("a face that glows by itself shows %d as %d", v, table[v])
			}
		}
	}
}

func TestNoiseRepeatsAndIsSmooth(t *testing.T) {
	n := newNoise(rand.New(rand.NewPCG(3, 4)))
	most := 0.0
	for i := range 1000 {
		u, v := float64(i)*0.00137, float64(i)*0.00271
		here := n.at(u, v, 12)
		if d := math.Abs(here - n.at(u+1, v-1, 12)); d > 1e-9 {
			t.Fatalf("at %v, %v: noise differs by %v one repetition on", u, v, d)
		}
		// The steepest slope of smooth steps between -1 and 1 is 1.5 * 2 a cell, each way.
		if d := math.Abs(here - n.at(u+1e-4, v, 12)); d > 3*12*1e-4+1e-9 {
			t.Fatalf("at %v, %v: noise jumps by %v", u, v, d)
		}
		most = max(most, math.Abs(here))
	}
	if most < 0.5 || most > 1 {
		t.Errorf("largest value %v, want 0.5 to 1", most)
	}
}
