package streamer

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/machine"
	"airbridge/protocol/fec"
	"airbridge/protocol/packet"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/streamer/cadence"
	"airbridge/streamer/pacer"
	"airbridge/streamer/phase"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

const (
	// drainFor is how long the last frames may take to be reported, partFor how long a Bye may take to be acknowledged.
	drainFor = 300 * time.Millisecond
	partFor  = 200 * time.Millisecond
	// claimFor is how long an address that asked and never came back keeps others away.
	claimFor = 500 * time.Millisecond
)

// peer is the client of the session.
type peer struct {
	nonce    uint64
	period   time.Duration // of its display
	datagram int           // length of video datagrams
	heard    units.Mono
}

// onHello answers who asks for a session.
func (c *Core) onHello(now units.Mono, from netip.AddrPort, body []byte, out machine.Output) {
	h, err := wire.ParseHello(body)
	if err != nil {
		c.refusals.Malformed++
		return
	}
	refusal := wire.Welcome{Verdict: wire.RefusedBusy, Version: wire.Version, Nonce: h.Nonce}
	switch {
	case h.MinVersion > wire.Version || h.MaxVersion < wire.Version:
		refusal.Verdict = wire.RefusedVersion
		c.answer(from, refusal, out)
	case c.stage == welcomed && c.link.Peer == from && c.peer.nonce == h.Nonce:
		c.answer(from, c.welcome(), out)
	case c.stage == listening, c.stage == welcomed && now >= c.peer.heard.Add(claimFor):
		c.open(now, from, h)
		c.answer(from, c.welcome(), out)
	case c.stage == streaming && c.link.Peer == from && c.peer.nonce == h.Nonce:
		// A Hello that was overtaken by the session it opened.
	default:
		c.answer(from, refusal, out)
	}
}

// answer sends a Welcome outside of any session.
func (c *Core) answer(to netip.AddrPort, w wire.Welcome, out machine.Output) {
	var buf [wire.HeaderSize + wire.WelcomeSize]byte
	b := wire.Header{Kind: wire.KindWelcome}.Append(buf[:0])
	c.link.SendTo(out, to, wire.KindWelcome, w.Append(b))
}

func (c *Core) open(now units.Mono, from netip.AddrPort, h wire.Hello) {
	session := uint32(c.cfg.Nonce())
	session = max(session, 1)
	c.stage = welcomed
	c.peer = peer{nonce: h.Nonce, period: h.Period, datagram: min(c.cfg.Datagram, int(h.Datagram)), heard: now}
	c.link.Reset(from, session)
}

func (c *Core) welcome() wire.Welcome {
	return wire.Welcome{
		Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: uint8(c.cfg.Slices),
		Session: c.link.Session, Nonce: c.peer.nonce,
		Width: uint16(c.cfg.Width), Height: uint16(c.cfg.Height), Period: c.cfg.Period,
		Datagram: uint16(c.peer.datagram), MaxFrame: uint32(c.cfg.MaxFrame),
	}
}

// start begins the session proper: the client has shown that it hears us.
func (c *Core) start(now units.Mono, out machine.Output) {
	if err := c.packets.Reset(packet.Config{
		Session: c.link.Session, Datagram: c.peer.datagram, MaxFrame: c.cfg.MaxFrame, Carrier: fec.Choose(c.cfg.Elide),
		Parity: c.cfg.Recovery,
	}); err != nil {
		panic(fmt.Sprintf("streamer: %v", err)) // the client's wish was verified by its parser, ours by Validate
	}
	c.stage = streaming
	c.pacer = pacer.New(c.cfg.Pace)
	c.control = reliable.New(reliable.Config{})
	step := max(1, int((c.cfg.Period+c.peer.period/2)/c.peer.period))
	c.lock = phase.New(c.peer.period, step)
	c.cadence = cadence.New(c.peer.period, step)
	c.clock = statistics.ClockMap{}
	c.history = statistics.NewHistory(0, c.close)
	c.results = newResults(now, c.link.Session, c.cfg.Period)
	c.poses, c.render, c.encode = newPoses(), render{}, encode{rate: c.encode.rate, waiting: c.encode.waiting[:0]}
	c.ping = ping{next: now}
	c.farewell = farewell{}
	c.stopAt = units.Never
	if c.cfg.Duration > 0 {
		c.stopAt = now.Add(c.cfg.Duration)
	}
	c.nextTell = now.Add(tellEvery)
	c.lastGauge = gauge{}
	if c.cfg.Bitrate > 0 {
		out.Do(&Reconfigure{Bitrate: c.cfg.Bitrate})
	}
	out.Do(&Begin{Session: c.link.Session, Period: c.cfg.Period})
}

// tickLife ends what has died, and what has said goodbye.
func (c *Core) tickLife(now units.Mono, out machine.Output) {
	silent := now >= c.peer.heard.Add(c.cfg.Patience)
	switch {
	case c.stage == welcomed && silent:
		c.stage = listening
	case c.stage > welcomed && silent:
		err := fmt.Errorf("%w for %s", ErrSilent, c.cfg.Patience)
		if c.farewell.reason == "" {
			c.farewell = farewell{reason: err.Error(), err: err}
		}
		c.finish(now, out)
	case c.stage == streaming && now >= c.stopAt:
		c.drain(now, farewell{reason: "its time is over"}, out)
	case c.stage == draining && (now >= c.until || c.over()):
		c.stage, c.until = parting, now.Add(partFor)
		c.queue(wire.Message{Kind: wire.MessageBye, Reason: c.farewell.reason})
	case c.stage == parting && (now >= c.until || c.over()):
		c.finish(now, out)
	}
}

// drain halts the source and lets the last frames arrive.
func (c *Core) drain(now units.Mono, f farewell, out machine.Output) {
	if c.stage != streaming {
		return
	}
	c.stage, c.farewell, c.until = draining, f, now.Add(drainFor)
	c.results.Ended = now
	for _, j := range c.encode.waiting {
		c.skip(j, out)
	}
	c.encode.waiting = c.encode.waiting[:0]
	out.Do(&Halt{})
}

// over says that what draining or parting waits for has come: the outcome of every frame, the client's word that it
// heard the Bye.
func (c *Core) over() bool {
	switch c.stage {
	case draining:
		rendered, known := c.history.Count()
		return rendered == known && c.packets.Queued() == 0 && c.encode.idle()
	case parting:
		return c.control.Pending() == 0
	}
	return false
}

// finish closes the session's books and tells the shell.
func (c *Core) finish(now units.Mono, out machine.Output) {
	c.results.Underway = c.history.Flush(now, drainFor)
	offset, _ := c.clock.Snapshot()
	if c.stage == streaming {
		c.results.Ended = now
	}
	c.results.Frames.Finish(c.results.Ended, offset)
	c.results.Slowed = c.cadence.Slow(c.results.Ended)
	if c.stage == streaming {
		out.Do(&Halt{})
	}
	c.dropJobs(out)
	c.stage = listening
	if c.cfg.Once {
		c.stage = ended
	}
	out.Do(&Ended{Session: c.link.Session, Reason: c.farewell.reason, Err: c.farewell.err})
}

// onStop ends the core as asked.
func (c *Core) onStop(now units.Mono, in *Stop, out machine.Output) {
	c.retire(now, farewell{reason: in.Reason}, out)
}

// retire ends the core with the session that runs, or at once where none does.
func (c *Core) retire(now units.Mono, f farewell, out machine.Output) {
	c.cfg.Once = true
	switch c.stage {
	case listening, welcomed:
		c.stage = ended
		out.Do(&Ended{Reason: f.reason, Err: f.err})
	case streaming:
		c.drain(now, f, out)
	}
}

// queue puts a message on the reliable channel. A full channel means that the client is not answering: the session's
// patience will end it.
func (c *Core) queue(m wire.Message) {
	var buf [wire.MaxControl]byte
	if err := c.control.Queue(m.Append(buf[:0])); err != nil {
		c.results.ControlFull++
	}
}

// tickControl moves the reliable channel on.
func (c *Core) tickControl(now units.Mono, out machine.Output) {
	for range 4 { // the channel's own window bounds it further
		m, ok := c.control.Pull(now)
		if !ok {
			return
		}
		c.link.Finish(out, wire.KindControl, m.Append(c.link.Begin(wire.KindControl)))
	}
}

// onControl takes a datagram of the reliable channel.
func (c *Core) onControl(now units.Mono, body []byte, out machine.Output) {
	m, err := wire.ParseControl(body)
	if err != nil {
		c.refusals.Malformed++
		return
	}
	c.control.Handle(now, m, func(message []byte) { c.onMessage(now, message, out) })
	c.tickControl(now, out)
}

func (c *Core) onMessage(now units.Mono, message []byte, out machine.Output) {
	m, err := wire.ParseMessage(message)
	switch {
	case err != nil:
		c.refusals.Malformed++
	case m.Kind == wire.MessageBye:
		c.drain(now, farewell{reason: "the client left: " + m.Reason}, out)
	case m.Kind == wire.MessageRefresh:
		c.onRefresh(m.After)
	}
}
