package picture

import (
	"fmt"
	"math"
)

// MaxPSNR is what PSNR returns for equal pictures, and its upper bound, in dB: the true value would be infinite, which
// neither averages nor fits into JSON.
const MaxPSNR = 99.0

// PSNR returns the peak signal-to-noise ratio of b against a over all luma samples in dB, 0 to MaxPSNR, where peak is
// 255. The pictures must be of one size.
func PSNR(a, b Picture) float64 { return PSNREvery(a, b, 1) }

// PSNREvery is PSNR over every n-th row only, from the first on: an estimate at a fraction of the cost. n is positive.
func PSNREvery(a, b Picture, n int) float64 {
	if a.Width != b.Width || a.Height != b.Height || n <= 0 {
		panic(fmt.Sprintf("picture: PSNR of %dx%d and %dx%d, every %d rows", a.Width, a.Height, b.Width, b.Height, n))
	}
	var sum uint64
	rows := 0
	for y := 0; y < a.Height; y += n {
		sum += squares(a.Y[y*a.YStride:][:a.Width], b.Y[y*b.YStride:][:b.Width])
		rows++
	}
	if sum == 0 {
		return MaxPSNR
	}
	mse := float64(sum) / float64(rows*a.Width)
	return min(MaxPSNR, 10*math.Log10(255*255/mse))
}

// squares returns the sum of the squared differences of two rows of equal length.
func squares(a, b []byte) uint64 {
	var s0, s1 uint64
	for len(a) >= 8 && len(b) >= 8 {
		p, q := (*[8]byte)(a), (*[8]byte)(b)
		d0, d1, d2, d3 := int(p[0])-int(q[0]), int(p[1])-int(q[1]), int(p[2])-int(q[2]), int(p[3])-int(q[3])
		d4, d5, d6, d7 := int(p[4])-int(q[4]), int(p[5])-int(q[5]), int(p[6])-int(q[6]), int(p[7])-int(q[7])
		s0 += uint64(d0*d0 + d1*d1 + d2*d2 + d3*d3)
		s1 += uint64(d4*d4 + d5*d5 + d6*d6 + d7*d7)
		a, b = a[8:], b[8:]
	}
	for i := range a {
		d := int(a[i]) - int(b[i])
		s0 += uint64(d * d)
	}
	return s0 + s1
}
