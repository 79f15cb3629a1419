//go:build cgo

package marker

import (
	"math/rand/v2"
	"testing"

	"airbridge/internal/av"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// Short of bits the encoder goes to its coarse quantisers, and yet every marker comes back.
func TestMarkersSurviveCoarseCoding(t *testing.T) {
	const width, height, frames = 1280, 720, 60
	enc, err := av.OpenEncoder(av.EncoderConfig{
		Name: av.EncoderX264, Width: width, Height: height, FPS: 72, Bitrate: 8 * units.Mbps, MaxBitrate: 8 * units.Mbps,
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
	pool, err := av.NewPool(width, height, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()

	noise := noisy(width, height, 4)
	rng := rand.New(rand.NewPCG(1, 2))
	coarsest, sum := 0.0, 0.0
	for i := range frames {
		frame, ok := pool.Get()
		if !ok {
			t.Fatal("the pool's only frame is still out")
		}
		busy(frame.Picture(), noise, i)
		want := Marker{Frame: units.FrameID(rng.Uint32()), Pose: pose.Pose{
			Position:    pose.Vec{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()},
			Orientation: pose.FromScaledAxis(pose.Vec{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}),
		}}
		Draw(frame.Picture(), want)
		packet, err := enc.Encode(frame, int64(i), false)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := dec.Decode(packet.Bytes(), int64(i))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(shown.Picture())
		if err != nil || got.Frame != want.Frame || pose.Distance(got.Pose, want.Pose) > 1e-5 {
			t.Errorf("frame %d at quantiser %.0f: Read = %v, %v, want %v", i, packet.QP, got, err, want)
		}
		coarsest, sum = max(coarsest, packet.QP), sum+packet.QP
		shown.Release()
		frame.Release()
	}
	t.Logf("mean quantiser %.1f, coarsest %.1f", sum/frames, coarsest)
	if sum/frames < 34 || coarsest < 45 {
		t.Errorf("quantisers %.1f in the mean, %.1f at most: too fine to prove anything", sum/frames, coarsest)
	}
}

// busy fills p with cells of 8x8 that are new in every frame: nothing to predict from, much to code.
func busy(p, noise picture.Picture, step int) {
	for y := range p.Height {
		row := noise.Y[(y/8+7*step)%p.Height*noise.YStride:]
		for x := range p.Width {
			p.Y[y*p.YStride+x] = 64 + row[x/8]/2
		}
	}
	for y := range p.Height / 2 {
		for x := range p.Width / 2 {
			p.Cb[y*p.CStride+x], p.Cr[y*p.CStride+x] = 120, 136
		}
	}
}
