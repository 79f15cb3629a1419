package loopback

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/streamer/statistics"
)

// streamerStarts and clientStarts are what the two hosts' clocks show when a run of Scenario begins; both then go alike.
const (
	streamerStarts = 5 * time.Second
	clientStarts   = 77 * time.Second
)

// Books is what is known of a session: what the streamer thinks, and what only somebody knows who set both clocks. The
// streamer maps the client's clock by its pings, and is wrong by half of what a ping and its answer differ in: some
// microseconds, which is what a datagram takes over loopback. Uplink and Network are by the truth. Not safe for concurrent
// use; of a session that runs it belongs to the streamer's pump.
type Books struct {
	// Frames are the streamer's own.
	Frames *statistics.Aggregate
	// Uplink and Network are those stages of all frames that completed them, on clocks that are mapped exactly.
	Uplink, Network quantile.Histogram[time.Duration]
	// Clock is by how much the streamer's mapping was wrong, whichever way, frame by frame.
	Clock quantile.Histogram[time.Duration]
}

// observe is sim.Session.Observe of a session of Scenario.
func (b *Books) observe(f *statistics.Frame, o statistics.Offset) {
	exact := statistics.NewOffset(streamerStarts-clientStarts, 0)
	if o.Known() {
		b.Clock.Record(o.Mono(0).Sub(exact.Mono(0)).Abs())
	}
	t, last := f.Timeline(exact), f.Reached()
	if f.Posed && last >= statistics.RenderStart {
		b.Uplink.Record(t.Stage(statistics.Uplink))
	}
	if last >= statistics.Received {
		b.Network.Record(t.Stage(statistics.Network))
	}
}
