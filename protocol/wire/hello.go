package wire

import (
	"encoding/binary"
	"time"
)

// HelloSize is the length of a Hello, padding included: no Welcome is longer, so that an address which is not proven
// yet cannot be flooded with our answers.
const HelloSize = 64

// Hello asks a streamer for a session: lowest and highest version u8, datagram size u16, period u32 (ns), nonce u64,
// padding up to HelloSize, which is sent as zeros and ignored: a later version may use it.
type Hello struct {
	// MinVersion and MaxVersion are the versions of the wire format the client speaks, from 1.
	MinVersion, MaxVersion uint8
	// Datagram is the longest UDP payload the client takes, MinDatagram to MaxDatagram.
	Datagram uint16
	// Period is the display's refresh period, 1 ms to 1 s.
	Period time.Duration
	// Nonce is chosen anew for every session and repeated when the Hello is: it tells a repetition from a new wish.
	Nonce uint64
}

// ParseHello reads what follows a Header of KindHello.
func ParseHello(body []byte) (Hello, error) {
	if len(body) != HelloSize {
		return Hello{}, ErrTruncated
	}
	h := Hello{
		MinVersion: body[0], MaxVersion: body[1],
		Datagram: binary.BigEndian.Uint16(body[2:]),
		Period:   time.Duration(binary.BigEndian.Uint32(body[4:])),
		Nonce:    binary.BigEndian.Uint64(body[8:]),
	}
	if h.MinVersion == 0 || h.MinVersion > h.MaxVersion || h.Datagram < MinDatagram || h.Datagram > MaxDatagram || !validPeriod(h.Period) {
		return Hello{}, ErrField
	}
	return h, nil
}

func validPeriod(d time.Duration) bool { return d >= time.Millisecond && d <= time.Second }

// Append appends the message to dst.
func (h Hello) Append(dst []byte) []byte {
	end := len(dst) + HelloSize
	dst = append(dst, h.MinVersion, h.MaxVersion)
	dst = binary.BigEndian.AppendUint16(dst, h.Datagram)
	dst = binary.BigEndian.AppendUint32(dst, uint32(h.Period))
	dst = binary.BigEndian.AppendUint64(dst, h.Nonce)
	for len(dst) < end {
		dst = append(dst, 0)
	}
	return dst
}
