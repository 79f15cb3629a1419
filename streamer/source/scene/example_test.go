package scene_test

import (
	"fmt"

	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
	"airbridge/streamer/source/scene"
)

// Two workers would draw a band each; here one draws both.
func ExampleScene_DrawBand() {
	s, err := scene.New(scene.Config{Width: 640, Height: 360, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := picture.New(640, 360)
	head := pose.Pose{Orientation: pose.Identity}
	for band := range 2 {
		s.DrawBand(p, 1, head, band, 2)
	}
	m, err := marker.Read(p)
	fmt.Println("frame", m.Frame, err)
	// Output: frame 1 <nil>
}
