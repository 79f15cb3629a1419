package av_test

import (
	"errors"
	"fmt"

	"airbridge/internal/av"
	"airbridge/units"
)

func ExamplePool() {
	pool, err := av.NewPool(64, 32, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	frame, _ := pool.Get()
	frame.Picture().Y[0] = 235
	_, another := pool.Get()
	fmt.Println("another one:", another)
	frame.Release()
	_, another = pool.Get()
	fmt.Println("after the release:", another)
	// Output:
	// another one: false
	// after the release: true
}

// A picture on its way from a source to a display.
func Example() {
	source, err := av.OpenInput("lavfi:testsrc2", av.InputConfig{Width: 320, Height: 192, FPS: 72})
	if errors.Is(err, av.ErrUnavailable) {
		fmt.Println("one slice an encoder thread, IDR: true")
		return // a program built without FFmpeg
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	encoder, err := av.OpenEncoder(av.EncoderConfig{Name: "x264", Width: 320, Height: 192, Bitrate: 5 * units.Mbps, Slices: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer encoder.Close()
	decoder, err := av.OpenDecoder(av.DecoderConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer decoder.Close()

	frame, _, err := source.Read()
	if err != nil {
		fmt.Println(err)
		return
	}
	packet, err := encoder.Encode(frame, 0, true)
	frame.Release()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("one slice an encoder thread, IDR:", packet.IDR)
	decoded, err := decoder.Decode(packet.Bytes(), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	decoded.Release()
	// Output: one slice an encoder thread, IDR: true
}
