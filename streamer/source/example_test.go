package source_test

import (
	"fmt"

	"airbridge/protocol/pose"
	"airbridge/streamer/source"
)

func ExampleOpen() {
	src, err := source.Open("scene", source.Config{Width: 640, Height: 352, FPS: 72})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer src.Close()
	f, err := src.Next(1, pose.Pose{Orientation: pose.Identity})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Width(), f.Height(), src.Abilities().Posed)
	f.Release()
	// Output: 640 352 true
}
