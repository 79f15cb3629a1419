package scene

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
)

// uniform is a material that gives every face a luma of its own.
func uniform(luma int) *material {
	return render(func(*noise, float64, float64) colour { return colour{float64(luma), 128, 128} }, nil)
}

// hit is where a ray meets something: by the book, one ray and one plane at a time, in the room's axes.
type hit struct {
	face     *face
	distance float64
	u, v     float64
}

// cast follows a ray from eye along dir to the nearest face.
func cast(s *Scene, eye, dir pose.Vec, now time.Duration) hit {
	nearest := enter(&s.room, pose.Vec{}, pose.Identity, eye, dir, true)
	for i := range s.things {
		centre, turn := s.things[i].path.at(now)
		if h := enter(&s.things[i].solid, centre, turn, eye, dir, false); h.distance < nearest.distance {
			nearest = h
		}
	}
	return nearest
}

// enter returns where the ray enters a convex solid, or where it leaves the one it starts in.
func enter(s *solid, centre pose.Vec, turn pose.Quat, eye, dir pose.Vec, inside bool) hit {
	in, out := hit{distance: math.Inf(-1)}, hit{distance: math.Inf(1)}
	for i := range s.faces {
		f := &s.faces[i]
		n := turn.Rotate(f.normal)
		gap, speed := f.distance-n.Dot(eye.Sub(centre)), n.Dot(dir)
		at := gap / speed
		switch {
		case speed < 0 && at > in.distance:
			in.face, in.distance = f, at
		case speed > 0 && at < out.distance:
			out.face, out.distance = f, at
		case speed == 0 && gap < 0:
			return hit{distance: math.Inf(1)}
		}
	}
	h := in
	if inside {
		h = out
	} else if in.distance > out.distance || in.distance <= 0 {
		return hit{distance: math.Inf(1)}
	}
	point := turn.Conj().Rotate(eye.Add(dir.Scale(h.distance)).Sub(centre))
	h.u, h.v = point.Dot(h.face.u)+h.face.u0, point.Dot(h.face.v)+h.face.v0
	return h
}

// ray returns the eye and the ray of a pixel, worked out from angles and not from the camera's linear functions.
func ray(width, height int, head pose.Pose, x, y int) (eye, dir pose.Vec) {
	half := float64(width) / 2
	side := -eyeDistance / 2
	px := float64(x) + 0.5
	if px > half {
		side, px = -side, px-half
	}
	tan := math.Tan(50 * math.Pi / 180)
	local := pose.Vec{(px/half*2 - 1) * tan, -(float64(y) + 0.5 - float64(height)/2) / (half / 2) * tan, -1}
	return head.Position.Add(head.Orientation.Rotate(pose.Vec{side, 0, 0})), head.Orientation.Rotate(local)
}

// compare draws a frame and calls check for pixels all over it outside the marker, with what a ray hits there.
func compare(s *Scene, head pose.Pose, check func(x, y int, luma byte, h hit)) {
	const frame = 300
	p := picture.New(s.config.Width, s.config.Height)
	s.Draw(p, frame, head)
	for y := s.markerRows; y < p.Height; y += 3 {
		for x := y % 5; x < p.Width; x += 5 {
			eye, dir := ray(p.Width, p.Height, head, x, y)
			check(x, y, p.Y[y*p.YStride+x], cast(s, eye, dir, frame*s.config.Period))
		}
	}
}

func TestEveryPixelShowsTheFaceItsRayHits(t *testing.T) {
	s := newScene(t, Config{Width: 640, Height: 360, Seed: 4})
	lumas := map[*face]byte{}
	colourFace := func(f *face) {
		luma := 20 + len(lumas)
		f.material, f.glow = uniform(luma), 1
		lumas[f] = byte(luma)
	}
	for i := range s.room.faces {
		colourFace(&s.room.faces[i])
	}
	for i := range s.things {
		for j := range s.things[i].faces {
			colourFace(&s.things[i].faces[j])
		}
	}
	if len(lumas) > 200 {
		t.Fatalf("%d faces, too many for a luma each", len(lumas))
	}
	for i := range 12 {
		wrong, seen := 0, map[*face]bool{}
		compare(s, headAt(float64(i)*1.7), func(_, _ int, luma byte, h hit) {
			seen[h.face] = true
			if luma != lumas[h.face] {
				wrong++
			}
		})
		// Pixels on an edge may fall on either side.
		if wrong > 20 {
			t.Errorf("pose %d: %d pixels of some 15000 show another face", i, wrong)
		}
		if len(seen) < 15 {
			t.Errorf("pose %d: only %d faces in view", i, len(seen))
		}
	}
}

func TestTexturesAreInPerspective(t *testing.T) {
	s := newScene(t, Config{Width: 960, Height: 540, Seed: 4})
	// Slopes that repeat without a jump: luma tells how far a point is from the middle of its repetition.
	slope := func(along func(u, v float64) float64) *material {
		return render(func(_ *noise, u, v float64) colour {
			return colour{30 + 400*math.Abs(along(u, v)-0.5), 128, 128}
		}, nil)
	}
	axes := map[string]func(u, v float64) float64{
		"u": func(u, _ float64) float64 { return u },
		"v": func(_, v float64) float64 { return v },
	}
	for name, along := range axes {
		m := slope(along)
		for i := range s.room.faces {
			s.room.faces[i].material, s.room.faces[i].glow = m, 1
		}
		for i := range s.things {
			for j := range s.things[i].faces {
				s.things[i].faces[j].material, s.things[i].faces[j].glow = m, 1
			}
		}
		for i := range 6 {
			wrong, n := 0, 0
			compare(s, headAt(float64(i)*2.3), func(x, y int, luma byte, h hit) {
				n++
				// One texel of the coarsest size in view is worth 400/128.
				if want := 30 + 400*math.Abs(along(fraction(h.u), fraction(h.v))-0.5); math.Abs(float64(luma)-want) > 7 {
					wrong++
				}
			})
			if wrong*100 > n {
				t.Errorf("%s, pose %d: %d of %d pixels are off their place", name, i, wrong, n)
			}
		}
	}
}

// shift returns by how many columns and rows b's content lies to the right of and below a's: the offset of best match
// of the left eye's middle.
func shift(a, b picture.Picture) (dx, dy int) {
	const reach = 14
	best := math.MaxInt
	x0, x1, y0, y1 := a.Width/8, a.Width*3/8, a.Height/3, a.Height*3/4
	for oy := -reach; oy <= reach; oy++ {
		for ox := -reach; ox <= reach; ox++ {
			sum := 0
			for y := y0; y < y1; y += 2 {
				for x := x0; x < x1; x++ {
					d := int(a.Y[y*a.YStride+x]) - int(b.Y[(y+oy)*b.YStride+x+ox])
					sum += d * d
				}
			}
			if sum < best {
				best, dx, dy = sum, ox, oy
			}
		}
	}
	return dx, dy
}

func TestMovingTheHeadMovesTheViewTheOtherWay(t *testing.T) {
	s := newScene(t, Config{Width: 960, Height: 540, Seed: 1})
	turned := func(axis pose.Vec, degrees float64) pose.Pose {
		return pose.Pose{Orientation: pose.FromAxisAngle(axis, degrees*math.Pi/180)}
	}
	moved := func(v pose.Vec) pose.Pose { return pose.Pose{Position: v, Orientation: pose.Identity} }
	// One degree in the middle is focal * tan(1°) = 3.5 pixels at this size.
	tests := []struct {
		name         string
		head         pose.Pose
		right, below [2]int
	}{
		{"nothing", ahead, [2]int{0, 0}, [2]int{0, 0}},
		{"turning left moves things right", turned(pose.Vec{0, 1, 0}, 2), [2]int{6, 9}, [2]int{-1, 1}},
		{"turning right moves things left", turned(pose.Vec{0, 1, 0}, -2), [2]int{-9, -6}, [2]int{-1, 1}},
		{"looking up moves things down", turned(pose.Vec{1, 0, 0}, 2), [2]int{-1, 1}, [2]int{6, 9}},
		{"looking down moves things up", turned(pose.Vec{1, 0, 0}, -2), [2]int{-1, 1}, [2]int{-9, -6}},
		{"stepping right moves things left", moved(pose.Vec{0.1, 0, 0}), [2]int{-12, -4}, [2]int{-1, 1}},
		{"stepping up moves things down", moved(pose.Vec{0, 0.1, 0}), [2]int{-1, 1}, [2]int{4, 12}},
	}
	before, after := picture.New(960, 540), picture.New(960, 540)
	s.Draw(before, 100, ahead)
	for _, tt := range tests {
		s.Draw(after, 100, tt.head)
		dx, dy := shift(before, after)
		if dx < tt.right[0] || dx > tt.right[1] || dy < tt.below[0] || dy > tt.below[1] {
			t.Errorf("%s: shifted by %d, %d, want %v, %v", tt.name, dx, dy, tt.right, tt.below)
		}
	}
}

// What the right eye sees is what the left eye sees from where the right eye is.
func TestTheEyesAreAPupilDistanceApart(t *testing.T) {
	s := newScene(t, Config{Width: 960, Height: 540, Seed: 1})
	head := headAt(3)
	moved := head
	moved.Position = head.Position.Add(head.Orientation.Rotate(pose.Vec{eyeDistance, 0, 0}))
	a, b := picture.New(960, 540), picture.New(960, 540)
	s.Draw(a, 9, head)
	s.Draw(b, 9, moved)
	differ, apart := 0, 0
	for y := s.markerRows; y < 540; y++ {
		for x := range 480 {
			right := a.Y[y*a.YStride+480+x]
			if d := int(right) - int(b.Y[y*b.YStride+x]); d < -2 || d > 2 {
				differ++
			}
			if d := int(right) - int(a.Y[y*a.YStride+x]); d < -8 || d > 8 {
				apart++
			}
		}
	}
	if n := 480 * 540; differ*100 > n {
		t.Errorf("%d of %d pixels of the right eye differ from the left eye moved there", differ, n)
	}
	if n := 480 * 540; apart*20 < n {
		t.Errorf("only %d of %d pixels differ between the eyes: no depth to be seen", apart, n)
	}
}

// The last thing drawn is what is read: nothing of the scene shows through the marker.
func TestTheMarkerIsOnTop(t *testing.T) {
	s := newScene(t, Config{Width: 320, Height: 180})
	p := picture.New(320, 180)
	rng := rand.New(rand.NewPCG(1, 1))
	for frame := 1; frame < 200; frame += 13 {
		head := headAt(100 * rng.Float64())
		for band := 2; band >= 0; band-- {
			s.DrawBand(p, 7, head, band, 3)
		}
		if m, err := marker.Read(p); err != nil || m.Frame != 7 {
			t.Errorf("Read = %v, %v, want frame 7", m, err)
		}
	}
}
