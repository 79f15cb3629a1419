// Package reliable is a small channel that delivers messages once and in order over datagrams that may be lost, repeated
// or reordered: requests for an IDR, goodbyes, and whatever a session must not lose. It is meant for a few messages a
// second, not for bulk.
//
// Each datagram carries one message and acknowledges all messages received in order so far. A message is sent again when
// its own timer runs out, which backs off (RFC 6298 §5.5); what arrives ahead of a missing message waits for it.
package reliable

import (
	"errors"
	"fmt"
	"math"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	// MaxQueue bounds the messages that are queued and not acknowledged.
	MaxQueue = 64
	// Window bounds how many of them are in flight, and how far ahead of the next in order the receiver accepts one.
	Window = 16
)

// Why a message was not queued.
var (
	// ErrFull: MaxQueue messages wait already.
	ErrFull = errors.New("reliable: queue is full")
	// ErrSize: the message is empty or longer than wire.MaxControl.
	ErrSize = errors.New("reliable: message of a length that cannot be sent")
	// ErrDead: the peer has acknowledged nothing for too long.
	ErrDead = errors.New("reliable: peer does not acknowledge")
)

// Config says how patient a channel is.
type Config struct {
	// Dead is how long the peer may acknowledge nothing new of what is in flight. Default 10 s.
	Dead time.Duration
	// AckDelay is how long an acknowledgement may wait for a message to ride on. Default and most: 5 ms.
	AckDelay time.Duration
}

// DefaultDead and DefaultAckDelay are the defaults of Config.
const (
	DefaultDead     = 10 * time.Second
	DefaultAckDelay = 5 * time.Millisecond
)

// Stats counts what happened since New.
type Stats struct {
	// Sent counts messages sent for the first time, Resent all repetitions, Acks datagrams that only acknowledge.
	Sent, Resent, Acks uint64
	// Delivered counts messages delivered, Duplicates those that came again.
	Delivered, Duplicates uint64
	// OutOfWindow counts messages too far ahead, BadAcks acknowledgements of what was never sent. Neither comes from an
	// honest peer.
	OutOfWindow, BadAcks uint64
}

// Channel is one end of the channel, both sender and receiver. It never allocates after New. It is not safe for
// concurrent use; a core owns it.
type Channel struct {
	cfg   Config
	now   units.Mono // latest instant seen
	dead  bool
	stats Stats
	rtt   estimator

	// Sender: messages base to next-1 are queued, those before sent are in flight.
	base, sent, next uint32
	outgoing         [MaxQueue]outgoing
	progress         units.Mono // when the peer last acknowledged something new, or had nothing to

	// Receiver: all messages up to received were delivered.
	received uint32
	early    [Window]message
	ackBy    units.Mono // when the acknowledgement is due
}

// message is the bytes of a message; length is zero where there is none.
type message struct {
	length int
	buf    [wire.MaxControl]byte
}

func (m *message) set(b []byte)  { m.length = copy(m.buf[:], b) }
func (m *message) bytes() []byte { return m.buf[:m.length] }

// outgoing is a message that is not acknowledged yet.
type outgoing struct {
	message
	first units.Mono // when it was first sent
	due   units.Mono // when to send it again
	tries int        // how often it was sent
}

// New makes a channel. Both ends of a session begin with a new one.
func New(cfg Config) *Channel {
	if cfg.Dead <= 0 {
		cfg.Dead = DefaultDead
	}
	if cfg.AckDelay <= 0 || cfg.AckDelay > DefaultAckDelay {
		cfg.AckDelay = DefaultAckDelay
	}
	return &Channel{cfg: cfg, now: math.MinInt64, base: 1, sent: 1, next: 1, ackBy: units.Never}
}

// Queue takes a message to deliver. It copies m. Pull sends it.
func (c *Channel) Queue(m []byte) error {
	switch {
	case len(m) == 0 || len(m) > wire.MaxControl:
		return fmt.Errorf("message of %d bytes: %w", len(m), ErrSize)
	case c.dead || c.next == math.MaxUint32: // nobody lives to see the numbers end
		return ErrDead
	case c.next-c.base >= MaxQueue:
		return ErrFull
	}
	o := c.slot(c.next)
	o.message.set(m)
	o.tries = 0
	c.next++
	return nil
}

// Pending returns how many messages are queued and not acknowledged.
func (c *Channel) Pending() int { return int(c.next - c.base) }

// Err returns ErrDead once the peer has acknowledged nothing for too long; the channel then sends nothing more.
func (c *Channel) Err() error {
	if c.dead {
		return ErrDead
	}
	return nil
}

// Stats returns what happened so far.
func (c *Channel) Stats() Stats { return c.stats }

// HintRTT tells the channel the path's round-trip time where another measurement knows it: the first repetitions need not
// wait for its own.
func (c *Channel) HintRTT(rtt time.Duration) { c.rtt.hint = max(rtt, 0) }

// Acknowledge makes the next Pull acknowledge what was received, without waiting for a message to ride on.
func (c *Channel) Acknowledge() { c.ackBy = min(c.ackBy, c.now) }

func (c *Channel) slot(seq uint32) *outgoing { return &c.outgoing[seq%MaxQueue] }
