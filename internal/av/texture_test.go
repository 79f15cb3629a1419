package av

import (
	"math/rand/v2"
	"testing"

	"airbridge/internal/picture"
)

// texture paints pictures that are as hard to encode as a game: chequers, gradients and grain that move.
type texture struct{ grain []byte }

func newTexture() *texture {
	t := &texture{grain: make([]byte, 1<<18)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range t.grain {
		t.grain[i] = byte(r.UintN(9))
	}
	return t
}

// paint paints picture number k.
func (t *texture) paint(p picture.Picture, k int) {
	for y := range p.Height {
		row := p.Y[y*p.YStride:][:p.Width]
		at := (y*7919 + k*104729) % (len(t.grain) - p.Width)
		grain := t.grain[at:][:p.Width]
		sy := y + 3*k
		for x := range row {
			sx := x + 5*k
			level := 40 + (sx>>3+sy>>2)&127
			if (sx>>6^sy>>6)&1 == 1 {
				level += 40
			}
			row[x] = byte(level) + grain[x]
		}
	}
	for y := range p.Height / 2 {
		cb, cr := p.Cb[y*p.CStride:][:p.Width/2], p.Cr[y*p.CStride:][:p.Width/2]
		for x := range cb {
			cb[x] = byte(96 + (x+2*k)>>4&63)
			cr[x] = byte(96 + (y+k)>>3&63)
		}
	}
}

// mustPool returns a pool that must have all its frames back when the test ends.
func mustPool(t testing.TB, width, height, n int) *Pool {
	t.Helper()
	p, err := NewPool(width, height, n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out := p.Out(); out != 0 {
			t.Errorf("%d frames of the pool were not released", out)
		}
		p.Close()
	})
	return p
}

// mustGet takes a frame that is released when the test ends.
func mustGet(t testing.TB, p *Pool) *Frame {
	t.Helper()
	f, ok := p.Get()
	if !ok {
		t.Fatal("Get() found no idle frame")
	}
	t.Cleanup(f.Release)
	return f
}

// panics returns what f panics with, nil where it does not.
func panics(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}
