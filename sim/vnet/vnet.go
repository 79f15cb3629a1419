// Package vnet runs a scenario over the real UDP shells and pion's virtual network, in a bubble of virtual time
// (testing/synctest): the second laboratory, slow and faithful, which proves that the event lab tells the truth. Drivers,
// sockets and timers are the real ones; hosts, devices and the link are those of the event lab. A test compares the traces.
package vnet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"airbridge/machine"
	"airbridge/netem"
	"airbridge/netem/vnetlab"
	"airbridge/sim"
	"airbridge/sim/event"
	"airbridge/transport"
	"airbridge/units"

	"golang.org/x/sync/errgroup"
)

// Run runs an assembly for length, or until all sessions have ended and the network is quiet. It must be called in a
// bubble, whose time it takes; the assembly carries full payload.
func Run(ctx context.Context, a *sim.Assembly, length time.Duration) error {
	if !a.Scenario.FullPayload {
		return errors.New("the virtual network carries every byte: the scenario must have full payload")
	}
	start := time.Now()
	cfg := vnetlab.Config{Medium: a.Medium, Start: start, Step: event.Step}
	for i, p := range a.Pairs {
		cfg.Hosts = append(cfg.Hosts,
			vnetlab.Host{Addr: p.Streamer.Addr.Addr(), Flow: uint16(i), Dir: netem.Down},
			vnetlab.Host{Addr: p.Client.Addr.Addr(), Flow: uint16(i), Dir: netem.Up})
	}
	network, err := vnetlab.New(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(ctx, start.Add(length+event.Step/2))
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range a.Pairs {
		v, pair := &a.Scenario.Sessions[i], new(sync.Mutex)
		for _, h := range []pumped{{pair, &p.Streamer, p.Requests(netem.Down)}, {pair, &p.Client, p.Requests(netem.Up)}} {
			group.Go(func() error { return h.drive(ctx, network, start, v) })
		}
	}
	return errors.Join(group.Wait(), network.Close())
}

// pumped is a host as its driver sees it. The hosts of a pair keep books together, which the lock guards: one of the two
// is at work at a time.
type pumped struct {
	pair *sync.Mutex
	*sim.Side
	requests func(units.Mono, machine.Event)
}

// Handle passes an input on.
func (h pumped) Handle(now units.Mono, in machine.Event, out machine.Output) {
	h.pair.Lock()
	defer h.pair.Unlock()
	h.Host.Handle(now, in, out)
}

// Tick passes a tick on.
func (h pumped) Tick(now units.Mono, out machine.Output) {
	h.pair.Lock()
	defer h.pair.Unlock()
	h.Host.Tick(now, out)
}

// Deadline is the host's.
func (h pumped) Deadline() units.Mono {
	h.pair.Lock()
	defer h.pair.Unlock()
	return h.Host.Deadline()
}

// Do takes a request that no device obeys, from within Handle or Tick.
func (h pumped) Do(r machine.Event) { h.requests(0, r) }

// drive pumps the host until the context ends.
func (h pumped) drive(ctx context.Context, n *vnetlab.Network, start time.Time, v *sim.Session) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(time.Until(start.Add(onStep(v.Starts)))):
	}
	socket, err := transport.Listen(n.Net(h.Addr.Addr()), h.Addr.String(), transport.SocketConfig{ECN: v.ECN})
	if err != nil {
		return fmt.Errorf("host %s: %w", h.Addr, err)
	}
	driver := &transport.Driver{Machine: h, Socket: socket, Clock: transport.NewMappedClock(start, mapping{h.Side}), Devices: h}
	return errors.Join(driver.Run(ctx), socket.Close())
}

// mapping is a host's clock, which moves in steps as the event lab's does.
type mapping struct{ side *sim.Side }

// Shown is what the clock shows after elapsed.
func (m mapping) Shown(elapsed time.Duration) units.Mono {
	return m.side.Clock.Mono(netem.True(elapsed - elapsed%event.Step))
}

// Elapsed is the first step at which the clock shows at or more.
func (m mapping) Elapsed(at units.Mono) time.Duration {
	return onStep(time.Duration(m.side.Clock.True(at)))
}

// onStep is the first step that is not before d.
func onStep(d time.Duration) time.Duration {
	return (d + event.Step - 1) / event.Step * event.Step
}
