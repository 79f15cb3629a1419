package tracker

import (
	"math"
	"time"

	"airbridge/units"
)

const (
	// turn is the time in which a player looks somewhere once.
	turn = 2800 * time.Millisecond
	// slack is the longest a glance waits into its turn, so that glances are not periodic.
	slack = 1000 * time.Millisecond
	// peakSpeed is the angular speed in rad/s that a glance across the whole range reaches.
	peakSpeed = 150 * degree
	// minGlance is the shortest a glance lasts, however near its target.
	minGlance = 350 * time.Millisecond
	// peakOverMean is how much faster than its mean a minimum-jerk move is at its middle.
	peakOverMean = 1.875
)

// glances is a coordinate that rests and moves to its next rest by minimum jerk, once in every turn. The rests follow
// from the seed and the number of the turn alone.
type glances struct {
	seed           uint64
	furthest, calm float64
}

// at returns the value and its derivative by seconds.
func (g *glances) at(t units.Mono) (value, slope float64) {
	if g.furthest == 0 {
		return 0, 0
	}
	into := floorMod(int64(t), int64(turn))
	number := (int64(t) - into) / int64(turn)
	from, to := g.rest(number-1), g.rest(number)
	start, length := g.timing(number, math.Abs(to-from))
	return minimumJerk(from, to, float64(into-int64(start))/float64(length), length)
}

// rest returns where the glance of a turn ends: mostly near the middle, one in four anywhere.
func (g *glances) rest(number int64) float64 {
	s := stream(g.seed ^ uint64(number)*0x9e37_79b9_7f4a_7c15)
	if s.unit() < 0.25 {
		return s.within(g.furthest)
	}
	return s.within(g.calm)
}

// timing returns when in its turn the glance begins and how long it lasts. Short glances are slower than long ones:
// the peak speed grows with the root of the amplitude, as measured on people.
func (g *glances) timing(number int64, amplitude float64) (start, length time.Duration) {
	s := stream(g.seed + 1 ^ uint64(number)*0x9e37_79b9_7f4a_7c15)
	start = time.Duration(s.unit() * float64(slack))
	speed := peakSpeed * math.Sqrt(amplitude/(2*g.furthest))
	haste := 0.75 + 0.25*s.unit()
	if speed > 0 {
		length = time.Duration(peakOverMean * amplitude / (speed * haste) * float64(time.Second))
	}
	return start, min(max(length, minGlance), turn-slack)
}

// minimumJerk returns the point at fraction f of a move that starts and ends at rest without acceleration, and its
// derivative by seconds. Before and after the move it rests (Flash and Hogan, 1985).
func minimumJerk(from, to, f float64, length time.Duration) (value, slope float64) {
	if f <= 0 {
		return from, 0
	}
	if f >= 1 {
		return to, 0
	}
	f2 := f * f
	share := f2 * f * (10 - 15*f + 6*f2)
	rate := 30 * f2 * (1 - 2*f + f2)
	return from + (to-from)*share, (to - from) * rate / length.Seconds()
}
