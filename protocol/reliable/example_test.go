package reliable_test

import (
	"fmt"
	"time"

	"airbridge/protocol/reliable"
	"airbridge/units"
)

// The first datagram of a message is lost, its repetition arrives.
func Example() {
	client, streamer := reliable.New(reliable.Config{}), reliable.New(reliable.Config{})
	if err := client.Queue([]byte("refresh")); err != nil {
		fmt.Println(err)
		return
	}
	now := units.Mono(0)
	client.Pull(now) // lost
	now = client.Deadline()
	if d, ok := client.Pull(now); ok {
		streamer.Handle(now, d, func(m []byte) { fmt.Printf("%s after %s\n", m, time.Duration(now)) })
	}
	now = streamer.Deadline()
	if d, ok := streamer.Pull(now); ok {
		client.Handle(now, d, nil)
	}
	fmt.Println("pending:", client.Pending())
	// Output:
	// refresh after 100ms
	// pending: 0
}
