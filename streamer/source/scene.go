package source

import (
	"fmt"
	"runtime"

	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/streamer/source/scene"
	"airbridge/units"
)

// poolFrames is how many frames the scene draws into: one being drawn, one in the encoder, one waiting for it, and a few
// that somebody still compares with.
const poolFrames = 8

// sceneSource draws the procedural scene into frames that the encoder reads without a copy.
type sceneSource struct {
	scene    *scene.Scene
	pool     *av.Pool
	painters *painters
	fps      float64
}

func openScene(cfg Config) (*sceneSource, error) {
	s, err := scene.New(scene.Config{Width: cfg.Width, Height: cfg.Height, Period: cfg.Period(), Seed: cfg.Seed})
	if err != nil {
		return nil, fmt.Errorf("source scene: %w", err)
	}
	pool, err := av.NewPool(cfg.Width, cfg.Height, poolFrames)
	if err != nil {
		return nil, fmt.Errorf("source scene: %w", err)
	}
	return &sceneSource{scene: s, pool: pool, painters: newPainters(min(runtime.NumCPU(), 4)), fps: float64(cfg.FPS)}, nil
}

// Abilities are all there are.
func (s *sceneSource) Abilities() Abilities {
	return Abilities{Steerable: true, Posed: true, Marked: true, FPS: s.fps}
}

// Next draws the frame in bands, one a processor.
func (s *sceneSource) Next(id units.FrameID, p pose.Pose) (*av.Frame, error) {
	f, ok := s.pool.Get()
	if !ok {
		return nil, fmt.Errorf("source scene: all %d frames are in use", poolFrames)
	}
	dst := f.Picture()
	s.painters.paint(func(band int) { s.scene.DrawBand(dst, id, p, band, s.painters.bands) })
	return f, nil
}

// Interrupt does nothing: Next never blocks.
func (s *sceneSource) Interrupt() {}

// Close frees the frames and ends the threads.
func (s *sceneSource) Close() error {
	s.painters.stop()
	s.pool.Close()
	return nil
}
