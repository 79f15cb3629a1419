package relay_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"airbridge/netem"
	"airbridge/netem/relay"
)

// A server behind a link that does nothing: put any medium of the packages beside netem in its place.
func Example() {
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	result, err := relay.Run(ctx, relay.Config{
		Listen: "127.0.0.1:0", To: server.LocalAddr().String(), Medium: new(netem.Pass),
		Ready: func(addr netip.AddrPort) {
			go func() {
				defer cancel()
				client, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(addr))
				if err != nil {
					return
				}
				defer client.Close()
				_, _ = client.Write([]byte("hello"))
				b := make([]byte, 100)
				n, _ := server.Read(b)
				fmt.Printf("the server reads %q\n", b[:n])
			}()
		},
	})
	fmt.Println(result.Clients, err)
	// Output:
	// the server reads "hello"
	// 1 <nil>
}
