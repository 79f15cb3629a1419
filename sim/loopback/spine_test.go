package loopback_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"airbridge/sim"
	"airbridge/sim/loopback"
	"airbridge/sim/wake"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

func show(t *testing.T, n string, a *statistics.Aggregate) {
	s := ""
	for i := range a.AllStages {
		h := &a.AllStages[i]
		q := func(p float64) time.Duration { d, _ := h.Quantile(p); return d.Round(time.Microsecond) }
		s += fmt.Sprintf("  %v: %v %v %v\n", statistics.Stage(i), q(.5), q(.9), q(.99))
	}
	h := &a.MotionToPhoton
	q := func(p float64) time.Duration { d, _ := h.Quantile(p); return d.Round(time.Microsecond) }
	s += fmt.Sprintf("  m2p: %v %v %v\n", q(.5), q(.9), q(.99))
	h = &a.Overhead
	s += fmt.Sprintf("  overhead: %v %v %v\n", q(.5), q(.9), q(.99))
	t.Logf("%s: %d displayed of %d, late %d, replaced %d, skipped %d, missed %d, uncertainty %v\n%s", n, a.Displayed, a.Rendered, a.Late, a.Replaced, a.Skipped, a.Missed, a.Uncertainty, s)
}

func TestSpine(t *testing.T) {
	runtime.GOMAXPROCS(8)
	mbps := 30
	if v := os.Getenv("MBPS"); v != "" {
		fmt.Sscan(v, &mbps)
	}
	s := loopback.Scenario(1, units.Bitrate(mbps)*units.Mbps, 10*time.Second)
	a, err := sim.Assemble(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := loopback.Run(t.Context(), a, loopback.Config{Realtime: true})
	t.Log(r.Scheduling, r.Lost, err, a.Pairs[0].Err(), a.Pairs[0].Ended())
	show(t, "real", a.Pairs[0].Results().Frames)
	f := loopback.Fitted()
	for n, w := range map[string]loopback.Machine{"quiet": {wake.QuietPC(), f.Fast}, "pc": {wake.PC(), f.Slow}} {
		l, err := loopback.Twin(t.Context(), s, &w)
		if err != nil {
			t.Fatal(err)
		}
		show(t, n, l.Pairs[0].Results().Frames)
	}
}
