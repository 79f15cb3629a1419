// Package shell runs a client.Core on this host: its socket, its decoder, its tracker and its display. It decides
// nothing; each device is a goroutine that obeys the core's requests and answers through the mailbox.
package shell

import (
	"log/slog"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/transport"
	"airbridge/units"
)

// Decoder is what the shell needs of a decoder; *av.Decoder is one.
type Decoder interface {
	// Decode returns the picture of an access unit, which the caller releases.
	Decode(unit []byte, pts int64) (*av.Frame, error)
	// Close frees the decoder.
	Close()
}

// Tracker tells where the head will be; *tracker.Head is one.
type Tracker interface {
	// Predict returns the head as measured at now, predicted for another instant.
	Predict(now, at units.Mono) (pose.Pose, pose.Motion)
}

// Config is what a client's shell is made of. The caller opens the parts and closes them after Run.
type Config struct {
	// Core is the core's configuration.
	Core client.Config
	// Socket and Clock are the host's.
	Socket *transport.Socket
	Clock  *transport.Clock
	// Tracker is the head.
	Tracker Tracker
	// OpenDecoder opens a decoder for the stream that was offered.
	OpenDecoder func(wire.Welcome) (Decoder, error)
	// Screens see what is displayed, in order, on a goroutine of their own.
	Screens []display.Screen
	// Decoded, where set, sees every access unit that was decoded, on the decoder's goroutine; valid during the call.
	Decoded func(frame units.FrameID, idr bool, unit []byte)
	// Realtime asks for the real-time scheduling class for the pump.
	Realtime bool
	// Scanout is how long before a slot's light its frame must be latched. Default 2 ms, what a headset's compositor
	// takes.
	Scanout time.Duration
	// Log takes a line for each event of a session.
	Log *slog.Logger
	// Progress, where set, is called about once a second on the pump's goroutine: it must not block.
	Progress func(*client.Statistics)
}

// Result is what a shell has to tell when it has ended.
type Result struct {
	// Statistics are the core's counters.
	Statistics client.Statistics
	// Stream is what the streamer offered.
	Stream wire.Welcome
	// Reason says in words why the session ended.
	Reason string
	// Unseen counts frames that were displayed but which the screens had no time for.
	Unseen uint64
	// TraceHash is the core's trace.
	TraceHash uint64
	// Scheduling says how the pump was scheduled.
	Scheduling string
}
