package main

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"airbridge/internal/av"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/streamer/source"
	"airbridge/units"
)

// size is a picture's size as WxH.
type size struct{ width, height int }

// UnmarshalText reads WxH.
func (s *size) UnmarshalText(text []byte) error {
	w, h, ok := strings.Cut(string(text), "x")
	width, errW := strconv.Atoi(w)
	height, errH := strconv.Atoi(h)
	if !ok || errW != nil || errH != nil || width < 160 || height < 128 || width > 8192 || height > 8192 || width%2+height%2 != 0 {
		return fmt.Errorf("%q: want WIDTHxHEIGHT, even numbers from 160x128 to 8192x8192, such as 1920x1080", text)
	}
	s.width, s.height = width, height
	return nil
}

// String writes WxH.
func (s size) String() string { return fmt.Sprintf("%dx%d", s.width, s.height) }

// streamFlags say what is streamed and how.
type streamFlags struct {
	Source  string        `default:"scene" placeholder:"SOURCE" help:"What to stream: scene, lavfi:GRAPH, file:PATH or x11:DISPLAY. Default: scene."`
	Size    size          `default:"1920x1080" placeholder:"WxH" help:"Size of the coded picture, both eyes side by side. Default: 1920x1080."`
	FPS     int           `name:"fps" default:"72" placeholder:"N" help:"Frames a second, 1 to 240. Default: 72."`
	Bitrate units.Bitrate `default:"30M" placeholder:"RATE" help:"Rate of the encoder, such as 30M. Default: 30M."`
	Encoder string        `default:"auto" placeholder:"NAME" help:"Encoder: auto, libx264, nvenc, vaapi or qsv. Default: auto."`
	Latency string        `default:"tail:0.2%" placeholder:"CTRL" help:"Latency controller: fixed:MARGIN keeps frames ready that long before their slot, tail:SHARE as long as all but that share of frames need. Default: tail:0.2%."`

	Recovery string `default:"idr" placeholder:"CTRL" help:"Recovery controller: idr asks for a new picture after a loss, fec:PERCENT sends as much parity along. Default: idr."`

	Slices   int           `default:"0" placeholder:"N" help:"Slices of a picture, 1 to 16; 0 for one a core, up to 4. Default: 0."`
	Datagram int           `default:"1400" placeholder:"BYTES" help:"Length of a video datagram (UDP payload), 512 to 8952. Default: 1400."`
	Pace     units.Bitrate `default:"400M" placeholder:"RATE" help:"Rate at which a frame's datagrams leave. Default: 400M."`
}

// Validate is called by kong.
func (f *streamFlags) Validate() error {
	if f.FPS < 1 || f.FPS > 240 {
		return fmt.Errorf("--fps %d: want 1 to 240", f.FPS)
	}
	if f.Datagram < 512 || f.Datagram > 8952 {
		return fmt.Errorf("--datagram %d: want 512 to 8952 bytes", f.Datagram)
	}
	if f.Slices < 0 || f.Slices > 16 {
		return fmt.Errorf("--slices %d: want 1 to 16, or 0 to choose", f.Slices)
	}
	kind, rest, _ := strings.Cut(f.Source, ":")
	switch {
	case kind == "scene" && rest == "", kind == "lavfi" && rest != "", kind == "file" && rest != "", kind == "x11" && rest != "":
	default:
		return fmt.Errorf("--source %q: want %s", f.Source, source.Kinds)
	}
	if f.Bitrate < av.MinBitrate || f.Bitrate > av.MaxBitrate {
		return fmt.Errorf("--bitrate %v: want %v to %v", f.Bitrate, av.MinBitrate, av.MaxBitrate)
	}
	if err := f.encoderConfig().Validate(); err != nil { // all but the name is verified
		return fmt.Errorf("--encoder: %w", err)
	}
	if f.Pace < f.Bitrate {
		return fmt.Errorf("--pace %v: want at least the encoder's rate, which --bitrate says is %v", f.Pace, f.Bitrate)
	}
	if _, err := latency.Parse(f.Latency); err != nil {
		return fmt.Errorf("--latency: %w", err)
	}
	if _, err := recovery.Parse(f.Recovery); err != nil {
		return fmt.Errorf("--recovery: %w", err)
	}
	return nil
}

func (f *streamFlags) period() time.Duration { return time.Second / time.Duration(f.FPS) }

// slices is how many slices a picture has. libx264 takes a thread for each, and more threads than cores cost time.
func (f *streamFlags) slices() int {
	if f.Slices > 0 {
		return f.Slices
	}
	return min(max(runtime.NumCPU(), 1), 4)
}

// encoder opens the encoder for a source's rhythm.
func (f *streamFlags) encoder(c *console, src source.Source) (*av.Encoder, error) {
	cfg := f.encoderConfig()
	cfg.FPS = max(int(src.Abilities().FPS+0.5), 1)
	cfg.Log = c.log
	return av.OpenEncoder(cfg)
}

// encoderConfig is the encoder that the flags ask for.
func (f *streamFlags) encoderConfig() av.EncoderConfig {
	return av.EncoderConfig{
		Name: f.Encoder, Width: f.Size.width, Height: f.Size.height, Slices: f.slices(), FPS: f.FPS,
		Bitrate: f.Bitrate, MaxBitrate: max(f.Bitrate, 200*units.Mbps),
	}
}

func (f *streamFlags) source() (source.Source, error) {
	return source.Open(f.Source, source.Config{Width: f.Size.width, Height: f.Size.height, FPS: f.FPS, Seed: 1})
}

// checkDuration refuses a negative duration.
func checkDuration(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("--duration %s: want a duration such as 20s, or 0 for no end", d)
	}
	return nil
}
