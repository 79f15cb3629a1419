package marker_test

import (
	"fmt"

	"airbridge/internal/marker"
	"airbridge/internal/picture"
	"airbridge/protocol/pose"
)

func Example() {
	p := picture.New(640, 480)
	_, err := marker.Read(p)
	fmt.Println(err)

	marker.Draw(p, marker.Marker{Frame: 72, Pose: pose.Pose{Orientation: pose.Identity}})
	m, err := marker.Read(p)
	fmt.Println(m.Frame, m.Pose.Orientation, err)
	// Output:
	// no marker
	// 72 [0 0 0 1] <nil>
}
