//go:build !cgo

package av

import (
	"fmt"
	"time"

	"airbridge/units"
)

// Encoder turns frames into access units; without FFmpeg there is none.
type Encoder struct{}

// OpenEncoder returns ErrUnavailable, or what is wrong with the config.
func OpenEncoder(config EncoderConfig) (*Encoder, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("open encoder: %w", err)
	}
	return nil, fmt.Errorf("open encoder %s: %w", config.withDefaults().Name, ErrUnavailable)
}

// Encode returns ErrUnavailable.
func (*Encoder) Encode(*Frame, int64, bool) (Packet, error) { return Packet{}, ErrUnavailable }

// SetBitrate returns ErrUnavailable.
func (*Encoder) SetBitrate(units.Bitrate) error { return ErrUnavailable }

// Name returns the empty string.
func (*Encoder) Name() string { return "" }

// Close does nothing.
func (*Encoder) Close() {}

// Decoder turns access units into frames; without FFmpeg there is none.
type Decoder struct{}

// OpenDecoder returns ErrUnavailable, or what is wrong with the config.
func OpenDecoder(config DecoderConfig) (*Decoder, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("open decoder: %w", err)
	}
	return nil, fmt.Errorf("open decoder %s: %w", config.withDefaults().Codec, ErrUnavailable)
}

// Decode returns ErrUnavailable.
func (*Decoder) Decode([]byte, int64) (*Frame, error) { return nil, ErrUnavailable }

// Out returns zero.
func (*Decoder) Out() int { return 0 }

// Close does nothing.
func (*Decoder) Close() {}

func tryEncoder(config EncoderConfig) error {
	_, err := OpenEncoder(config)
	return err
}

// Input delivers pictures of a source; without FFmpeg there is none.
type Input struct{}

// OpenInput returns ErrUnavailable, or what is wrong with spec or config.
func OpenInput(spec string, want InputConfig) (*Input, error) {
	if _, _, err := parseInput(spec); err != nil {
		return nil, err
	}
	if err := want.Validate(); err != nil {
		return nil, fmt.Errorf("input %q: %w", spec, err)
	}
	return nil, fmt.Errorf("input %q: %w", spec, ErrUnavailable)
}

// Read returns ErrUnavailable.
func (*Input) Read() (*Frame, time.Duration, error) { return nil, 0, ErrUnavailable }

// Info returns nothing.
func (*Input) Info() InputInfo { return InputInfo{} }

// Interrupt does nothing.
func (*Input) Interrupt() {}

// Out returns zero.
func (*Input) Out() int { return 0 }

// Close does nothing.
func (*Input) Close() {}

// Recorder writes access units to a file; without FFmpeg there is none.
type Recorder struct{}

// NewRecorder returns ErrUnavailable.
func NewRecorder(path string, _, _ int, _ time.Duration) (*Recorder, error) {
	return nil, fmt.Errorf("recording %q: %w", path, ErrUnavailable)
}

// Write returns ErrUnavailable.
func (*Recorder) Write([]byte, time.Duration, bool) error { return ErrUnavailable }

// Close does nothing.
func (*Recorder) Close() error { return nil }

// Version returns ErrUnavailable.
func Version() (string, error) { return "", ErrUnavailable }
