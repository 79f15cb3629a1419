package pose

import (
	"math"
	"time"
)

// The rule of ALVR's head prediction: below the cut-offs a velocity is taken for sensor noise, and nothing is
// predicted further than the longest total latency it compensates.
const (
	// MinLinear is the speed in m/s at or below which the position is held.
	MinLinear = 0.05
	// MinAngular is the angular speed in rad/s (10 degrees a second) at or below which the orientation is held.
	MinAngular = 10 * math.Pi / 180
	// MaxExtrapolation is the furthest a pose is moved in time, forwards or back.
	MaxExtrapolation = 100 * time.Millisecond
)

// Extrapolate predicts where a head at p moving with m is after dt: the position moves on in a straight line, the
// orientation turns on around a fixed axis of the room. A speed at or below its cut-off counts as rest, dt is limited
// to ±MaxExtrapolation: a pose that was predicted too far is moved back.
func Extrapolate(p Pose, m Motion, dt time.Duration) Pose {
	s := min(max(dt, -MaxExtrapolation), MaxExtrapolation).Seconds()
	if m.Linear.Norm() > MinLinear {
		p.Position = p.Position.Add(m.Linear.Scale(s))
	}
	if m.Angular.Norm() > MinAngular {
		p.Orientation = FromScaledAxis(m.Angular.Scale(s)).Mul(p.Orientation).Normalise()
	}
	return p
}
