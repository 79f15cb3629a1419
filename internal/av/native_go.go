//go:build !cgo

package av

import "airbridge/internal/picture"

// native stands in for the AVFrame: the picture lives in Go memory.
type native struct{}

func newNative() native { return native{} }

func (native) allocate(width, height int) (picture.Picture, error) {
	return picture.New(width, height), nil
}

func (native) exclusive() bool { return true }
func (native) unref()          {}
func (native) free()           {}
