package scene

import "math"

// material is a square texture that repeats, in sizes from textureSize down.
type material struct{ levels [levelCount]level }

// levelCount is how many sizes there are: 512 down to 16 texels.
const levelCount = 6

// level is one size of a material's texture. All sizes are stored with the row length of the largest.
type level struct {
	luma   []byte
	chroma []uint16 // Cb in the low byte, Cr in the high one
	// mask is the number of texels in a row or column, less one.
	mask  uint64
	scale float64
}

const (
	textureBits = 9
	textureSize = 1 << textureBits
	// A texture position is v and u in 32 bits each, v above, with the texel's number in the upper 9 bits of each at
	// full size; smaller sizes use the lower of these bits.
	fractionBits = 32 - textureBits
)

// position packs texture coordinates (in repetitions) or steps of them.
func (l *level) position(u, v float64) uint64 {
	return uint64(int64(v*l.scale))<<32 + uint64(int64(u*l.scale))
}

// fillLuma draws neighbouring pixels: every second is looked up, what lies between is the mean of its neighbours, which
// spares half of the time and most of the glitter. Inlined, its loop would run out of registers.
//
//go:noinline
func (l *level) fillLuma(dst []byte, light *[256]byte, pos, step uint64) {
	const shiftU, shiftV = fractionBits, fractionBits + 32 - textureBits
	tex, maskU, maskV := l.luma, l.mask, l.mask<<textureBits
	here := light[tex[pos>>shiftU&maskU|pos>>shiftV&maskV]]
	twice := 2 * step
	for len(dst) >= 4 {
		d := (*[4]byte)(dst)
		pos += twice
		next := light[tex[pos>>shiftU&maskU|pos>>shiftV&maskV]]
		d[0], d[1] = here, byte((uint(here)+uint(next))>>1)
		pos += twice
		here = light[tex[pos>>shiftU&maskU|pos>>shiftV&maskV]]
		d[2], d[3] = next, byte((uint(next)+uint(here))>>1)
		dst = dst[4:]
	}
	for i := range dst {
		dst[i] = light[tex[pos>>shiftU&maskU|pos>>shiftV&maskV]]
		pos += step
	}
}

// fillChroma draws neighbouring chroma samples in the same way; its texture is half as large both ways.
//
//go:noinline
func (l *level) fillChroma(cb, cr []byte, pos, step uint64) {
	const shiftU, shiftV = fractionBits + 1, fractionBits + 1 + 32 - (textureBits - 1)
	tex, maskU, maskV := l.chroma, l.mask>>1, l.mask>>1<<(textureBits-1)
	cr = cr[:len(cb)]
	here := tex[pos>>shiftU&maskU|pos>>shiftV&maskV]
	twice := 2 * step
	i := 0
	for ; i+1 < len(cb); i += 2 {
		pos += twice
		next := tex[pos>>shiftU&maskU|pos>>shiftV&maskV]
		between := here&next + (here^next)&0xfefe>>1 // both bytes' means
		cb[i], cr[i] = byte(here), byte(here>>8)
		cb[i+1], cr[i+1] = byte(between), byte(between>>8)
		here = next
	}
	if i < len(cb) {
		cb[i], cr[i] = byte(here), byte(here>>8)
	}
}

// level returns the size of the texture that has one to two texels a pixel, where move is the square of the
// repetitions per pixel.
func (m *material) level(move float64) *level {
	// The exponent of a square is twice that of its root.
	exponent := int(math.Float64bits(move*textureSize*textureSize)>>52)&0x7ff - 1023
	return &m.levels[min(max(exponent>>1, 0), levelCount-1)]
}

// lightSteps is how many brightnesses light tables tell apart between darkness and the material's own colour.
const lightSteps = 48

// lightTables map a texel's luma to that of a pixel, by brightness.
var lightTables = func() (tables [lightSteps*5/4 + 1][256]byte) {
	for step := range tables {
		for luma := range tables[step] {
			lit := 16 + (float64(luma)-16)*float64(step)/lightSteps
			tables[step][luma] = byte(min(max(lit, 16), 235))
		}
	}
	return tables
}()

// lightTable returns the brightness of a face where light, of unit length, points to the lamp.
func lightTable(f *face, light [3]float64) *[256]byte {
	share := f.glow
	if share == 0 {
		lambert := f.normal[0]*light[0] + f.normal[1]*light[1] + f.normal[2]*light[2]
		share = 0.62 + 0.4*max(lambert, -0.5)
	}
	return &lightTables[min(max(int(share*lightSteps), 0), len(lightTables)-1)]
}
