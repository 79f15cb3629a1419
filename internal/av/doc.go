// Package av is the only room with FFmpeg in it: encoders, decoders, inputs and the recorder, and the frames that walk
// between them without being copied.
//
// Pictures are planar YCbCr 4:2:0 with 8 bits a sample throughout. The codecs are set up for streaming: one picture in
// is one access unit out, at once, and one access unit in is one picture out. Bitstreams are H.264 in Annex B form.
//
// Without cgo the package still builds. Frame and Pool then live in Go memory and work as they do with FFmpeg, while
// everything that needs FFmpeg returns ErrUnavailable.
//
// FFmpeg's own log lines are not printed: those of a call that fails end up in the text of its error.
package av

import "errors"

// Errors a caller may test for with errors.Is.
var (
	// ErrUnavailable is returned by everything that needs FFmpeg in a program built without it.
	ErrUnavailable = errors.New("built without FFmpeg: rebuild with CGO_ENABLED=1 and the FFmpeg -dev packages")
	// ErrNoOutput is returned by a codec that took its input and gave nothing back: it delays, or the input was empty.
	ErrNoOutput = errors.New("codec gave no output for its input")
	// ErrClosed is returned by calls on something that was closed.
	ErrClosed = errors.New("closed")
	// ErrInterrupted is returned by a read that Interrupt ended.
	ErrInterrupted = errors.New("interrupted")
)
