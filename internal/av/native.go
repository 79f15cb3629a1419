//go:build cgo

package av

import (
	"fmt"

	"airbridge/internal/picture"

	"github.com/asticode/go-astiav"
)

// native is the AVFrame behind a Frame.
type native struct{ *astiav.Frame }

// newNative returns an AVFrame without memory for a picture.
func newNative() native { return native{astiav.AllocFrame()} }

// allocate gives the AVFrame new memory, dropping its reference to the old one, and returns a view of it.
func (n native) allocate(width, height int) (picture.Picture, error) {
	n.Unref()
	n.SetWidth(width)
	n.SetHeight(height)
	n.SetPixelFormat(astiav.PixelFormatYuv420P)
	// AllocImage would leak: it is not reference-counted. Alignment 0 is FFmpeg's choice for this processor.
	if err := n.AllocBuffer(0); err != nil {
		return picture.Picture{}, fmt.Errorf("allocate picture: %w", err)
	}
	return n.picture()
}

// picture returns a view of the AVFrame's planes, or an error where they are not what a picture.Picture can describe.
func (n native) picture() (picture.Picture, error) {
	width, height := n.Width(), n.Height()
	if err := checkSize(width, height); err != nil {
		return picture.Picture{}, err
	}
	if f := n.PixelFormat(); f != astiav.PixelFormatYuv420P && f != astiav.PixelFormatYuvj420P {
		return picture.Picture{}, fmt.Errorf("pixel format %s: want yuv420p", f)
	}
	p := picture.Picture{Width: width, Height: height}
	p.Y, p.YStride = plane(n.Frame, 0, width, height)
	p.Cb, p.CStride = plane(n.Frame, 1, width/2, height/2)
	cr, crStride := plane(n.Frame, 2, width/2, height/2)
	p.Cr = cr
	if p.Y == nil || p.Cb == nil || p.Cr == nil || crStride != p.CStride {
		return picture.Picture{}, fmt.Errorf("strides %d, %d, %d: want rows from top to bottom", p.YStride, p.CStride, crStride)
	}
	return p, nil
}

// exclusive reports whether nothing in FFmpeg refers to the memory any more.
func (n native) exclusive() bool { return isWritable(n.Frame) }

// unref gives the memory back and keeps the AVFrame.
func (n native) unref() { n.Unref() }

// free gives memory and AVFrame back.
func (n native) free() { n.Free() }
