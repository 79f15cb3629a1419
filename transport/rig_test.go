package transport

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"airbridge/machine"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// listen opens a socket of this machine, closed when the test ends.
func listen(t testing.TB, addr string, cfg SocketConfig) *Socket {
	t.Helper()
	n, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Listen(n, addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// arrival is a datagram that a recorder kept.
type arrival struct {
	From netip.AddrPort
	At   units.Mono
	ECN  uint8
	Data string
}

// recorder keeps every datagram and ends its driver after want of them.
type recorder struct {
	want     int
	arrivals []arrival
	handled  []units.Mono
	done     context.CancelFunc
}

func (r *recorder) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok {
		return
	}
	r.arrivals = append(r.arrivals, arrival{d.From, d.At, d.ECN, string(d.Data)})
	r.handled = append(r.handled, now)
	if len(r.arrivals) == r.want {
		r.done()
	}
}

func (*recorder) Deadline() units.Mono            { return units.Never }
func (*recorder) Tick(units.Mono, machine.Output) {}

// record runs a driver on s until want datagrams came.
func record(t testing.TB, s *Socket, clock *Clock, want int) *recorder {
	t.Helper()
	ctx, done := context.WithCancel(t.Context())
	defer done()
	r := &recorder{want: want, done: done}
	if err := (&Driver{Machine: r, Socket: s, Clock: clock}).Run(ctx); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *recorder) payloads() []string {
	var list []string
	for _, a := range r.arrivals {
		list = append(list, a.Data)
	}
	return list
}

// train returns n datagrams of size bytes back to back, the last one of last bytes, each byte telling datagrams apart.
func train(n, size, last int) []byte {
	slab := make([]byte, (n-1)*size+last)
	for i := range slab {
		slab[i] = byte(i/size*7 + i%size)
	}
	return slab
}

// cut splits a slab as the receiver should see it.
func cut(b machine.Burst) (list []string) {
	b.Each(func(d []byte, _ int) { list = append(list, string(d)) })
	return list
}

// note is an event of a device in tests.
type note struct {
	kind   machine.Kind
	id     uint64
	number int
}

func (n *note) Kind() machine.Kind   { return n.kind }
func (n *note) ID() uint64           { return n.id }
func (n *note) Fold(h *machine.Hash) { h.Word(n.id) }

// script is a machine made of functions; those left out do nothing.
type script struct {
	handle   func(now units.Mono, in machine.Event, out machine.Output)
	tick     func(now units.Mono, out machine.Output)
	deadline func() units.Mono
}

func (s *script) Handle(now units.Mono, in machine.Event, out machine.Output) {
	if s.handle != nil {
		s.handle(now, in, out)
	}
}

func (s *script) Tick(now units.Mono, out machine.Output) {
	if s.tick != nil {
		s.tick(now, out)
	}
}

func (s *script) Deadline() units.Mono {
	if s.deadline != nil {
		return s.deadline()
	}
	return units.Never
}

// features is the table of everything that can be switched off.
func features() map[string]SocketConfig {
	return map[string]SocketConfig{
		"all":         {},
		"no GSO":      {NoGSO: true},
		"no GRO":      {NoGRO: true},
		"no batch":    {NoBatch: true},
		"no stamps":   {NoStamps: true},
		"no offload":  {NoGSO: true, NoGRO: true},
		"bare kernel": {NoGSO: true, NoGRO: true, NoBatch: true, NoStamps: true},
		"plain":       {Plain: true},
	}
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
