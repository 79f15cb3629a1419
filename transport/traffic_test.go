package transport

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"

	"airbridge/machine"
	"airbridge/units"
)

// talker sends numbered trains of random shape, one for each it hears, and checks what it hears.
type talker struct {
	to       netip.AddrPort
	rng      *rand.Rand
	opens    bool
	sent     uint32
	heard    uint32
	rounds   int
	goal     int
	slab     []byte
	notes    int
	faults   []string
	finished func()
}

func (a *talker) Handle(_ units.Mono, in machine.Event, out machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		a.notes++
		return
	}
	number, left := binary.BigEndian.Uint32(d.Data), binary.BigEndian.Uint16(d.Data[4:])
	if a.heard++; number != a.heard {
		a.faults = append(a.faults, fmt.Sprintf("datagram %d, want %d", number, a.heard))
	}
	for i, b := range d.Data[6:] {
		if b != byte(int(number)+i) {
			a.faults = append(a.faults, fmt.Sprintf("datagram %d: byte %d is damaged", number, i))
			break
		}
	}
	if left == 0 {
		a.rounds++
		a.speak(out)
	}
	if a.rounds == a.goal {
		a.finished()
	}
}

// speak sends one train; each datagram tells how many follow.
func (a *talker) speak(out machine.Output) {
	n, size := 1+a.rng.IntN(machine.MaxBurst), 6+a.rng.IntN(1395)
	last := 6 + a.rng.IntN(size-5)
	b := machine.Burst{To: a.to, DSCP: uint8(a.rng.IntN(64)), Size: size, Slab: a.slab[:(n-1)*size+last]}
	b.Each(func(d []byte, _ int) {
		a.sent++
		n--
		binary.BigEndian.PutUint32(d, a.sent)
		binary.BigEndian.PutUint16(d[4:], uint16(n))
		for i := range d[6:] {
			d[6+i] = byte(int(a.sent) + i)
		}
	})
	out.Send(b)
}

func (a *talker) Deadline() units.Mono {
	if a.opens {
		return 0
	}
	return units.Never
}

func (a *talker) Tick(_ units.Mono, out machine.Output) {
	a.opens = false
	a.speak(out)
}

// TestConversation lets two drivers answer each other's random trains, both ways at once, while devices of both
// deliver events, with every feature on and off: nothing is lost, damaged or out of order.
func TestConversation(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		t.Run(name, func(t *testing.T) {
			sockets := [2]*Socket{listen(t, "127.0.0.1:0", features()[name]), listen(t, "127.0.0.1:0", features()[name])}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var talkers [2]*talker
			var pumps, devices sync.WaitGroup
			for i, s := range sockets {
				talkers[i] = &talker{
					to: sockets[1-i].LocalAddr(), rng: rand.New(rand.NewPCG(3, uint64(i))), opens: i == 0, goal: 40,
					slab: make([]byte, machine.MaxBurst*1400), finished: cancel,
				}
				d := &Driver{Machine: talkers[i], Socket: s, Clock: NewClock(), Mailbox: NewMailbox(2)}
				pumps.Go(func() {
					if err := d.Run(ctx); err != nil {
						t.Error(err)
					}
				})
				for range 3 {
					devices.Go(func() {
						for e := (&note{kind: 20}); d.Mailbox.Deliver(e) == nil; e.number++ {
							_ = e
						}
					})
				}
			}
			pumps.Wait()
			devices.Wait()
			for i, a := range talkers {
				if len(a.faults) > 0 {
					t.Errorf("end %d: %d faults, first: %s", i, len(a.faults), a.faults[0])
				}
				if a.rounds < a.goal-1 {
					t.Errorf("end %d heard %d trains, want %d", i, a.rounds, a.goal)
				}
			}
		})
	}
}

// TestCallsBySetting proves that each setting costs the system calls it promises: that is what the features are for.
func TestCallsBySetting(t *testing.T) {
	for _, c := range []struct {
		name          string
		cfg           SocketConfig
		sends, reads  uint64
		needsOffload  bool
		needsKernelIO bool
	}{
		{"all", SocketConfig{}, 1, 1, true, true},
		{"no GSO", SocketConfig{NoGSO: true}, 1, 1, false, true},
		{"no GRO", SocketConfig{NoGRO: true}, 1, 1, false, true},
		{"no batch", SocketConfig{NoBatch: true, NoGSO: true, NoGRO: true}, 40, 40, false, true},
		{"plain", SocketConfig{Plain: true}, 40, 40, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := listen(t, "127.0.0.1:0", c.cfg), listen(t, "127.0.0.1:0", c.cfg)
			f := to.Features()
			if c.needsKernelIO && from.kernel == nil || c.needsOffload && !(f.GSO && f.GRO) {
				t.Skipf("this system has %+v only", f)
			}
			from.Send(machine.Burst{To: to.LocalAddr(), Size: 1000, Slab: train(40, 1000, 1000)})
			record(t, to, NewClock(), 40)
			if n := from.Stats().SendCalls; n != c.sends {
				t.Errorf("%d calls to send 40 datagrams, want %d", n, c.sends)
			}
			// The pump may look once more before it ends.
			if n := to.Stats().ReceiveCalls; n < c.reads || n > c.reads+1 {
				t.Errorf("%d calls to receive 40 datagrams, want %d", n, c.reads)
			}
		})
	}
}

// TestSwitchesSwitch proves that each field of SocketConfig switches off exactly its feature.
func TestSwitchesSwitch(t *testing.T) {
	all := listen(t, "127.0.0.1:0", SocketConfig{}).Features()
	without := func(change func(*Features)) Features {
		f := all
		change(&f)
		return f
	}
	for _, c := range []struct {
		name string
		cfg  SocketConfig
		want Features
	}{
		{"NoGSO", SocketConfig{NoGSO: true}, without(func(f *Features) { f.GSO = false })},
		{"NoGRO", SocketConfig{NoGRO: true}, without(func(f *Features) { f.GRO = false })},
		{"NoBatch", SocketConfig{NoBatch: true}, without(func(f *Features) { f.Batch = false })},
		{"NoStamps", SocketConfig{NoStamps: true}, without(func(f *Features) { f.Stamps = false })},
		{"Plain", SocketConfig{Plain: true}, Features{}},
	} {
		if got := listen(t, "127.0.0.1:0", c.cfg).Features(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestEmptyBurstsSendNothing proves that a burst without datagrams is no call and no datagram.
func TestEmptyBurstsSendNothing(t *testing.T) {
	for _, name := range sortedKeys(features()) {
		s := listen(t, "127.0.0.1:0", features()[name])
		s.Send(machine.Burst{To: s.LocalAddr(), Size: 100})
		s.Send(machine.Burst{To: s.LocalAddr(), Slab: []byte("no size")})
		if st := s.Stats(); st != (Stats{}) {
			t.Errorf("%s: %+v after empty bursts, want nothing", name, st)
		}
	}
}
