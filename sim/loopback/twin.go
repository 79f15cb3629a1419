package loopback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/event"
	"airbridge/sim/wake"
	"airbridge/units"
)

// Scenario is what is played in both worlds: one session at 1920x1080 of the default frame rate, over loopback. Its hosts
// are as the real world needs them; see Twin for the other one.
func Scenario(seed uint64, rate units.Bitrate, length time.Duration) sim.Scenario {
	v := sim.Session{Bitrate: rate, Streamer: Punctual(streamerStarts), Client: Punctual(clientStarts)}
	// Two pumps run at once: the decoder knows nothing of the encoder.
	v.Decoder.Reference = func(units.FrameID) (units.FrameID, bool) { return 0, false }
	return sim.Scenario{
		Name: "loopback", Seed: seed, Duration: length, FullPayload: true, LinkName: "loopback",
		Link:     new(Costs).Link, // the kernel is the link
		Sessions: []sim.Session{v},
	}
}

// Machine is a computer that both ends run on.
type Machine struct {
	// Wake is how late its system is.
	Wake wake.Profile
	// Costs is what its kernel and its processor take.
	Costs Costs
}

// Twin plays a scenario in the event lab on a modelled machine, without payload.
func Twin(ctx context.Context, s sim.Scenario, m *Machine) (*sim.Assembly, error) {
	s.FullPayload, s.Link = false, m.Costs.Link
	sessions := make([]sim.Session, len(s.Sessions))
	for i, v := range s.Sessions {
		v.Streamer.Wake, v.Client.Wake = &m.Wake, &m.Wake
		sessions[i] = v
	}
	s.Sessions = sessions
	a, err := sim.Assemble(s)
	if err != nil {
		return nil, err
	}
	var ends []*event.End
	for i, p := range a.Pairs {
		ends = append(ends, twin(a, &p.Streamer, i, netem.Down, p, m.Costs.Streamer), twin(a, &p.Client, i, netem.Up, p, m.Costs.Client))
	}
	world := event.New(a.Medium, nil, ends...)
	for at := time.Second; at <= a.Scenario.Duration+settle; at += time.Second {
		world.Run(netem.True(at))
		if ended(a) {
			return a, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return a, fmt.Errorf("scenario %s: %w", s.Name, errUnended)
}

var errUnended = errors.New("the sessions did not end in time")

func ended(a *sim.Assembly) bool {
	for _, p := range a.Pairs {
		if !p.Ended() {
			return false
		}
	}
	return true
}

// twin is a side in the event lab.
func twin(a *sim.Assembly, d *sim.Side, i int, dir netem.Dir, p *sim.Pair, turn wake.Quantiles) *event.End {
	v := &a.Scenario.Sessions[i]
	h := &busy{host: d.Host, late: wake.New(wake.Config{
		Profile: wake.Profile{Arrival: turn}, Seed: a.Scenario.Seed, Name: fmt.Sprintf("session %d/%s/turn", i+1, dir),
	})}
	return &event.End{
		Machine: h, Clock: d.Clock, Addr: d.Addr, Flow: uint16(i), Dir: dir, ECN: v.ECN,
		Starts: netem.True(v.Starts), Requests: p.Requests(dir),
	}
}
