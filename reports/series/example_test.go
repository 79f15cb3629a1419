package series_test

import (
	"fmt"
	"time"

	"airbridge/protocol/wire"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

func Example() {
	s := series.New(time.Second / 72)
	s.Frame(0, &statistics.Frame{Outcome: wire.Lost}, statistics.Offset{})
	s.Gauge(50*time.Millisecond, series.RTT, int64(3*time.Millisecond))
	s.Count(50*time.Millisecond, series.PacketsLost, 2)
	s.Span("microwave", 20*time.Second, 32*time.Second)
	s.Finish(time.Minute)
	b := &s.Buckets()[0]
	fmt.Println(b.Frames(), "frame,", b.Counters[series.PacketsLost], "packets lost,", time.Duration(b.Gauges[series.RTT].Mean()))
	// Output: 1 frame, 2 packets lost, 3ms
}
