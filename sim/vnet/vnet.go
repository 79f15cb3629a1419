// Package vnet runs a scenario over the real UDP shells and pion's virtual network, in a bubble of virtual time
// (testing/synctest): the second laboratory, slow and faithful, which proves that the event lab tells the truth. Drivers,
// sockets and timers are the real ones; hosts, devices and the link are those of the event lab. A test compares the traces.
package vnet

import (
	"context"
	"errors"
	"fmt"
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
		v := &a.Scenario.Sessions[i]
		group.Go(func() error { return drive(ctx, network, &p.Streamer, p.Requests(netem.Down), start, v) })
		group.Go(func() error { return drive(ctx, network, &p.Client, p.Requests(netem.Up), start, v) })
	}
	return errors.Join(group.Wait(), network.Close())
}

// drive pumps one host until the context ends.
func drive(ctx context.Context, n *vnetlab.Network, d *sim.Side, requests func(units.Mono, machine.Event), start time.Time, v *sim.Session) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(time.Until(start.Add(onStep(v.Starts)))):
	}
	socket, err := transport.Listen(n.Net(d.Addr.Addr()), d.Addr.String(), transport.SocketConfig{ECN: v.ECN})
	if err != nil {
		return fmt.Errorf("host %s: %w", d.Addr, err)
	}
	driver := &transport.Driver{
		Machine: d.Host, Socket: socket, Clock: transport.NewMappedClock(start, mapping{d}), Devices: world(requests),
	}
	return errors.Join(driver.Run(ctx), socket.Close())
}

// world takes the requests that no device obeys.
type world func(units.Mono, machine.Event)

// Do passes a request on.
func (w world) Do(r machine.Event) { w(0, r) }

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
