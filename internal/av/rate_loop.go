package av

import (
	"math"

	"airbridge/units"
)

// What follows was measured with libx264 ultrafast, four sliced threads, on moving textured pictures of 1920x1080 at
// 30 Mbps and 72 fps; P frames are counted only.
//
//	VBV, frames   output/target   largest/mean P   IDR/mean P
//	1             0.74            1.2              1.05
//	2             0.72            1.3              2.1
//	3             0.77            1.6              3.1
//	6             1.02            1.6              3.6
//
// A VBV of a single frame gives the flattest frames and IDR pictures no larger than the others, but x264 then fills a
// constant part of it, the smaller the more slices there are. So the loop asks for more by the inverse of that part, and
// corrects it slowly by what really came out.
const (
	// vbvFrames is the VBV in frames. Below 1.1 x264 holds every single frame to it.
	vbvFrames = 1.05
	// rateBlock is over how many frames the output is measured before the loop corrects itself.
	rateBlock = 16
	// rateDeadband is how far the mean of a block may be off without a correction, as a part of the target.
	rateDeadband = 0.02
	// rateStep bounds the correction of one block, as a factor.
	rateStep = 1.25
	// qpFloor is the quantiser below which nobody sees a difference: encoders are kept from spending bits there, and
	// output below the target is no fault then.
	qpFloor = 10
)

// rateSetting is what the codec is told: rates in bits per second, buffer in bits.
type rateSetting struct {
	rate   int64
	buffer int
}

// rateLoop makes an encoder's mean output match the target. It counts frames, not time.
type rateLoop struct {
	target units.Bitrate
	fps    int
	// gain is what the codec is asked for, as a multiple of the target, between lowest and highest.
	gain, lowest, highest float64

	frames int
	bytes  int
	qp     float64
	// afterIDR is set for the frame that pays for an IDR picture.
	afterIDR bool
}

// newRateLoop returns the loop for an encoder just opened.
func newRateLoop(c EncoderConfig) rateLoop {
	gain := 1.0
	if c.Name == EncoderX264 {
		gain = 1 / max(0.4, 0.95-0.05*float64(c.Slices))
	}
	return rateLoop{target: c.Bitrate, fps: c.FPS, gain: gain, lowest: 0.8 * min(gain, 1.2), highest: 2 * gain}
}

// setting returns what the codec is to be told now.
func (r *rateLoop) setting() rateSetting {
	asked := float64(r.target) * r.gain
	return rateSetting{rate: int64(asked), buffer: int(math.Ceil(asked * vbvFrames / float64(r.fps)))}
}

// retarget changes the target and reports whether the setting changed. What was learnt about the encoder stays.
func (r *rateLoop) retarget(target units.Bitrate) bool {
	if target == r.target {
		return false
	}
	r.target = target
	r.restart()
	return true
}

// sent counts one encoded frame of size bytes and mean quantiser qp, zero if not known, and reports whether the setting
// changed.
func (r *rateLoop) sent(size int, qp float64, idr bool) bool {
	if idr || r.afterIDR {
		r.afterIDR = idr
		return false
	}
	r.frames++
	r.bytes += size
	r.qp += qp
	if r.frames < rateBlock {
		return false
	}
	wanted := float64(r.target) / 8 / float64(r.fps) * rateBlock
	missing := wanted / float64(max(r.bytes, 1))
	easy := r.qp > 0 && r.qp/rateBlock < qpFloor+1
	r.restart()
	return r.correct(missing, easy)
}

// correct moves the gain towards missing times itself. Pictures too easy to fill the target do not raise it: the gain
// would wind up and burst when they become difficult.
func (r *rateLoop) correct(missing float64, easy bool) bool {
	if math.Abs(missing-1) < rateDeadband || missing > 1 && easy {
		return false
	}
	step := math.Sqrt(min(max(missing, 1/rateStep), rateStep))
	before := r.gain
	r.gain = min(max(r.gain*step, r.lowest), r.highest)
	return r.gain != before
}

func (r *rateLoop) restart() { r.frames, r.bytes, r.qp = 0, 0, 0 }
