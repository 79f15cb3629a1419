package encoder

import "math"

// The loop by which package av makes libx264's mean output match its target, measured over blocks of frames. Its
// constants are those of av's rate loop, which a core may not import: a test reads them there and compares.
const (
	tuneBlock    = 16
	tuneDeadband = 0.02
	tuneStep     = 1.25
	// tuneEasy is the quantiser below which pictures too easy to fill the target ask for no more.
	tuneEasy = 11
	// leastFactor and mostFactor are av's bounds of the gain by the gain it begins with, which is 1/0.75 for the four
	// slices of the fit.
	leastFactor = 0.8 * 1.2 * 0.75
	mostFactor  = 2
)

// Tuning is how far the encoder has tuned itself: it learns from whole blocks at one rate. A controller that changes the
// rate more often than every block keeps it from learning, and gets less than it asks for.
type Tuning struct {
	factor   float64
	frames   int
	sum      float64
	qp       float64
	afterIDR bool
}

// NewTuning returns the loop of an encoder that was just opened.
func NewTuning() Tuning { return Tuning{factor: 1} }

// Factor is what the loop asks for, by what it asked for when it was opened.
func (t *Tuning) Factor() float64 { return t.factor }

// Sent takes the size of a frame as a multiple of the target, and its mean quantiser, zero where that is not known. An IDR
// picture and the frame that pays for it do not count.
func (t *Tuning) Sent(size, qp float64, idr bool) {
	if idr || t.afterIDR {
		t.afterIDR = idr
		return
	}
	t.frames++
	t.sum += size
	t.qp += qp
	if t.frames < tuneBlock {
		return
	}
	missing := tuneBlock / t.sum
	easy := t.qp > 0 && t.qp/tuneBlock < tuneEasy
	t.Restart()
	if math.Abs(missing-1) < tuneDeadband || missing > 1 && easy {
		return
	}
	t.factor = min(max(t.factor*math.Sqrt(min(max(missing, 1/tuneStep), tuneStep)), leastFactor), mostFactor)
}

// Restart begins a new block: the rate has changed.
func (t *Tuning) Restart() { t.frames, t.sum, t.qp = 0, 0, 0 }
