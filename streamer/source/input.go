package source

import (
	"math"
	"strings"
	"sync"
	"time"

	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// maxLag is how far a played file catches up. What is further behind was paused, as nobody watched, and goes on from there.
const maxLag = 500 * time.Millisecond

// inputSource is a filter graph, a file or a desktop, read through FFmpeg.
type inputSource struct {
	input     *av.Input
	abilities Abilities

	// A file that is not steered is played at its own pace.
	played bool
	began  time.Time
	once   sync.Once
	stop   chan struct{}
}

func openInput(description string, cfg Config) (*inputSource, error) {
	in, err := av.OpenInput(description, av.InputConfig{Width: cfg.Width, Height: cfg.Height, FPS: cfg.FPS})
	if err != nil {
		return nil, err
	}
	s := &inputSource{input: in, stop: make(chan struct{})}
	info := in.Info()
	s.abilities = Abilities{FPS: float64(cfg.FPS), Steerable: strings.HasPrefix(description, "lavfi:")}
	if info.FPS > 0 && !s.abilities.Steerable {
		s.abilities.FPS = info.FPS
	}
	if strings.HasPrefix(description, "file:") {
		// A film of the very rate that is streamed follows the display's rhythm; any other keeps its own.
		s.abilities.Steerable = math.Abs(s.abilities.FPS/float64(cfg.FPS)-1) < 1e-3
		s.played = !s.abilities.Steerable
	}
	return s, nil
}

// Abilities tell whether the input is steerable.
func (s *inputSource) Abilities() Abilities { return s.abilities }

// Next reads a frame, at the time it is due where the input is played.
func (s *inputSource) Next(units.FrameID, pose.Pose) (*av.Frame, error) {
	f, at, err := s.input.Read()
	if err != nil || !s.played {
		return f, err
	}
	if s.began.IsZero() {
		s.began = time.Now()
	}
	wait := time.Until(s.began.Add(at))
	if wait < -maxLag {
		s.began, wait = time.Now().Add(-at), 0
	}
	due := time.NewTimer(wait)
	defer due.Stop()
	select {
	case <-due.C:
		return f, nil
	case <-s.stop:
		f.Release()
		return nil, av.ErrInterrupted
	}
}

// Interrupt ends a Next that waits.
func (s *inputSource) Interrupt() {
	s.once.Do(func() { close(s.stop) })
	s.input.Interrupt()
}

// Close closes the input.
func (s *inputSource) Close() error {
	s.input.Close()
	return nil
}
