package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// bothPaths are the two pumps.
var bothPaths = map[string]SocketConfig{"kernel": {}, "plain": {Plain: true}}

// TestOrderAtOneInstant proves the contract of package machine: what waits when the driver starts is handed over as
// datagrams, device events by kind and id, then one tick, all at one instant.
func TestOrderAtOneInstant(t *testing.T) {
	for name, cfg := range bothPaths {
		t.Run(name, func(t *testing.T) {
			s, peer := listen(t, "127.0.0.1:0", cfg), listen(t, "127.0.0.1:0", SocketConfig{})
			for _, text := range []string{"one", "two"} {
				peer.Send(machine.Burst{To: s.LocalAddr(), Size: 9, Slab: []byte(text)})
			}
			box := NewMailbox(8)
			for _, n := range []*note{{kind: 18, id: 1}, {kind: 17, id: 9}, {kind: 17, id: 3}, {kind: 18, id: 0}} {
				if err := box.Post(n); err != nil {
					t.Fatal(err)
				}
			}
			ctx, done := context.WithCancel(t.Context())
			defer done()
			var got []string
			instants := map[units.Mono]bool{}
			m := &script{
				handle: func(now units.Mono, in machine.Event, _ machine.Output) {
					instants[now] = true
					if d, ok := in.(*machine.Datagram); ok {
						got = append(got, string(d.Data))
						return
					}
					got = append(got, fmt.Sprintf("%d/%d", in.Kind(), in.ID()))
				},
				tick: func(now units.Mono, _ machine.Output) {
					instants[now] = true
					got = append(got, "tick")
					done()
				},
				deadline: func() units.Mono { return 0 },
			}
			if err := (&Driver{Machine: m, Socket: s, Clock: NewClock(), Mailbox: box}).Run(ctx); err != nil {
				t.Fatal(err)
			}
			want := []string{"one", "two", "17/3", "17/9", "18/0", "18/1", "tick"}
			if diff := cmp.Diff(want, got[:min(len(want), len(got))]); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if len(instants) != 1 {
				t.Errorf("%d instants, want one", len(instants))
			}
		})
	}
}

// TestNothingStarves proves that a machine which always asks for a tick at once gets its datagrams and events, and
// ticks between them.
func TestNothingStarves(t *testing.T) {
	for name, cfg := range bothPaths {
		t.Run(name, func(t *testing.T) {
			s, peer := listen(t, "127.0.0.1:0", cfg), listen(t, "127.0.0.1:0", SocketConfig{})
			box := NewMailbox(8)
			ctx, done := context.WithCancel(t.Context())
			defer done()
			ticks, datagrams, events := 0, 0, 0
			m := &script{
				handle: func(_ units.Mono, in machine.Event, _ machine.Output) {
					if in.Kind() == machine.KindDatagram {
						datagrams++
					} else {
						events++
					}
					if datagrams == 50 && events == 50 {
						done()
					}
				},
				tick: func(units.Mono, machine.Output) {
					if ticks++; ticks <= 50 {
						peer.Send(machine.Burst{To: s.LocalAddr(), Size: 1, Slab: []byte{1}})
						_ = box.Post(&note{kind: 20})
					}
				},
				deadline: func() units.Mono { return 0 },
			}
			if err := (&Driver{Machine: m, Socket: s, Clock: NewClock(), Mailbox: box}).Run(ctx); err != nil {
				t.Fatal(err)
			}
			if ticks < 50 {
				t.Errorf("%d ticks between 50 datagrams and 50 events", ticks)
			}
		})
	}
}

// TestFloodLetsTheMachineTick proves the bound of a turn: ticks come although input never ends.
func TestFloodLetsTheMachineTick(t *testing.T) {
	for name, cfg := range bothPaths {
		s := listen(t, "127.0.0.1:0", cfg)
		ctx, done := context.WithCancel(t.Context())
		handled, ticks := 0, 0
		again := machine.Burst{To: s.LocalAddr(), Size: 1, Slab: []byte{1}}
		s.Send(again)
		m := &script{
			handle: func(_ units.Mono, _ machine.Event, out machine.Output) { // every datagram begets one
				handled++
				out.Send(again)
			},
			tick: func(units.Mono, machine.Output) {
				if ticks++; ticks == 20 {
					done()
				}
			},
			deadline: func() units.Mono { return 0 },
		}
		if err := (&Driver{Machine: m, Socket: s, Clock: NewClock()}).Run(ctx); err != nil {
			t.Fatal(err)
		}
		// A read that began below the bound may add one slab of coalesced datagrams, 4,096.
		if handled == 0 || handled > (ticks+1)*5*maxPerTurn {
			t.Errorf("%s: %d datagrams in %d turns", name, handled, ticks)
		}
	}
}

// TestTicksAreNeverEarly proves that a deadline in the future is waited for, and that instants rise.
func TestTicksAreNeverEarly(t *testing.T) {
	for name, cfg := range bothPaths {
		s := listen(t, "127.0.0.1:0", cfg)
		ctx, done := context.WithCancel(t.Context())
		clock := NewClock()
		next := clock.Now().Add(time.Millisecond)
		ticks := 0
		m := &script{
			tick: func(now units.Mono, _ machine.Output) {
				if now < next || now > clock.Now() {
					t.Errorf("%s: tick at %d, asked for %d, clock %d", name, now, next, clock.Now())
				}
				next = now.Add(500 * time.Microsecond)
				if ticks++; ticks == 20 {
					done()
				}
			},
			deadline: func() units.Mono { return next },
		}
		if err := (&Driver{Machine: m, Socket: s, Clock: clock, Realtime: true}).Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCancelEndsAnIdleDriver proves that Run returns although nothing ever happens, that devices then get ErrStopped,
// and that no goroutine and no descriptor is left.
func TestCancelEndsAnIdleDriver(t *testing.T) {
	for name, cfg := range bothPaths {
		t.Run(name, func(t *testing.T) {
			s := listen(t, "127.0.0.1:0", cfg)
			before := runtime.NumGoroutine()
			for range 20 {
				ctx, cancel := context.WithCancel(context.Background())
				d := &Driver{Machine: &script{}, Socket: s, Clock: NewClock(), Mailbox: NewMailbox(1), Realtime: true}
				ended := make(chan error)
				go func() { ended <- d.Run(ctx) }()
				if err := d.Mailbox.Deliver(&note{kind: 20}); err != nil { // it runs, and is idle
					t.Fatal(err)
				}
				if d.Scheduling() == "" {
					t.Error("Scheduling() is empty while the driver runs")
				}
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("Run = %v, want nil", err)
				}
				if err := d.Mailbox.Deliver(&note{}); !errors.Is(err, ErrStopped) {
					t.Errorf("Deliver = %v, want ErrStopped", err)
				}
			}
			for range 1000 { // goroutines that have answered may need a moment to vanish, on a busy machine a long one
				if runtime.NumGoroutine() <= before {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if n := runtime.NumGoroutine(); n > before {
				t.Errorf("%d goroutines, %d before", n, before)
			}
		})
	}
}

// TestCancelledBeforeRun proves that a driver which is too late does not start.
func TestCancelledBeforeRun(t *testing.T) {
	for name, cfg := range bothPaths {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := (&Driver{Machine: &script{}, Socket: listen(t, "127.0.0.1:0", cfg), Clock: NewClock()}).Run(ctx); err != nil {
			t.Errorf("%s: Run = %v, want nil", name, err)
		}
	}
}

// TestClosedSocketEndsRun proves that a socket that is gone is an error, not an endless loop.
func TestClosedSocketEndsRun(t *testing.T) {
	s := listen(t, "127.0.0.1:0", SocketConfig{Plain: true})
	s.Close()
	err := (&Driver{Machine: &script{}, Socket: s, Clock: NewClock()}).Run(t.Context())
	if !errors.Is(err, net.ErrClosed) || !strings.HasPrefix(err.Error(), "pump 127.0.0.1:") {
		t.Errorf("Run on a closed socket = %v, want net.ErrClosed with the address", err)
	}
}

// answering is a device that answers each request at once, by posting.
type answering struct{ box *Mailbox }

func (a answering) Do(r machine.Event) { _ = a.box.Post(&note{kind: 30, id: r.ID() + 1}) }

// TestDevicesAnswerRequests proves that requests reach the devices on the pump's goroutine, which may post.
func TestDevicesAnswerRequests(t *testing.T) {
	for name, cfg := range bothPaths {
		box := NewMailbox(4)
		ctx, done := context.WithCancel(t.Context())
		m := &script{handle: func(_ units.Mono, in machine.Event, out machine.Output) {
			if in.ID() == 10 {
				done()
				return
			}
			out.Do(&note{kind: 40, id: in.ID()})
		}}
		if err := box.Post(&note{kind: 30}); err != nil {
			t.Fatal(err)
		}
		d := &Driver{Machine: m, Socket: listen(t, "127.0.0.1:0", cfg), Clock: NewClock(), Mailbox: box, Devices: answering{box}}
		if err := d.Run(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		done()
	}
}
