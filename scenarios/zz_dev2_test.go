package scenarios

import (
	"fmt"
	"os"
	"testing"
	"time"

	"airbridge/sim"
	"airbridge/streamer/statistics"
)

func TestDev2(t *testing.T) {
	name := os.Getenv("DEV2")
	if name == "" {
		t.Skip()
	}
	s, _ := Named(name)
	s.Seed = 1
	s.Sessions = append([]sim.Session(nil), s.Sessions...)
	if len(s.Sessions) == 0 {
		s.Sessions = []sim.Session{{}}
	}
	from, _ := time.ParseDuration(os.Getenv("FROM"))
	to, _ := time.ParseDuration(os.Getenv("TO"))
	var l *sim.Lab
	s.Sessions[0].Observe = func(f *statistics.Frame, o statistics.Offset) {
		at := time.Duration(l.Pairs[0].Streamer.Clock.True(f.RenderStart))
		if at > from && at < to {
			fmt.Printf("%v frame %d %v idr %v bytes %d rep %+v\n", at.Round(time.Millisecond), f.ID, f.Outcome, f.IDR, f.Bytes, f.Report)
		}
	}
	var err error
	l, err = sim.New(s.Scenario, sim.Options{Series: true})
	if err != nil {
		t.Fatal(err)
	}
	for l.Run(l.Now() + time.Second) {
	}
	r := l.Runs("x")[0]
	w := r.Series.Width()
	n := int(time.Second / w)
	for i := 0; i < len(r.Series.Buckets()); i += n {
		var sent, lost, idr, disp, tot, q int64
		for _, b := range r.Series.Buckets()[i:min(i+n, len(r.Series.Buckets()))] {
			sent += b.Counters[2]
			lost += b.Counters[3]
			idr += b.IDR
			disp += b.Outcomes[0]
			tot += b.Frames()
			q = max(q, b.Gauges[2].Max)
		}
		fmt.Println(time.Duration(i)*w, "sent", sent, "lost", lost, "idr", idr, "displayed", disp, "/", tot, "queue", time.Duration(q))
	}
}
