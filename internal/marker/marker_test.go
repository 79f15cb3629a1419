package marker

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"testing"

	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sample is a marker whose numbers 32-bit floats hold exactly.
var sample = Marker{
	Frame: 123456789,
	Pose:  pose.Pose{Position: pose.Vec{0.5, -1.25, 3}, Orientation: pose.Quat{0.5, -0.5, 0.5, 0.5}},
}

// noisy is a picture of noise of its own, as a busy scene would be.
func noisy(width, height int, seed uint64) picture.Picture {
	p := picture.New(width, height)
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			plane[i] = byte(rng.Uint32())
		}
	}
	return p
}

func TestReadReturnsWhatWasDrawn(t *testing.T) {
	for _, size := range [][2]int{{1920, 1080}, {3664, 1920}, {2560, 1344}, {320, 180}, {322, 182}, {144, 144}, {16, 1280}} {
		p := noisy(size[0], size[1], 7)
		Draw(p, sample)
		got, err := Read(p)
		if err != nil {
			t.Errorf("%v: Read: %v", size, err)
		}
		if diff := cmp.Diff(sample, got); diff != "" {
			t.Errorf("%v: mismatch (-want +got):\n%s", size, diff)
		}
	}
}

func TestPosesComeBackFarWithinAHundredthOfADegree(t *testing.T) {
	p := picture.New(320, 180)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Float64Range(-10, 10)
		want := Marker{Frame: units.FrameID(rapid.Uint32().Draw(t, "frame"))}
		want.Pose.Position = pose.Vec{c.Draw(t, "x"), c.Draw(t, "y"), c.Draw(t, "z")}
		want.Pose.Orientation = pose.FromScaledAxis(pose.Vec{c.Draw(t, "rx"), c.Draw(t, "ry"), c.Draw(t, "rz")})
		Draw(p, want)
		got, err := Read(p)
		if err != nil || got.Frame != want.Frame {
			t.Fatalf("Read = frame %d, %v, want frame %d", got.Frame, err, want.Frame)
		}
		if a := pose.Angle(got.Pose.Orientation, want.Pose.Orientation) * 180 / math.Pi; a > 1e-4 {
			t.Errorf("orientation is %g degrees off", a)
		}
		if d := got.Pose.Position.Sub(want.Pose.Position).Norm(); d > 1e-5 {
			t.Errorf("position is %g m off", d)
		}
	})
}

func TestDrawStaysInsideItsArea(t *testing.T) {
	p, before := noisy(1920, 1080, 3), noisy(1920, 1080, 3)
	Draw(p, sample)
	w, h, err := Size(p.Width, p.Height)
	if err != nil || w != 1280 || h != 16 {
		t.Fatalf("Size = %d, %d, %v, want 1280, 16", w, h, err)
	}
	for y := range p.Height {
		for x := range p.Width {
			i := y*p.YStride + x
			if (x >= w || y >= h) && p.Y[i] != before.Y[i] {
				t.Fatalf("luma sample %d,%d was touched", x, y)
			}
		}
	}
	for y := range p.Height / 2 {
		for x := range p.Width / 2 {
			i := y*p.CStride + x
			outside := x >= w/2 || y >= h/2
			if outside && (p.Cb[i] != before.Cb[i] || p.Cr[i] != before.Cr[i]) {
				t.Fatalf("chroma sample %d,%d was touched", x, y)
			}
			if !outside && (p.Cb[i] != 128 || p.Cr[i] != 128) {
				t.Fatalf("chroma sample %d,%d = %d, %d under the marker, want neutral", x, y, p.Cb[i], p.Cr[i])
			}
		}
	}
}

func TestSize(t *testing.T) {
	tests := []struct {
		width, height, w, h int
		err                 error
	}{
		{1920, 1080, 1280, 16, nil},
		{1280, 16, 1280, 16, nil},
		{640, 480, 640, 32, nil},
		{320, 180, 320, 64, nil},
		{336, 180, 336, 64, nil},
		{160, 128, 160, 128, nil},
		{1278, 16, 0, 0, ErrTooSmall},
		{320, 62, 0, 0, ErrTooSmall},
		{8, 8000, 0, 0, ErrTooSmall},
		{0, 0, 0, 0, ErrTooSmall},
		{-1600, -1600, 0, 0, ErrTooSmall},
	}
	for _, tt := range tests {
		w, h, err := Size(tt.width, tt.height)
		if w != tt.w || h != tt.h || !errors.Is(err, tt.err) {
			t.Errorf("Size(%d, %d) = %d, %d, %v, want %d, %d, %v", tt.width, tt.height, w, h, err, tt.w, tt.h, tt.err)
		}
	}
}

func TestReadOfPicturesWithoutAMarker(t *testing.T) {
	pictures := map[string]picture.Picture{
		"too small": picture.New(64, 64),
		"noise":     noisy(320, 180, 9),
	}
	for _, level := range []byte{0, 16, 128, 129, 235, 255} {
		p := picture.New(320, 180)
		p.Fill(level, 128, 128)
		pictures["flat "+string('0'+level/26)] = p
	}
	for name, p := range pictures {
		if _, err := Read(p); !errors.Is(err, ErrNone) {
			t.Errorf("%s: Read = %v, want ErrNone", name, err)
		}
	}
}

func TestDrawPanicsWhereNothingFits(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Draw into 64x64 did not panic")
		}
	}()
	Draw(picture.New(64, 64), sample)
}

// invert turns the cell of bit i into its opposite.
func invert(p picture.Picture, i int) {
	width, _, _ := Size(p.Width, p.Height)
	x, y := origin(i/4, width)
	x, y = x+i%2*cellSize, y+i/2%2*cellSize
	for dy := range cellSize {
		for dx := range cellSize {
			p.Y[(y+dy)*p.YStride+x+dx] ^= dark ^ bright
		}
	}
}

func TestOneWrongBitIsNoticed(t *testing.T) {
	p := picture.New(640, 480)
	Draw(p, sample)
	for i := range labelSize * 8 {
		invert(p, i)
		if m, err := Read(p); !errors.Is(err, ErrCorrupt) {
			t.Errorf("bit %d wrong: Read = %v, %v, want ErrCorrupt", i, m, err)
		}
		invert(p, i)
	}
	for i := range maxMagicErrors + 1 {
		invert(p, 7*i)
	}
	if _, err := Read(p); err == nil {
		t.Error("Read of a marker with a ruined magic succeeded")
	}
}

// The margin against coding noise: a cell may be shifted by a third of the contrast while its samples are scattered by
// more than half of it.
func TestReadWithstandsNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	p := picture.New(320, 180)
	for shift := -40; shift <= 40; shift += 20 {
		Draw(p, sample)
		for i, v := range p.Y {
			p.Y[i] = byte(min(max(int(v)+shift+rng.IntN(161)-80, 0), 255))
		}
		if got, err := Read(p); err != nil || got != sample {
			t.Errorf("shift by %d: Read = %v, %v", shift, got, err)
		}
	}
}

func TestLayoutIsStable(t *testing.T) {
	l := sample.label()
	if got, want := binary.BigEndian.Uint32(l[labelSize-4:]), crc32.ChecksumIEEE(l[:labelSize-4]); got != want {
		t.Errorf("checksum = %#x, want %#x", got, want)
	}
	if got := binary.BigEndian.Uint32(l[:]); got != magic {
		t.Errorf("magic = %#x", got)
	}
	if got := binary.BigEndian.Uint32(l[4:]); got != uint32(sample.Frame) {
		t.Errorf("frame = %d", got)
	}
	if got := readFloat(l[12:]); got != -1.25 {
		t.Errorf("position y = %v, want -1.25", got)
	}
	if got := readFloat(l[24:]); got != -0.5 {
		t.Errorf("orientation y = %v, want -0.5", got)
	}
}

func TestNothingAllocates(t *testing.T) {
	p := picture.New(1920, 1080)
	if n := testing.AllocsPerRun(10, func() {
		Draw(p, sample)
		if _, err := Read(p); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func FuzzRead(f *testing.F) {
	drawn := picture.New(160, 128)
	Draw(drawn, sample)
	f.Add(uint16(79), uint16(63), drawn.Y)
	f.Add(uint16(159), uint16(89), []byte{1, 2, 3})
	f.Add(uint16(0), uint16(0), []byte{})
	f.Fuzz(func(t *testing.T, width, height uint16, luma []byte) {
		w, h := (int(width)%256+1)*2, (int(height)%256+1)*2
		p := picture.New(w, h)
		for i := range p.Y {
			if len(luma) > 0 {
				p.Y[i] = luma[i%len(luma)]
			}
		}
		m, err := Read(p)
		if err != nil {
			if m != (Marker{}) {
				t.Errorf("Read = %v with %v", m, err)
			}
			return
		}
		label := m.label()
		Draw(p, m)
		again, err := Read(p)
		// Compared as bits: what is not a number is not equal to itself.
		if err != nil || again.label() != label {
			t.Errorf("accepted %v, but drawn again Read = %v, %v", m, again, err)
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	b.ReportAllocs()
	p := picture.New(1920, 1080)
	for b.Loop() {
		Draw(p, sample)
	}
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	p := picture.New(1920, 1080)
	Draw(p, sample)
	for b.Loop() {
		if _, err := Read(p); err != nil {
			b.Fatal(err)
		}
	}
}
