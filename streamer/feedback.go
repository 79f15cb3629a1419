package streamer

import (
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// onFeedback takes the client's reports; each frame is closed by its first.
func (c *Core) onFeedback(now units.Mono, body []byte) {
	f, err := wire.ParseFeedback(body)
	if err != nil {
		c.refusals.Malformed++
		return
	}
	for i := range f.Len() {
		r := f.At(i)
		frame := c.history.Resolve(r)
		if frame == nil {
			continue // reported before, or no frame of ours
		}
		c.results.Repaired += uint64(r.Repaired)
		if margin, ok := frame.Margin(); ok && frame.Slot != 0 {
			expected := c.lock.Expected(frame.RenderStart, frame.Slot)
			c.lock.Observe(frame.RenderStart, frame.Slot, margin)
			c.cfg.Latency.Observe(now, latency.Sample{Frame: r.Frame, Margin: margin, Expected: expected})
		}
	}
}

// tickHistory closes the frames of which no report will come.
func (c *Core) tickHistory(now units.Mono) {
	c.history.Expire(now)
}

// close enters a frame, whose outcome is known, into the session's books.
func (c *Core) close(f *statistics.Frame) {
	offset, _ := c.clock.Snapshot()
	c.results.Frames.Add(f, offset)
	if f.Outcome != wire.Lost && f.Outcome != wire.Skipped {
		c.results.Delivered += uint64(f.Bytes)
	}
	if c.cfg.Observe != nil {
		c.cfg.Observe(f, offset)
	}
}

// tickProgress tells the shell how it goes, for people to read.
func (c *Core) tickProgress(now units.Mono, out machine.Output) {
	if now < c.nextTell {
		return
	}
	if c.nextTell = c.nextTell.Add(tellEvery); c.nextTell <= now { // after a suspend, once
		c.nextTell = now.Add(tellEvery)
	}
	p := c.results.since(&c.lastGauge)
	p.Session, p.Client, p.Rate = c.link.Session, c.link.Peer, c.encode.rate
	out.Do(p)
}
