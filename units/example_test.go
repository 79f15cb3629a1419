package units_test

import (
	"fmt"
	"time"

	"airbridge/units"
)

func ExampleParseBitrate() {
	rate, err := units.ParseBitrate("30M")
	fmt.Println(int64(rate), rate, err)
	_, err = units.ParseBitrate("fast")
	fmt.Println(err)
	// Output:
	// 30000000 30M <nil>
	// rate "fast": want a positive number of bits per second such as 30M, 1.5G or 640k
}

func ExampleBitrate_TimeToSend() {
	const frame = 50_000 // bytes
	fmt.Println((100 * units.Mbps).TimeToSend(frame))
	fmt.Println((100 * units.Mbps).BytesIn(time.Second / 72))
	// Output:
	// 4ms
	// 173611
}

func ExampleMono() {
	deadline := units.Mono(0).Add(20 * time.Millisecond)
	fmt.Println(deadline.Sub(units.Mono(5_000_000)), deadline < units.Never)
	// Output: 15ms true
}
