//go:build cgo

package scene

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"airbridge/internal/av"
	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/units"
)

const (
	codecRate   = 30 * units.Mbps
	codecFPS    = 72
	warmUp      = 36
	codecFrames = 156
)

// coded is what an encoder made of a scene once it had settled.
type coded struct {
	rate       units.Bitrate
	qp, psnr   float64
	markersBad int
}

// faults says why a scene is no fair material for an encoder: one that is too flat leaves bits unused at the finest
// quantiser, one that is too noisy cannot be shown well.
func (c coded) faults() error {
	var faults []error
	if off := float64(c.rate)/float64(codecRate) - 1; off < -0.1 || off > 0.1 {
		faults = append(faults, fmt.Errorf("rate %v is %+.0f %% off %v", c.rate, 100*off, codecRate))
	}
	if c.qp < 20 || c.qp > 38 {
		faults = append(faults, fmt.Errorf("mean quantiser %.1f, want 20 to 38", c.qp))
	}
	if c.psnr < 36.5 {
		faults = append(faults, fmt.Errorf("mean PSNR %.1f dB, want at least 36.5", c.psnr))
	}
	return errors.Join(faults...)
}

// encode runs frames of s with a moving head through encoder and decoder.
func encode(t *testing.T, s *Scene, frames int) (c coded) {
	t.Helper()
	width, height := s.config.Width, s.config.Height
	pool, err := av.NewPool(width, height, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	enc, err := av.OpenEncoder(av.EncoderConfig{
		Name: av.EncoderX264, Width: width, Height: height, FPS: codecFPS,
		Bitrate: codecRate, MaxBitrate: codecRate, Slices: 4,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer enc.Close()
	dec, err := av.OpenDecoder(av.DecoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()

	var bytes units.ByteCount
	for i := range frames {
		in, ok := pool.Get()
		if !ok {
			t.Fatal("the pool's only frame is still out")
		}
		id, head := units.FrameID(i+1), headAt(float64(i)/codecFPS)
		s.Draw(in.Picture(), id, head)
		packet, err := enc.Encode(in, int64(i), false)
		if err != nil {
			t.Fatal(err)
		}
		out, err := dec.Decode(packet.Bytes(), int64(i))
		if err != nil {
			t.Fatal(err)
		}
		if m, err := marker.Read(out.Picture()); err != nil || m.Frame != id {
			c.markersBad++
		}
		if i >= warmUp {
			n := float64(frames - warmUp)
			bytes += units.ByteCount(len(packet.Bytes()))
			c.qp += packet.QP / n
			c.psnr += picture.PSNREvery(in.Picture(), out.Picture(), 4) / n
		}
		out.Release()
		in.Release()
	}
	c.rate = units.Bitrate(int64(bytes) * 8 * codecFPS / int64(frames-warmUp))
	return c
}

func TestTheSceneIsFairMaterialForAnEncoder(t *testing.T) {
	if testing.Short() {
		t.Skip("encodes 156 frames of 1920x1080")
	}
	s := newScene(t, Config{Width: 1920, Height: 1080, Seed: 1})
	c := encode(t, s, codecFrames)
	t.Logf("rate %v, mean quantiser %.1f, mean PSNR %.1f dB", c.rate, c.qp, c.psnr)
	if err := c.faults(); err != nil {
		t.Error(err)
	}
	if c.markersBad != 0 {
		t.Errorf("%d of %d markers did not survive the codec", c.markersBad, codecFrames)
	}
}

// The control: the same room without texture, and with noise for texture, must not pass for fair material.
func TestFlatAndNoisyScenesAreNotFair(t *testing.T) {
	if testing.Short() {
		t.Skip("encodes 128 frames of 1920x1080")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	patterns := map[string]pattern{
		"flat":  func(*noise, float64, float64) colour { return colour{150, 120, 134} },
		"noisy": func(*noise, float64, float64) colour { return colour{16 + 219*rng.Float64(), 128, 128} },
	}
	for name, p := range patterns {
		s := newScene(t, Config{Width: 1920, Height: 1080, Seed: 1})
		paper(s, render(p, newNoise(rng)))
		c := encode(t, s, 64)
		t.Logf("%s: rate %v, mean quantiser %.1f, mean PSNR %.1f dB", name, c.rate, c.qp, c.psnr)
		if c.faults() == nil {
			t.Errorf("the %s scene passes for fair material: %+v", name, c)
		}
	}
}

// paper puts one material on everything.
func paper(s *Scene, m *material) {
	for i := range s.room.faces {
		s.room.faces[i].material = m
	}
	for i := range s.things {
		for j := range s.things[i].faces {
			s.things[i].faces[j].material = m
		}
	}
}
