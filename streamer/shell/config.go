// Package shell runs a streamer.Core on this host: its socket, its source and its encoder. It decides nothing; each
// device is a goroutine that obeys the core's requests and answers through the mailbox.
package shell

import (
	"log/slog"

	"airbridge/internal/av"
	"airbridge/protocol/link"
	"airbridge/streamer"
	"airbridge/streamer/source"
	"airbridge/transport"
	"airbridge/units"
)

// Encoder is what the shell needs of an encoder; *av.Encoder is one.
type Encoder interface {
	// Encode returns the access unit of a frame, valid until the next call.
	Encode(f *av.Frame, pts int64, idr bool) (av.Packet, error)
	// SetBitrate changes the rate from the next frame on.
	SetBitrate(rate units.Bitrate) error
}

// Config is what a streamer's shell is made of. The caller opens the parts and closes them after Run.
type Config struct {
	// Core is the core's configuration.
	Core streamer.Config
	// Socket and Clock are the host's.
	Socket *transport.Socket
	Clock  *transport.Clock
	// Source and Encoder are the devices.
	Source  source.Source
	Encoder Encoder
	// Realtime asks for the real-time scheduling class for the pump.
	Realtime bool
	// Log takes a line for each event of a session.
	Log *slog.Logger
	// Progress, where set, is called about once a second on the pump's goroutine: it must not block.
	Progress func(*streamer.Progress)
	// Session, where set, is called on the pump's goroutine when a session has ended.
	Session func(*streamer.Ended, *streamer.Results)
	// Drawn, where set, sees every frame the source finished, on the source's goroutine. It takes a reference of its own
	// to keep one.
	Drawn func(id units.FrameID, f *av.Frame)
}

// Result is what a shell has to tell when it has ended.
type Result struct {
	// Results are the books of the last session; nil where there was none.
	Results *streamer.Results
	// Err is why the last session ended against the user's will.
	Err error
	// Reason says in words why it ended.
	Reason string
	// Refused counts dropped datagrams, TraceHash is the core's trace.
	Refused   link.Refused
	TraceHash uint64
	// Scheduling says how the pump was scheduled.
	Scheduling string
}
