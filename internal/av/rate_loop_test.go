package av

import (
	"math"
	"math/rand/v2"
	"testing"

	"airbridge/units"
)

// plant is an encoder that fills a part of what it is asked for, give or take.
type plant struct {
	part float64
	qp   float64
	rand *rand.Rand
}

func (p plant) encode(s rateSetting, fps int) int {
	return int(float64(s.rate) / 8 / float64(fps) * p.part * (0.9 + 0.2*p.rand.Float64()))
}

func runLoop(r *rateLoop, p plant, frames int) (mean float64) {
	sum := 0
	for range frames {
		n := p.encode(r.setting(), r.fps)
		sum += n
		r.sent(n, p.qp, false)
	}
	return float64(sum) / float64(frames) * 8 * float64(r.fps)
}

func testLoop(slices int) rateLoop {
	return newRateLoop(EncoderConfig{Name: EncoderX264, FPS: 72, Bitrate: 30 * units.Mbps, Slices: slices})
}

func TestRateLoopReachesTheTarget(t *testing.T) {
	// The parts x264 was seen to fill with 1, 2, 4 and 8 slices, and an encoder that overshoots.
	for _, test := range []struct {
		slices int
		part   float64
	}{{1, 0.90}, {2, 0.87}, {4, 0.75}, {4, 0.6}, {8, 0.43}, {1, 1.1}} {
		r := testLoop(test.slices)
		p := plant{part: test.part, qp: 22, rand: rand.New(rand.NewPCG(3, 4))}
		runLoop(&r, p, 10*rateBlock)
		got := runLoop(&r, p, 20*rateBlock) / float64(r.target)
		if math.Abs(got-1) > 0.03 {
			t.Errorf("%d slices, part %v: settled at %.3f of the target, want 1 within 3 %%", test.slices, test.part, got)
		}
	}
}

func TestRateLoopKeepsWhatItLearntAcrossTargets(t *testing.T) {
	r := testLoop(4)
	p := plant{part: 0.6, qp: 22, rand: rand.New(rand.NewPCG(5, 6))}
	runLoop(&r, p, 20*rateBlock)
	for _, target := range []units.Bitrate{8 * units.Mbps, 30 * units.Mbps, 60 * units.Mbps} {
		if !r.retarget(target) {
			t.Fatalf("retarget(%v) = false, want a new setting", target)
		}
		got := runLoop(&r, p, rateBlock) / float64(target)
		if math.Abs(got-1) > 0.06 {
			t.Errorf("first block after %v: %.3f of the target, want 1 within 6 %%", target, got)
		}
	}
	if r.retarget(60 * units.Mbps) {
		t.Error("retarget to the same rate = true, want false")
	}
}

func TestRateLoopDoesNotWindUpOnEasyPictures(t *testing.T) {
	r := testLoop(4)
	before := r.gain
	runLoop(&r, plant{part: 0.05, qp: qpFloor, rand: rand.New(rand.NewPCG(7, 8))}, 100*rateBlock)
	if r.gain > before {
		t.Errorf("gain rose from %.2f to %.2f on pictures at the quantiser's floor, want it kept", before, r.gain)
	}
}

func TestRateLoopGainIsBounded(t *testing.T) {
	for _, test := range []struct {
		part  float64
		limit func(r rateLoop) float64
	}{
		{0.01, func(r rateLoop) float64 { return r.highest }},
		{50, func(r rateLoop) float64 { return r.lowest }},
	} {
		r := testLoop(4)
		// The quantiser is not known, as with hardware encoders.
		runLoop(&r, plant{part: test.part, rand: rand.New(rand.NewPCG(9, 10))}, 100*rateBlock)
		if want := test.limit(r); r.gain != want {
			t.Errorf("part %v: gain %.3f, want the limit %.3f", test.part, r.gain, want)
		}
	}
}

func TestRateLoopLeavesIDRPicturesOut(t *testing.T) {
	r := testLoop(4)
	p := plant{part: 0.75, qp: 22, rand: rand.New(rand.NewPCG(11, 12))}
	runLoop(&r, p, 20*rateBlock)
	before := r.gain
	for range 10 * rateBlock {
		r.sent(1e6, 40, true) // a huge IDR picture
		r.sent(100, 40, false)
	}
	if r.gain != before {
		t.Errorf("gain went from %.3f to %.3f over IDR pictures and what pays for them, want it kept", before, r.gain)
	}
}

func TestRateLoopHoldsTheBufferToOneFrame(t *testing.T) {
	r := testLoop(4)
	s := r.setting()
	frames := float64(s.buffer) * 72 / float64(s.rate)
	// x264 leaves its single-frame mode at 1.1 frames and refuses less than one.
	if frames < 1 || frames >= 1.1 {
		t.Errorf("buffer is %.3f frames, want 1 to 1.1", frames)
	}
}
