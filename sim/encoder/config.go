package encoder

import (
	"cmp"
	"errors"
	"fmt"

	"airbridge/units"
)

// The rates that an encoder can be set to, those of package av: x264 counts in kilobits, and gives nothing sensible below.
const (
	MinBitrate = 100 * units.Kbps
	MaxBitrate = units.Gbps
)

// Config says which encoder to model.
type Config struct {
	// Width and Height are the coded picture's size in samples. Default 1920x1080.
	Width, Height int
	// FPS is the frame rate that turns a bitrate into bytes a frame, 1–1000. Default 72.
	FPS int
	// Bitrate is the rate until the first streamer.Reconfigure. Default 30 Mbps.
	Bitrate units.Bitrate
	// MaxBitrate is the most it can be set to: a request beyond it, or below MinBitrate, is ignored. Default the
	// larger of Bitrate and 400 Mbps.
	MaxBitrate units.Bitrate
	// Slices is into how many slices a frame is cut, 1–16. Default 4.
	Slices int
	// OneByOne hands each slice over when it is done, as a hardware encoder does. Otherwise all come with the last, as
	// FFmpeg hands over libx264's.
	OneByOne bool
	// Waiting is how many frames may wait for the one being encoded; one more is answered by ErrBusy. Default 2, as the
	// streamer's shell has it.
	Waiting int
	// Spread multiplies the deviations of sizes from their mean. Default 1: libx264, whose coefficient of variation is
	// about 0.05. Recorded VR streams have 0.11 to 0.27, a spread of 2 to 5.
	Spread float64
	// Slowness multiplies the time to encode. At 1 it is libx264 on the busy machine of the fit. Default 0.58, two quiet
	// cores: 5, 8 and 16 ms at 1920x1080, 2560x1344 and 3664x1920, as measured on such.
	Slowness float64
	// Fail, where set, is asked about every frame when it is encoded; an error is told in the place of slices.
	Fail func(units.FrameID) error
	// Full gives slices real bytes, those of payload.Fill. Otherwise all their bytes are elided. Lengths and times are
	// the same.
	Full bool
	// Seed and Name select the random streams: Name+"/size", "/time" and "/slices". Default name "encoder".
	Seed uint64
	Name string
	// Model is the numbers. Default Fitted.
	Model *Model
}

// quietSlowness is the default Slowness.
const quietSlowness = 0.58

// maxPixels bounds the picture, to keep times within sense.
const maxPixels = 1 << 28

func (c Config) withDefaults() Config {
	if c.Width == 0 && c.Height == 0 {
		c.Width, c.Height = 1920, 1080
	}
	c.FPS = cmp.Or(c.FPS, 72)
	c.Bitrate = cmp.Or(c.Bitrate, 30*units.Mbps)
	c.MaxBitrate = cmp.Or(c.MaxBitrate, max(c.Bitrate, 400*units.Mbps))
	c.Slices = cmp.Or(c.Slices, 4)
	c.Waiting = cmp.Or(c.Waiting, 2)
	c.Spread = cmp.Or(c.Spread, 1)
	c.Slowness = cmp.Or(c.Slowness, quietSlowness)
	c.Name = cmp.Or(c.Name, "encoder")
	if c.Model == nil {
		m := Fitted()
		c.Model = &m
	}
	return c
}

// Validate returns all faults of the configuration, taken with its defaults, at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.Width < 1 || c.Height < 1 || c.Width > maxPixels/max(c.Height, 1), "encoder size %dx%d: want 1x1 to %d pixels", c.Width, c.Height, maxPixels)
	fault(c.FPS < 1 || c.FPS > 1000, "encoder frame rate %d: want 1 to 1000", c.FPS)
	fault(c.Bitrate < MinBitrate || c.Bitrate > c.MaxBitrate, "encoder bitrate %v: want %v to %v", c.Bitrate, MinBitrate, c.MaxBitrate)
	fault(c.MaxBitrate > MaxBitrate, "encoder maximum bitrate %v: want %v at most", c.MaxBitrate, MaxBitrate)
	fault(c.Slices < 1 || c.Slices > 16, "%d encoder slices: want 1 to 16", c.Slices)
	fault(c.Waiting < 0 || c.Waiting > 64, "%d frames may wait for the encoder: want 0 to 64", c.Waiting)
	fault(!within(c.Spread, 0, 20), "encoder spread %g: want 0 to 20", c.Spread)
	fault(!within(c.Slowness, 0, 1000), "encoder slowness %g: want 0 to 1000", c.Slowness)
	if err := c.Model.Validate(); err != nil {
		faults = append(faults, fmt.Errorf("encoder model: %w", err))
	}
	return errors.Join(faults...)
}
