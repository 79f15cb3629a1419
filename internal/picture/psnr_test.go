package picture

import (
	"math"
	"math/rand/v2"
	"testing"
)

// padded is a picture whose rows are further apart than they are long, with rubbish in between.
func padded(width, height, pad int, seed uint64) Picture {
	p := Picture{Width: width, Height: height, YStride: width + pad, CStride: width/2 + pad}
	p.Y = make([]byte, p.YStride*height)
	p.Cb, p.Cr = make([]byte, p.CStride*height/2), make([]byte, p.CStride*height/2)
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			plane[i] = byte(rng.Uint32())
		}
	}
	return p
}

func TestPSNROfAKnownError(t *testing.T) {
	tests := []struct {
		name          string
		width, height int
		a, b          byte
		want          float64
	}{
		{"equal", 64, 64, 100, 100, MaxPSNR},
		{"off by one", 64, 64, 100, 101, 48.1308},
		{"sign does not matter", 64, 64, 101, 100, 48.1308},
		{"off by ten", 64, 64, 90, 100, 28.1308},
		{"black against white", 64, 64, 0, 255, 0},
		{"width that is no multiple of eight", 70, 6, 90, 100, 28.1308},
		{"narrower than eight", 2, 2, 90, 100, 28.1308},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := padded(tt.width, tt.height, 9, 1), padded(tt.width, tt.height, 3, 2)
			a.Fill(tt.a, 0, 0)
			b.Fill(tt.b, 255, 255)
			if got := PSNR(a, b); math.Abs(got-tt.want) > 1e-3 {
				t.Errorf("PSNR = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestPSNRAgreesWithTheDefinition(t *testing.T) {
	for seed := range uint64(20) {
		a, b := padded(38, 14, 5, seed), padded(38, 14, 11, seed+100)
		var sum float64
		for y := range a.Height {
			for x := range a.Width {
				d := float64(a.Y[y*a.YStride+x]) - float64(b.Y[y*b.YStride+x])
				sum += d * d
			}
		}
		want := 10 * math.Log10(255*255/(sum/float64(a.Width*a.Height)))
		if got := PSNR(a, b); math.Abs(got-want) > 1e-9 {
			t.Errorf("seed %d: PSNR = %v, want %v", seed, got, want)
		}
	}
}

func TestPSNRSeesOneWrongSampleAnywhere(t *testing.T) {
	want := 10 * math.Log10(255*255*float64(22*4))
	for i := range 22 * 4 {
		a, b := New(22, 4), New(22, 4)
		b.Y[i]++
		if got := PSNR(a, b); math.Abs(got-want) > 1e-9 {
			t.Errorf("sample %d: PSNR = %v, want %v", i, got, want)
		}
	}
}

func TestPSNREveryLooksAtItsRowsOnly(t *testing.T) {
	a, b := New(16, 10), New(16, 10)
	for y := range 10 {
		if y%3 != 0 {
			fill(b.Y[y*b.YStride:][:b.Width], 200)
		}
	}
	if got := PSNREvery(a, b, 3); got != MaxPSNR {
		t.Errorf("PSNREvery(3) of rows that agree = %v, want %v", got, MaxPSNR)
	}
	fill(b.Y[9*b.YStride:][:b.Width], 10) // one of the rows 0, 3, 6, 9
	if got, want := PSNREvery(a, b, 3), 10*math.Log10(255*255/25.0); math.Abs(got-want) > 1e-9 {
		t.Errorf("PSNREvery(3) = %v, want %v", got, want)
	}
}

func TestPSNRRefusesPicturesOfTwoSizes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("PSNR of 16x16 and 16x18 did not panic")
		}
	}()
	PSNR(New(16, 16), New(16, 18))
}

func BenchmarkPSNR(b *testing.B) {
	b.ReportAllocs()
	p, q := padded(1920, 1080, 0, 1), padded(1920, 1080, 0, 2)
	for b.Loop() {
		PSNR(p, q)
	}
}
