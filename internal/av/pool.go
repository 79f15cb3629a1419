package av

import "fmt"

// maxDimension bounds the width and height of every picture: what H.264 level 6.2 reaches in one direction.
const maxDimension = 16384

// Pool lends out a fixed number of frames of one size, to be drawn into and encoded. Their memory is allocated once,
// with rows aligned as FFmpeg and x264 want them. Safe for concurrent use.
type Pool struct {
	shelf *shelf
}

// NewPool allocates n black frames of width x height luma samples, both even. The memory is freed when the pool is
// closed and every frame is back.
func NewPool(width, height, n int) (*Pool, error) {
	if err := checkSize(width, height); err != nil {
		return nil, fmt.Errorf("frame pool: %w", err)
	}
	if n < 1 {
		return nil, fmt.Errorf("frame pool of %d frames: want one at least", n)
	}
	s := &shelf{keep: true, limit: n, idle: make([]*Frame, 0, n)}
	for range n {
		f := &Frame{home: s, native: newNative()}
		view, err := f.native.allocate(width, height)
		if err != nil {
			f.native.free()
			s.close()
			return nil, fmt.Errorf("frame pool %dx%d: %w", width, height, err)
		}
		f.view = view
		f.view.Fill(16, 128, 128) // black, BT.709 limited range
		s.idle = append(s.idle, f)
	}
	return &Pool{shelf: s}, nil
}

// Get lends a frame with one reference, showing whatever its last user drew. It returns false while all frames are
// out, and after Close.
func (p *Pool) Get() (*Frame, bool) {
	f, ok := p.shelf.take()
	if !ok {
		return nil, false
	}
	// A codec that still refers to the memory would encode the next picture into the last one.
	if !f.native.exclusive() {
		view, err := f.native.allocate(f.view.Width, f.view.Height)
		if err != nil {
			f.Release()
			return nil, false
		}
		f.view = view
	}
	return f, true
}

// Out returns how many frames are lent out.
func (p *Pool) Out() int { return p.shelf.outstanding() }

// Close ends the pool. Frames still lent out stay valid and are freed by their last Release.
func (p *Pool) Close() { p.shelf.close() }

// checkSize returns an error unless width and height suit 4:2:0 pictures.
func checkSize(width, height int) error {
	if width < 2 || height < 2 || width%2 != 0 || height%2 != 0 || width > maxDimension || height > maxDimension {
		return fmt.Errorf("size %dx%d: want even numbers from 2 to %d", width, height, maxDimension)
	}
	return nil
}
