package wire

import "encoding/binary"

// ControlSize is the length of the Control header; MaxControl bounds the message behind it.
const (
	ControlSize = 8
	MaxControl  = 256
)

// Control is a datagram of the reliable channel: sequence u32, acknowledged u32, then at most one message.
type Control struct {
	// Seq is the message's number, from 1 and rising by one; zero where the datagram only acknowledges.
	Seq uint32
	// Ack acknowledges all messages up to this one.
	Ack uint32
	// Message is the message's bytes (a ControlMessage), empty exactly where Seq is zero.
	Message []byte
}

// ParseControl reads what follows a Header of KindControl.
func ParseControl(body []byte) (Control, error) {
	if len(body) < ControlSize {
		return Control{}, ErrTruncated
	}
	c := Control{
		Seq:     binary.BigEndian.Uint32(body),
		Ack:     binary.BigEndian.Uint32(body[4:]),
		Message: body[ControlSize:],
	}
	if (c.Seq == 0) != (len(c.Message) == 0) || len(c.Message) > MaxControl {
		return Control{}, ErrField
	}
	return c, nil
}

// Append appends the datagram's body to dst.
func (c Control) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, c.Seq)
	dst = binary.BigEndian.AppendUint32(dst, c.Ack)
	return append(dst, c.Message...)
}
