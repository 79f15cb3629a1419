package wire_test

import (
	"fmt"

	"airbridge/protocol/wire"
)

// A client that lost frame 1200 asks for an IDR: the message travels in the reliable channel, that in a datagram.
func Example() {
	message := wire.Message{Kind: wire.MessageRefresh, After: 1199}.Append(nil)
	datagram := wire.Header{Kind: wire.KindControl, Session: 7, Number: 42}.Append(nil)
	datagram = wire.Control{Seq: 1, Message: message}.Append(datagram)

	header, body, err := wire.ParseHeader(datagram)
	if err != nil {
		fmt.Println(err)
		return
	}
	control, err := wire.ParseControl(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	refresh, err := wire.ParseMessage(control.Message)
	fmt.Println(header.Kind, header.Number, control.Seq, refresh.After, err)
	// Output: control 42 1 1199 <nil>
}
