package wire

import (
	"encoding/binary"
	"fmt"
	"time"
)

// WelcomeSize is the length of a Welcome.
const WelcomeSize = 36

// Verdict is the streamer's answer to a Hello.
type Verdict uint8

// The verdicts.
const (
	// Accepted: the session is open.
	Accepted Verdict = iota + 1
	// RefusedVersion: no common version of the wire format.
	RefusedVersion
	// RefusedBusy: the streamer serves somebody else.
	RefusedBusy
	verdictEnd
)

// String says the verdict as a reason.
func (v Verdict) String() string {
	switch v {
	case Accepted:
		return "accepted"
	case RefusedVersion:
		return "no common protocol version"
	case RefusedBusy:
		return "the streamer is busy with another client"
	}
	return fmt.Sprintf("verdict %d", uint8(v))
}

// Codec names a video codec on the wire.
type Codec uint8

// CodecH264 is H.264, Annex B, parameter sets before every IDR.
const CodecH264 Codec = 1

// Welcome opens or refuses a session: verdict u8, version u8, codec u8, slices u8, session u32, nonce u64, width u16,
// height u16, period u32 (ns), datagram u16, zero u16, largest frame u32, zero u32.
type Welcome struct {
	// Verdict is the answer; where it refuses, only Version (the highest the streamer speaks) and Nonce say anything.
	Verdict Verdict
	// Version is the version to speak.
	Version uint8
	// Codec is the video codec, Slices the most slices of a frame.
	Codec  Codec
	Slices uint8
	// Session is the session's number, never zero where accepted.
	Session uint32
	// Nonce repeats the Hello's.
	Nonce uint64
	// Width and Height are the size of the coded picture, both eyes side by side, in luma samples.
	Width, Height uint16
	// Period is the time between two frames.
	Period time.Duration
	// Datagram is the length of video datagrams, which fixes the payload of a shard: Datagram - ShardOverhead.
	Datagram uint16
	// MaxFrame is the longest frame in bytes, FrameInfo included.
	MaxFrame uint32
}

// MaxFrameLimit bounds MaxFrame: far above any encoder's frame, and within 256 blocks even of the smallest datagrams.
const MaxFrameLimit = 8 << 20

// ParseWelcome reads what follows a Header of KindWelcome.
func ParseWelcome(body []byte) (Welcome, error) {
	if len(body) != WelcomeSize {
		return Welcome{}, ErrTruncated
	}
	w := Welcome{
		Verdict: Verdict(body[0]), Version: body[1], Codec: Codec(body[2]), Slices: body[3],
		Session: binary.BigEndian.Uint32(body[4:]),
		Nonce:   binary.BigEndian.Uint64(body[8:]),
		Width:   binary.BigEndian.Uint16(body[16:]), Height: binary.BigEndian.Uint16(body[18:]),
		Period:   time.Duration(binary.BigEndian.Uint32(body[20:])),
		Datagram: binary.BigEndian.Uint16(body[24:]),
		MaxFrame: binary.BigEndian.Uint32(body[28:]),
	}
	if w.Verdict == 0 || w.Verdict >= verdictEnd || body[26]|body[27]|body[32]|body[33]|body[34]|body[35] != 0 {
		return Welcome{}, ErrField
	}
	if w.Verdict != Accepted {
		return Welcome{Verdict: w.Verdict, Version: w.Version, Nonce: w.Nonce}, nil
	}
	if !w.complete() {
		return Welcome{}, ErrField
	}
	return w, nil
}

func (w Welcome) complete() bool {
	return w.Version != 0 && w.Codec == CodecH264 && w.Slices > 0 && w.Slices <= MaxSlices && w.Session != 0 &&
		w.Width > 0 && w.Height > 0 && w.Width%2 == 0 && w.Height%2 == 0 && validPeriod(w.Period) &&
		w.Datagram >= MinDatagram && w.Datagram <= MaxDatagram && w.MaxFrame > FrameInfoSize && w.MaxFrame <= MaxFrameLimit
}

// Append appends the message to dst.
func (w Welcome) Append(dst []byte) []byte {
	dst = append(dst, byte(w.Verdict), w.Version, byte(w.Codec), w.Slices)
	dst = binary.BigEndian.AppendUint32(dst, w.Session)
	dst = binary.BigEndian.AppendUint64(dst, w.Nonce)
	dst = binary.BigEndian.AppendUint16(dst, w.Width)
	dst = binary.BigEndian.AppendUint16(dst, w.Height)
	dst = binary.BigEndian.AppendUint32(dst, uint32(w.Period))
	dst = binary.BigEndian.AppendUint16(dst, w.Datagram)
	dst = append(dst, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, w.MaxFrame)
	return append(dst, 0, 0, 0, 0)
}
