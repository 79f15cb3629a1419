package source

import (
	"fmt"
	"runtime"
	"sync"

	"airbridge/internal/av"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/streamer/source/scene"
	"airbridge/units"
)

// poolFrames is how many frames the scene draws into: one being drawn, one in the encoder, one waiting for it, and a few
// that somebody still compares with.
const poolFrames = 8

// sceneSource draws the procedural scene into frames that the encoder reads without a copy.
type sceneSource struct {
	scene *scene.Scene
	pool  *av.Pool
	bands int
	fps   float64
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
	return &sceneSource{scene: s, pool: pool, bands: min(runtime.NumCPU(), 4), fps: float64(cfg.FPS)}, nil
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
	s.draw(f.Picture(), id, p)
	return f, nil
}

func (s *sceneSource) draw(dst picture.Picture, id units.FrameID, p pose.Pose) {
	var others sync.WaitGroup
	for band := 1; band < s.bands; band++ {
		others.Go(func() { s.scene.DrawBand(dst, id, p, band, s.bands) })
	}
	s.scene.DrawBand(dst, id, p, 0, s.bands)
	others.Wait()
}

// Interrupt does nothing: Next never blocks.
func (s *sceneSource) Interrupt() {}

// Close frees the frames.
func (s *sceneSource) Close() error {
	s.pool.Close()
	return nil
}
