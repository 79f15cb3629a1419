package source

import (
	"errors"
	"strings"
	"testing"

	"airbridge/internal/marker"
	"airbridge/protocol/pose"
)

var small = Config{Width: 320, Height: 192, FPS: 60, Seed: 1}

func TestOpenSaysWhatItTakes(t *testing.T) {
	for _, description := range []string{"", "camera", "Scene", "http://example.org", "url:rtsp://example.org"} {
		src, err := Open(description, small)
		if err == nil {
			t.Errorf("Open(%q) = %v", description, src)
			continue
		}
		if !strings.Contains(err.Error(), Kinds) || !strings.Contains(err.Error(), `"`+description+`"`) {
			t.Errorf("Open(%q): %v; want it to quote that and to say %q", description, err, Kinds)
		}
	}
	for _, description := range []string{"lavfi:", "file:", "x11:"} {
		if _, err := Open(description, small); err == nil || !strings.Contains(err.Error(), description) {
			t.Errorf("Open(%q): %v", description, err)
		}
	}
}

func TestOpenSceneRefusesSizes(t *testing.T) {
	for _, c := range []Config{{Width: 321, Height: 192, FPS: 60}, {Width: 0, Height: 192, FPS: 60}} {
		if _, err := Open("scene", c); err == nil || !strings.HasPrefix(err.Error(), "source scene: ") {
			t.Errorf("a scene of %dx%d: %v", c.Width, c.Height, err)
		}
	}
}

func mustScene(t testing.TB) Source {
	t.Helper()
	src, err := Open("scene", small)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	return src
}

func TestSceneDoesAllThereIs(t *testing.T) {
	want := Abilities{Steerable: true, Posed: true, Marked: true, FPS: 60}
	if got := mustScene(t).Abilities(); got != want {
		t.Errorf("abilities %+v, want %+v", got, want)
	}
}

func TestSceneFramesSayWhoTheyAre(t *testing.T) {
	src := mustScene(t)
	p := pose.Pose{Position: pose.Vec{0.1, 1.6, 0}, Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, 0.3)}
	f, err := src.Next(7, p)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Release()
	if f.Width() != 320 || f.Height() != 192 {
		t.Errorf("frame of %dx%d", f.Width(), f.Height())
	}
	m, err := marker.Read(f.Picture())
	if err != nil || m.Frame != 7 || pose.Angle(m.Pose.Orientation, p.Orientation) > 1e-3 {
		t.Errorf("the marker says %+v, %v; want frame 7 and its pose", m, err)
	}
}

func TestSceneWithoutFramesIsAnError(t *testing.T) {
	src := mustScene(t)
	for i := range poolFrames {
		f, err := src.Next(1, pose.Pose{Orientation: pose.Identity})
		if err != nil {
			t.Fatalf("frame %d of %d: %v", i+1, poolFrames, err)
		}
		defer f.Release()
	}
	_, err := src.Next(2, pose.Pose{Orientation: pose.Identity})
	if err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("with all frames out: %v", err)
	}
}

func TestFramesOutliveTheSource(t *testing.T) {
	src, err := Open("scene", small)
	if err != nil {
		t.Fatal(err)
	}
	f, err := src.Next(1, pose.Pose{Orientation: pose.Identity})
	if err != nil {
		t.Fatal(err)
	}
	src.Interrupt()
	if err := errors.Join(src.Close()); err != nil {
		t.Error(err)
	}
	if m, err := marker.Read(f.Picture()); err != nil || m.Frame != 1 {
		t.Errorf("after Close the frame says %+v, %v", m, err)
	}
	f.Release()
}

func TestPeriod(t *testing.T) {
	if got := (Config{FPS: 50}).Period(); got != 20e6 {
		t.Errorf("period of 50 frames a second: %v", got)
	}
}
