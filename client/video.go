package client

import (
	"slices"
	"time"

	"airbridge/client/jitter"
	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// decoding are the frames in the decoder, oldest first.
type decoding struct {
	inside []inDecoder
	freeAt units.Mono // when the decoder finished its last frame
}

// inDecoder is a frame in the decoder.
type inDecoder struct {
	presenter.Frame
	idr bool
	// broken says that a frame it builds on failed: decoders hide that, and its picture must not be shown.
	broken bool
}

func (d *decoding) reset() { d.inside = d.inside[:0] }

// take removes frame id, which the decoder has finished.
func (d *decoding) take(id units.FrameID) (inDecoder, bool) {
	i := slices.IndexFunc(d.inside, func(f inDecoder) bool { return f.ID == id })
	if i < 0 {
		return inDecoder{}, false
	}
	f := d.inside[i]
	d.inside = slices.Delete(d.inside, i, i+1)
	return f, true
}

// onShard takes a piece of a frame.
func (c *Core) onShard(now units.Mono, d *machine.Datagram, body []byte, out machine.Output) {
	s, payload, err := wire.ParseShard(body)
	if err != nil {
		c.stats.Refused.Malformed++
		return
	}
	c.stats.Shards++
	finished := c.frames.Finished()
	if v := c.frames.Push(d.At, s, payload, d.Elided); v.Refused() {
		c.stats.Refused.Shard++
		return
	}
	c.gate.hear(s.Frame)
	if c.frames.Finished() != finished { // what has become certain to be missing is told by the tick of this instant
		c.advance(now, out)
	}
}

// advance passes on what has become decodable and asks for an IDR where the chain is broken.
func (c *Core) advance(now units.Mono, out machine.Output) {
	for c.phase == streaming || c.phase == leaving {
		f, ok := c.nextDecodable(now)
		if !ok || len(c.decoding.inside) >= c.cfg.Decoding {
			break
		}
		c.submit(now, f, out)
	}
	for {
		h, ok := c.frames.NextHole(now)
		if !ok {
			break
		}
		c.stats.Holes++
		if h.Frame > c.gate.last {
			c.gate.breakChain(now)
		}
	}
	c.askDue(now, out)
}

// nextDecodable is the oldest complete frame whose reference was decoded. A complete IDR passes over everything that
// waits for a reference before it.
func (c *Core) nextDecodable(now units.Mono) (jitter.Frame, bool) {
	after := c.gate.last
	c.gate.suspect = units.Never
	for {
		f, ok := c.frames.Complete(after)
		if !ok {
			return jitter.Frame{}, false
		}
		if c.gate.open(f.ID, f.Ref) {
			return f, true
		}
		if c.gate.suspectBroken(now, f) {
			c.gate.breakChain(now)
		}
		after = f.ID
	}
}

// submit sends a frame to the decoder. What was skipped over on the way to it can never be decoded any more.
func (c *Core) submit(now units.Mono, f jitter.Frame, out machine.Output) {
	info, unit, err := wire.ParseFrameInfo(f.Bytes)
	if err != nil || len(unit)+f.Elided == 0 {
		c.stats.Refused.Malformed++
		c.frames.Drop(f.ID)
		c.gate.breakChain(now)
		return
	}
	c.stats.Repaired += uint64(f.Recovered)
	c.giveUp(max(c.gate.last+1, c.gate.oldest), f.ID)
	c.gate.pass(f.ID, f.Ref)
	c.reports.acknowledge(info.Reported)
	c.poll.steer(info.Horizon, info.PollShift)
	c.decoding.inside = append(c.decoding.inside, inDecoder{idr: f.Ref == 0, Frame: presenter.Frame{
		ID: f.ID, Slot: info.Slot, Pose: info.Pose, PoseID: info.PoseID, ReceivedAt: f.Last,
		Report: wire.Report{
			Frame: f.ID, Repaired: uint16(f.Recovered), Sent: f.Sent, Received: units.PeerMono(f.Last),
			DecodeStart: max(now, c.decoding.freeAt).Sub(f.Last),
		},
	}})
	c.request.decode = Decode{Frame: f.ID, IDR: f.Ref == 0, Unit: unit, Elided: f.Elided}
	out.Do(&c.request.decode)
	c.frames.DropThrough(f.ID)
}

// giveUp reports the frames from first to before end as lost. After a long outage only the newest are told of: the
// streamer gives up the others by itself.
func (c *Core) giveUp(first, end units.FrameID) {
	if end > first+reportMemory/2 {
		first = end - reportMemory/2
	}
	for id := first; id < end; id++ {
		c.stats.Outcomes[wire.Lost]++
		c.reports.add(wire.Report{Frame: id, Outcome: wire.Lost})
	}
}

// onDecoded passes a decoded frame to the presenter.
func (c *Core) onDecoded(now units.Mono, in *Decoded, out machine.Output) {
	f, ok := c.decoding.take(in.Frame)
	if !ok {
		c.sink(out).Release(in.Handle)
		return
	}
	f.Handle = in.Handle
	f.Report.DecodeStart = max(f.Report.DecodeStart, c.decoding.freeAt.Sub(f.ReceivedAt))
	c.decoding.freeAt = now
	if f.broken {
		c.sink(out).Release(in.Handle)
		c.lose(now, f, out)
		return
	}
	c.presenter.Add(now, f.Frame, c.slots.newest, c.sink(out))
	c.advance(now, out)
}

// onDecodeFailed breaks the chain: what refers to the frame must not be shown.
func (c *Core) onDecodeFailed(now units.Mono, in *DecodeFailed, out machine.Output) {
	c.stats.DecodeFailures++
	f, ok := c.decoding.take(in.Frame)
	if !ok {
		return
	}
	c.decoding.freeAt = now
	c.breakAfter(in.Frame)
	c.lose(now, f, out)
}

// breakAfter marks what is in the decoder and builds on frame id, which failed: nothing may build on that either.
func (c *Core) breakAfter(id units.FrameID) {
	for i := range c.decoding.inside {
		f := &c.decoding.inside[i]
		switch {
		case f.ID <= id:
		case f.idr:
			return
		default:
			f.broken = true
			c.gate.fail(f.ID)
		}
	}
}

// abandonDecoding resolves what is in the decoder at the end. Its handles are released as they come.
func (c *Core) abandonDecoding(out machine.Output) {
	for _, f := range c.decoding.inside {
		f.Report.Outcome = wire.Replaced
		f.Report.Decoded, f.Report.Latched, f.Report.Displayed = f.Report.DecodeStart, f.Report.DecodeStart, f.Report.DecodeStart
		c.sink(out).Resolve(f.Frame)
	}
	c.decoding.reset()
}

// lose resolves a frame that the decoder could not give a sound picture of.
func (c *Core) lose(now units.Mono, f inDecoder, out machine.Output) {
	f.Report.Outcome = wire.Lost
	f.Report.Decoded = max(f.Report.DecodeStart, now.Sub(f.ReceivedAt))
	f.Report.Latched, f.Report.Displayed = f.Report.Decoded, f.Report.Decoded
	c.sink(out).Resolve(f.Frame)
	c.gate.fail(f.ID)
	c.gate.breakChain(now)
	c.advance(now, out)
}

// suspectBroken says that a complete frame has waited for a reference nothing of which ever came longer than the path
// reorders. It notes when to look again.
func (g *gate) suspectBroken(now units.Mono, f jitter.Frame) bool {
	at := f.Last.Add(suspectAfter)
	if now >= at {
		return true
	}
	g.suspect = min(g.suspect, at)
	return false
}

// suspectAfter is how long a frame waits for a reference of which nothing came.
const suspectAfter = 3 * time.Millisecond
