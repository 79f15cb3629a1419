package scene

import (
	"math"
	"testing"

	"airbridge/protocol/pose"

	"pgregory.net/rapid"
)

// A linear function of the pixel is the product with the ray, whatever the pixel, the head and the vector.
func TestAlongIsTheProductWithTheRay(t *testing.T) {
	c := Config{Width: 1002, Height: 562}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-2, 2)
		draw := func(name string) pose.Vec { return pose.Vec{f.Draw(t, name), f.Draw(t, name), f.Draw(t, name)} }
		head := pose.Pose{Position: draw("position").Scale(0.3), Orientation: pose.FromScaledAxis(draw("turn"))}
		x, y := rapid.IntRange(0, c.Width-1).Draw(t, "x"), rapid.IntRange(0, c.Height-1).Draw(t, "y")
		cam := eyeCamera(c, head, 2*x/c.Width)
		w := draw("w")
		eye, dir := ray(c.Width, c.Height, head, x, y)
		l := cam.along(w)
		if got, want := l.onRow(y).slope*float64(x)+l.onRow(y).base, w.Dot(dir); math.Abs(got-want) > 1e-9 {
			t.Errorf("along(%v) at %d,%d = %v, want %v", w, x, y, got, want)
		}
		if d := cam.eye.Sub(eye).Norm(); d > 1e-12 {
			t.Errorf("the eye is %v m off", d)
		}
		// Seen from a body's axes, the same ray is the same.
		turn, centre := pose.FromScaledAxis(draw("body")), draw("centre")
		local := cam.turnedBy(turn, centre)
		m := local.along(turn.Conj().Rotate(w))
		if d := math.Abs(m.x-l.x) + math.Abs(m.y-l.y) + math.Abs(m.c-l.c); d > 1e-9 {
			t.Errorf("along in the body's axes differs by %v", d)
		}
	})
}

func TestTheViewIsAHundredDegreesWide(t *testing.T) {
	for _, width := range []int{320, 1920, 3664} {
		cam := eyeCamera(Config{Width: width, Height: 1080}, ahead, 1)
		if cam.x0 != width/2 || cam.x1 != width {
			t.Errorf("width %d: right eye in columns %d to %d", width, cam.x0, cam.x1)
		}
		sideways := cam.along(pose.Vec{1, 0, 0})
		left := sideways.x*(float64(cam.x0)-0.5) + sideways.c // the outer border of the first pixel
		right := sideways.x*(float64(cam.x1)-0.5) + sideways.c
		view := (math.Atan(right) - math.Atan(left)) * 180 / math.Pi
		if math.Abs(view-100) > 1e-9 || math.Abs(left+right) > 1e-9 {
			t.Errorf("width %d: view of %v degrees from %v to %v, want 100, even", width, view, left, right)
		}
	}
}

// Whatever part of a ball projects into the picture does so inside the rows.
func TestRowsHoldTheWholeBall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64Range(-3, 3)
		draw := func(name string) pose.Vec { return pose.Vec{f.Draw(t, name), f.Draw(t, name), f.Draw(t, name)} }
		cam := eyeCamera(Config{Width: 1920, Height: 1080}, pose.Pose{Orientation: pose.FromScaledAxis(draw("turn"))}, 0)
		centre, radius := draw("centre"), rapid.Float64Range(0.05, 1).Draw(t, "radius")
		y0, y1 := cam.rows(centre, radius)
		if y0 < 0 || y1 > cam.height {
			t.Fatalf("rows = %d, %d", y0, y1)
		}
		for range 20 {
			offset := draw("point")
			if offset.Norm() == 0 {
				continue
			}
			d := centre.Add(offset.Scale(radius / offset.Norm())).Sub(cam.eye)
			depth := -d.Dot(cam.back)
			if depth < 1e-3 {
				continue
			}
			y := int(math.Round(cam.cy - cam.focal*d.Dot(cam.up)/depth))
			if y >= 0 && y < cam.height && (y < y0 || y >= y1) {
				t.Fatalf("a point of the ball is in row %d, outside %d to %d", y, y0, y1)
			}
		}
	})
}

func TestBodiesAreKeptFromNearToFar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v view
		distances := rapid.SliceOfN(rapid.Float64Range(0, 10), 0, maxThings).Draw(t, "distances")
		for _, d := range distances {
			v.insert(body{far: d})
		}
		if v.bodyUsed != len(distances) {
			t.Fatalf("%d bodies of %d", v.bodyUsed, len(distances))
		}
		for i := 1; i < v.bodyUsed; i++ {
			if v.bodies[i-1].far > v.bodies[i].far {
				t.Fatalf("body %d at %v m comes before one at %v m", i-1, v.bodies[i-1].far, v.bodies[i].far)
			}
		}
	})
}

// Of a box one sees at most three sides: those come first.
func TestPlacePutsTheSidesInViewFirst(t *testing.T) {
	cube := box(pose.Vec{2, 2, 2}, new(material), 1)
	tests := []struct {
		name   string
		eye    pose.Vec
		fronts int
	}{
		{"from the front", pose.Vec{0, 0, 5}, 1},
		{"along an edge", pose.Vec{5, 0, 5}, 2},
		{"at a corner", pose.Vec{5, -5, 5}, 3},
		{"from inside", pose.Vec{0.5, 0.5, 0.5}, 0},
	}
	for _, tt := range tests {
		var v view
		cam := eyeCamera(Config{Width: 640, Height: 360}, ahead, 0)
		cam.eye = tt.eye
		b := v.place(&cube, &cam, lampDirection)
		if got := b.back - b.first; got != tt.fronts || b.end-b.first != 6 {
			t.Errorf("%s: %d of %d sides face the eye, want %d of 6", tt.name, got, b.end-b.first, tt.fronts)
		}
	}
}
