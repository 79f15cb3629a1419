package delay_test

import (
	"fmt"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/delay"
)

// The path of RFC 8867: 50 ms with jitter, but the order stays.
func ExampleNew() {
	l := delay.New(delay.RFC8867(), stream.New(7, "path/jitter"))
	for id := range uint32(4) {
		l.Admit(netem.True(id)*netem.True(4*time.Millisecond), []netem.Packet{{ID: id, Size: 1200}})
	}
	for now := l.Next(); now != netem.Never; now = l.Next() {
		for _, p := range l.Deliver(now, nil) {
			fmt.Println(p.ID, time.Duration(now).Round(time.Millisecond))
		}
	}
	// Output:
	// 0 56ms
	// 1 56ms
	// 2 56ms
	// 3 65ms
}
