package scene

import (
	"bytes"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"

	"pgregory.net/rapid"
)

func newScene(t testing.TB, c Config) *Scene {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var ahead = pose.Pose{Orientation: pose.Identity}

// headAt is a head that looks around as a player does: yaw within 45 degrees at up to 50 degrees a second, some pitch
// and roll, centimetres of sway.
func headAt(seconds float64) pose.Pose {
	wave := func(hertz, phase float64) float64 { return math.Sin(2*math.Pi*hertz*seconds + phase) }
	yaw := 0.65*wave(0.12, 0) + 0.13*wave(0.37, 1)
	pitch := 0.15*wave(0.16, 2) + 0.03*wave(0.5, 3)
	roll := 0.05 * wave(0.13, 4)
	return pose.Pose{
		Position: pose.Vec{0.05 * wave(0.2, 5), 0.02 * wave(0.27, 6), 0.05 * wave(0.23, 7)},
		Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, yaw).
			Mul(pose.FromAxisAngle(pose.Vec{1, 0, 0}, pitch)).
			Mul(pose.FromAxisAngle(pose.Vec{0, 0, 1}, roll)),
	}
}

// canvasOf is a picture with gaps between its rows, everything set to v.
func canvasOf(width, height int, v byte) picture.Picture {
	p := picture.Picture{Width: width, Height: height, YStride: width + 32, CStride: width/2 + 16}
	p.Y = bytes.Repeat([]byte{v}, p.YStride*height)
	p.Cb = bytes.Repeat([]byte{v}, p.CStride*height/2)
	p.Cr = bytes.Repeat([]byte{v}, p.CStride*height/2)
	return p
}

// same returns whether two pictures of one layout are equal, gaps included.
func same(a, b picture.Picture) bool {
	return bytes.Equal(a.Y, b.Y) && bytes.Equal(a.Cb, b.Cb) && bytes.Equal(a.Cr, b.Cr)
}

func TestConfigValidate(t *testing.T) {
	tests := []struct {
		name   string
		config Config
		faults []string
	}{
		{"smallest", Config{Width: 320, Height: 180}, nil},
		{"usual", Config{Width: 1920, Height: 1080, Period: time.Second / 90}, nil},
		{"zero", Config{}, []string{"width 0", "height 0"}},
		{"odd", Config{Width: 321, Height: 181}, []string{"width 321", "height 181"}},
		{"small", Config{Width: 318, Height: 178}, []string{"width 318", "height 178"}},
		{"huge", Config{Width: 1 << 20, Height: 1 << 20}, []string{"width 1048576", "height 1048576"}},
		{"backwards", Config{Width: 320, Height: 180, Period: -1}, []string{"period"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.config.Validate()
			if (err == nil) != (tt.faults == nil) {
				t.Fatalf("Validate = %v, want faults %q", err, tt.faults)
			}
			for _, fault := range tt.faults {
				if !strings.Contains(err.Error(), fault) {
					t.Errorf("Validate = %v, want it to name %q", err, fault)
				}
			}
		})
	}
	if _, err := New(Config{Width: 2, Height: 2}); err == nil {
		t.Error("New accepts 2x2")
	}
}

// Two canvases of different content become one picture: every sample is written, whatever was there, the gaps between
// rows are not, and the marker tells frame and pose.
func TestDrawFillsThePictureAndNothingElse(t *testing.T) {
	for _, size := range [][2]int{{320, 180}, {322, 182}, {1000, 562}, {640, 1024}} {
		s := newScene(t, Config{Width: size[0], Height: size[1], Seed: 3})
		a, b := canvasOf(size[0], size[1], 0), canvasOf(size[0], size[1], 255)
		head := headAt(2)
		s.Draw(a, 77, head)
		s.Draw(b, 77, head)
		for y := range a.Height {
			for x := range a.YStride {
				i := y*a.YStride + x
				if inside := x < a.Width; inside != (a.Y[i] == b.Y[i]) {
					t.Fatalf("%v: luma %d,%d = %d and %d", size, x, y, a.Y[i], b.Y[i])
				}
			}
		}
		for y := range a.Height / 2 {
			for x := range a.CStride {
				i := y*a.CStride + x
				if inside := x < a.Width/2; inside != (a.Cb[i] == b.Cb[i]) || inside != (a.Cr[i] == b.Cr[i]) {
					t.Fatalf("%v: chroma %d,%d = %d, %d and %d, %d", size, x, y, a.Cb[i], a.Cr[i], b.Cb[i], b.Cr[i])
				}
			}
		}
		m, err := marker.Read(a)
		if err != nil || m.Frame != 77 || pose.Distance(m.Pose, head) > 1e-5 {
			t.Errorf("%v: marker = %v, %v, want frame 77 and %v", size, m, err, head)
		}
	}
}

func TestBandsAreTheWholePicture(t *testing.T) {
	for _, size := range [][2]int{{320, 180}, {322, 182}, {1920, 1080}} {
		s := newScene(t, Config{Width: size[0], Height: size[1]})
		want := canvasOf(size[0], size[1], 9)
		s.Draw(want, 5, headAt(1))
		for _, bands := range []int{1, 2, 3, 7, 90, 1000} {
			got := canvasOf(size[0], size[1], 9)
			var workers sync.WaitGroup
			for band := range bands {
				workers.Go(func() { s.DrawBand(got, 5, headAt(1), band, bands) })
			}
			workers.Wait()
			if !same(want, got) {
				t.Errorf("%v in %d bands differs from the whole", size, bands)
			}
		}
	}
}

func TestTheSameFrameIsTheSamePicture(t *testing.T) {
	draw := func(seed uint64, frame units.FrameID, period time.Duration) picture.Picture {
		p := canvasOf(640, 360, 0)
		newScene(t, Config{Width: 640, Height: 360, Seed: seed, Period: period}).Draw(p, frame, ahead)
		marker.Draw(p, marker.Marker{}) // leave the scene alone to be compared
		return p
	}
	first := draw(1, 20, 10*time.Millisecond)
	if !same(first, draw(1, 20, 10*time.Millisecond)) {
		t.Error("two scenes of one configuration differ")
	}
	if !same(first, draw(1, 10, 20*time.Millisecond)) {
		t.Error("frame 20 at 10 ms differs from frame 10 at 20 ms, which shows the same instant")
	}
	if same(first, draw(1, 40, 10*time.Millisecond)) {
		t.Error("nothing moves from frame 20 to 40")
	}
	if same(first, draw(2, 20, 10*time.Millisecond)) {
		t.Error("another seed changes nothing")
	}
}

// No pose may make it panic or leave a hole: poses come from the network.
func TestDrawTakesAnyPose(t *testing.T) {
	s := newScene(t, Config{Width: 320, Height: 180})
	a, b := canvasOf(320, 180, 0), canvasOf(320, 180, 255)
	check := func(t interface{ Errorf(string, ...any) }, p pose.Pose) {
		s.Draw(a, 1, p)
		s.Draw(b, 1, p)
		for y := range a.Height {
			if i := y * a.YStride; !bytes.Equal(a.Y[i:i+a.Width], b.Y[i:i+a.Width]) {
				t.Errorf("%v: row %d has holes", p, y)
				return
			}
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []pose.Pose{
		{},
		ahead,
		{Position: pose.Vec{nan, nan, nan}, Orientation: pose.Quat{nan, 0, 0, 1}},
		{Position: pose.Vec{inf, -inf, 1e300}, Orientation: pose.Quat{1e300, 0, 0, 0}},
		{Orientation: pose.FromAxisAngle(pose.Vec{1, 0, 0}, math.Pi/2)},
		{Orientation: pose.FromAxisAngle(pose.Vec{1, 0, 0}, -math.Pi/2)},
		{Orientation: pose.Quat{0, 1, 0, 0}},
	} {
		check(t, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Float64Range(-4, 4)
		check(t, pose.Pose{
			Position:    pose.Vec{c.Draw(t, "x"), c.Draw(t, "y"), c.Draw(t, "z")},
			Orientation: pose.FromScaledAxis(pose.Vec{c.Draw(t, "rx"), c.Draw(t, "ry"), c.Draw(t, "rz")}),
		})
	})
}

func TestDrawRefusesAnotherSize(t *testing.T) {
	s := newScene(t, Config{Width: 320, Height: 180})
	for name, draw := range map[string]func(){
		"another size": func() { s.Draw(picture.New(640, 360), 1, ahead) },
		"no such band": func() { s.DrawBand(picture.New(320, 180), 1, ahead, 2, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: did not panic", name)
				}
			}()
			draw()
		}()
	}
}

func TestNothingAllocates(t *testing.T) {
	s := newScene(t, Config{Width: 640, Height: 360})
	p := picture.New(640, 360)
	frame := units.FrameID(0)
	if n := testing.AllocsPerRun(20, func() {
		frame++
		s.Draw(p, frame, headAt(float64(frame)/72))
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkDraw(b *testing.B) {
	b.ReportAllocs()
	s := newScene(b, Config{Width: 1920, Height: 1080, Seed: 1})
	p := picture.New(1920, 1080)
	frame := units.FrameID(0)
	for b.Loop() {
		frame++
		s.Draw(p, frame, headAt(float64(frame)/72))
	}
}
