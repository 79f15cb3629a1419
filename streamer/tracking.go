package streamer

import (
	"math"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// poseMemory is how many pose samples are remembered, to recover the one a frame was rendered from.
const poseMemory = 64

// sample is a pose sample that was handed to the source.
type sample struct {
	id       units.PoseID
	received units.Mono
	tracking wire.Tracking
	handed   pose.Pose // as extrapolated to the slot it is for
	display  units.PeerMono
}

// poses are the last pose samples.
type poses struct {
	ring   [poseMemory]sample
	newest units.PoseID
}

// newPoses returns a memory of nothing: before the first sample the head is at the origin, looking ahead.
func newPoses() poses {
	var p poses
	p.latest().handed.Orientation = pose.Identity
	return p
}

// latest is the sample that the source was handed last.
func (p *poses) latest() *sample { return &p.ring[p.newest%poseMemory] }

// recover finds the sample a frame was rendered from, as a game returns a pose and no number: the one whose pose is
// nearest to that which came back with the frame, of those received when its rendering started. Of equally near ones,
// as of a head at rest, it is the newest.
func (p *poses) recover(came pose.Pose, started units.Mono) *sample {
	for i := range units.PoseID(poseMemory) { // as handed out, from the newest back: most sources give that very pose
		s := &p.ring[(p.newest-i)%poseMemory]
		if s.id != 0 && s.received <= started && s.handed == came {
			return s
		}
	}
	best, nearest := p.latest(), math.Inf(1)
	for i := range p.ring {
		s := &p.ring[i]
		if s.id == 0 || s.received > started {
			continue
		}
		if d := pose.Distance(s.handed, came); d < nearest || d == nearest && s.id > best.id {
			best, nearest = s, d
		}
	}
	return best
}

// onTracking hands a pose to the source, moved on to the slot which the next frame is for.
func (c *Core) onTracking(now, at units.Mono, body []byte, out machine.Output) {
	t, err := wire.ParseTracking(body)
	if err != nil {
		c.refusals.Malformed++
		return
	}
	if t.ID <= c.poses.newest || c.stage != streaming {
		return // overtaken by a newer one
	}
	locked := c.lock.Locked()
	c.lock.Guess(at, t.Slot, t.Display.Sub(t.Sampled))
	c.poses.newest = t.ID
	s := c.poses.latest()
	c.history.PoseReceived(at, t.ID, t.Sampled)
	*s = sample{id: t.ID, received: at, tracking: t, handed: t.Pose, display: t.Display}
	if slot := c.lock.Upcoming(); slot != 0 && slot != t.Slot {
		ahead := time.Duration(int64(slot)-int64(t.Slot)) * c.peer.period
		s.handed = pose.Extrapolate(t.Pose, t.Motion, ahead)
		s.display = t.Display.Add(ahead)
	}
	c.request.track = Track{PoseID: s.id, Pose: s.handed}
	out.Do(&c.request.track)
	if !locked {
		c.advise(now, out)
	}
}

// advise tells the source when to start its next frame.
func (c *Core) advise(now units.Mono, out machine.Output) {
	at := c.lock.Next(now, c.cfg.Latency.Margin(), c.cfg.SlewMax)
	c.render.advised = at
	c.request.advice = Advice{StartAt: at, Period: time.Duration(c.cadence.Step()) * c.peer.period, SlewMax: c.cfg.SlewMax}
	out.Do(&c.request.advice)
}
