package display_test

import (
	"fmt"

	"airbridge/client/display"
	"airbridge/internal/av"
	"airbridge/internal/marker"
	"airbridge/protocol/pose"
	"airbridge/units"
)

// A displayed frame says by its marker which frame it is.
func Example() {
	pool, err := av.NewPool(640, 480, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	f, _ := pool.Get()
	defer f.Release()
	head := pose.Pose{Orientation: pose.Identity}
	marker.Draw(f.Picture(), marker.Marker{Frame: 72, Pose: head})

	var screen display.Markers
	for _, id := range []units.FrameID{72, 73} { // 73 is a lie
		if err := screen.Show(display.Shown{Frame: id, Pose: head, Picture: f}); err != nil {
			fmt.Println(err)
		}
		fmt.Println("claimed", id, "right:", screen.Read, "wrong:", screen.Errors())
	}
	// Output:
	// claimed 72 right: 1 wrong: 0
	// claimed 73 right: 1 wrong: 1
}
