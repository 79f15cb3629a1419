package streamer

import (
	"net/netip"
	"time"

	"airbridge/machine"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// tellEvery is how often progress is told.
const tellEvery = time.Second

// Results is what is known of a session. It belongs to the core while the session lasts.
type Results struct {
	// Session is the session's number.
	Session uint32
	// Began and Ended bound it: from the client's first word to the last frame begun.
	Began, Ended units.Mono
	// Frames are the frames' timelines and outcomes.
	Frames *statistics.Aggregate
	// Slowed is how long the source was slowed down, as the machine did not keep up.
	Slowed time.Duration
	// Underway is how many frames were on their way when the session ended: nobody knows what became of them, and they
	// are not counted.
	Underway int
	// Refreshes counts the client's wishes for an IDR, Unsendable the encoded frames that could not be sent: longer than
	// Config.MaxFrame, or not the IDR that was asked for.
	Refreshes, Unsendable uint64
	// ControlFull counts messages of our own that found no room in the reliable channel.
	ControlFull uint64
	// Encoded counts the encoder's output.
	Encoded struct {
		Frames, Bytes uint64
		// QPSum and QPFrames give the mean quantiser of the frames that told theirs.
		QPSum    float64
		QPFrames uint64
	}
	// Delivered counts the bytes of the frames that the client could decode.
	Delivered uint64
	// Sent counts the video datagrams; of the Datagrams, Parity carry parity.
	Sent struct{ Datagrams, Bytes, Parity uint64 }
	// Repaired counts the data shards that did not reach the client and that it recovered from parity, as it reports.
	Repaired uint64
}

func newResults(now units.Mono, session uint32, period time.Duration) *Results {
	return &Results{Session: session, Began: now, Frames: statistics.NewAggregate(period)}
}

func (r *Results) encoded(bytes int, qp float64) {
	r.Encoded.Frames++
	r.Encoded.Bytes += uint64(bytes)
	if qp > 0 {
		r.Encoded.QPSum += qp
		r.Encoded.QPFrames++
	}
}

// ParityRatio is how many parity datagrams were sent for each one of data; ok is false before any was sent.
func (r *Results) ParityRatio() (ratio float64, ok bool) {
	data := r.Sent.Datagrams - r.Sent.Parity
	if data == 0 {
		return 0, false
	}
	return float64(r.Sent.Parity) / float64(data), true
}

// Results returns the books of the session that runs, or of the last one; nil before the first.
func (c *Core) Results() *Results { return c.results }

// gauge is what was told last.
type gauge struct {
	bytes   uint64
	encoded uint64
}

// Progress tells, once a second, how a session goes.
type Progress struct {
	Session uint32
	Client  netip.AddrPort
	// Encoded and Bytes count the encoder's frames and bytes since the last Progress.
	Encoded, Bytes uint64
	// Rate is what the encoder says it works at; zero before it said so.
	Rate units.Bitrate
	// Frames are the books so far, valid during the call.
	Frames *statistics.Aggregate
}

// KindProgress is the kind of Progress.
const KindProgress = KindEnded + 1

// Kind returns KindProgress.
func (*Progress) Kind() machine.Kind { return KindProgress }

// ID returns the session.
func (p *Progress) ID() uint64 { return uint64(p.Session) }

// Fold adds the counts.
func (p *Progress) Fold(h *machine.Hash) { h.Word(p.Encoded); h.Word(p.Bytes) }

func (r *Results) since(last *gauge) *Progress {
	p := &Progress{
		Encoded: r.Encoded.Frames - last.encoded, Bytes: r.Encoded.Bytes - last.bytes,
		Frames: r.Frames,
	}
	last.bytes, last.encoded = r.Encoded.Bytes, r.Encoded.Frames
	return p
}
