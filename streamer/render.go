package streamer

import (
	"fmt"
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	// poseLead is how long before its render start a pose should arrive: enough for a late wake-up.
	poseLead = 700 * time.Microsecond
	// steerGain is the share of an error that is corrected a frame: the answer is seen two frames later.
	steerGain = 8
	// polls is how many poses a client samples a frame.
	polls = 3
)

// render is the state of the source's side.
type render struct {
	started   units.FrameID // the last frame begun
	startedAt units.Mono
	advised   units.Mono // when the next frame was advised to start; zero before the first advice
	slot      units.SlotID
	horizon   time.Duration // mean time from sampling a pose to the display of its frame
	shift     time.Duration // how much later the client should poll
}

// onRenderStarted gives the frame its slot and tells the source when to start the next.
func (c *Core) onRenderStarted(now units.Mono, in *RenderStarted, out machine.Output) {
	if c.stage != streaming || in.Frame <= c.render.started {
		return
	}
	var slot units.SlotID
	if c.lock.Locked() {
		slot = c.lock.Slot(in.At, c.cfg.Latency.Margin())
	}
	c.render.started, c.render.startedAt, c.render.slot = in.Frame, in.At, slot
	c.history.RenderStarted(in.At, in.Frame)
	if c.render.advised != 0 && c.cfg.Steerable {
		c.cadence.Started(now, in.At.Sub(c.render.advised))
		c.lock.SetStep(c.cadence.Step())
	}
	if slot != 0 {
		c.advise(now, out) // without a slot there is no rhythm yet: the first pose gives the advice
	}
}

// onRendered takes a finished frame.
func (c *Core) onRendered(now units.Mono, in *Rendered, out machine.Output) {
	if c.stage != streaming || in.Frame != c.render.started {
		// Nobody waits for it any more.
		c.release(in.Handle, out)
		return
	}
	s := c.poses.latest()
	drawn := s.handed
	if c.cfg.Posed {
		// What is claimed is what came back, not what was handed out: a frame that took longer than poses are remembered is
		// still where it says.
		s, drawn = c.poses.recover(in.Pose, c.render.startedAt), in.Pose
	}
	c.steerPoll(s)
	c.history.Rendered(in.At, in.Frame, s.id, c.render.slot)
	c.history.Composited(in.At, in.Frame)
	c.enqueue(now, job{
		frame: in.Frame, handle: in.Handle, started: c.render.startedAt,
		info: wire.FrameInfo{
			PoseID: s.id, Slot: c.render.slot, Pose: drawn,
			Horizon: c.render.horizon, PollShift: c.render.shift,
		},
	}, out)
}

// steerPoll follows how far poses must be predicted, and when they should be polled so that one arrives just before
// the render start.
func (c *Core) steerPoll(s *sample) {
	r := &c.render
	if s.id == 0 || r.slot == 0 {
		return
	}
	ahead := time.Duration(int64(r.slot)-int64(s.tracking.Slot)) * c.peer.period
	horizon := s.tracking.Display.Add(ahead).Sub(s.tracking.Sampled)
	if r.horizon == 0 {
		r.horizon = horizon
	}
	r.horizon = max(r.horizon+(horizon-r.horizon)/16, 0)

	spacing := c.peer.period / polls
	late := (r.startedAt.Sub(s.received) - poseLead) % spacing
	switch {
	case late > spacing/2:
		late -= spacing
	case late < -spacing/2:
		late += spacing
	}
	r.shift = late / steerGain
}

// onSourceEnded ends the core in order: there will be no more frames.
func (c *Core) onSourceEnded(now units.Mono, in *SourceEnded, out machine.Output) {
	f := farewell{reason: "the source ended"}
	if in.Err != nil {
		err := fmt.Errorf("%w: %w", ErrSource, in.Err)
		f = farewell{reason: err.Error(), err: err}
	}
	c.retire(now, f, out)
}
