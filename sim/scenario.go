// Package sim puts laboratories together: hosts with clocks that drift and systems that wake late, devices as they behave
// in truth, and a link between them, around the very cores that the programs run. Its folders hold the models; this one
// says what a scenario is, builds its hosts, runs them in the event lab, and sums up what came of it.
package sim

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/sim/clock"
	"airbridge/sim/decoder"
	"airbridge/sim/display"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/head"
	"airbridge/sim/wake"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// Defaults of a Scenario and a Session.
const (
	DefaultDuration = 60 * time.Second
	DefaultFPS      = 72
	DefaultBitrate  = 72 * units.Mbps
	DefaultLatency  = "tail:0.2%"
	DefaultRecovery = "idr"
)

// Bounds of a Scenario.
const (
	maxDuration = 31 * 24 * time.Hour
	maxSessions = 64
	minFPS      = 10
	maxFPS      = 500
)

// Scenario is everything that decides a run: two runs of equal scenarios are equal to the bit.
type Scenario struct {
	// Name is for people and records.
	Name string
	// Seed feeds all random streams.
	Seed uint64
	// Duration is how long is streamed, by the streamers' clocks. Default DefaultDuration, 1 s to 31 days.
	Duration time.Duration
	// Link makes the link between the hosts from the seed; required. LinkName is what it is called.
	Link     func(seed uint64) (netem.Medium, error)
	LinkName string
	// Sessions are the pairs of hosts that share the link. Default one.
	Sessions []Session
	// FullPayload carries every byte of every frame, and verifies them in the decoder; otherwise payload is elided. The
	// trace is the same.
	FullPayload bool
}

// Session is a streamer and a client.
type Session struct {
	// Starts is when the two are switched on; Stops less Starts is how long the streamer streams, by its clock and from the
	// moment on at which the two have found each other; zero, or more than the run: until the run ends.
	Starts, Stops time.Duration
	// FPS is the refresh rate of the display and of the source. Default DefaultFPS.
	FPS float64
	// Bitrate is what the encoder is set to. Default DefaultBitrate.
	Bitrate units.Bitrate
	// Width and Height are the coded picture's size. Default 1920x1080.
	Width, Height int
	// Slices is the most slices of a frame. Default: the core's.
	Slices int
	// Latency and Recovery describe the controllers, as on the command line.
	Latency, Recovery string
	// ECN is the field of the packets sent, netem.NotECT to netem.ECT0.
	ECN uint8
	// Streamer and Client are the two hosts.
	Streamer, Client Host
	// Observe, where set, sees every frame of the session once its outcome is known.
	Observe func(f *statistics.Frame, o statistics.Offset)
	// Game, Encoder, Decoder, Display and Head are the devices. The zero value of each is documented there; a decoder
	// without latency is decoder.Headset. Names, seeds, sizes and rates are the lab's to choose.
	Game    game.Config
	Encoder encoder.Config
	Decoder decoder.Config
	Display display.Config
	Head    head.Config
}

// Host is a computer: its clock and its system.
type Host struct {
	// Clock is its clock. Default: one that is 10 ppm too fast for a streamer, 20 ppm too slow for a client, both within
	// what crystals are, and wanders a little. Seed and Name are the lab's to choose.
	Clock *clock.Config
	// Wake is how late its system is. Default: wake.PC for a streamer, wake.Headset for a client.
	Wake *wake.Profile
}

// Drifting returns a clock that shows offset at the beginning and is too fast by ppm millionths, on top of which it wanders
// as a crystal does that warms up.
func Drifting(offset time.Duration, ppm float64) *clock.Config {
	return &clock.Config{Offset: offset, PPB: int64(ppm * 1000), WanderPPB: 300}
}

// The two profiles of computers, read once: they come from a file.
var pc, headset = wake.PC(), wake.Headset()

// Length returns how long the scenario streams.
func (s Scenario) Length() time.Duration { return cmp.Or(s.Duration, DefaultDuration) }

// withDefaults fills in what was left open.
func (s Scenario) withDefaults() Scenario {
	s.Duration = s.Length()
	if len(s.Sessions) == 0 {
		s.Sessions = []Session{{}}
	}
	sessions := make([]Session, len(s.Sessions))
	for i, v := range s.Sessions {
		sessions[i] = v.withDefaults()
	}
	s.Sessions = sessions
	return s
}

func (s Session) withDefaults() Session {
	s.FPS = cmp.Or(s.FPS, DefaultFPS)
	s.Bitrate = cmp.Or(s.Bitrate, DefaultBitrate)
	if s.Width == 0 && s.Height == 0 {
		s.Width, s.Height = 1920, 1080
	}
	s.Latency = cmp.Or(s.Latency, DefaultLatency)
	s.Recovery = cmp.Or(s.Recovery, DefaultRecovery)
	if s.Decoder.Latency == (decoder.Latency{}) {
		s.Decoder.Latency = decoder.Headset()
	}
	s.Streamer = s.Streamer.or(Host{Drifting(5*time.Second, 10), &pc})
	s.Client = s.Client.or(Host{Drifting(77*time.Second, -20), &headset})
	return s
}

func (h Host) or(d Host) Host {
	return Host{Clock: cmp.Or(h.Clock, d.Clock), Wake: cmp.Or(h.Wake, d.Wake)}
}

// Validate returns all faults at once.
func (s Scenario) Validate() error {
	s = s.withDefaults()
	var faults []error
	if s.Link == nil {
		faults = append(faults, errors.New("there is no link"))
	}
	if s.Duration < time.Second || s.Duration > maxDuration {
		faults = append(faults, fmt.Errorf("duration %s: want 1s to %s", s.Duration, maxDuration))
	}
	if len(s.Sessions) > maxSessions {
		faults = append(faults, fmt.Errorf("%d sessions: want %d at most", len(s.Sessions), maxSessions))
	}
	for i := range s.Sessions {
		if err := s.validate(i); err != nil {
			faults = append(faults, fmt.Errorf("session %d: %w", i+1, err))
		}
	}
	return errors.Join(faults...)
}

// validate returns all faults of a session.
func (s *Scenario) validate(i int) error {
	v, run := &s.Sessions[i], s.Duration
	var faults []error
	if v.Starts < 0 || v.Starts >= run || v.Stops < 0 || v.Stops != 0 && v.Stops <= v.Starts {
		faults = append(faults, fmt.Errorf("from %s to %s: want a time within the run of %s", v.Starts, v.Stops, run))
	}
	if v.ECN > netem.ECT0 {
		faults = append(faults, fmt.Errorf("ECN field %d: want 0, 1 or 2", v.ECN))
	}
	if _, err := latency.Parse(v.Latency); err != nil {
		faults = append(faults, err)
	}
	if _, err := recovery.Parse(v.Recovery); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, v.Streamer.validate("streamer"), v.Client.validate("client"))
	if !(v.FPS >= minFPS && v.FPS <= maxFPS) {
		// What is built of it would only repeat the fault.
		return errors.Join(append(faults, fmt.Errorf("%g frames a second: want %d to %d", v.FPS, minFPS, maxFPS))...)
	}
	return errors.Join(append(faults, s.devices(i))...)
}

func (h Host) validate(side string) error {
	if err := errors.Join(h.Clock.Validate(), h.Wake.Validate()); err != nil {
		return fmt.Errorf("%s: %w", side, err)
	}
	return nil
}
