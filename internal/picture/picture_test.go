package picture

import "testing"

func TestNewPlanesDoNotOverlap(t *testing.T) {
	p := New(6, 4)
	p.Fill(1, 2, 3)
	for name, plane := range map[string]struct {
		got  []byte
		size int
		want byte
	}{"Y": {p.Y, 24, 1}, "Cb": {p.Cb, 6, 2}, "Cr": {p.Cr, 6, 3}} {
		if len(plane.got) != plane.size || cap(plane.got) != plane.size {
			t.Errorf("%s: length %d, capacity %d, want %d", name, len(plane.got), cap(plane.got), plane.size)
		}
		for i, v := range plane.got {
			if v != plane.want {
				t.Errorf("%s[%d] = %d, want %d", name, i, v, plane.want)
			}
		}
	}
}

func TestNewRefusesOddSizes(t *testing.T) {
	for _, size := range [][2]int{{0, 2}, {2, 0}, {-2, 2}, {3, 2}, {2, 3}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%d, %d) did not panic", size[0], size[1])
				}
			}()
			New(size[0], size[1])
		}()
	}
}

func TestFillStaysInsideThePicture(t *testing.T) {
	p, untouched := padded(6, 4, 5, 3), padded(6, 4, 5, 3)
	p.Fill(10, 20, 30)
	check := func(name string, got, before []byte, width, stride int, want byte) {
		for i := range got {
			w := before[i]
			if i%stride < width {
				w = want
			}
			if got[i] != w {
				t.Errorf("%s[%d] = %d, want %d", name, i, got[i], w)
			}
		}
	}
	check("Y", p.Y, untouched.Y, p.Width, p.YStride, 10)
	check("Cb", p.Cb, untouched.Cb, p.Width/2, p.CStride, 20)
	check("Cr", p.Cr, untouched.Cr, p.Width/2, p.CStride, 30)
}
