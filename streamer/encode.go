package streamer

import (
	"fmt"
	"slices"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	// maxRef is the longest reference distance the wire can tell.
	maxRef = 255
	// maxQueued is how many frames may wait for the path before the next is skipped rather than encoded: what waits
	// behind them would be late anyhow, and a frame that is never encoded breaks no chain.
	maxQueued = 3
	// maxWaiting is how many frames may wait for the encoder: one more is a hiccup that the next frames make good, two more
	// are latency.
	maxWaiting = 2
	// maxFailures in a row end the session: the encoder will not come back.
	maxFailures = 10
)

// job is a rendered frame on its way through the encoder.
type job struct {
	frame  units.FrameID
	handle machine.Handle
	info   wire.FrameInfo
	// started is when its rendering was.
	started units.Mono
	idr     bool // an IDR was asked of the encoder
	bytes   int
	begun   bool // its first slice came
	broken  bool // it could not be queued: its datagrams never leave
}

// encode is the state of the encoder's side.
type encode struct {
	inside   job           // in the encoder; no frame while it is idle
	waiting  []job         // frames that wait for it, oldest first, at most maxWaiting
	last     units.FrameID // the last frame encoded: what the next refers to
	lastIDR  units.FrameID
	wantIDR  bool
	failures int
	rate     units.Bitrate
}

func (e *encode) idle() bool { return e.inside.frame == 0 && len(e.waiting) == 0 }

// onRefresh makes the next frame an IDR, unless one that the client has not seen yet is on its way.
func (c *Core) onRefresh(after units.FrameID) {
	c.results.Refreshes++
	if after >= c.encode.lastIDR && (c.encode.inside.frame == 0 || !c.encode.inside.idr) {
		c.encode.wantIDR = true
	}
}

// enqueue passes a frame to the encoder, or lets it wait, in the place of the oldest where too many do.
func (c *Core) enqueue(now units.Mono, j job, out machine.Output) {
	if c.packets.Queued() >= maxQueued {
		c.skip(j, out)
		return
	}
	if c.encode.inside.frame == 0 {
		c.submit(j, out)
		return
	}
	if len(c.encode.waiting) == maxWaiting {
		c.skip(c.encode.waiting[0], out)
		c.encode.waiting = slices.Delete(c.encode.waiting, 0, 1)
		c.cadence.Skipped(now)
	}
	c.encode.waiting = append(c.encode.waiting, j)
}

func (c *Core) submit(j job, out machine.Output) {
	e := &c.encode
	j.idr = e.wantIDR || e.last == 0 || j.frame-e.last > maxRef
	e.wantIDR = false
	e.inside = j
	c.request.encode = Encode{Frame: j.frame, Handle: j.handle, IDR: j.idr}
	out.Do(&c.request.encode)
}

// release gives a frame back to the source.
func (c *Core) release(h machine.Handle, out machine.Output) {
	c.request.release = Release{Handle: h}
	out.Do(&c.request.release)
}

// skip gives up a frame that was never encoded.
func (c *Core) skip(j job, out machine.Output) {
	c.history.Abandon(j.frame)
	c.release(j.handle, out)
}

// onSlice packs a slice; the frame's last frees the encoder for the next frame.
func (c *Core) onSlice(now units.Mono, in *SliceEncoded, out machine.Output) {
	j := &c.encode.inside
	if j.frame != in.Frame || in.Frame == 0 {
		return // of a session that is over
	}
	if !j.begun {
		j.begun = true
		c.beginFrame(j, in.IDR)
	}
	j.bytes += in.Length()
	if !j.broken {
		if err := c.packets.Slice(in.Bytes, in.Elided, in.Last); err != nil {
			c.breakFrame(j)
		}
	}
	if in.Last {
		c.finishFrame(now, in, out)
	}
}

func (c *Core) beginFrame(j *job, idr bool) {
	ref := j.frame - c.encode.last
	switch {
	case idr:
		ref = 0
		c.encode.lastIDR = j.frame
	case j.idr:
		// The encoder gave no IDR although it was asked to, so that the frame refers to what the client has not got.
		c.breakFrame(j)
		return
	}
	j.info.Reported = c.history.Reported()
	if err := c.packets.Begin(j.frame, uint8(ref), j.info); err != nil {
		c.breakFrame(j)
	}
}

// breakFrame gives up a frame that cannot be sent whole: what refers to it cannot be decoded, so an IDR must follow.
func (c *Core) breakFrame(j *job) {
	j.broken = true
	c.encode.wantIDR = true
	c.results.Unsendable++
}

// finishFrame closes the books of an encoded frame and starts the one that waits.
func (c *Core) finishFrame(now units.Mono, in *SliceEncoded, out machine.Output) {
	e := &c.encode
	j := e.inside
	e.last, e.failures, e.inside = j.frame, 0, job{}
	c.history.Encoded(now, j.frame, units.ByteCount(j.bytes), in.IDR)
	c.results.encoded(j.bytes, in.QP)
	c.cadence.Worked(now.Sub(j.started))
	if j.broken {
		c.history.Abandon(j.frame) // nobody will report it
	}
	c.release(j.handle, out)
	c.next(out)
}

// next starts the frame that has waited longest for the encoder.
func (c *Core) next(out machine.Output) {
	if len(c.encode.waiting) > 0 {
		j := c.encode.waiting[0]
		c.encode.waiting = slices.Delete(c.encode.waiting, 0, 1)
		c.submit(j, out)
	}
}

// onEncoderFailed skips the frame; the next starts a new chain.
func (c *Core) onEncoderFailed(now units.Mono, in *EncoderFailed, out machine.Output) {
	e := &c.encode
	if e.inside.frame != in.Frame || in.Frame == 0 {
		return
	}
	j := e.inside
	e.inside = job{}
	e.failures++
	e.wantIDR = true
	c.packets.Cancel(j.frame) // where slices had come before
	c.skip(j, out)
	if e.failures >= maxFailures {
		err := fmt.Errorf("%w %d times in a row: %w", ErrEncoder, e.failures, in.Err)
		c.drain(now, farewell{reason: err.Error(), err: err}, out)
		return
	}
	c.next(out)
}

// dropJobs releases what is still held when a session ends. The encoder may still be reading the frame inside: its
// shell keeps it until it has answered.
func (c *Core) dropJobs(out machine.Output) {
	if h := c.encode.inside.handle; h != 0 {
		c.release(h, out)
	}
	for _, j := range c.encode.waiting {
		c.release(j.handle, out)
	}
	c.encode.inside, c.encode.waiting = job{}, c.encode.waiting[:0]
}
