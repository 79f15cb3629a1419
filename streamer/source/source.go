// Package source is where frames come from: the procedural scene, a filter graph, a file or a desktop. A Source is
// pulled by one goroutine of the streamer's shell; its abilities tell how far it lets itself be steered.
package source

import (
	"fmt"
	"strings"
	"time"

	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// Abilities is what a source can do.
type Abilities struct {
	// Steerable: it draws whenever it is asked to. Otherwise Next blocks until its own clock has the next frame.
	Steerable bool
	// Posed: it draws what a head at the pose sees.
	Posed bool
	// FPS is the frames a second that it yields.
	FPS float64
	// Marked: every frame carries a marker.Marker.
	Marked bool
}

// Source yields frames. It belongs to one goroutine; only Interrupt may be called from another.
type Source interface {
	// Abilities are constant.
	Abilities() Abilities
	// Next returns the next frame, which the caller releases: number id, seen from p where the source is posed. io.EOF
	// tells that there are no more; av.ErrInterrupted that Interrupt was called.
	Next(id units.FrameID, p pose.Pose) (*av.Frame, error)
	// Interrupt ends a Next that blocks, now or later.
	Interrupt()
	// Close frees the source. Frames that are out stay valid.
	Close() error
}

// Config is the size and rhythm of the frames wanted.
type Config struct {
	// Width and Height are in luma samples, even.
	Width, Height int
	// FPS is the frames a second, 1–1000.
	FPS int
	// Seed varies the scene.
	Seed uint64
}

// Period is the time between frames.
func (c Config) Period() time.Duration { return time.Second / time.Duration(c.FPS) }

// Kinds is what Open understands, for help texts.
const Kinds = "scene, lavfi:GRAPH, file:PATH or x11:DISPLAY"

// Open opens a source by its description: scene, lavfi:GRAPH, file:PATH or x11:DISPLAY.
func Open(description string, cfg Config) (Source, error) {
	kind, _, _ := strings.Cut(description, ":")
	switch kind {
	case "scene":
		return openScene(cfg)
	case "lavfi", "file", "x11":
		return openInput(description, cfg)
	}
	return nil, fmt.Errorf("source %q: want %s", description, Kinds)
}
