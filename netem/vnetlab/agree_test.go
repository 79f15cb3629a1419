package vnetlab_test

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/internal/stream"
	"airbridge/machine"
	"airbridge/netem"
	"airbridge/netem/vnetlab"
	"airbridge/sim/event"
	"airbridge/transport"
	"airbridge/units"
)

// talker sends bursts at times of its own and answers what it hears.
type talker struct {
	rng  *rand.Rand
	to   netip.AddrPort
	next units.Mono
	n    uint64
}

func (k *talker) Handle(now units.Mono, in machine.Event, out machine.Output) {
	d := in.(*machine.Datagram)
	if d.Data[8] < 3 { // an answer of an answer, and no more
		k.send(out, 1, d.Data[8]+1)
	}
}

func (k *talker) Tick(now units.Mono, out machine.Output) {
	if now < k.next {
		return
	}
	k.send(out, 1+k.rng.IntN(4), 0)
	k.next = now.Add(time.Duration(k.rng.IntN(400)) * time.Microsecond) // at times at once
}

func (k *talker) Deadline() units.Mono { return k.next }

func (k *talker) send(out machine.Output, n int, depth byte) {
	slab := make([]byte, 0, 40*n)
	for range n {
		k.n++
		slab = append(binary.BigEndian.AppendUint64(slab, k.n), depth)
		slab = append(slab, make([]byte, 31)...)
	}
	out.Send(machine.Burst{To: k.to, DSCP: 46, Size: 40, Slab: slab})
}

// skewed is a clock with an offset that runs too fast by 50 ppm.
type skewed int64

func (s skewed) Mono(t netem.True) units.Mono {
	return units.Mono(int64(t) + int64(t)*50/1e6 + int64(s))
}

func (s skewed) True(m units.Mono) netem.True {
	if m == units.Never {
		return netem.Never
	}
	t := max(0, (int64(m)-int64(s))*1e6/(1e6+50)-2)
	for s.Mono(netem.True(t)) < m {
		t++
	}
	return netem.True(t)
}

// mapping is a clock of the event lab in the shells.
type mapping struct{ event.Clock }

func (m mapping) Shown(elapsed time.Duration) units.Mono {
	return m.Mono(netem.True(elapsed) &^ (event.Step - 1))
}

func (m mapping) Elapsed(at units.Mono) time.Duration {
	t := m.True(at)
	return time.Duration((t + event.Step - 1) &^ (event.Step - 1))
}

// scatter delays by up to 2 ms, with reordering, loses, marks, and damages.
type scatter struct {
	rng   *rand.Rand
	under []flight
}

type flight struct {
	at netem.True
	p  netem.Packet
}

func (s *scatter) Admit(now netem.True, train []netem.Packet) {
	for _, p := range train {
		if s.rng.IntN(20) == 0 {
			p.Fate = netem.Lost
		}
		if s.rng.IntN(20) == 0 {
			p.ECN = netem.CE
		}
		f := flight{now.Add(time.Duration(s.rng.IntN(2000)) * time.Microsecond), p}
		i := len(s.under)
		s.under = append(s.under, f)
		for ; i > 0 && s.under[i-1].at > f.at; i-- {
			s.under[i] = s.under[i-1]
		}
		s.under[i] = f
	}
}

func (s *scatter) Next() netem.True {
	if len(s.under) == 0 {
		return netem.Never
	}
	return s.under[0].at
}

func (s *scatter) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for len(s.under) > 0 && s.under[0].at <= now {
		into = append(into, s.under[0].p)
		s.under = s.under[1:]
	}
	return into
}

var addrs = [2]netip.AddrPort{netip.MustParseAddrPort("10.1.0.1:9944"), netip.MustParseAddrPort("10.2.0.1:9945")}

func hosts(seed uint64) (traces [2]*machine.Trace, clocks [2]skewed, steps *[2][]machine.Entry) {
	steps = new([2][]machine.Entry)
	for i := range 2 {
		clocks[i] = skewed(1e9 * (i + 1))
		traces[i] = machine.NewTrace(&talker{
			rng: stream.New(seed, "talker"+addrs[i].String()), to: addrs[1-i], next: units.Mono(clocks[i]) + 1e6,
		})
		traces[i].Watch(func(e machine.Entry) { steps[i] = append(steps[i], e) })
	}
	return traces, clocks, steps
}

func inEventLab(seed uint64, length time.Duration) [2][]machine.Entry {
	traces, clocks, steps := hosts(seed)
	var ends []*event.End
	for i := range 2 {
		ends = append(ends, &event.End{Machine: traces[i], Clock: clocks[i], Addr: addrs[i], Dir: netem.Dir(i)})
	}
	event.New(&scatter{rng: stream.New(seed, "scatter")}, nil, ends...).Run(netem.True(length))
	return *steps
}

func inVirtualNetwork(t *testing.T, seed uint64, length time.Duration) (journal [2][]machine.Entry) {
	synctest.Test(t, func(t *testing.T) {
		traces, clocks, steps := hosts(seed)
		start := time.Now()
		n, err := vnetlab.New(vnetlab.Config{
			Medium: &scatter{rng: stream.New(seed, "scatter")}, Start: start, Step: event.Step,
			Hosts: []vnetlab.Host{{Addr: addrs[0].Addr(), Dir: netem.Down}, {Addr: addrs[1].Addr(), Dir: netem.Up}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), length+event.Step/2)
		defer cancel()
		done := make(chan error, 2)
		for i := range 2 {
			socket, err := transport.Listen(n.Net(addrs[i].Addr()), addrs[i].String(), transport.SocketConfig{})
			if err != nil {
				t.Fatal(err)
			}
			d := &transport.Driver{Machine: traces[i], Socket: socket, Clock: transport.NewMappedClock(start, mapping{clocks[i]})}
			go func() { done <- d.Run(ctx) }()
			defer socket.Close()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		journal = *steps
	})
	return journal
}

// TestBothLabsAgree is the reason for this package: a pair of machines that talk across a link that loses, delays and
// reorders cannot tell the event lab from real UDP shells in a bubble.
func TestBothLabsAgree(t *testing.T) {
	for seed := range uint64(5) {
		const length = time.Second
		lab, vnet := inEventLab(seed, length), inVirtualNetwork(t, seed, length)
		for i := range lab {
			compare(t, seed, lab[i], vnet[i])
		}
	}
}

// compare prints the first step at which two traces part.
func compare(t *testing.T, seed uint64, lab, vnet []machine.Entry) {
	t.Helper()
	for i := range lab {
		if i >= len(vnet) || lab[i] != vnet[i] {
			t.Errorf("seed %d, step %d of %d and %d:\n%v in the event lab\n%v over UDP", seed, i, len(lab), len(vnet), lab[i:min(len(lab), i+3)], vnet[min(i, len(vnet)):min(len(vnet), i+3)])
			return
		}
	}
	if len(vnet) > len(lab) || len(lab) < 1000 {
		t.Errorf("seed %d: %d steps in the event lab, %d over UDP", seed, len(lab), len(vnet))
	}
}
