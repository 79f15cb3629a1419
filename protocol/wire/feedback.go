package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"airbridge/units"
)

// ReportSize is the length of one Report, MaxReports the most that one Feedback carries.
const (
	ReportSize = 48
	MaxReports = 16
)

// Outcome is how a frame ended at the client. Exactly one is true of every frame.
type Outcome uint8

// The outcomes. Skipped is the streamer's own (rendered, never encoded) and never stands on the wire.
const (
	// Displayed: latched for its intended slot.
	Displayed Outcome = iota + 1
	// Late: decoded after its slot's latch.
	Late
	// Replaced: decodable, but a newer frame superseded it.
	Replaced
	// Lost: never decodable.
	Lost
	// Skipped: rendered, never encoded.
	Skipped
	outcomeEnd
)

var outcomeNames = [...]string{"unknown", "displayed", "late", "replaced", "lost", "skipped"}

// String names the outcome.
func (o Outcome) String() string {
	if o < outcomeEnd {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome %d", uint8(o))
}

// Report is what the client knows of one frame: frame u32, outcome u8, flags u8, repaired u16, sent u32, zero u32, received
// i64, then recovered, decode start, decoded, latched and displayed as u32 nanoseconds after received, margin i32 ns. A
// stage that never happened repeats the one before it.
type Report struct {
	// Frame is the frame, Outcome how it ended.
	Frame   units.FrameID
	Outcome Outcome
	// ShownLate goes with Late: the frame was shown after all, in a later slot, because nothing newer had come.
	ShownLate bool
	// Repaired is how many of its data shards did not come and were recovered from parity.
	Repaired uint16
	// Sent is the Sent field of the last datagram the frame needed.
	Sent uint32
	// Received is when that datagram arrived, on the client's clock.
	Received units.PeerMono
	// Recovered, DecodeStart, Decoded, Latched and Displayed are times after Received, each at least the one before, at
	// most 4.29 s.
	Recovered, DecodeStart, Decoded, Latched, Displayed time.Duration
	// Margin is how long before the latch of its slot the frame was decoded; negative where it was late.
	Margin time.Duration
}

// Append appends the report to dst. Times beyond their range are clamped.
func (r Report) Append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(r.Frame))
	var flags byte
	if r.ShownLate {
		flags = 1
	}
	dst = append(dst, byte(r.Outcome), flags)
	dst = binary.BigEndian.AppendUint16(dst, r.Repaired)
	dst = binary.BigEndian.AppendUint32(dst, r.Sent)
	dst = binary.BigEndian.AppendUint32(dst, 0)
	dst = appendStamp(dst, r.Received)
	for _, d := range []time.Duration{r.Recovered, r.DecodeStart, r.Decoded, r.Latched, r.Displayed} {
		dst = binary.BigEndian.AppendUint32(dst, uint32(min(max(d, 0), math.MaxUint32)))
	}
	return binary.BigEndian.AppendUint32(dst, uint32(int32(min(max(r.Margin, math.MinInt32), math.MaxInt32))))
}

func parseReport(b []byte) (Report, error) {
	since := func(at int) time.Duration { return time.Duration(binary.BigEndian.Uint32(b[at:])) }
	r := Report{
		Frame:     units.FrameID(binary.BigEndian.Uint32(b)),
		Outcome:   Outcome(b[4]),
		ShownLate: b[5] == 1,
		Repaired:  binary.BigEndian.Uint16(b[6:]),
		Sent:      binary.BigEndian.Uint32(b[8:]),
		Received:  readStamp(b[16:]),
		Recovered: since(24), DecodeStart: since(28), Decoded: since(32), Latched: since(36), Displayed: since(40),
		Margin: time.Duration(int32(binary.BigEndian.Uint32(b[44:]))),
	}
	ordered := r.Recovered <= r.DecodeStart && r.DecodeStart <= r.Decoded && r.Decoded <= r.Latched && r.Latched <= r.Displayed
	zero := binary.BigEndian.Uint32(b[12:]) == 0
	known := r.Outcome >= Displayed && r.Outcome <= Lost && b[5] <= 1 && (!r.ShownLate || r.Outcome == Late)
	if r.Frame == 0 || !known || !zero || !ordered {
		return Report{}, ErrField
	}
	return r, nil
}

// Feedback carries reports that the streamer has not acknowledged, oldest first: count u8, zero u8 x3, then the reports.
type Feedback struct{ reports []byte }

// ParseFeedback reads what follows a Header of KindFeedback and verifies every report.
func ParseFeedback(body []byte) (Feedback, error) {
	if len(body) < 4 {
		return Feedback{}, ErrTruncated
	}
	n := int(body[0])
	if n == 0 || n > MaxReports || body[1]|body[2]|body[3] != 0 {
		return Feedback{}, ErrField
	}
	reports := body[4:]
	if len(reports) != n*ReportSize {
		return Feedback{}, ErrTruncated
	}
	for i := range n {
		if _, err := parseReport(reports[i*ReportSize:]); err != nil {
			return Feedback{}, err
		}
	}
	return Feedback{reports}, nil
}

// Len returns how many reports there are, 1 to MaxReports.
func (f Feedback) Len() int { return len(f.reports) / ReportSize }

// At returns report i.
func (f Feedback) At(i int) Report {
	r, err := parseReport(f.reports[i*ReportSize:])
	if err != nil {
		panic("wire: a verified report does not parse")
	}
	return r
}

// AppendFeedback appends a feedback of reports, of which there must be 1 to MaxReports.
func AppendFeedback(dst []byte, reports []Report) []byte {
	if len(reports) == 0 || len(reports) > MaxReports {
		panic(fmt.Sprintf("wire: feedback of %d reports", len(reports)))
	}
	dst = append(dst, byte(len(reports)), 0, 0, 0)
	for _, r := range reports {
		dst = r.Append(dst)
	}
	return dst
}
