package streamer_test

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/streamer"
)

// desk prints what the core decides: a shell would obey it.
type desk struct{}

func (desk) Send(b machine.Burst) {
	h, _, _ := wire.ParseHeader(b.Slab)
	fmt.Printf("send %d %s of %d bytes to %s\n", b.Count(), h.Kind, len(b.Slab), b.To)
}

func (desk) Do(r machine.Event) { fmt.Printf("do %T\n", r) }

func Example() {
	core := streamer.New(streamer.Config{
		Width: 1920, Height: 1080, Posed: true,
		Nonce: func() uint64 { return 4 }, // crypto/rand outside of examples
	})
	client := netip.MustParseAddrPort("192.0.2.2:40000")
	hello := wire.Hello{MinVersion: 1, MaxVersion: 1, Datagram: wire.DefaultDatagram, Period: time.Second / 72, Nonce: 9}
	datagram := hello.Append(wire.Header{Kind: wire.KindHello}.Append(nil))
	core.Handle(0, &machine.Datagram{From: client, Data: datagram}, desk{})

	core.Handle(0, &streamer.Stop{Reason: "the example is over"}, desk{})
	fmt.Println("done:", core.Done())
	// Output:
	// send 1 welcome of 52 bytes to 192.0.2.2:40000
	// do *streamer.Ended
	// done: true
}
