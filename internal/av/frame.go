package av

import (
	"fmt"
	"sync/atomic"

	"airbridge/internal/picture"
)

// Frame is one picture in memory that FFmpeg can use as it is, counted by references. Whoever is handed a Frame owns
// one reference and calls Release exactly once; a second owner gets its own by Ref. Ref, Release and reading the
// picture are safe from any goroutine; writing the picture is for the sole owner of a frame from a Pool.
type Frame struct {
	refs   atomic.Int32
	home   *shelf
	view   picture.Picture
	native native
}

// Picture returns a view of the frame's own planes, valid until the last reference is released. A frame from a Pool may
// be written by its sole owner; a frame from a Decoder or an Input is read only, as the decoder may still refer to it.
func (f *Frame) Picture() picture.Picture {
	f.mustLive("Picture")
	return f.view
}

// Width returns the width in luma samples.
func (f *Frame) Width() int { return f.view.Width }

// Height returns the height in luma samples.
func (f *Frame) Height() int { return f.view.Height }

// Ref adds a reference for a second owner and returns f.
func (f *Frame) Ref() *Frame {
	f.mustLive("Ref")
	f.refs.Add(1)
	return f
}

// Release gives one reference back; the last one returns the frame to where it came from. It panics when there is no
// reference left to give back, because by then somebody else may be drawing into the same memory.
func (f *Frame) Release() {
	left := f.refs.Add(-1)
	if left < 0 {
		panic(fmt.Sprintf("av: frame %dx%d released more often than it was referenced", f.view.Width, f.view.Height))
	}
	if left == 0 {
		f.home.put(f)
	}
}

// mustLive panics where a frame is used after its last release.
func (f *Frame) mustLive(operation string) {
	if f.refs.Load() <= 0 {
		panic(fmt.Sprintf("av: %s of frame %dx%d after its last release", operation, f.view.Width, f.view.Height))
	}
}
