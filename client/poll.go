package client

import (
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// poseMemory is how many pose samples are remembered, to know what an answer was asked for.
const poseMemory = 256

// poll is the schedule of pose samples: Polls a frame, for the display slot that a frame rendered with the pose will
// be shown in.
type poll struct {
	next    units.Mono
	horizon time.Duration
	last    units.PoseID
	asked   [poseMemory]sample
}

// sample is a pose that was asked for.
type sample struct {
	id      units.PoseID
	slot    units.SlotID
	display units.Mono
	sampled units.Mono // zero until it was
}

// start begins polling at now.
func (p *poll) start(now units.Mono, horizon time.Duration) {
	*p = poll{next: now, horizon: horizon, last: p.last}
}

// stop ends polling.
func (p *poll) stop() { p.next = units.Never }

// steer takes the streamer's wishes: how far to predict, and how much later to poll.
func (p *poll) steer(horizon, shift time.Duration) {
	if horizon > 0 {
		p.horizon = horizon
	}
	if p.next != units.Never {
		p.next = p.next.Add(shift)
	}
}

// pollDue asks for a pose where one is due.
func (c *Core) pollDue(now units.Mono, out machine.Output) {
	if now < c.poll.next {
		return
	}
	interval := c.cfg.Period / time.Duration(c.cfg.Polls)
	if !c.slots.known() {
		c.poll.next = now.Add(interval)
		return
	}
	c.poll.next = c.poll.next.Add(interval)
	if c.poll.next <= now { // woken late by more than an interval: no burst of samples
		c.poll.next = now.Add(interval)
	}
	slot := c.slots.nearest(now.Add(c.poll.horizon))
	c.poll.last++
	id := c.poll.last
	c.poll.asked[id%poseMemory] = sample{id: id, slot: slot.ID, display: slot.DisplayAt}
	c.request.sample = SamplePose{PoseID: id, For: slot.DisplayAt}
	out.Do(&c.request.sample)
}

// onPose sends a sample to the streamer.
func (c *Core) onPose(_ units.Mono, in *PoseSampled, out machine.Output) {
	s := &c.poll.asked[in.PoseID%poseMemory]
	if in.PoseID == 0 || s.id != in.PoseID || s.sampled != 0 || c.phase != streaming {
		return
	}
	s.sampled = in.SampledAt
	t := wire.Tracking{
		ID: s.id, Slot: s.slot,
		Sampled: units.PeerMono(in.SampledAt), Display: units.PeerMono(s.display),
		Pose: in.Pose, Motion: in.Motion,
	}
	c.link.Finish(out, wire.KindTracking, t.Append(c.link.Begin(wire.KindTracking)))
}
