package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"airbridge/client"
	"airbridge/internal/stream"
	"airbridge/machine"
	"airbridge/netem"
	"airbridge/sim/clock"
	"airbridge/sim/decoder"
	"airbridge/sim/display"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/head"
	"airbridge/sim/host"
	"airbridge/sim/wake"
	"airbridge/streamer"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/units"
)

// The ports of the two sides.
const (
	streamerPort = 9944
	clientPort   = 9945
)

// Assembly is a scenario put together and not yet run: either lab can run it, once.
type Assembly struct {
	// Scenario is what was built, defaults filled in.
	Scenario Scenario
	// Medium is the link.
	Medium netem.Medium
	// Pairs are the sessions' hosts.
	Pairs []*Pair
}

// Pair is the two hosts of a session.
type Pair struct {
	Streamer, Client Side
	core             *streamer.Core
	viewer           *client.Core
	margin           latency.Controller
	decoder          *decoder.Decoder
	ends             [netem.Dirs]bool // which sides have ended, by the direction they send
	reason           string
	err              error
}

// Side is one host.
type Side struct {
	Host  *host.Host
	Trace *machine.Trace
	Clock *clock.Clock
	Addr  netip.AddrPort
}

// Assemble builds the hosts and the link of a scenario.
func Assemble(s Scenario) (*Assembly, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	s = s.withDefaults()
	medium, err := s.Link(s.Seed)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: link: %w", s.Name, err)
	}
	a := &Assembly{Scenario: s, Medium: medium}
	for i := range s.Sessions {
		p, err := s.pair(i)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: session %d: %w", s.Name, i+1, err)
		}
		a.Pairs = append(a.Pairs, p)
	}
	return a, nil
}

func addr(side byte, session, port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, side, byte(session >> 8), byte(session + 1)}), uint16(port))
}

// pair builds the two hosts of a session.
func (s *Scenario) pair(i int) (*Pair, error) {
	p := &Pair{}
	p.Streamer.Addr, p.Client.Addr = addr(1, i, streamerPort), addr(2, i, clientPort)
	if err := s.streamer(i, p); err != nil {
		return nil, fmt.Errorf("streamer: %w", err)
	}
	s.client(i, p)
	return p, nil
}

// period is the time between two frames.
func (v *Session) period() time.Duration { return time.Duration(float64(time.Second) / v.FPS) }

func (s *Scenario) streamer(i int, p *Pair) error {
	v := &s.Sessions[i]
	var err error
	if p.margin, err = latency.Parse(v.Latency); err != nil {
		return err
	}
	repair, err := recovery.Parse(v.Recovery)
	if err != nil {
		return err
	}
	g, e := v.Game, v.Encoder
	g.Period, g.Seed, g.Name = cmp.Or(g.Period, v.period()), s.Seed, name(i, "game")
	e.Width, e.Height, e.FPS, e.Bitrate = v.Width, v.Height, int(v.FPS+0.5), v.Bitrate
	e.Slices, e.Full, e.Seed, e.Name = v.Slices, s.FullPayload, s.Seed, name(i, "encoder")
	stops := cmp.Or(v.Stops, s.Duration)
	p.core = streamer.New(streamer.Config{
		Width: v.Width, Height: v.Height, Period: v.period(), Bitrate: v.Bitrate, Slices: v.Slices,
		Steerable: g.Kind == game.Scene, Posed: g.Kind != game.Video, Latency: p.margin, Recovery: repair, Elide: !s.FullPayload,
		Nonce: stream.New(s.Seed, name(i, "streamer/nonce")).Uint64, Once: true, Duration: stops - v.Starts,
		Observe: v.Observe,
	})
	p.Streamer.build(s.Seed, v.Streamer, name(i, "streamer"), p.core, game.New(g), encoder.New(e))
	return nil
}

func (s *Scenario) client(i int, p *Pair) {
	v := &s.Sessions[i]
	d, w, h := v.Decoder, v.Display, v.Head
	d.Verify, d.Seed, d.Name = s.FullPayload, s.Seed, name(i, "decoder")
	p.decoder = decoder.New(d)
	w.Period, w.Pictures, w.Seed, w.Name = v.period(), p.decoder, s.Seed, name(i, "display")
	h.Seed = s.Seed
	p.viewer = client.New(client.Config{
		Streamer: p.Streamer.Addr, Period: v.period(), Nonce: stream.New(s.Seed, name(i, "client/nonce")).Uint64,
		Elide: !s.FullPayload,
	})
	p.Client.build(s.Seed, v.Client, name(i, "client"), p.viewer, p.decoder, display.New(w), head.New(h))
}

// name is what the random streams of a thing in a session are called.
func name(session int, thing string) string { return fmt.Sprintf("session %d/%s", session+1, thing) }

// build puts a host around a core.
func (d *Side) build(seed uint64, h Host, name string, core machine.Machine, devices ...host.Device) {
	c := *h.Clock
	c.Seed, c.Name = seed, name+"/clock"
	d.Trace = machine.NewTrace(core)
	d.Clock = clock.New(c)
	d.Host = host.New(host.Config{
		Machine: d.Trace, Devices: devices, Wake: wake.New(wake.Config{Profile: *h.Wake, Seed: seed, Name: name + "/wake"}),
	})
}

// Requests returns what a side's driver calls with the requests that no device obeys. dir is the way the side sends.
func (p *Pair) Requests(dir netem.Dir) func(units.Mono, machine.Event) {
	return func(_ units.Mono, r machine.Event) {
		switch r := r.(type) {
		case *streamer.Ended:
			p.ends[dir], p.reason, p.err = true, r.Reason, r.Err
		case *client.Ended:
			p.ends[dir] = true
			if p.err == nil {
				p.err = r.Err
			}
		}
	}
}

// Ended says that both sides have ended.
func (p *Pair) Ended() bool { return p.ends[netem.Down] && p.ends[netem.Up] }
