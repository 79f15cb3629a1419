package client_test

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// printer is a shell that prints.
type printer struct{}

func (printer) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		if h, _, err := wire.ParseHeader(d); err == nil {
			fmt.Printf("to %v: %v\n", b.To, h.Kind)
		}
	})
}

func (printer) Do(request machine.Event) {
	if e, ok := request.(*client.Ended); ok {
		fmt.Println("ended:", e.Reason)
	}
}

// A core decides, its shell does: here nobody answers, and the core says when it wants to look again.
func Example() {
	core := client.New(client.Config{
		Streamer: netip.MustParseAddrPort("192.0.2.1:9944"),
		Nonce:    func() uint64 { return 4 }, // shells draw from crypto/rand
		DialFor:  150 * time.Millisecond,
	})
	now := units.Mono(time.Second)
	for core.Deadline() != units.Never {
		now = max(now, core.Deadline())
		fmt.Print(now.Sub(units.Mono(time.Second)), " ")
		core.Tick(now, printer{})
	}
	// Output:
	// 0s to 192.0.2.1:9944: hello
	// 100ms to 192.0.2.1:9944: hello
	// 150ms ended: no streamer answered at 192.0.2.1:9944 within 150ms
}
