package sim_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"airbridge/sim"
	"airbridge/units"
)

// heap returns the bytes that are alive.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestHeapDoesNotGrow compares minute 1 with minute 5, in which 200,000 packets and 20,000 frames passed. Queues may find a
// new longest burst in that time; a frame kept would be megabytes, a word a packet 1.6 MB.
func TestHeapDoesNotGrow(t *testing.T) {
	for _, link := range []string{"wifi6-busy", "lossy", "jittery"} {
		s := named(t, link, sim.Session{Bitrate: 8 * units.Mbps, Recovery: "fec:20"})
		s.Duration = 6 * time.Minute
		l := newLab(t, s, sim.Options{Series: true})
		l.Run(time.Minute)
		before := heap()
		l.Run(5 * time.Minute)
		after := heap()
		if growth := after - before; growth > 300<<10 {
			t.Errorf("%s: the heap grew by %d kB, from %d to %d", link, growth>>10, before>>10, after>>10)
		}
		whole(t, l.Runs("test")[:0])
		runtime.KeepAlive(l)
	}
}

// TestDay simulates 24 hours and looks at the most memory that the process ever had. It takes minutes: AIRBRIDGE_LONG=1
// runs it. AIRBRIDGE_BITRATE is the encoder's, 72M unless told.
func TestDay(t *testing.T) {
	if os.Getenv("AIRBRIDGE_LONG") != "1" {
		t.Skip("AIRBRIDGE_LONG=1 runs it")
	}
	bitrate := sim.DefaultBitrate
	if v := os.Getenv("AIRBRIDGE_BITRATE"); v != "" {
		if err := bitrate.UnmarshalText([]byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	s := named(t, "wifi6-busy", sim.Session{Bitrate: bitrate, Recovery: "fec:20"})
	s.Duration = 24 * time.Hour
	began := time.Now()
	_, runs := run(t, s, sim.Options{Series: true})
	whole(t, runs)
	peak := peakMB(t)
	t.Logf("24 h at %v in %v: %.0f times real time, %d packets, peak %d MB", bitrate, time.Since(began).Round(time.Second),
		86_400/time.Since(began).Seconds(), *runs[0].Network.PacketsSent, peak)
	if peak >= 300 {
		t.Errorf("the process had %d MB, want less than 300", peak)
	}
	if d := runs[0].DurationS; d < 86_400 || d > 86_401 {
		t.Errorf("it streamed for %g s", d)
	}
}

// peakMB returns the most memory that the process ever had, in megabytes.
func peakMB(t *testing.T) (mb int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skipf("the system does not tell: %v", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscanf(rest, "%d kB", &mb); err != nil {
		t.Fatalf("VmHWM: %v", err)
	}
	return mb >> 10
}
