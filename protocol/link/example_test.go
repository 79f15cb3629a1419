package link_test

import (
	"fmt"
	"net/netip"

	"airbridge/machine"
	"airbridge/protocol/link"
	"airbridge/protocol/wire"
)

// mirror hands a sender's datagrams to a receiver, twice.
type mirror struct {
	receiver *link.Link
	refused  *link.Refused
}

func (m mirror) Send(b machine.Burst) {
	for range 2 {
		h, _, ok := m.refused.Parse(b.Slab)
		fmt.Println("number", h.Number, "is new:", ok && m.receiver.Admit(h, m.refused))
	}
}

func (mirror) Do(machine.Event) {}

func Example() {
	var sender, receiver link.Link
	var refused link.Refused
	sender.Reset(netip.MustParseAddrPort("192.0.2.1:9944"), 7)
	receiver.Reset(netip.MustParseAddrPort("192.0.2.2:40000"), 7)
	for range 2 {
		datagram := wire.Ping{Sent: 1}.Append(sender.Begin(wire.KindPing))
		sender.Finish(mirror{&receiver, &refused}, wire.KindPing, datagram)
	}
	fmt.Println(refused.Replayed, "were seen before")
	// Output:
	// number 1 is new: true
	// number 1 is new: false
	// number 2 is new: true
	// number 2 is new: false
	// 2 were seen before
}
