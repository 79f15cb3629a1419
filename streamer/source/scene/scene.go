// Package scene is the game of the testbed: a furnished room with things flying about, rendered in software for two
// eyes from a head pose, straight into the planes that an encoder takes.
//
// # How it is drawn
//
// Everything is a convex solid of flat faces: the room, seen from inside, and the things in it, seen from outside. On
// one row of pixels the reciprocal of the distance to a face's plane is a linear function of the column. So what a row
// shows of a solid is the upper (inside) or lower (outside) envelope of a few straight lines, found without any depth
// buffer: a handful of segments, each of one face. A segment is textured in spans of 8 to 64 pixels, with one exact
// perspective division at their ends and fixed-point steps between. Solids are drawn from near to far, each into the
// gaps that nearer ones have left of the row, so that every pixel is drawn once.
//
// The contrast of the textures is tuned for H.264 at 0.2 bits a pixel (30 Mbit/s for 1920x1080 at 72 Hz): neither so
// flat that an encoder cannot spend its bits nor so noisy that it cannot save any. Filtered smaller copies of each
// texture keep it from shimmering when the head moves, as it would on a graphics card.
package scene

import (
	"errors"
	"fmt"
	"time"

	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// The smallest and largest picture that can be drawn, both eyes together.
const (
	MinWidth, MinHeight = 320, 180
	MaxWidth, MaxHeight = 16384, 16384
)

// Config says what to draw.
type Config struct {
	// Width and Height are the size of the picture with both eyes side by side, in luma samples; both even.
	Width, Height int
	// Period is the time from frame to frame, by which things move on. Default 1/72 s.
	Period time.Duration
	// Seed selects textures and paths.
	Seed uint64
}

// Validate returns all faults of c at once.
func (c Config) Validate() error {
	var faults []error
	if c.Width < MinWidth || c.Width > MaxWidth || c.Width%2 != 0 {
		faults = append(faults, fmt.Errorf("width %d: want an even number from %d to %d", c.Width, MinWidth, MaxWidth))
	}
	if c.Height < MinHeight || c.Height > MaxHeight || c.Height%2 != 0 {
		faults = append(faults,
			fmt.Errorf("height %d: want an even number from %d to %d", c.Height, MinHeight, MaxHeight))
	}
	if c.Period < 0 {
		faults = append(faults, fmt.Errorf("period %v: want no negative time", c.Period))
	}
	return errors.Join(faults...)
}

// Scene draws frames. It is immutable and safe for concurrent use.
type Scene struct {
	config     Config
	markerRows int
	room       solid
	things     []thing
}

// New builds the room of a seed, which takes about half a second and 10 MB, for its textures.
func New(c Config) (*Scene, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("scene: %w", err)
	}
	if c.Period == 0 {
		c.Period = time.Second / 72
	}
	_, rows, err := marker.Size(c.Width, c.Height)
	if err != nil {
		return nil, fmt.Errorf("scene: %w", err)
	}
	room, things := furnish(paint(c.Seed), c.Seed)
	return &Scene{config: c, markerRows: rows, room: room, things: things}, nil
}

// Draw draws what a head at p sees in the given frame, left eye and right eye side by side, and the marker of frame
// and pose over it. The pose's origin is the resting head, 1.2 m above the floor; outside the room the eyes stay
// behind its walls. dst must have the configured size. The picture follows from the arguments and the configuration
// alone.
func (s *Scene) Draw(dst picture.Picture, frame units.FrameID, p pose.Pose) {
	s.DrawBand(dst, frame, p, 0, 1)
}

// DrawBand draws one of several horizontal bands of what Draw draws: band counts from 0 to bands-1, top to bottom.
// Bands touch separate samples, so a caller may draw them at the same time, and all of them together are the picture
// of Draw, bit for bit.
func (s *Scene) DrawBand(dst picture.Picture, frame units.FrameID, p pose.Pose, band, bands int) {
	if dst.Width != s.config.Width || dst.Height != s.config.Height || band < 0 || band >= bands {
		panic(fmt.Sprintf("scene: band %d of %d of a picture of %dx%d, want %dx%d",
			band, bands, dst.Width, dst.Height, s.config.Width, s.config.Height))
	}
	top, bottom := s.bandEdge(band, bands), s.bandEdge(band+1, bands)
	now := time.Duration(frame) * s.config.Period
	var v view
	for eye := range 2 {
		v.look(s, eyeCamera(s.config, p, eye), now)
		for y := top; y < bottom; y++ {
			v.row(dst, y)
		}
	}
	if band == 0 {
		marker.Draw(dst, marker.Marker{Frame: frame, Pose: p})
	}
}

// bandEdge returns the row where a band begins: an even one, so that bands share no row of chroma, and never inside
// the marker, which belongs to the first band as a whole.
func (s *Scene) bandEdge(band, bands int) int {
	switch band {
	case 0:
		return 0
	case bands:
		return s.config.Height
	}
	return min(max(s.config.Height/2*band/bands*2, s.markerRows), s.config.Height)
}
