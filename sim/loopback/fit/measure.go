package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"airbridge/machine"
	"airbridge/sim/wake"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
	"golang.org/x/sync/errgroup"
)

// measure sends trains of length datagrams and times them.
func measure(ctx context.Context, length, samples int) (wake.Quantiles, error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	var sockets [2]*transport.Socket
	for i := range sockets {
		if sockets[i], err = transport.Listen(n, "127.0.0.1:0", transport.SocketConfig{}); err != nil {
			return nil, err
		}
		defer sockets[i].Close()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := &book{want: samples + warmUp, done: cancel}
	s := &sender{book: b, to: sockets[1].LocalAddr(), slab: make([]byte, length*datagramSize), rng: rand.New(rand.NewPCG(1, 1))}
	start := time.Now() // both on one clock: their stamps compare
	drivers := [...]*transport.Driver{
		{Machine: s, Socket: sockets[0], Clock: transport.NewMappedClock(start, nil), Realtime: true},
		{Machine: &receiver{book: b, length: length}, Socket: sockets[1], Clock: transport.NewMappedClock(start, nil), Realtime: true},
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, d := range drivers {
		group.Go(func() error { return d.Run(ctx) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if !sockets[1].Features().Stamps {
		return nil, errors.New("the system gives no receive stamps")
	}
	if len(b.taken) < b.want {
		return nil, errors.New("interrupted")
	}
	return wake.Measured(b.taken[warmUp:]), nil
}

// book matches what arrives with what was sent: one train is under way at a time.
type book struct {
	want int
	done func()

	mu    sync.Mutex
	sent  units.Mono
	taken []time.Duration
}

func (b *book) send(now units.Mono) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = now
}

func (b *book) arrived(at units.Mono) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, at.Sub(b.sent))
	if len(b.taken) >= b.want {
		b.done()
	}
}

// sender sends a train now and then.
type sender struct {
	book     *book
	to       netip.AddrPort
	slab     []byte
	rng      *rand.Rand
	deadline units.Mono
}

// Handle drops everything.
func (s *sender) Handle(units.Mono, machine.Event, machine.Output) {}

// Deadline is when the next train goes.
func (s *sender) Deadline() units.Mono { return s.deadline }

// Tick sends a train.
func (s *sender) Tick(now units.Mono, out machine.Output) {
	s.deadline = now.Add(gapMin + time.Duration(s.rng.Int64N(int64(gapMax-gapMin))))
	s.book.send(now)
	out.Send(machine.Burst{To: s.to, Size: datagramSize, Slab: s.slab})
}

// receiver notes when the last datagram of each train arrived.
type receiver struct {
	book   *book
	length int
	count  int
}

// Handle takes a datagram.
func (r *receiver) Handle(_ units.Mono, in machine.Event, _ machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		return
	}
	if r.count++; r.count%r.length == 0 {
		r.book.arrived(d.At)
	}
}

// Deadline is never.
func (r *receiver) Deadline() units.Mono { return units.Never }

// Tick is never called.
func (r *receiver) Tick(units.Mono, machine.Output) {}
