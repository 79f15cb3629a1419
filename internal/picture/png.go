package picture

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
)

// Luma weights of red and blue (ITU-R BT.709-6 §3.2); green has the rest.
const (
	weightRed  = 0.2126
	weightBlue = 0.0722
)

// RGB converts one sample of limited-range BT.709 to full-range R'G'B', clamped to 0–255.
func RGB(y, cb, cr byte) (r, g, b byte) {
	const (
		weightGreen = 1 - weightRed - weightBlue
		toLuma      = 255.0 / (White - Black)
		toChroma    = 255.0 / 224 // chroma spans 16 to 240
	)
	luma := (float64(y) - Black) * toLuma
	red := luma + 2*(1-weightRed)*toChroma*(float64(cr)-Neutral)
	blue := luma + 2*(1-weightBlue)*toChroma*(float64(cb)-Neutral)
	green := (luma - weightRed*red - weightBlue*blue) / weightGreen
	return clamp(red), clamp(green), clamp(blue)
}

func clamp(v float64) byte { return byte(math.Round(min(max(v, 0), 255))) }

// EncodePNG writes p as an RGB PNG, each chroma sample standing for its four pixels. It allocates the whole picture
// and takes tens of milliseconds: for looking at, not for streaming.
func EncodePNG(w io.Writer, p Picture) error {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for y := range p.Height {
		luma := p.Y[y*p.YStride:][:p.Width]
		cb, cr := p.Cb[y/2*p.CStride:][:p.Width/2], p.Cr[y/2*p.CStride:][:p.Width/2]
		out := img.Pix[y*img.Stride:]
		for x, v := range luma {
			px := out[4*x : 4*x+4 : 4*x+4]
			px[0], px[1], px[2] = RGB(v, cb[x/2], cr[x/2])
			px[3] = 255
		}
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(w, img); err != nil {
		return fmt.Errorf("encode png of %dx%d: %w", p.Width, p.Height, err)
	}
	return nil
}
