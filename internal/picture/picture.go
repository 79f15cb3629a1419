// Package picture is a view of one uncompressed picture, planar YCbCr 4:2:0 with 8 bits a sample, limited range,
// BT.709, and what is measured on it. The two eyes of a stereo picture stand side by side, left first.
package picture

import "fmt"

// Picture is a view of planes that somebody else owns. Width and Height are even and in luma samples; rows of luma
// start YStride bytes apart, rows of chroma (half as many, half as wide) CStride bytes apart.
type Picture struct {
	Width, Height    int
	Y, Cb, Cr        []byte
	YStride, CStride int
}

// New allocates a picture of its own. Width and height must be positive and even.
func New(width, height int) Picture {
	if width <= 0 || height <= 0 || width%2 != 0 || height%2 != 0 {
		panic(fmt.Sprintf("picture: size %dx%d is not positive and even", width, height))
	}
	luma, chroma := width*height, width*height/4
	b := make([]byte, luma+2*chroma)
	return Picture{
		Width: width, Height: height,
		Y: b[:luma:luma], Cb: b[luma : luma+chroma : luma+chroma], Cr: b[luma+chroma:],
		YStride: width, CStride: width / 2,
	}
}
