package vrload_test

import (
	"fmt"
	"time"

	"airbridge/netem/wifi/vrload"
)

// Ten seconds of video beside three stations that upload at 15 Mbit/s while they are on.
func ExampleWorkload_Run() {
	w := vrload.Default()
	w.Stations, w.Background, w.Duration = 4, 15, 10*time.Second
	frames, err := w.Run(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	delays, lost := vrload.Delays(frames)
	fmt.Printf("%d frames, %d incomplete, half of them within %.0f ms\n", len(frames), lost, delays.Quantile(0.5))
	// Output: 721 frames, 0 incomplete, half of them within 4 ms
}
