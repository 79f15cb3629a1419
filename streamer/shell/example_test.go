package shell_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"os/signal"

	"airbridge/internal/av"
	"airbridge/streamer"
	"airbridge/streamer/shell"
	"airbridge/streamer/source"
	"airbridge/transport"

	"github.com/pion/transport/v3/stdnet"
)

// Serve the scene to one client after the other, until Ctrl-C.
func Example() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	src, err := source.Open("scene", source.Config{Width: 1920, Height: 1080, FPS: 72})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	enc, err := av.OpenEncoder(av.EncoderConfig{Width: 1920, Height: 1080, FPS: 72})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer enc.Close()
	network, err := stdnet.NewNet()
	if err != nil {
		fmt.Println(err)
		return
	}
	socket, err := transport.Listen(network, "127.0.0.1:9944", transport.SocketConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer socket.Close()

	result, err := shell.Run(ctx, shell.Config{
		Core: streamer.Config{
			Width: 1920, Height: 1080, Posed: src.Abilities().Posed,
			Nonce: func() uint64 {
				var b [8]byte
				_, _ = rand.Read(b[:])
				return binary.BigEndian.Uint64(b[:])
			},
		},
		Socket: socket, Clock: transport.NewClock(), Source: src, Encoder: enc,
	})
	fmt.Println(result.Reason, err)
}
