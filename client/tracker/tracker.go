// Package tracker stands in for a headset's tracking: a seated player's head that looks around, nods, sways and
// breathes. The head is a pure function of time, so that a run repeats bit for bit and every prediction can be compared
// with what the head really did.
package tracker

import (
	"time"

	"airbridge/protocol/pose"
	"airbridge/units"
)

// eyes is where the middle of the eyes lies from the pivot of the neck, in metres and head axes: what makes a turning
// head move its eyes. Rounded from the head model of common VR runtimes (0.075 m up, 0.0805 m forward).
var eyes = pose.Vec{0, 0.075, -0.08}

// Head is the motion of one player. It is immutable and safe for concurrent use.
type Head struct {
	yaw, pitch, roll track
	position         [3]track
}

// New returns the player of a seed. Different seeds look around at different times and places.
func New(seed uint64) *Head {
	s := stream(seed)
	return &Head{
		yaw:   newTrack(&s, yawHabit),
		pitch: newTrack(&s, pitchHabit),
		roll:  newTrack(&s, rollHabit),
		position: [3]track{
			newTrack(&s, sideHabit), newTrack(&s, heightHabit), newTrack(&s, depthHabit),
		},
	}
}

// At returns where the head is at t and how it moves there: the exact derivative, in room axes. The path is twice
// continuously differentiable. The room's origin is the pivot of the neck at rest raised to the eyes, so that the head
// stays within 0.25 m of it; at rest it looks along -Z.
func (h *Head) At(t units.Mono) (pose.Pose, pose.Motion) {
	yaw, dYaw := h.yaw.at(t)
	pitch, dPitch := h.pitch.at(t)
	roll, dRoll := h.roll.at(t)
	turned := pose.FromAxisAngle(pose.Vec{0, 1, 0}, yaw)
	nodded := turned.Mul(pose.FromAxisAngle(pose.Vec{1, 0, 0}, pitch))
	q := nodded.Mul(pose.FromAxisAngle(pose.Vec{0, 0, 1}, roll)).Normalise()

	// Each angle turns around an axis that the ones before it have carried along.
	w := pose.Vec{0, dYaw, 0}.
		Add(turned.Rotate(pose.Vec{dPitch, 0, 0})).
		Add(nodded.Rotate(pose.Vec{0, 0, dRoll}))

	var base, speed pose.Vec
	for i := range h.position {
		base[i], speed[i] = h.position[i].at(t)
	}
	arm := q.Rotate(eyes)
	return pose.Pose{Position: base.Add(arm).Sub(eyes), Orientation: q},
		pose.Motion{Linear: speed.Add(w.Cross(arm)), Angular: w}
}

// Predict returns what a tracker says at now about the pose at the instant at: the state measured at now, extrapolated
// by pose.Extrapolate. The motion is the measured one. The error against At(at) grows with the horizon and with how
// sharply the head accelerates, as it does on a headset.
func (h *Head) Predict(now, at units.Mono) (pose.Pose, pose.Motion) {
	p, m := h.At(now)
	return pose.Extrapolate(p, m, at.Sub(now)), m
}

// track is one coordinate: rests and quick moves between them, with slow waves on top.
type track struct {
	glances glances
	waves   [waveCount]wave
}

// habit says how one coordinate moves.
type habit struct {
	// glance is the furthest a rest lies from zero, in radians or metres; zero for a coordinate that only sways.
	glance float64
	// calm is the furthest an ordinary rest lies from zero; one rest in four goes beyond.
	calm float64
	// wave is the amplitude of each of the slow waves, whose periods lie around the given ones.
	wave    [waveCount]float64
	periods [waveCount]time.Duration
}

func newTrack(s *stream, h habit) (t track) {
	t.glances = glances{seed: s.next(), furthest: h.glance, calm: h.calm}
	for i := range t.waves {
		t.waves[i] = newWave(s, h.wave[i], h.periods[i])
	}
	return t
}

// at returns the coordinate and its derivative by seconds.
func (t *track) at(at units.Mono) (value, slope float64) {
	value, slope = t.glances.at(at)
	for i := range t.waves {
		v, d := t.waves[i].at(at)
		value, slope = value+v, slope+d
	}
	return value, slope
}
