package av

import (
	"errors"
	"fmt"
	"log/slog"

	"airbridge/units"
)

// Names of the encoders, as FFmpeg calls them.
const (
	EncoderAuto  = "auto"
	EncoderX264  = "libx264"
	EncoderNVENC = "h264_nvenc"
	EncoderVAAPI = "h264_vaapi"
	EncoderQSV   = "h264_qsv"
)

// encoderAliases are the short names a user may type.
var encoderAliases = map[string]string{
	"": EncoderAuto, "x264": EncoderX264, "nvenc": EncoderNVENC, "vaapi": EncoderVAAPI, "qsv": EncoderQSV,
}

// encoderOrder is the order in which auto tries encoders: hardware first.
var encoderOrder = []string{EncoderNVENC, EncoderVAAPI, EncoderQSV, EncoderX264}

const (
	// MinBitrate is the least rate an encoder takes: x264 counts in kilobits and gives nothing sensible below.
	MinBitrate = 100 * units.Kbps
	// MaxBitrate keeps the VBV arithmetic of FFmpeg and x264 inside 31 bits.
	MaxBitrate = 1 * units.Gbps
)

// EncoderConfig says how to encode.
type EncoderConfig struct {
	// Name is auto, libx264, h264_nvenc, h264_vaapi, h264_qsv or a short name x264, nvenc, vaapi, qsv. Default auto: the
	// first hardware encoder that really encodes here, else libx264.
	Name string
	// Width and Height are in luma samples, even.
	Width, Height int
	// FPS is the frame rate that turns a bitrate into bytes a frame, 1–1000. Default 72.
	FPS int
	// Bitrate is the rate to begin with. Default 30 Mbps.
	Bitrate units.Bitrate
	// MaxBitrate is the most SetBitrate may ever ask for. Default the larger of Bitrate and 200 Mbps.
	MaxBitrate units.Bitrate
	// Slices is into how many slices a frame is cut, 1–16. libx264 uses as many threads and makes no slice lower than 64
	// rows, so small pictures come in fewer. Default 4.
	Slices int
	// Device is the render node of h264_vaapi, such as /dev/dri/renderD129. Default FFmpeg's choice.
	Device string
	// Log gets one line when auto has chosen. Default none.
	Log *slog.Logger
}

// withDefaults returns the config with aliases resolved and defaults in the place of zero values.
func (c EncoderConfig) withDefaults() EncoderConfig {
	if name, ok := encoderAliases[c.Name]; ok {
		c.Name = name
	}
	if c.FPS == 0 {
		c.FPS = 72
	}
	if c.Bitrate == 0 {
		c.Bitrate = 30 * units.Mbps
	}
	if c.MaxBitrate == 0 {
		c.MaxBitrate = max(c.Bitrate, 200*units.Mbps)
	}
	if c.Slices == 0 {
		c.Slices = 4
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Validate returns all faults of the config, taken with its defaults.
func (c EncoderConfig) Validate() error {
	c = c.withDefaults()
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if err := checkSize(c.Width, c.Height); err != nil {
		faults = append(faults, err)
	}
	fault(!knownEncoder(c.Name), "encoder %q: want auto, libx264, h264_nvenc, h264_vaapi or h264_qsv", c.Name)
	fault(c.FPS < 1 || c.FPS > 1000, "frame rate %d: want 1 to 1000", c.FPS)
	fault(c.Slices < 1 || c.Slices > 16, "%d slices: want 1 to 16", c.Slices)
	fault(c.Bitrate < MinBitrate || c.Bitrate > c.MaxBitrate, "bitrate %v: want %v to %v", c.Bitrate, MinBitrate, c.MaxBitrate)
	fault(c.MaxBitrate > MaxBitrate, "maximum bitrate %v: want %v at most", c.MaxBitrate, MaxBitrate)
	return errors.Join(faults...)
}

func knownEncoder(name string) bool {
	for _, known := range encoderOrder {
		if name == known {
			return true
		}
	}
	return name == EncoderAuto
}
