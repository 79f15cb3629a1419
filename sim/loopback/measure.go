package loopback

import (
	"context"
	"errors"
	"fmt"
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

// The trains measured.
const (
	DatagramSize = 1400
	TrainLength  = 46 // of that size: what fits the 64 KB of one system call
	warmUp       = 50
)

// Usual is the mean time between two trains of a session: poses thrice a frame, and the bursts of a frame.
const Usual = 2500 * time.Microsecond

// Idles are the mean times between two trains after which datagrams are measured. A processor that has slept for long
// takes ten times as long as one that has not.
func Idles() []time.Duration {
	return []time.Duration{500 * time.Microsecond, Usual, 10 * time.Millisecond}
}

// Trains is what trains of one length gave: their way through the kernel, as in Costs, and how late the two pumps woke.
type Trains struct{ Link, Arrival, Timer wake.Quantiles }

// MeasureTrains sends as many trains of length datagrams over loopback as there shall be samples, from one real pump to
// another, with idle between them in the mean, and times them.
func MeasureTrains(ctx context.Context, length, samples int, idle time.Duration) (m Trains, err error) {
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
	b := &ledger{want: samples + warmUp, done: cancel}
	s := &sender{idle: idle, ledger: b, to: sockets[1].LocalAddr(), slab: make([]byte, length*DatagramSize), rng: rand.New(rand.NewPCG(1, 1))}
	r := &receiver{ledger: b, length: length}
	start := time.Now() // both on one clock: their stamps compare
	drivers := [...]*transport.Driver{
		{Machine: s, Socket: sockets[0], Clock: transport.NewMappedClock(start, nil), Realtime: true},
		{Machine: r, Socket: sockets[1], Clock: transport.NewMappedClock(start, nil), Realtime: true},
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
	return Trains{
		Link: wake.Measured(b.taken[warmUp:]), Arrival: wake.Measured(r.late[warmUp:]), Timer: wake.Measured(s.late[warmUp:]),
	}, nil
}

// ledger matches what arrives with what was sent: one train is under way at a time.
type ledger struct {
	want int
	done func()

	mu    sync.Mutex
	sent  units.Mono
	taken []time.Duration
}

func (b *ledger) send(now units.Mono) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = now
}

func (b *ledger) arrived(at units.Mono) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, at.Sub(b.sent))
	if len(b.taken) >= b.want {
		b.done()
	}
}

// sender sends a train now and then.
type sender struct {
	ledger   *ledger
	to       netip.AddrPort
	slab     []byte
	rng      *rand.Rand
	idle     time.Duration
	deadline units.Mono
	late     []time.Duration // of the ticks
}

// Handle drops everything.
func (s *sender) Handle(units.Mono, machine.Event, machine.Output) {}

// Deadline is when the next train goes.
func (s *sender) Deadline() units.Mono { return s.deadline }

// Tick sends a train.
func (s *sender) Tick(now units.Mono, out machine.Output) {
	s.late = append(s.late, now.Sub(s.deadline))
	s.deadline = now.Add(s.idle*3/4 + time.Duration(s.rng.Int64N(int64(s.idle/2))))
	s.ledger.send(now)
	out.Send(machine.Burst{To: s.to, Size: DatagramSize, Slab: s.slab})
}

// receiver notes when the last datagram of each train arrived, and how late the first was looked at.
type receiver struct {
	ledger *ledger
	length int
	count  int
	late   []time.Duration // of the turns that a train woke
}

// Handle takes a datagram.
func (r *receiver) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		return
	}
	if r.count%r.length == 0 {
		r.late = append(r.late, now.Sub(d.At))
	}
	if r.count++; r.count%r.length == 0 {
		r.ledger.arrived(d.At)
	}
}

// Deadline is never.
func (r *receiver) Deadline() units.Mono { return units.Never }

// Tick is never called.
func (r *receiver) Tick(units.Mono, machine.Output) {}

// MeasureMachine measures this machine, but for what only a session tells: how long turns take.
func MeasureMachine(ctx context.Context, samples int) (m Machine, err error) {
	for _, idle := range Idles() {
		one, err := MeasureTrains(ctx, 1, samples, idle)
		if err != nil {
			return m, fmt.Errorf("datagrams after %v: %w", idle, err)
		}
		m.Costs.Datagram = append(m.Costs.Datagram, Rested{idle, one.Link})
		if idle == Usual {
			m.Wake = wake.Profile{Arrival: one.Arrival, Timer: one.Timer}
		}
	}
	many, err := MeasureTrains(ctx, TrainLength, samples, Usual)
	if err != nil {
		return m, fmt.Errorf("trains of %d: %w", TrainLength, err)
	}
	m.Costs.Train = many.Link
	return m, nil
}
