package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"time"

	"airbridge/machine"
	"airbridge/sim/wake"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// The time between two datagrams, or up to a deadline: like what a session does, and enough for the pump to sleep.
const (
	gapMin = 300 * time.Microsecond
	gapMax = 3 * time.Millisecond
	// warmUp is how many latencies are thrown away first.
	warmUp = 200
)

// gap draws the next one.
func gap(r *rand.Rand) time.Duration { return gapMin + time.Duration(r.Int64N(int64(gapMax-gapMin))) }

// measure returns the profile of the machine as it is, and how the pump was scheduled.
func measure(ctx context.Context, cfg config) (p wake.Profile, scheduling string, err error) {
	t := &timers{recorder: recorder{want: cfg.samples + warmUp}, rng: rand.New(rand.NewPCG(1, 1))}
	if scheduling, err = pump(ctx, cfg, t, &t.recorder, nil); err != nil {
		return p, "", fmt.Errorf("timers: %w", err)
	}
	a := &arrivals{recorder: recorder{want: cfg.samples + warmUp}}
	sender := func(ctx context.Context, to string) (wait func(), err error) {
		c, err := child(ctx, roleSend, "-to", to, "-samples", strconv.Itoa(2*a.want))
		return func() { _ = c.Wait() }, err
	}
	if _, err = pump(ctx, cfg, a, &a.recorder, sender); err != nil {
		return p, "", fmt.Errorf("arrivals: %w", err)
	}
	p = wake.Profile{Arrival: wake.Measured(a.taken[warmUp:]), Timer: wake.Measured(t.taken[warmUp:])}
	return p, scheduling, p.Validate()
}

// pump runs the real driver with m until its recorder has enough.
func pump(ctx context.Context, cfg config, m machine.Machine, r *recorder,
	beside func(ctx context.Context, to string) (wait func(), err error),
) (scheduling string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.done = cancel
	n, err := stdnet.NewNet()
	if err != nil {
		return "", err
	}
	socket, err := transport.Listen(n, "127.0.0.1:0", transport.SocketConfig{})
	if err != nil {
		return "", err
	}
	defer socket.Close()
	if beside != nil {
		wait, err := beside(ctx, socket.LocalAddr().String())
		if err != nil {
			return "", err
		}
		defer wait()
		defer cancel()
	}
	d := &transport.Driver{Machine: m, Socket: socket, Clock: transport.NewClock(), Realtime: cfg.realtime}
	if err := d.Run(ctx); err != nil {
		return "", err
	}
	if len(r.taken) < r.want {
		return "", errors.New("interrupted")
	}
	if !socket.Features().Stamps {
		return "", errors.New("the system gives no receive stamps")
	}
	return d.Scheduling(), nil
}

// recorder keeps latencies and ends the pump when it has enough.
type recorder struct {
	want  int
	taken []time.Duration
	done  context.CancelFunc
}

func (r *recorder) take(d time.Duration) {
	if len(r.taken) < r.want {
		r.taken = append(r.taken, d)
	}
	if len(r.taken) == r.want {
		r.done()
	}
}

// timers is a machine that waits for one deadline after the other.
type timers struct {
	recorder
	rng      *rand.Rand
	deadline units.Mono
}

func (t *timers) Handle(units.Mono, machine.Event, machine.Output) {}

func (t *timers) Deadline() units.Mono { return t.deadline }

func (t *timers) Tick(now units.Mono, _ machine.Output) {
	if t.deadline != 0 {
		t.take(now.Sub(t.deadline))
	}
	t.deadline = now.Add(gap(t.rng))
}

// arrivals is a machine that waits for datagrams. Only the first of a turn counts: the pump slept until it came.
type arrivals struct {
	recorder
	last units.Mono
}

func (a *arrivals) Deadline() units.Mono { return units.Never }

func (a *arrivals) Tick(units.Mono, machine.Output) {}

func (a *arrivals) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	if d, ok := in.(*machine.Datagram); ok && d.At > a.last && now > a.last {
		a.take(now.Sub(d.At))
	}
	a.last = now
}

// send sends count datagrams now and then, until its parent is gone.
func send(ctx context.Context, to string, count int) error {
	conn, err := net.Dial("udp", to)
	if err != nil {
		return err
	}
	defer conn.Close()
	clock := transport.NewClock()
	sleeper := transport.NewSleeper(ctx, clock, transport.SleeperConfig{Realtime: true})
	defer sleeper.Release()
	rng, parent, text := rand.New(rand.NewPCG(2, 2)), os.Getppid(), make([]byte, 1200)
	for range count {
		if err := sleeper.SleepUntil(clock.Now().Add(gap(rng))); err != nil {
			return transport.Orderly(err)
		}
		if os.Getppid() != parent {
			return nil
		}
		_, _ = conn.Write(text) // refused where the pump is gone
	}
	return nil
}
