package scenarios

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"airbridge/sim"
)

func TestDev(t *testing.T) {
	pat := os.Getenv("DEV")
	if pat == "" {
		t.Skip()
	}
	re := regexp.MustCompile(pat)
	seeds, first := 1, 0
	if n, err := strconv.Atoi(os.Getenv("FIRST")); err == nil {
		first = n
	}
	if n, err := strconv.Atoi(os.Getenv("SEEDS")); err == nil {
		seeds = n
	}
	for _, s := range List() {
		if !re.MatchString(s.Name) {
			continue
		}
		for seed := 1 + first; seed <= seeds+first; seed++ {
			s.Seed = uint64(seed)
			began := time.Now()
			l, err := sim.New(s.Scenario, sim.Options{Series: true})
			if err != nil {
				t.Fatal(err)
			}
			for l.Run(l.Now() + time.Second) {
			}
			wall := time.Since(began)
			runs := l.Runs("test")
			fmt.Printf("%-22s seed %d wall %v (x%.0f)\n", s.Name, seed, wall.Round(time.Millisecond), l.Now().Seconds()/wall.Seconds())
			for i := range runs {
				r := &runs[i]
				fr := &r.Frames
				inc := ""
				if r.Incomplete != nil {
					inc = *r.Incomplete
				}
				if fr.Rendered == nil {
					fmt.Println("   no frames", inc)
					continue
				}
				m := r.Latency.MotionToPhoton
				p50, p99 := 0.0, 0.0
				if m != nil {
					p50, p99 = m.P50, m.P99
				}
				q := 0.0
				if r.Network.Queue != nil {
					q = r.Network.Queue.P99
				}
				fmt.Printf("   %d: %.1fs rend %d disp %d repl %d late %d lost %d skip %d missed %d frz %d (%.0f ms) idr %d m2p %.1f/%.1f pkts %d lost %d q99 %.1f slow %.1f good %.1f %s\n", i+1, r.DurationS,
					*fr.Rendered, *fr.Displayed, *fr.Replaced, *fr.Late, *fr.Lost, *fr.Skipped, *fr.MissedSlots, *r.Recovery.Freezes, *r.Recovery.LongestFreezeMS, *r.Recovery.IDR,
					p50, p99, *r.Network.PacketsSent, *r.Network.PacketsLost, q, *r.SlowedS, *r.Network.GoodputMbps, inc)
				if os.Getenv("BAD") != "" {
					ser := r.Series
					var bad []string
					last := -1
					for b := range ser.Buckets() {
						bk := &ser.Buckets()[b]
						if bk.Frames() != bk.Outcomes[0] {
							sec := int(time.Duration(b) * ser.Width() / time.Second)
							if sec != last {
								bad = append(bad, strconv.Itoa(sec))
								last = sec
							}
						}
					}
					fmt.Println("      bad seconds:", bad)
				}
			}
			for _, f := range s.Judge(runs) {
				if f.Verdict != Passed {
					fmt.Println("   ", f)
				}
			}
		}
	}
}
