package machine_test

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/machine"
	"airbridge/units"
)

// echo sends every datagram back 5 ms after it came.
type echo struct {
	to   netip.AddrPort
	kept []byte
	due  units.Mono
}

func (e *echo) Handle(now units.Mono, in machine.Event, _ machine.Output) {
	if d, ok := in.(*machine.Datagram); ok {
		e.to, e.kept = d.From, append(e.kept[:0], d.Data...) // Data is valid during the call only
		e.due = now.Add(5 * time.Millisecond)
	}
}

func (e *echo) Tick(now units.Mono, out machine.Output) {
	if now < e.due {
		return
	}
	out.Send(machine.Burst{To: e.to, Size: len(e.kept), Slab: e.kept})
	e.due = units.Never
}

func (e *echo) Deadline() units.Mono { return e.due }

// printer is a path that prints.
type printer struct{}

func (printer) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) { fmt.Printf("to %v: %s\n", b.To, d) })
}
func (printer) Do(machine.Event) {}

// A driver hands over what is due, then ticks the machine at its deadline. Time is whatever the driver says it is.
func Example() {
	trace := machine.NewTrace(&echo{due: units.Never})
	from := netip.MustParseAddrPort("192.0.2.7:9944")

	trace.Handle(1000, &machine.Datagram{From: from, At: 990, Data: []byte("hello")}, printer{})
	now := trace.Deadline()
	fmt.Println("asleep until", time.Duration(now))
	trace.Tick(now, printer{})
	fmt.Println("waits for inputs only:", trace.Deadline() == units.Never)
	// Output:
	// asleep until 5.001ms
	// to 192.0.2.7:9944: hello
	// waits for inputs only: true
}

func ExampleBurst_Each() {
	b := machine.Burst{Size: 4, Slab: []byte("onceupona")}
	b.Each(func(datagram []byte, _ int) { fmt.Printf("%s\n", datagram) })
	fmt.Println(b.Count(), "datagrams")
	// Output:
	// once
	// upon
	// a
	// 3 datagrams
}

func ExampleHash() {
	var a, b machine.Hash
	a.Word(1)
	a.Word(2)
	b.Word(2)
	b.Word(1)
	fmt.Println("same words in another order, same sum:", a.Sum() == b.Sum())
	// Output: same words in another order, same sum: false
}
