package wire

import (
	"encoding/binary"

	"airbridge/units"
)

// PingSize and PongSize are the lengths of a Ping and a Pong.
const (
	PingSize = 8
	PongSize = 24
)

// Ping asks the client for its clock: sent i64, nanoseconds of the streamer's clock.
type Ping struct{ Sent units.PeerMono }

// Pong answers: the ping's stamp, when the ping arrived and when the pong left, the latter two on the client's clock.
type Pong struct{ Sent, Received, Returned units.PeerMono }

// ParsePing reads what follows a Header of KindPing.
func ParsePing(body []byte) (Ping, error) {
	if len(body) != PingSize {
		return Ping{}, ErrTruncated
	}
	return Ping{readStamp(body)}, nil
}

// Append appends the message to dst.
func (p Ping) Append(dst []byte) []byte { return appendStamp(dst, p.Sent) }

// ParsePong reads what follows a Header of KindPong.
func ParsePong(body []byte) (Pong, error) {
	if len(body) != PongSize {
		return Pong{}, ErrTruncated
	}
	p := Pong{readStamp(body), readStamp(body[8:]), readStamp(body[16:])}
	if p.Returned < p.Received {
		return Pong{}, ErrField
	}
	return p, nil
}

// Append appends the message to dst.
func (p Pong) Append(dst []byte) []byte {
	dst = appendStamp(dst, p.Sent)
	dst = appendStamp(dst, p.Received)
	return appendStamp(dst, p.Returned)
}

// readStamp reads an instant of the sender's clock, i64 nanoseconds.
func readStamp(b []byte) units.PeerMono { return units.PeerMono(binary.BigEndian.Uint64(b)) }

func appendStamp(dst []byte, m units.PeerMono) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(m))
}
