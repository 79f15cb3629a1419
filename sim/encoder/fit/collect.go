package main

import (
	"context"
	"fmt"
	"time"

	"airbridge/client/tracker"
	"airbridge/internal/av"
	"airbridge/streamer/source"
	"airbridge/units"
)

// The picture that is encoded: small enough for some minutes of frames in some minutes of work. Rates are chosen by bits
// a pixel, which carry over to other sizes: 2 to 40 Mbps here are 15 to 300 Mbps at 3664x1920.
const (
	width, height = 1280, 720
	fps           = 72
	sliceCount    = 4
)

// collect runs all plans, one after the other: two encoders at a time would be measured against each other.
func collect(ctx context.Context, plans []plan, tell func(string)) ([]run, error) {
	var runs []run
	for i, p := range plans {
		tell(fmt.Sprintf("%d of %d: %s, seed %d", i+1, len(plans), p.name, p.seed))
		samples, err := p.encode(ctx)
		if err != nil {
			return nil, fmt.Errorf("run %s of seed %d: %w", p.name, p.seed, err)
		}
		runs = append(runs, run{name: p.name, seed: p.seed, samples: samples})
	}
	return runs, nil
}

// encode has the real encoder encode the scene as the streamer's shell would.
func (p plan) encode(ctx context.Context) ([]sample, error) {
	src, err := source.Open("scene", source.Config{Width: width, Height: height, FPS: fps, Seed: p.seed})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	rate := p.rate(0)
	enc, err := av.OpenEncoder(av.EncoderConfig{
		Name: av.EncoderX264, Width: width, Height: height, FPS: fps, Bitrate: rate, Slices: sliceCount,
	})
	if err != nil {
		return nil, err
	}
	defer enc.Close()
	head := tracker.New(p.seed)
	samples := make([]sample, 0, p.frames)
	for i := range p.frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if next := p.rate(i); next != rate {
			rate = next
			if err := enc.SetBitrate(rate); err != nil {
				return nil, err
			}
		}
		s, err := p.frame(src, enc, head, i)
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", i, err)
		}
		s.rate = rate
		samples = append(samples, s)
	}
	return samples, nil
}

func (p plan) frame(src source.Source, enc *av.Encoder, head *tracker.Head, i int) (sample, error) {
	eye, _ := head.At(units.Mono(int64(i) * int64(time.Second) / fps))
	f, err := src.Next(units.FrameID(i+1), eye)
	if err != nil {
		return sample{}, err
	}
	defer f.Release()
	idr := p.idrEvery > 0 && i%p.idrEvery == 0
	began := time.Now()
	packet, err := enc.Encode(f, int64(i), idr)
	if err != nil {
		return sample{}, err
	}
	s := sample{idr: packet.IDR, bytes: len(packet.Bytes()), qp: packet.QP, took: time.Since(began)}
	for i, b := range packet.Slices() {
		s.slices[i%sliceCount] += len(b)
	}
	return s, nil
}
