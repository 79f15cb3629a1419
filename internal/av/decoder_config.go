package av

import (
	"errors"
	"fmt"
	"runtime"
)

const (
	// maxDecoderThreads is the useful number: one a slice.
	maxDecoderThreads = 4
	// maxDecoderFrames bounds the pictures of one decoder that are out at a time.
	maxDecoderFrames = 64
	// maxDecoderPixels bounds the picture a damaged or hostile parameter set can make the decoder allocate: two eyes of
	// 4096x4096.
	maxDecoderPixels = 2 * 4096 * 4096
)

// DecoderConfig says how to decode.
type DecoderConfig struct {
	// Codec is FFmpeg's name of the decoder. Default h264.
	Codec string
	// Threads decode the slices of one picture side by side, 1–16. Default the number of processors, at most 4. One thread
	// conceals lost slices better.
	Threads int
}

func (c DecoderConfig) withDefaults() DecoderConfig {
	if c.Codec == "" {
		c.Codec = "h264"
	}
	if c.Threads == 0 {
		c.Threads = min(runtime.NumCPU(), maxDecoderThreads)
	}
	return c
}

// Validate returns all faults of the config, taken with its defaults.
func (c DecoderConfig) Validate() error {
	c = c.withDefaults()
	if c.Threads < 1 || c.Threads > 16 {
		return fmt.Errorf("%d decoder threads: want 1 to 16", c.Threads)
	}
	return nil
}

// errTooManyOut is returned while as many pictures are out as a decoder may have out.
var errTooManyOut = errors.New("too many decoded frames not released")
