// Package packet cuts frames into datagrams: the room between the encoder and the pacer.
//
// A frame's bytes are a wire.FrameInfo and then the access unit, slice by slice as the encoder finishes them. They are
// packed without gaps into payloads of one size, and every payload is written where it will leave from: a datagram in a
// slab, behind room for its headers. That is the only copy of the encoder's bytes. What is finished can be taken in
// bursts at any time, before the frame's later slices exist; number and moment of sending are stamped then. A block of
// payloads that is full, or the frame's last, is followed by its parity.
package packet

import (
	"errors"
	"fmt"
	"slices"

	"airbridge/protocol/wire"
	"airbridge/units"
)

// Why a frame was not queued.
var (
	// ErrFull: as many frames as allowed are queued.
	ErrFull = errors.New("packet: too many frames are queued")
	// ErrOpen: the frame before still waits for its last slice.
	ErrOpen = errors.New("packet: the frame before is not finished")
	// ErrOrder: the frame's number does not rise, or its reference lies before the first frame.
	ErrOrder = errors.New("packet: frame out of order")
	// ErrTooLong: the frame exceeds Config.MaxFrame.
	ErrTooLong = errors.New("packet: frame too long")
	// ErrElided: bytes lack that are to be sent.
	ErrElided = errors.New("packet: payload is not there")
	// ErrNoFrame: a slice came without a frame.
	ErrNoFrame = errors.New("packet: no frame was begun")
)

// Packetizer queues the datagrams of a stream. It holds at most Config.Frames frames of Config.MaxFrame bytes, block by
// block in buffers that are made when they are first needed and then re-used. It is not safe for concurrent use; the
// streamer's core owns it.
type Packetizer struct {
	cfg Config
	format

	queue []*cut // oldest first; only the newest can be open
	free  []*cut
	spare []*block
	open  *cut
	// swallow: slices of a frame that was refused or cancelled still come.
	swallow bool
	newest  units.FrameID
}

// New makes a packetizer. The zero Packetizer is one that waits for its first Reset.
func New(cfg Config) (*Packetizer, error) {
	p := &Packetizer{}
	if err := p.Reset(cfg); err != nil {
		return nil, err
	}
	return p, nil
}

// Reset drops everything and begins anew with another stream, in the same memory where datagrams are as long as before.
// A configuration that is refused changes nothing.
func (p *Packetizer) Reset(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("packet configuration: %w", err)
	}
	cfg = cfg.withDefaults()
	for len(p.queue) > 0 {
		p.remove(0)
	}
	was := p.stride()
	p.format = format{
		payload: cfg.Payload(), kept: cfg.Carrier.Kept(cfg.Payload()), carrier: cfg.Carrier, parity: cfg.Parity,
		views: p.views,
	}
	if p.stride() != was {
		p.spare = nil
	}
	p.cfg, p.open, p.swallow, p.newest = cfg, nil, false, 0
	return nil
}

// block returns a block to fill.
func (p *Packetizer) block() *block {
	n := len(p.spare)
	if n == 0 {
		return &block{data: make([]byte, wire.BlockShards*p.stride())}
	}
	b := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return b
}

// cut returns a frame to cut.
func (p *Packetizer) cut() *cut {
	n := len(p.free)
	if n == 0 {
		return &cut{format: &p.format, block: p.block}
	}
	c := p.free[n-1]
	p.free = p.free[:n-1]
	return c
}

// Begin starts a frame, whose reference lies ref frames back (zero: it needs none). Slices of a frame that Begin refused
// are swallowed up to the last.
func (p *Packetizer) Begin(frame units.FrameID, ref uint8, info wire.FrameInfo) error {
	if p.open != nil {
		return fmt.Errorf("frame %d: begin frame %d: %w", p.open.shard.Frame, frame, ErrOpen)
	}
	p.swallow = true
	if frame <= p.newest || units.FrameID(ref) >= frame {
		return fmt.Errorf("frame %d after %d, reference %d back: %w", frame, p.newest, ref, ErrOrder)
	}
	if len(p.queue) >= p.cfg.Frames {
		return fmt.Errorf("frame %d behind %d others: %w", frame, len(p.queue), ErrFull)
	}
	c := p.cut()
	p.queue = append(p.queue, c)
	p.open, p.swallow, p.newest = c, false, frame

	c.begin(p.cfg.Session, frame, ref)
	var prefix [wire.FrameInfoSize]byte
	c.write(info.Append(prefix[:0]), 0)
	return nil
}

// Slice adds the next slice of the frame that was begun; last says that the frame ends with it. It copies b, which may be
// empty; elided is how many bytes of the slice at its end are not in b. Slices beyond wire.MaxSlices count as the last of
// those. A frame that grows too long is given up with ErrTooLong, one of which bytes lack that the carrier keeps with
// ErrElided: what was not taken yet is dropped.
func (p *Packetizer) Slice(b []byte, elided int, last bool) error {
	c := p.open
	size := len(b) + elided
	switch {
	case c == nil && p.swallow:
		p.swallow = !last
		return nil
	case c == nil:
		return ErrNoFrame
	case c.bytes+size > int(p.cfg.MaxFrame):
		return p.giveUp(c, last, fmt.Errorf("frame %d of at least %d bytes: %w", c.shard.Frame, c.bytes+size, ErrTooLong))
	case elided > 0 && p.kept == p.payload:
		return p.giveUp(c, last, fmt.Errorf("frame %d, %d bytes elided: %w", c.shard.Frame, elided, ErrElided))
	}
	c.write(b, elided)
	c.slice = min(c.slice+1, wire.MaxSlices-1)
	if last {
		c.finish()
		p.open = nil
	}
	return nil
}

// giveUp drops an open frame that cannot be sent, and says why.
func (p *Packetizer) giveUp(c *cut, last bool, why error) error {
	p.Cancel(c.shard.Frame)
	p.swallow = !last
	return why
}

// Cancel drops what was not taken yet of a frame and swallows the slices that still come. It returns how many datagrams
// were taken before and how many were finished but are dropped now; ok is false where the frame is not queued.
func (p *Packetizer) Cancel(frame units.FrameID) (sent, dropped int, ok bool) {
	i := slices.IndexFunc(p.queue, func(c *cut) bool { return c.shard.Frame == frame })
	if i < 0 {
		return 0, 0, false
	}
	c := p.queue[i]
	if c == p.open {
		p.open, p.swallow = nil, true
	}
	p.remove(i)
	return c.taken, c.left, true
}

// Queued returns how many frames are queued, unfinished ones included.
func (p *Packetizer) Queued() int { return len(p.queue) }

// Ready returns how many datagrams can be taken, over all frames, and how many bytes they have.
func (p *Packetizer) Ready() (datagrams int, bytes units.ByteCount) {
	for _, c := range p.queue {
		datagrams += c.left
		bytes += units.ByteCount(c.leftBytes)
	}
	return datagrams, bytes
}

// Held returns how many bytes of datagrams the packetizer holds, queued or not: a full frame each for the most that were
// queued at one time, or less.
func (p *Packetizer) Held() (bytes units.ByteCount) {
	for _, c := range p.queue {
		for _, b := range c.blocks {
			bytes += b.held()
		}
	}
	for _, b := range p.spare {
		bytes += b.held()
	}
	return bytes
}

func (p *Packetizer) remove(i int) {
	c := p.queue[i]
	p.spare = append(p.spare, c.blocks...)
	p.free = append(p.free, c)
	p.queue = slices.Delete(p.queue, i, i+1)
}
