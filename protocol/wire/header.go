// Package wire is the format of Airbridge's datagrams, version 1: one message a file, each with a parser that accepts
// any bytes and an appender. All integers are big-endian. docs/protocol.md says the same in words.
//
// Every datagram starts with the Header, whose Kind says what follows. Parsers of datagrams never allocate: what they
// return views the bytes they were given. Appenders write what their parser accepts, given fields in their range.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Version is the version of the wire format this package speaks.
const Version = 1

// HeaderSize is the length of the Header in bytes.
const HeaderSize = 16

// MinDatagram and MaxDatagram bound the configurable size of a datagram, in bytes of UDP payload: IPv6 promises paths
// of 1,280 bytes (RFC 8200 §5) less 48 of headers, and jumbo frames carry 9,000 less as many.
const (
	MinDatagram     = 512
	DefaultDatagram = 1400
	MaxDatagram     = 8952
)

// What parsers answer about bytes that are not a message.
var (
	ErrTruncated = errors.New("wire: datagram is truncated")
	ErrVersion   = errors.New("wire: unknown version")
	ErrKind      = errors.New("wire: unknown kind")
	ErrField     = errors.New("wire: field out of range")
)

// Kind says what a datagram carries.
type Kind uint8

// The kinds of datagrams. To the client: Shard, Welcome, Ping. To the streamer: Tracking, Feedback, Hello, Pong. Both
// ways: Control.
const (
	KindShard Kind = iota + 1
	KindTracking
	KindFeedback
	KindControl
	KindHello
	KindWelcome
	KindPing
	KindPong
	kindEnd
)

var kindNames = [...]string{"none", "shard", "tracking", "feedback", "control", "hello", "welcome", "ping", "pong"}

// String names the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Header starts every datagram: version u8, kind u8, zero u16, session u32, number u64.
type Header struct {
	// Kind says what follows.
	Kind Kind
	// Session is the number that the streamer gave the session in its Welcome; zero in Hello and Welcome themselves.
	Session uint32
	// Number counts the datagrams this sender sent in the session, from 1 and rising by one. In Hello and Welcome it says
	// nothing.
	Number uint64
}

// ParseHeader reads the header and returns what follows it.
func ParseHeader(b []byte) (h Header, body []byte, err error) {
	if len(b) < HeaderSize {
		return Header{}, nil, ErrTruncated
	}
	if b[0] != Version {
		return Header{}, nil, ErrVersion
	}
	h = Header{
		Kind:    Kind(b[1]),
		Session: binary.BigEndian.Uint32(b[4:]),
		Number:  binary.BigEndian.Uint64(b[8:]),
	}
	if h.Kind == 0 || h.Kind >= kindEnd {
		return Header{}, nil, ErrKind
	}
	if b[2] != 0 || b[3] != 0 {
		return Header{}, nil, ErrField
	}
	return h, b[HeaderSize:], nil
}

// Append appends the header to dst.
func (h Header) Append(dst []byte) []byte {
	dst = append(dst, Version, byte(h.Kind), 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, h.Session)
	return binary.BigEndian.AppendUint64(dst, h.Number)
}

// numberOffset is where Number stands in a datagram.
const numberOffset = 8

// StampNumber writes the packet number into a finished datagram: who queues datagrams numbers them as they leave.
func StampNumber(datagram []byte, number uint64) {
	binary.BigEndian.PutUint64(datagram[numberOffset:], number)
}
