package wire

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"airbridge/units"
)

// MessageKind says what a message of the reliable channel is: its first byte.
type MessageKind uint8

// The messages of the reliable channel.
const (
	// MessageRefresh asks for an IDR.
	MessageRefresh MessageKind = iota + 1
	// MessageBye ends the session.
	MessageBye
)

// Message is one message of the reliable channel. Which fields say something depends on Kind.
type Message struct {
	Kind MessageKind
	// After, of a refresh: the newest frame that the client had heard of. An IDR after it answers the wish already. u32.
	After units.FrameID
	// Reason, of a bye: why, in words for a person. Up to MaxReason bytes of UTF-8.
	Reason string
}

// MaxReason bounds the reason of a bye, in bytes.
const MaxReason = MaxControl - 1

// ParseMessage reads a message. The reason of a bye is a copy.
func ParseMessage(b []byte) (Message, error) {
	if len(b) == 0 {
		return Message{}, ErrTruncated
	}
	m := Message{Kind: MessageKind(b[0])}
	switch m.Kind {
	case MessageRefresh:
		if len(b) != 5 {
			return Message{}, ErrTruncated
		}
		m.After = units.FrameID(binary.BigEndian.Uint32(b[1:]))
	case MessageBye:
		if len(b)-1 > MaxReason || !utf8.Valid(b[1:]) {
			return Message{}, ErrField
		}
		m.Reason = string(b[1:])
	default:
		return Message{}, ErrKind
	}
	return m, nil
}

// Append appends the message to dst. A reason that is not UTF-8 is mended, one that is too long is cut at a rune's end.
func (m Message) Append(dst []byte) []byte {
	dst = append(dst, byte(m.Kind))
	switch m.Kind {
	case MessageRefresh:
		return binary.BigEndian.AppendUint32(dst, uint32(m.After))
	case MessageBye:
		reason := strings.ToValidUTF8(m.Reason, string(utf8.RuneError))
		for len(reason) > MaxReason {
			_, size := utf8.DecodeLastRuneInString(reason)
			reason = reason[:len(reason)-size]
		}
		return append(dst, reason...)
	}
	return dst
}
