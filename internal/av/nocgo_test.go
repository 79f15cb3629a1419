//go:build !cgo

package av

import (
	"errors"
	"testing"
	"time"
)

func TestWithoutFFmpegEverythingSaysSo(t *testing.T) {
	_, encoder := OpenEncoder(EncoderConfig{Width: 64, Height: 64})
	_, decoder := OpenDecoder(DecoderConfig{})
	_, input := OpenInput("lavfi:testsrc2", InputConfig{})
	_, recorder := NewRecorder("x.mp4", 64, 64, time.Second)
	_, version := Version()
	for name, err := range map[string]error{
		"OpenEncoder": encoder, "OpenDecoder": decoder, "OpenInput": input, "NewRecorder": recorder, "Version": version,
	} {
		if !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", name, err)
		}
	}
	for _, p := range Probe() {
		if !errors.Is(p.Err, ErrUnavailable) {
			t.Errorf("Probe() of %s = %v, want ErrUnavailable", p.Name, p.Err)
		}
	}
}
