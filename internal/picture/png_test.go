package picture

import (
	"bytes"
	"errors"
	"image/color"
	"image/png"
	"testing"
)

// colourBars are the 100 % and 75 % bars of ITU-R BT.709 in limited range with the colours a viewer must see.
var colourBars = []struct {
	name      string
	y, cb, cr byte
	r, g, b   byte
}{
	{"black", 16, 128, 128, 0, 0, 0},
	{"white", 235, 128, 128, 255, 255, 255},
	{"grey", 126, 128, 128, 128, 128, 128},
	{"red", 63, 102, 240, 255, 0, 0},
	{"green", 173, 42, 26, 0, 255, 0},
	{"blue", 32, 240, 118, 0, 0, 255},
	{"yellow", 219, 16, 138, 255, 255, 0},
	{"75 % cyan", 145, 147, 44, 0, 191, 191},
	{"below black", 0, 128, 128, 0, 0, 0},
	{"above white", 255, 128, 128, 255, 255, 255},
}

// near allows for the rounding of the 8-bit samples, which a limited range spreads.
func near(a, b byte) bool { return max(a, b)-min(a, b) <= 3 }

func TestRGB(t *testing.T) {
	for _, tt := range colourBars {
		r, g, b := RGB(tt.y, tt.cb, tt.cr)
		if !near(r, tt.r) || !near(g, tt.g) || !near(b, tt.b) {
			t.Errorf("%s: RGB(%d, %d, %d) = %d, %d, %d, want %d, %d, %d",
				tt.name, tt.y, tt.cb, tt.cr, r, g, b, tt.r, tt.g, tt.b)
		}
	}
}

func TestEncodePNGPutsColoursWhereTheyAre(t *testing.T) {
	p := padded(2*len(colourBars), 4, 7, 5)
	for i, c := range colourBars {
		for y := range p.Height {
			fill(p.Y[y*p.YStride+2*i:][:2], c.y)
		}
		for y := range p.Height / 2 {
			p.Cb[y*p.CStride+i], p.Cr[y*p.CStride+i] = c.cb, c.cr
		}
	}
	var file bytes.Buffer
	if err := EncodePNG(&file, p); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got.X != p.Width || got.Y != p.Height {
		t.Fatalf("size = %v, want %dx%d", got, p.Width, p.Height)
	}
	for y := range p.Height {
		for x := range p.Width {
			c, want := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA), colourBars[x/2]
			if !near(c.R, want.r) || !near(c.G, want.g) || !near(c.B, want.b) || c.A != 255 {
				t.Errorf("pixel %d,%d of %s = %v", x, y, want.name, c)
			}
		}
	}
}

type brokenPipe struct{}

var errBroken = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestEncodePNGReportsTheWriter(t *testing.T) {
	if err := EncodePNG(brokenPipe{}, New(2, 2)); !errors.Is(err, errBroken) {
		t.Errorf("EncodePNG = %v, want %v", err, errBroken)
	}
}
