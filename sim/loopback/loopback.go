// Package loopback runs a scenario over UDP sockets of the kernel on the loopback interface, in real time: the third world,
// in which wake-ups, timers, copies and the processor's time are real. Hosts and their modelled devices are those of the
// other laboratories, drivers and sockets those of the programs. What is measured here has to lie inside the intervals
// that the event lab gives for a model of such a machine: see Compare.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/clock"
	"airbridge/sim/wake"
	"airbridge/transport"
	"airbridge/units"

	pion "github.com/pion/transport/v3"
	"github.com/pion/transport/v3/stdnet"
	"golang.org/x/sync/errgroup"
)

// Errors of a scenario that the real world cannot play.
var (
	ErrElided   = errors.New("sockets carry every byte: the scenario must have full payload")
	ErrLate     = errors.New("the real system is late by itself: both hosts must have wake.Ideal")
	ErrShared   = errors.New("two pumps run at once: the decoder must not ask the encoder what its frames refer to")
	ErrDrifting = errors.New("the real clock goes as it does: a host's clock may have an offset, no skew, step or wander")
)

// settle is how long after its time a run waits for the sessions to say goodbye.
const settle = 3 * time.Second

// Config is how a scenario is run.
type Config struct {
	// Realtime asks for the real-time class for the pumps. Where it is refused they run without.
	Realtime bool
}

// Report says what a run was made with.
type Report struct {
	// Scheduling is how the pumps' threads were scheduled, in the words of transport.Driver.
	Scheduling string
	// Lost counts the datagrams that the kernel dropped or did not take, both ends together.
	Lost uint64
	// Turns are how long those turns of the pumps took after which another was due at once, by the way a pump sends.
	Turns [netem.Dirs][]time.Duration
}

// Run runs an assembly over loopback until all sessions have ended, or a little longer than the scenario's duration. Link
// and loss of the scenario are the kernel's, whatever the scenario says. A program that calls it sets GOMAXPROCS as
// transport.Driver says.
func Run(ctx context.Context, a *sim.Assembly, cfg Config) (Report, error) {
	if err := playable(&a.Scenario); err != nil {
		return Report{}, err
	}
	network, err := stdnet.NewNet()
	if err != nil {
		return Report{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.Scenario.Duration+settle)
	defer cancel()
	r := &run{cfg: cfg, assembly: a, network: network, cancel: cancel}
	if err := r.open(); err != nil {
		return Report{}, errors.Join(err, r.close())
	}
	group, ctx := errgroup.WithContext(ctx)
	start := time.Now()
	for _, e := range r.ends {
		group.Go(func() error { return e.drive(ctx, start, cfg) })
	}
	err = group.Wait()
	return r.report(), errors.Join(err, r.close())
}

// playable says whether the real world can play a scenario, which has its defaults filled in.
func playable(s *sim.Scenario) error {
	var faults []error
	if !s.FullPayload {
		faults = append(faults, ErrElided)
	}
	for i := range s.Sessions {
		v := &s.Sessions[i]
		if v.Decoder.Reference == nil {
			faults = append(faults, ErrShared)
		}
		for _, h := range [...]sim.Host{v.Streamer, v.Client} {
			if len(h.Wake.Arrival)+len(h.Wake.Timer) > 0 {
				faults = append(faults, ErrLate)
			}
			if drifts(h.Clock) {
				faults = append(faults, ErrDrifting)
			}
		}
	}
	return errors.Join(faults...)
}

func drifts(c *clock.Config) bool { return c.PPB != 0 || c.WanderPPB != 0 || len(c.Steps) > 0 }

// Punctual returns the host that a scenario needs here: never late, with a clock that is right but for an offset.
func Punctual(offset time.Duration) sim.Host {
	ideal := wake.Ideal()
	return sim.Host{Clock: &clock.Config{Offset: offset}, Wake: &ideal}
}

// run is an assembly on sockets.
type run struct {
	cfg      Config
	assembly *sim.Assembly
	network  pion.Net
	cancel   context.CancelFunc
	ends     []*end

	mu sync.Mutex // guards the pairs' books of who has ended
}

// end is one host with its socket.
type end struct {
	side    *sim.Side
	socket  *transport.Socket
	machine *translated
	devices world
	offset  time.Duration
	starts  time.Duration
	dir     netem.Dir
	driver  *transport.Driver
}

// open opens a port for each host and tells each where its peer really is.
func (r *run) open() error {
	for i, p := range r.assembly.Pairs {
		v := &r.assembly.Scenario.Sessions[i]
		down, err := r.end(&p.Streamer, v, v.Streamer.Clock.Offset, netem.Down, p)
		if err != nil {
			return err
		}
		up, err := r.end(&p.Client, v, v.Client.Clock.Offset, netem.Up, p)
		if err != nil {
			return err
		}
		down.machine.peer = peer{lab: p.Client.Addr, real: up.socket.LocalAddr()}
		up.machine.peer = peer{lab: p.Streamer.Addr, real: down.socket.LocalAddr()}
	}
	return nil
}

func (r *run) end(d *sim.Side, v *sim.Session, offset time.Duration, dir netem.Dir, p *sim.Pair) (*end, error) {
	socket, err := transport.Listen(r.network, netip.AddrPortFrom(loopback, 0).String(), transport.SocketConfig{ECN: v.ECN})
	if err != nil {
		return nil, fmt.Errorf("host %s: %w", d.Addr, err)
	}
	requests := p.Requests(dir)
	e := &end{
		side: d, dir: dir, socket: socket, machine: &translated{host: d.Host}, offset: offset, starts: v.Starts,
		devices: func(m machine.Event) { r.told(requests, m) },
	}
	r.ends = append(r.ends, e)
	return e, nil
}

// told takes the requests that no device obeys, of any host, and ends the run when all sessions have ended.
func (r *run) told(requests func(units.Mono, machine.Event), m machine.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	requests(0, m)
	if ended(r.assembly) {
		r.cancel()
	}
}

// world takes the requests that no device obeys.
type world func(machine.Event)

// Do passes a request on.
func (w world) Do(r machine.Event) { w(r) }

// drive pumps one host until the context ends.
func (e *end) drive(ctx context.Context, start time.Time, cfg Config) error {
	if wait := time.Until(start.Add(e.starts)); wait > 0 {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
	e.driver = &transport.Driver{
		Machine: e.machine, Socket: e.socket, Devices: e.devices, Realtime: cfg.Realtime,
		// A clock that reads offset now began to run that long ago.
		Clock: transport.NewMappedClock(start.Add(-e.offset), nil),
	}
	if err := e.driver.Run(ctx); err != nil {
		return fmt.Errorf("host %s: %w", e.side.Addr, err)
	}
	return nil
}

func (r *run) report() (all Report) {
	for _, e := range r.ends {
		if e.driver != nil {
			all.Scheduling = e.driver.Scheduling()
		}
		s := e.socket.Stats()
		all.Turns[e.dir] = append(all.Turns[e.dir], e.machine.turns.taken...)
		all.Lost += s.SendDrops + s.ReceiveDrops
	}
	return all
}

func (r *run) close() error {
	var faults []error
	for _, e := range r.ends {
		faults = append(faults, e.socket.Close())
	}
	return errors.Join(faults...)
}
