package sim

import (
	"fmt"
	"net/netip"

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
	game             *game.Game
	chain            *chain
	decoder          *decoder.Decoder
	display          *display.Display
	ends             [netem.Dirs]bool // which sides have ended, by the direction they send
	settled          bool             // what was under way when they ended has come back
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

func (s *Scenario) streamer(i int, p *Pair) error {
	v := &s.Sessions[i]
	cfg := s.core(i)
	var err error
	if p.margin, err = latency.Parse(v.Latency); err != nil {
		return err
	}
	if cfg.Recovery, err = recovery.Parse(v.Recovery); err != nil {
		return err
	}
	cfg.Latency = p.margin
	p.core, p.game, p.chain = streamer.New(cfg), game.New(s.game(i)), &chain{Encoder: encoder.New(s.encoder(i))}
	p.Streamer.build(s.Seed, v.Streamer, name(i, "streamer"), p.core, p.game, p.chain)
	return nil
}

func (s *Scenario) client(i int, p *Pair) {
	v := &s.Sessions[i]
	d, w := s.decoder(i), s.display(i)
	if d.Reference == nil {
		d.Reference = p.chain.reference
	}
	p.decoder = decoder.New(d)
	w.Pictures = p.decoder
	p.display = display.New(w)
	p.viewer = client.New(client.Config{
		Streamer: p.Streamer.Addr, Period: v.period(), Nonce: stream.New(s.Seed, name(i, "client/nonce")).Uint64,
		Elide: !s.FullPayload,
	})
	p.Client.build(s.Seed, v.Client, name(i, "client"), p.viewer, p.decoder, p.display, head.New(s.head(i)))
}

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
			p.ends[dir] = true
			if r.Err != nil {
				p.err = r.Err
			}
		case *client.Ended:
			p.ends[dir] = true
			if !p.ends[netem.Down] { // otherwise the session was over, and only its end did not reach the client
				p.err = r.Err
			}
		}
	}
}

// Ended says that both sides have ended.
func (p *Pair) Ended() bool { return p.ends[netem.Down] && p.ends[netem.Up] }

// over says that nothing will come of the session any more: both sides have ended, or the client has given up before the
// streamer began, which listens for ever.
func (p *Pair) over() bool { return p.Ended() || p.ends[netem.Up] && p.core.Results() == nil }

// streams says that frames flow.
func (p *Pair) streams() bool { return p.core.Results() != nil && !p.ends[netem.Down] }
