package link_test

import (
	"fmt"
	"net/netip"

	"airbridge/machine"
	"airbridge/protocol/link"
	"airbridge/protocol/wire"
)

// mirror hands a sender's datagrams to a receiver, twice.
type mirror struct{ receiver *link.Link }

func (m mirror) Send(b machine.Burst) {
	for range 2 {
		h, _, err := wire.ParseHeader(b.Slab)
		fmt.Println("number", h.Number, "is new:", m.receiver.Admit(h), err)
	}
}

func (mirror) Do(machine.Event) {}

func Example() {
	var sender, receiver link.Link
	sender.Reset(netip.MustParseAddrPort("192.0.2.1:9944"), 7)
	receiver.Reset(netip.MustParseAddrPort("192.0.2.2:40000"), 7)
	for range 2 {
		datagram := wire.Ping{Sent: 1}.Append(sender.Begin(wire.KindPing))
		sender.Finish(mirror{&receiver}, wire.KindPing, datagram)
	}
	// Output:
	// number 1 is new: true <nil>
	// number 1 is new: false <nil>
	// number 2 is new: true <nil>
	// number 2 is new: false <nil>
}
