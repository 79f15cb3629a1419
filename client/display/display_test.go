package display

import (
	"errors"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"airbridge/internal/av"
	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

const second = units.Mono(time.Second)

var (
	ahead = pose.Pose{Orientation: pose.Identity}
	aside = pose.Pose{Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, 0.01)} // 0.57 degrees
)

// pool lends frames and proves at the end that all are back.
func pool(t *testing.T, n int) *av.Pool {
	t.Helper()
	p, err := av.NewPool(640, 64, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out := p.Out(); out != 0 {
			t.Errorf("%d frames were not given back", out)
		}
		p.Close()
	})
	return p
}

func get(t *testing.T, p *av.Pool) *av.Frame {
	t.Helper()
	f, ok := p.Get()
	if !ok {
		t.Fatal("the pool is empty")
	}
	return f
}

func TestMarkers(t *testing.T) {
	marked := func(id units.FrameID, at pose.Pose) func(picture.Picture) {
		return func(p picture.Picture) { marker.Draw(p, marker.Marker{Frame: id, Pose: at}) }
	}
	for name, c := range map[string]struct {
		draw   func(picture.Picture)
		shown  units.FrameID
		want   Markers
		errors uint64
	}{
		"right":         {marked(5, ahead), 5, Markers{Read: 1}, 0},
		"another frame": {marked(4, ahead), 5, Markers{Wrong: 1}, 1},
		"another pose":  {marked(5, aside), 5, Markers{Wrong: 1}, 1},
		"none":          {func(p picture.Picture) { p.Fill(100, 128, 128) }, 5, Markers{Unmarked: 1}, 1},
		"damaged": {func(p picture.Picture) {
			marked(5, ahead)(p)
			for y := range 8 {
				for x := 400; x < 416; x++ {
					p.Y[y*p.YStride+x] ^= 0xff
				}
			}
		}, 5, Markers{Corrupt: 1}, 1},
		"shown before":      {marked(3, ahead), 3, Markers{Read: 1, Repeated: 1}, 1},
		"older than before": {marked(2, ahead), 2, Markers{Read: 1, Repeated: 1}, 1},
	} {
		f := get(t, pool(t, 1))
		c.draw(f.Picture())
		m := Markers{last: 3}
		if err := m.Show(Shown{Frame: c.shown, Pose: ahead, Picture: f}); err != nil {
			t.Errorf("%s: Show: %v", name, err)
		}
		f.Release()
		got := Markers{Read: m.Read, Wrong: m.Wrong, Corrupt: m.Corrupt, Unmarked: m.Unmarked, Repeated: m.Repeated}
		counts := func(m Markers) [5]uint64 { return [5]uint64{m.Read, m.Wrong, m.Corrupt, m.Unmarked, m.Repeated} }
		if diff := cmp.Diff(counts(c.want), counts(got)); diff != "" {
			t.Errorf("%s: read, wrong, corrupt, unmarked, repeated (-want +got):\n%s", name, diff)
		}
		if m.Errors() != c.errors {
			t.Errorf("%s: Errors() = %d, want %d", name, m.Errors(), c.errors)
		}
	}
}

// Once out of order, every frame that is older than the newest shown counts, not only the first.
func TestEveryFrameOutOfOrderCounts(t *testing.T) {
	f := get(t, pool(t, 1))
	defer f.Release()
	var m Markers
	for _, id := range []units.FrameID{1, 5, 3, 4, 6} {
		marker.Draw(f.Picture(), marker.Marker{Frame: id, Pose: ahead})
		if err := m.Show(Shown{Frame: id, Pose: ahead, Picture: f}); err != nil {
			t.Fatal(err)
		}
	}
	if m.Repeated != 2 || m.Read != 5 {
		t.Errorf("%d out of order of %d read, want 3 and 4 of 5", m.Repeated, m.Read)
	}
}

func TestMarkersMeasureThePoseError(t *testing.T) {
	f := get(t, pool(t, 1))
	defer f.Release()
	marker.Draw(f.Picture(), marker.Marker{Frame: 1, Pose: aside})
	var m Markers
	if err := m.Show(Shown{Frame: 1, Pose: ahead, Picture: f}); err != nil {
		t.Fatal(err)
	}
	if got, want := float64(m.PoseError.Max())/1e6, 0.01*degreesPerRadian; math.Abs(got-want) > 1e-3 {
		t.Errorf("a pose error of %g degrees, want %g", got, want)
	}
}

func TestSnapshotsAreOneASecondAndReadable(t *testing.T) {
	f := get(t, pool(t, 1))
	defer f.Release()
	f.Picture().Fill(picture.White, picture.Neutral, picture.Neutral)
	dir := filepath.Join(t.TempDir(), "not", "there")
	s, err := NewSnapshots(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 250 { // 2.5 s at 100 Hz
		at := 7*second + units.Mono(i)*second/100
		if err := s.Show(Shown{At: at, Frame: units.FrameID(i + 1), Picture: f}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	if diff := cmp.Diff([]string{"frame-000001.png", "frame-000101.png", "frame-000201.png"}, files); diff != "" || s.Written != 3 {
		t.Fatalf("%d written, files (-want +got):\n%s", s.Written, diff)
	}
	file, err := os.Open(filepath.Join(dir, files[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := img.At(320, 32).RGBA()
	if img.Bounds().Dx() != 640 || img.Bounds().Dy() != 64 || min(r, g, b)>>8 < 254 {
		t.Errorf("a picture of %v, %d %d %d in its middle; want 640x64, white", img.Bounds(), r>>8, g>>8, b>>8)
	}
}

func TestSnapshotsSayWhereTheyCannotWrite(t *testing.T) {
	f := get(t, pool(t, 1))
	defer f.Release()
	dir := filepath.Join(t.TempDir(), "shots")
	s, err := NewSnapshots(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Show(Shown{Frame: 1, Picture: f}); !errors.Is(err, fs.ErrNotExist) || s.Written != 0 {
		t.Errorf("Show without its folder = %v, %d written; want an error and none", err, s.Written)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewSnapshots(filepath.Join(file, "below")); err == nil {
		t.Error("NewSnapshots makes a folder inside a file")
	}
}

func TestAimMeasuresThePrediction(t *testing.T) {
	turning := func(at units.Mono) (pose.Pose, pose.Motion) { // 0.01 rad a second
		return pose.Pose{Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, 0.01*float64(at)/1e9)}, pose.Motion{}
	}
	a := NewAim(turning)
	for _, at := range []units.Mono{second, second, 0} { // drawn for where the head is at 1 s, seen then and at 0 s
		if err := a.Show(Shown{At: at, Pose: aside}); err != nil {
			t.Fatal(err)
		}
	}
	if a.Error.Count() != 3 || a.Error.Min() > 10 {
		t.Errorf("%d measured, the best %d millionths of a degree, want 3 and none", a.Error.Count(), a.Error.Min())
	}
	if got := float64(a.Error.Max()) / 1e6; math.Abs(got-0.01*degreesPerRadian) > 1e-3 {
		t.Errorf("off by %g degrees, want %g", got, 0.01*degreesPerRadian)
	}
}
