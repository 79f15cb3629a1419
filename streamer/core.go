// Package streamer is the PC's side of a session: Core decides when the source renders and from which pose, which frame
// is encoded, when each datagram leaves, and what became of every frame; and it owns the life cycle. It is a sans-I/O
// machine.Machine: shells own sockets, sources and encoders.
package streamer

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"airbridge/machine"
	"airbridge/protocol/link"
	"airbridge/protocol/packet"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/streamer/cadence"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/streamer/pacer"
	"airbridge/streamer/phase"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// Why a session ended against the user's will.
var (
	ErrSilent  = errors.New("the client fell silent")
	ErrEncoder = errors.New("the encoder failed")
	ErrSource  = errors.New("the source failed")
)

// Config is what a streamer needs to know.
type Config struct {
	// Width and Height are the coded picture's size, even, both eyes side by side. Required.
	Width, Height int
	// Period is the time between frames of the source. Default 1/72 s.
	Period time.Duration
	// Bitrate is what the encoder is set to when a session begins; zero leaves it as it is.
	Bitrate units.Bitrate
	// Slices is the most slices of a frame. Default 4.
	Slices int
	// Steerable says that the source starts frames when it is advised to: it is slowed down where the machine does not
	// keep up.
	Steerable bool
	// Posed says that the source renders from poses and returns them.
	Posed bool
	// SlewMax is by how much the source's rhythm may be shifted from frame to frame. Default 500 µs.
	SlewMax time.Duration
	// Datagram is the length of video datagrams, at most what the client takes. Default wire.DefaultDatagram.
	Datagram int
	// MaxFrame bounds a frame. Default six times the mean of Bitrate, packet.DefaultMaxFrame at least.
	MaxFrame units.ByteCount
	// Elide says that nobody will look at the payload: what the encoder hands over is counted and not kept, and datagrams
	// leave as machine.Burst.Elided says. Decisions are the same.
	Elide bool
	// Pace is how datagrams are spread. Its default rate is at least half above Bitrate.
	Pace pacer.Config
	// Latency is how early frames shall be ready. Default latency.Fixed(8 ms).
	Latency latency.Controller
	// Recovery is how lost datagrams are made good. Default recovery.IDR.
	Recovery recovery.Controller
	// Nonce gives a number nobody can guess, anew at every call; required. Shells take it from crypto/rand.
	Nonce func() uint64
	// Duration is how long a session lasts; zero without end.
	Duration time.Duration
	// Once ends the core with its first session.
	Once bool
	// Patience is how long a client may be silent. Default 2 s.
	Patience time.Duration
	// Observe, where set, sees every frame once its outcome is known, with the mapping of the client's clock. It keeps
	// neither and must not call back.
	Observe func(f *statistics.Frame, o statistics.Offset)
}

func (c Config) withDefaults() Config {
	if c.Nonce == nil {
		panic("streamer: Config.Nonce is required")
	}
	c.Period = cmp.Or(c.Period, time.Second/72)
	c.Slices = cmp.Or(c.Slices, 4)
	c.SlewMax = cmp.Or(c.SlewMax, 500*time.Microsecond)
	c.Datagram = cmp.Or(c.Datagram, wire.DefaultDatagram)
	c.MaxFrame = cmp.Or(c.MaxFrame, roomFor(c.Bitrate, c.Period))
	c.Pace.Rate = cmp.Or(c.Pace.Rate, max(pacer.DefaultRate, c.Bitrate*3/2))
	c.Patience = cmp.Or(c.Patience, 2*time.Second)
	if c.Recovery == nil {
		c.Recovery = recovery.IDR{}
	}
	if c.Latency == nil {
		c.Latency = latency.Fixed(8 * time.Millisecond)
	}
	return c
}

// roomFor is the longest frame to expect of an encoder: an IDR after a quiet stretch is several times the mean.
func roomFor(rate units.Bitrate, period time.Duration) units.ByteCount {
	const peak = 6
	mean := units.ByteCount(float64(rate) / 8 * period.Seconds())
	return min(max(packet.DefaultMaxFrame, peak*mean), wire.MaxFrameLimit)
}

// Validate returns all faults of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	if c.Width <= 0 || c.Height <= 0 || c.Width%2 != 0 || c.Height%2 != 0 || c.Width > 1<<15 || c.Height > 1<<15 {
		faults = append(faults, fmt.Errorf("size %dx%d: want even numbers from 2 to 32768", c.Width, c.Height))
	}
	if c.Period != 0 && (c.Period < time.Millisecond || c.Period > time.Second) {
		faults = append(faults, fmt.Errorf("frame period %s: want 1ms to 1s", c.Period))
	}
	if c.Slices < 0 || c.Slices > wire.MaxSlices {
		faults = append(faults, fmt.Errorf("%d slices: want 1 to %d", c.Slices, wire.MaxSlices))
	}
	if c.SlewMax < 0 || c.Duration < 0 || c.Patience < 0 {
		faults = append(faults, fmt.Errorf("slew %s, duration %s, patience %s: want none negative", c.SlewMax, c.Duration, c.Patience))
	}
	if err := (packet.Config{Datagram: c.Datagram, MaxFrame: c.MaxFrame}).Validate(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// stage is where the session is.
type stage uint8

const (
	listening stage = iota // nobody is there
	welcomed               // a Hello was answered; the address is not proven yet
	streaming              // frames flow
	draining               // the source is halted, the last frames are on their way
	parting                // Bye is under way
	ended
)

// Core is the streamer's machine. It is not safe for concurrent use: one driver owns it.
type Core struct {
	cfg   Config
	stage stage
	peer  peer
	link  link.Link

	control *reliable.Channel
	packets packet.Packetizer
	pacer   *pacer.Pacer
	lock    *phase.Lock
	cadence *cadence.Cadence
	poses   poses
	render  render
	encode  encode
	ping    ping
	results *Results
	history *statistics.History
	clock   statistics.ClockMap

	stopAt    units.Mono // when the session's duration is over
	until     units.Mono // when draining or parting gives up waiting
	nextTell  units.Mono // when progress is told next
	farewell  farewell
	refusals  link.Refused
	lastGauge gauge
	request   requests
}

// requests are the requests of every frame, re-used: what they say is valid during the call only.
type requests struct {
	track   Track
	advice  Advice
	encode  Encode
	release Release
}

// farewell is why the session ends.
type farewell struct {
	reason string
	err    error
}

// New returns a core that waits for a client. The configuration must be valid.
func New(cfg Config) *Core {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("streamer: %v", err))
	}
	return &Core{cfg: cfg.withDefaults()}
}

// Refused returns how many datagrams were dropped so far, and why.
func (c *Core) Refused() link.Refused { return c.refusals }

// Done says that the core has ended for good: nothing will happen any more.
func (c *Core) Done() bool { return c.stage == ended }

// Handle takes one input.
func (c *Core) Handle(now units.Mono, in machine.Event, out machine.Output) {
	switch in := in.(type) {
	case *machine.Datagram:
		c.onDatagram(now, in, out)
	case *RenderStarted:
		c.onRenderStarted(now, in, out)
	case *Rendered:
		c.onRendered(now, in, out)
	case *SliceEncoded:
		c.onSlice(now, in, out)
	case *EncoderFailed:
		c.onEncoderFailed(now, in, out)
	case *Reconfigured:
		c.encode.rate = in.Bitrate
	case *SourceEnded:
		c.onSourceEnded(now, in, out)
	case *Stop:
		c.onStop(now, in, out)
	}
}

// Tick does what is due at now; of bursts, one.
func (c *Core) Tick(now units.Mono, out machine.Output) {
	if c.stage == listening || c.stage == ended {
		return
	}
	c.tickLife(now, out)
	if c.stage < streaming || c.stage == ended {
		return
	}
	c.tickPacer(now, out)
	c.tickPing(now, out)
	c.tickControl(now, out)
	c.tickHistory(now)
	c.tickProgress(now, out)
}

// Deadline is the earliest instant at which something is due.
func (c *Core) Deadline() units.Mono {
	switch c.stage {
	case listening, ended:
		return units.Never
	case welcomed:
		return c.peer.heard.Add(c.cfg.Patience)
	}
	d := min(c.peer.heard.Add(c.cfg.Patience), c.ping.next, c.control.Deadline(), c.nextTell, c.history.Deadline())
	if n, _ := c.packets.Ready(); n > 0 {
		d = min(d, c.pacer.Next())
	}
	if c.stage == streaming {
		d = min(d, c.stopAt)
	}
	if c.stage >= draining {
		d = min(d, c.until)
	}
	if c.over() {
		d = min(d, c.results.Ended) // at once
	}
	return d
}

// tickPacer sends the next burst where the path is ready for it.
func (c *Core) tickPacer(now units.Mono, out machine.Output) {
	if n, _ := c.packets.Ready(); n == 0 || now < c.pacer.Next() {
		return
	}
	count := c.pacer.Budget(c.peer.datagram)
	b := c.packets.Take(now, c.link.Sent()+1, count, maxSlab)
	c.link.Take(b.Count)
	c.pacer.Sent(now, b.Count, b.Bytes())
	c.results.Sent.Datagrams += uint64(b.Count)
	c.results.Sent.Bytes += uint64(b.Bytes())
	if b.Parity {
		c.results.Sent.Parity += uint64(b.Count)
	}
	c.history.Sent(now, b.Frame)
	out.Send(machine.Burst{
		To: c.link.Peer, DSCP: wire.KindShard.DSCP(), Size: b.Size, Slab: b.Slab, Elided: b.Elided, LastElided: b.LastElided,
	})
}

// maxSlab is the most bytes of one segmentation-offload call: the longest UDP payload over IPv4.
const maxSlab = 65507
