// Package packet cuts frames into datagrams: the room between the encoder and the pacer.
//
// A frame's bytes are a wire.FrameInfo and then the access unit, slice by slice as the encoder finishes them. They are
// packed without gaps into payloads of one size, and every payload is written where it will leave from: a datagram in a
// slab, behind room for its headers. That is the only copy of the encoder's bytes. What is finished can be taken from
// the front in bursts at any time, before the frame's later slices exist; number and moment of sending are stamped then.
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
	// ErrNoFrame: a slice came without a frame.
	ErrNoFrame = errors.New("packet: no frame was begun")
)

// Packetizer queues the datagrams of a stream. It holds at most Config.Frames frames of Config.MaxFrame bytes in buffers
// that are re-used, and never allocates after New. It is not safe for concurrent use; the streamer's core owns it.
type Packetizer struct {
	cfg     Config
	payload int // bytes of a frame in a full datagram
	size    int // bytes of a full datagram here, before sealing

	queue []*cut // oldest first; only the newest can be open
	free  []*cut
	open  *cut
	// swallow: slices of a frame that was refused or cancelled still come.
	swallow bool
	newest  units.FrameID
}

// New makes a packetizer and all memory it will ever use.
func New(cfg Config) (*Packetizer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("packet configuration: %w", err)
	}
	cfg = cfg.withDefaults()
	p := &Packetizer{
		cfg: cfg, payload: cfg.Payload(), size: cfg.Payload() + wire.ShardOverhead,
		queue: make([]*cut, 0, cfg.Frames), free: make([]*cut, 0, cfg.Frames),
	}
	for range cfg.Frames {
		p.free = append(p.free, &cut{slab: make([]byte, cfg.shards()*p.size)})
	}
	return p, nil
}

// Begin starts a frame, whose reference lies ref frames back (zero: it needs none). Slices of a frame that Begin refused
// are swallowed up to the last.
func (p *Packetizer) Begin(frame units.FrameID, ref uint8, info wire.FrameInfo) error {
	if p.open != nil {
		return fmt.Errorf("frame %d: begin frame %d: %w", p.open.frame, frame, ErrOpen)
	}
	p.swallow = true
	if frame <= p.newest || units.FrameID(ref) >= frame {
		return fmt.Errorf("frame %d after %d, reference %d back: %w", frame, p.newest, ref, ErrOrder)
	}
	if len(p.free) == 0 {
		return fmt.Errorf("frame %d behind %d others: %w", frame, len(p.queue), ErrFull)
	}
	c := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.queue = append(p.queue, c)
	p.open, p.swallow, p.newest = c, false, frame

	c.begin(p.cfg.Session, frame, ref, p.payload)
	var prefix [wire.FrameInfoSize]byte
	c.write(info.Append(prefix[:0]))
	return nil
}

// Slice adds the next slice of the frame that was begun; last says that the frame ends with it. It copies b, which may be
// empty. Slices beyond wire.MaxSlices count as the last of those. A frame that grows too long is given up with
// ErrTooLong: what was not taken yet is dropped.
func (p *Packetizer) Slice(b []byte, last bool) error {
	c := p.open
	switch {
	case c == nil && p.swallow:
		p.swallow = !last
		return nil
	case c == nil:
		return ErrNoFrame
	case c.bytes+len(b) > int(p.cfg.MaxFrame):
		p.Cancel(c.frame)
		p.swallow = !last
		return fmt.Errorf("frame %d of at least %d bytes: %w", c.frame, c.bytes+len(b), ErrTooLong)
	}
	c.write(b)
	c.slice = min(c.slice+1, wire.MaxSlices-1)
	if last {
		c.finish()
		p.open = nil
	}
	return nil
}

// Cancel drops what was not taken yet of a frame and swallows the slices that still come. It returns how many datagrams
// were taken before and how many were finished but are dropped now; ok is false where the frame is not queued.
func (p *Packetizer) Cancel(frame units.FrameID) (sent, dropped int, ok bool) {
	i := slices.IndexFunc(p.queue, func(c *cut) bool { return c.frame == frame })
	if i < 0 {
		return 0, 0, false
	}
	c := p.queue[i]
	if c == p.open {
		p.open, p.swallow = nil, true
	}
	p.remove(i)
	return c.taken, c.ready - c.taken, true
}

// Queued returns how many frames are queued, unfinished ones included.
func (p *Packetizer) Queued() int { return len(p.queue) }

// Ready returns how many datagrams can be taken, over all frames, and how many bytes they have.
func (p *Packetizer) Ready() (datagrams int, bytes units.ByteCount) {
	for _, c := range p.queue {
		datagrams += c.ready - c.taken
		bytes += units.ByteCount(c.end - c.taken*p.size)
	}
	return datagrams, bytes
}

func (p *Packetizer) remove(i int) {
	p.free = append(p.free, p.queue[i])
	p.queue = slices.Delete(p.queue, i, i+1)
}
