package transport_test

import (
	"context"
	"fmt"

	"airbridge/machine"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// echo is the smallest machine: it returns what it gets, and ends after one.
type echo struct{ done context.CancelFunc }

func (e echo) Handle(_ units.Mono, in machine.Event, out machine.Output) {
	if d, ok := in.(*machine.Datagram); ok {
		fmt.Printf("%s\n", d.Data)
		out.Send(machine.Burst{To: d.From, Size: len(d.Data), Slab: d.Data})
		e.done()
	}
}

func (echo) Tick(units.Mono, machine.Output) {}

func (echo) Deadline() units.Mono { return units.Never }

func Example() {
	n, err := stdnet.NewNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := transport.Listen(n, "127.0.0.1:0", transport.SocketConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	s.Send(machine.Burst{To: s.LocalAddr(), Size: 5, Slab: []byte("hello")})

	ctx, done := context.WithCancel(context.Background())
	defer done()
	d := &transport.Driver{Machine: echo{done}, Socket: s, Clock: transport.NewClock(), Realtime: true}
	if err := d.Run(ctx); err != nil {
		fmt.Println(err)
	}
	// Output: hello
}
