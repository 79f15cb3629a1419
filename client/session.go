package client

import (
	"fmt"
	"time"

	"airbridge/client/jitter"
	"airbridge/machine"
	"airbridge/protocol/fec"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	helloEvery = 100 * time.Millisecond
	// framesOfPatience is how many frames' time an unfinished frame waits where nothing newer comes: a streamer that has
	// slowed its source down to a third is late, and nothing of it is lost.
	framesOfPatience = 3
	// leaveFor is how long a Bye may take until the client leaves without an answer.
	leaveFor = 700 * time.Millisecond
)

// dial is the state of asking for a session.
type dial struct {
	nonce    uint64
	next     units.Mono // next Hello
	deadline units.Mono // when to give up; zero before the first Hello
}

// giveUp is when the dialling ends without an answer; never before it has begun.
func (d *dial) giveUp() units.Mono {
	if d.deadline == 0 {
		return units.Never
	}
	return d.deadline
}

// redial forgets the session and asks for a new one.
func (c *Core) redial(now units.Mono) {
	c.phase = dialling
	c.dial = dial{nonce: c.cfg.Nonce(), next: now}
	c.link.Reset(c.cfg.Streamer, 0)
	c.poll.stop()
	c.reports.reset()
}

// tickDial repeats the Hello until it is answered or there is no hope.
func (c *Core) tickDial(now units.Mono, out machine.Output) {
	if c.dial.deadline == 0 {
		c.dial.deadline = now.Add(c.cfg.DialFor)
	}
	c.latchDue(now, out)
	if now >= c.dial.deadline {
		err := fmt.Errorf("%w at %s within %s", ErrNoAnswer, c.cfg.Streamer, c.cfg.DialFor)
		c.end(now, farewell{reason: err.Error(), err: err}, out)
		return
	}
	if now < c.dial.next {
		return
	}
	h := wire.Hello{
		MinVersion: wire.Version, MaxVersion: wire.Version,
		Datagram: uint16(c.cfg.Datagram), Period: c.cfg.Period, Nonce: c.dial.nonce,
	}
	c.link.Finish(out, wire.KindHello, h.Append(c.link.Begin(wire.KindHello)))
	c.dial.next = now.Add(helloEvery)
}

// onWelcome opens the session, or ends where the streamer refuses.
func (c *Core) onWelcome(now units.Mono, body []byte, out machine.Output) {
	w, err := wire.ParseWelcome(body)
	if err != nil {
		c.stats.Refused.Malformed++
		return
	}
	if c.phase != dialling || w.Nonce != c.dial.nonce {
		return // an answer to an older or repeated Hello
	}
	if w.Verdict != wire.Accepted {
		err := fmt.Errorf("%w: %s (it speaks version %d, this client %d)", ErrRefused, w.Verdict, w.Version, wire.Version)
		if w.Verdict == wire.RefusedBusy {
			err = fmt.Errorf("%w: %s", ErrRefused, w.Verdict)
		}
		c.end(now, farewell{reason: err.Error(), err: err}, out)
		return
	}
	c.open(now, w, out)
}

func (c *Core) open(now units.Mono, w wire.Welcome, out machine.Output) {
	c.phase, c.stream, c.heard = streaming, w, now
	c.link.Reset(c.cfg.Streamer, w.Session)
	c.control = reliable.New(reliable.Config{})
	c.frames = jitter.New(jitter.Config{
		Payload:  int(w.Datagram) - wire.ShardOverhead,
		MaxFrame: units.ByteCount(w.MaxFrame),
		Patience: max(jitter.DefaultPatience, framesOfPatience*w.Period),
		Carrier:  fec.Choose(c.cfg.Elide),
	})
	c.gate = gate{ask: units.Never, suspect: units.Never}
	c.decoding.reset()
	c.poll.start(now, c.cfg.Horizon)
	out.Do(&Configure{Stream: w})
}

// tickControl moves the reliable channel on.
func (c *Core) tickControl(now units.Mono, out machine.Output) {
	for range 4 { // the channel's own window bounds it further
		m, ok := c.control.Pull(now)
		if !ok {
			break
		}
		c.link.Finish(out, wire.KindControl, m.Append(c.link.Begin(wire.KindControl)))
	}
}

// tickLife ends a session that has died, and one that has said goodbye.
func (c *Core) tickLife(now units.Mono, out machine.Output) {
	switch {
	case c.phase == leaving && now >= c.leaveAt:
		c.end(now, c.farewell, out)
	case c.phase == streaming && now >= c.heard.Add(c.cfg.Patience):
		err := fmt.Errorf("%w for %s", ErrSilent, c.cfg.Patience)
		c.end(now, farewell{reason: err.Error(), err: err}, out)
	case c.phase == streaming && c.control.Err() != nil: // it sends, but hears nothing of what must not be lost
		err := fmt.Errorf("%w: %w", ErrSilent, c.control.Err())
		c.end(now, farewell{reason: err.Error(), err: err}, out)
	}
}

// leave says goodbye and waits for the streamer to answer, so that the last frames are still shown and reported.
func (c *Core) leave(now units.Mono, f farewell, out machine.Output) {
	switch c.phase {
	case dialling:
		c.end(now, f, out)
	case streaming:
		c.phase, c.farewell, c.leaveAt = leaving, f, now.Add(leaveFor)
		c.queue(wire.Message{Kind: wire.MessageBye, Reason: f.reason})
		c.tickControl(now, out)
	}
}

// queue puts a message on the reliable channel. A full channel means that the peer is not answering: the session's
// patience will end it.
func (c *Core) queue(m wire.Message) {
	var buf [wire.MaxControl]byte
	if err := c.control.Queue(m.Append(buf[:0])); err != nil {
		c.stats.ControlFull++
	}
}

// onControl takes a datagram of the reliable channel.
func (c *Core) onControl(now units.Mono, body []byte, out machine.Output) {
	m, err := wire.ParseControl(body)
	if err != nil {
		c.stats.Refused.Malformed++
		return
	}
	c.control.Handle(now, m, func(message []byte) { c.onMessage(now, message, out) })
	if c.phase == streaming || c.phase == leaving {
		c.tickControl(now, out)
	}
}

func (c *Core) onMessage(now units.Mono, message []byte, out machine.Output) {
	m, err := wire.ParseMessage(message)
	switch {
	case c.phase == ended: // by a message before, of the same datagram
	case err != nil:
		c.stats.Refused.Malformed++
	case m.Kind == wire.MessageBye:
		f := c.farewell
		if c.phase != leaving {
			f = farewell{reason: m.Reason}
		}
		c.control.Acknowledge()
		c.tickControl(now, out)
		c.end(now, f, out)
	default:
		c.stats.Refused.Unexpected++
	}
}

// end lets everything go and tells the shell.
func (c *Core) end(now units.Mono, f farewell, out machine.Output) {
	if c.phase == ended {
		return
	}
	c.presenter.Stop(c.sink(out))
	c.abandonDecoding(out)
	c.sendFeedback(out)
	c.phase = ended
	c.poll.stop()
	out.Do(&Ended{Reason: f.reason, Err: f.err})
}
