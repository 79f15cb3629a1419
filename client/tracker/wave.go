package tracker

import (
	"math"
	"time"

	"airbridge/units"
)

// waveCount is how many waves a coordinate has: one of the trunk, one of breath or balance, one of muscle tone.
const waveCount = 3

// wave is a sine of time. Its phase is reduced in whole nanoseconds, so that it is as exact after a year as at once.
type wave struct {
	amplitude float64
	period    time.Duration
	shift     time.Duration
	turn      float64 // radians a nanosecond
	speed     float64 // greatest slope by seconds
}

// newWave draws the period within 10 % of the given one, so that waves of a head never fall into step, and the phase.
func newWave(s *stream, amplitude float64, around time.Duration) wave {
	period := around + time.Duration(s.within(0.1)*float64(around))
	return makeWave(amplitude, period, time.Duration(s.unit()*float64(period)))
}

func makeWave(amplitude float64, period, shift time.Duration) wave {
	turn := 2 * math.Pi / float64(period)
	return wave{amplitude: amplitude, period: period, shift: shift, turn: turn, speed: amplitude * turn * 1e9}
}

// at returns the value and its derivative by seconds.
func (w *wave) at(t units.Mono) (value, slope float64) {
	into := floorMod(int64(t)+int64(w.shift), int64(w.period))
	sin, cos := math.Sincos(float64(into) * w.turn)
	return w.amplitude * sin, w.speed * cos
}

// floorMod is the remainder of a by b that is never negative; b is positive.
func floorMod(a, b int64) int64 {
	r := a % b
	if r < 0 {
		r += b
	}
	return r
}
