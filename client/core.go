// Package client is the headset's side of a session: Core decides when to ask for a pose, what to decode, which frame
// each display slot shows and what to report, and owns the life cycle. It is a sans-I/O machine.Machine: shells own
// sockets, decoders and displays.
package client

import (
	"cmp"
	"errors"
	"net/netip"
	"time"

	"airbridge/client/jitter"
	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/link"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Why a session ended against the user's will.
var (
	ErrNoAnswer = errors.New("no streamer answered")
	ErrRefused  = errors.New("the streamer refused")
	ErrSilent   = errors.New("the streamer fell silent")
)

// Config is what a client needs to know before it dials.
type Config struct {
	// Streamer is the address to dial.
	Streamer netip.AddrPort
	// Period is the display's refresh period. Default 1/72 s.
	Period time.Duration
	// Datagram is the longest UDP payload to take. Default wire.DefaultDatagram.
	Datagram int
	// Elide says that nobody will look at the payload: of a frame only its prefix is kept, and Decode.Elided counts the
	// rest. Decisions are the same.
	Elide bool
	// Nonce gives a number nobody can guess, anew at every call; required. Shells take it from crypto/rand.
	Nonce func() uint64
	// Horizon is how far ahead poses are predicted until the streamer says better. Default 50 ms.
	Horizon time.Duration
	// Polls is how many poses are sampled a frame. Default 3.
	Polls int
	// Decoding is the most frames in the decoder at once. Default 2.
	Decoding int
	// DialFor is how long an answer is awaited. Default 10 s.
	DialFor time.Duration
	// Patience is how long the streamer may be silent in a session. Default 2 s.
	Patience time.Duration
}

func (c Config) withDefaults() Config {
	if c.Nonce == nil {
		panic("client: Config.Nonce is required")
	}
	c.Period = cmp.Or(c.Period, time.Second/72)
	c.Datagram = cmp.Or(c.Datagram, wire.DefaultDatagram)
	c.Horizon = cmp.Or(c.Horizon, 50*time.Millisecond)
	c.Polls = cmp.Or(c.Polls, 3)
	c.Decoding = cmp.Or(c.Decoding, 2)
	c.DialFor = cmp.Or(c.DialFor, 10*time.Second)
	c.Patience = cmp.Or(c.Patience, 2*time.Second)
	return c
}

// phase is where the session is.
type phase uint8

const (
	dialling  phase = iota // Hello repeated until a Welcome comes
	streaming              // frames arrive, slots are latched
	leaving                // Bye is under way
	ended
)

// Core is the client's machine. It is not safe for concurrent use: one driver owns it.
type Core struct {
	cfg    Config
	phase  phase
	link   link.Link
	stream wire.Welcome

	control   *reliable.Channel
	frames    *jitter.Buffer
	gate      gate
	decoding  decoding
	presenter presenter.Presenter
	slots     slots
	poll      poll
	reports   reports
	dial      dial
	stats     Statistics

	heard   units.Mono // when the streamer was last heard
	leaveAt units.Mono // when leaving gives up waiting
	farewell

	request requests
	taker   sink
}

// requests are the requests of every frame, re-used: what they say is valid during the call only.
type requests struct {
	sample  SamplePose
	decode  Decode
	latch   Latch
	release Release
}

// farewell is why the session ends.
type farewell struct {
	reason string
	err    error
}

// New returns a core that dials as soon as it is ticked.
func New(cfg Config) *Core {
	c := &Core{cfg: cfg.withDefaults()}
	c.redial(0)
	c.dial.next = 0
	return c
}

// Statistics returns what was counted so far.
func (c *Core) Statistics() *Statistics { return &c.stats }

// Stream returns what the streamer offered; zero before it did.
func (c *Core) Stream() wire.Welcome { return c.stream }

// Handle takes one input.
func (c *Core) Handle(now units.Mono, in machine.Event, out machine.Output) {
	switch in := in.(type) {
	case *machine.Datagram:
		c.onDatagram(now, in, out)
	case *Slot:
		c.slots.add(in.Timing)
	case *PoseSampled:
		c.onPose(now, in, out)
	case *Decoded:
		c.onDecoded(now, in, out)
	case *DecodeFailed:
		c.onDecodeFailed(now, in, out)
	case *Shown:
		c.presenter.Shown(in.Frame, in.At, c.sink(out))
		c.sendFeedback(out)
	case *Stop:
		c.leave(now, farewell{reason: in.Reason}, out)
	}
}

// Tick does what is due at now.
func (c *Core) Tick(now units.Mono, out machine.Output) {
	switch c.phase {
	case dialling:
		c.tickDial(now, out)
	case streaming, leaving:
		c.latchDue(now, out)
		c.pollDue(now, out)
		c.advance(now, out)
		c.tickControl(now, out)
		c.tickLife(now, out)
	}
}

// Deadline is the earliest instant at which something is due.
func (c *Core) Deadline() units.Mono {
	switch c.phase {
	case dialling:
		return min(c.dial.next, c.dial.giveUp(), c.slots.nextLatch())
	case ended:
		return units.Never
	}
	d := min(c.slots.nextLatch(), c.poll.next, c.frames.Deadline(), c.control.Deadline())
	if c.phase == leaving {
		return min(d, c.gate.suspect, c.leaveAt)
	}
	return min(d, c.gate.deadline(), c.heard.Add(c.cfg.Patience))
}

// latchDue latches every slot whose time has come.
func (c *Core) latchDue(now units.Mono, out machine.Output) {
	for {
		s, ok := c.slots.due(now)
		if !ok {
			return
		}
		f, repeat := c.presenter.Latch(now, s, c.sink(out))
		if repeat {
			c.sendFeedback(out) // nothing will be shown whose report could take those of lost frames along
		}
		c.stats.latched(f.ID, repeat)
		c.request.latch = Latch{Slot: s.ID, DisplayAt: s.DisplayAt, Frame: f.ID, Handle: f.Handle, Repeat: repeat, Pose: f.Pose}
		out.Do(&c.request.latch)
	}
}

// sink takes what the presenter and the decoder let go.
type sink struct {
	c   *Core
	out machine.Output
}

// sink returns the core's own sink for the call under way.
func (c *Core) sink(out machine.Output) *sink {
	c.taker = sink{c, out}
	return &c.taker
}

// Release gives a handle back to the decoder.
func (s *sink) Release(h machine.Handle) {
	s.c.request.release = Release{Handle: h}
	s.out.Do(&s.c.request.release)
}

// Resolve reports a frame.
func (s *sink) Resolve(f presenter.Frame) {
	s.c.stats.resolved(f)
	s.c.reports.add(f.Report)
}
