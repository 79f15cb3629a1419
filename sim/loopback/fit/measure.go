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

// measured is what one measurement gave.
type measured struct {
	link, turn wake.Quantiles
	scheduling string
}

// measure sends trains of length datagrams and times them.
func measure(ctx context.Context, length, samples int) (m measured, err error) {
	n, err := stdnet.NewNet()
	if err != nil {
		return m, err
	}
	var sockets [2]*transport.Socket
	for i := range sockets {
		if sockets[i], err = transport.Listen(n, "127.0.0.1:0", transport.SocketConfig{}); err != nil {
			return m, err
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
		return m, err
	}
	if !sockets[1].Features().Stamps {
		return m, errors.New("the system gives no receive stamps")
	}
	if len(b.taken) < b.want {
		return m, errors.New("interrupted")
	}
	return measured{wake.Measured(b.taken[warmUp:]), wake.Measured(s.turns[warmUp:]), drivers[0].Scheduling()}, nil
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

// sender wakes up now and then, asks for another turn at once, and sends a train in that: as a client does with a pose that
// it first has to ask for.
type sender struct {
	book     *book
	to       netip.AddrPort
	slab     []byte
	rng      *rand.Rand
	deadline units.Mono
	again    bool // the next tick is the turn after the one that woke up
	woken    units.Mono
	turns    []time.Duration
}

func (s *sender) Handle(units.Mono, machine.Event, machine.Output) {}

func (s *sender) Deadline() units.Mono { return s.deadline }

func (s *sender) Tick(now units.Mono, out machine.Output) {
	if !s.again {
		s.again, s.woken = true, now
		return
	}
	s.again = false
	s.turns = append(s.turns, now.Sub(s.woken))
	s.book.send(now)
	out.Send(machine.Burst{To: s.to, Size: datagramSize, Slab: s.slab})
	s.deadline = now.Add(gapMin + time.Duration(s.rng.Int64N(int64(gapMax-gapMin))))
}

// receiver notes when the last datagram of each train arrived.
type receiver struct {
	book   *book
	length int
	count  int
}

func (r *receiver) Handle(_ units.Mono, in machine.Event, _ machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		return
	}
	if r.count++; r.count%r.length == 0 {
		r.book.arrived(d.At)
	}
}

func (r *receiver) Deadline() units.Mono { return units.Never }

func (r *receiver) Tick(units.Mono, machine.Output) {}
