//go:build cgo

package source

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"airbridge/internal/av"
	"airbridge/protocol/pose"
)

// film writes a video of some frames at a rate.
func film(t *testing.T, frames, fps int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	enc, err := av.OpenEncoder(av.EncoderConfig{Name: "libx264", Width: 320, Height: 192, FPS: fps})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	rec, err := av.NewRecorder(path, 320, 192, time.Second/time.Duration(fps))
	if err != nil {
		t.Fatal(err)
	}
	pool, err := av.NewPool(320, 192, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	f, _ := pool.Get()
	defer f.Release()
	for i := range frames {
		p, err := enc.Encode(f, int64(i), false)
		if err != nil {
			t.Fatal(err)
		}
		if err := rec.Write(p.Bytes(), time.Duration(i)*time.Second/time.Duration(fps), p.IDR); err != nil {
			t.Fatal(err)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t *testing.T, description string) Source {
	t.Helper()
	src, err := Open(description, small)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = src.Close() })
	return src
}

func TestOpenInputSaysWhatIsWrong(t *testing.T) {
	for description, want := range map[string]string{
		"file:/nonexistent.mp4":      "No such file",
		"file:.":                     "",
		"lavfi:nosuchfilter":         "nosuchfilter",
		"lavfi:testsrc2=size=banana": "banana",
	} {
		_, err := Open(description, small)
		if err == nil || !strings.Contains(err.Error(), description) || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want it to name the source and to say %q", description, err, want)
		}
	}
}

func TestAbilitiesOfInputs(t *testing.T) {
	same, other := film(t, 5, 60), film(t, 5, 25)
	for description, want := range map[string]Abilities{
		"lavfi:testsrc2":         {Steerable: true, FPS: 60},
		"lavfi:testsrc2=rate=25": {Steerable: true, FPS: 60},
		"file:" + same:           {Steerable: true, FPS: 60},
		"file:" + other:          {FPS: 25},
	} {
		got := mustOpen(t, description).Abilities()
		if diff := got.FPS - want.FPS; diff > 0.1 || diff < -0.1 {
			t.Errorf("%s: %g frames a second, want %g", description, got.FPS, want.FPS)
		}
		got.FPS = want.FPS
		if got != want {
			t.Errorf("%s: abilities %+v, want %+v", description, got, want)
		}
	}
}

func TestFilmEndsWithEOF(t *testing.T) {
	for _, fps := range []int{60, 100} {
		src := mustOpen(t, "file:"+film(t, 7, fps))
		frames := 0
		for ; frames < 100; frames++ {
			f, err := src.Next(1, pose.Pose{})
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("%d fps: ended with %v", fps, err)
				}
				break
			}
			f.Release()
		}
		if frames != 7 {
			t.Errorf("%d fps: %d frames of 7", fps, frames)
		}
	}
}

// A film of one frame a second plays at that pace, and who wants to leave need not wait for the next.
func TestInterruptEndsAWait(t *testing.T) {
	src := mustOpen(t, "file:"+film(t, 20, 1))
	if src.Abilities().Steerable {
		t.Fatal("a film of one frame a second can be steered to 60")
	}
	ended := make(chan error)
	started := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			f, err := src.Next(1, pose.Pose{})
			if err != nil {
				ended <- err
				return
			}
			f.Release()
			if i == 0 {
				close(started)
			}
		}
	}()
	<-started
	src.Interrupt()
	if err := <-ended; !errors.Is(err, av.ErrInterrupted) {
		t.Errorf("an interrupted wait ended with %v", err)
	}
	if _, err := src.Next(1, pose.Pose{}); !errors.Is(err, av.ErrInterrupted) {
		t.Errorf("after Interrupt Next returns %v", err)
	}
}

// Between two sessions nobody reads: a film then goes on from where it was, and does not rush through what was missed.
func TestFilmDoesNotRushAfterAPause(t *testing.T) {
	src := mustOpen(t, "file:"+film(t, 50, 25)).(*inputSource)
	f, err := src.Next(1, pose.Pose{})
	if err != nil {
		t.Fatal(err)
	}
	f.Release()
	src.began = src.began.Add(-time.Hour) // as if an hour had passed
	before := time.Now()
	if f, err = src.Next(2, pose.Pose{}); err != nil {
		t.Fatal(err)
	}
	f.Release()
	if src.began.Before(before.Add(-time.Second)) {
		t.Errorf("the film is still %v behind", time.Since(src.began))
	}
}
