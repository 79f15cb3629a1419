package transport

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// metronome asks for a tick every half millisecond, the pacer's step, and notes how late each one comes.
type metronome struct {
	next units.Mono
	late []time.Duration
	goal int
	done context.CancelFunc
}

func (*metronome) Handle(units.Mono, machine.Event, machine.Output) {}

func (m *metronome) Deadline() units.Mono { return m.next }

func (m *metronome) Tick(now units.Mono, _ machine.Output) {
	m.late = append(m.late, now.Sub(m.next))
	// A late tick does not make the following ones late too.
	m.next = max(m.next, now).Add(500 * time.Microsecond)
	if len(m.late) >= m.goal {
		m.done()
	}
}

// BenchmarkWake measures how late the driver's ticks are, by load beside the pump and by GOMAXPROCS: the pump's thread
// waits for a processor of the Go runtime, which busy goroutines hold for up to 10 ms. The load in another process is
// a software encoder where ffmpeg is installed.
func BenchmarkWake(b *testing.B) {
	for _, load := range []string{"idle", "goroutines", "x264"} {
		for _, procs := range []int{2, 3, 4, 8} {
			for _, realtime := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/procs=%d/realtime=%v", load, procs, realtime), func(b *testing.B) {
					benchWake(b, load, procs, realtime)
				})
			}
		}
	}
}

func benchWake(b *testing.B, load string, procs int, realtime bool) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	switch load {
	case "goroutines":
		defer burn(2)()
	case "x264":
		defer encode(b)()
	}
	n, err := stdnet.NewNet()
	if err != nil {
		b.Fatal(err)
	}
	s, err := Listen(n, "127.0.0.1:0", SocketConfig{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx, done := context.WithCancel(context.Background())
	defer done()
	m := &metronome{goal: 1000 * b.N, done: done}
	if err := (&Driver{Machine: m, Socket: s, Clock: NewClock(), Realtime: realtime}).Run(ctx); err != nil {
		b.Fatal(err)
	}
	slices.Sort(m.late)
	for _, q := range []struct {
		name string
		at   int
	}{{"late_p50_µs", 500}, {"late_p99_µs", 990}, {"late_max_µs", 1000}} {
		b.ReportMetric(float64(m.late[min(len(m.late)*q.at/1000, len(m.late)-1)])/1e3, q.name)
	}
}

// burn keeps n goroutines busy until the returned function is called.
func burn(n int) (stop func()) {
	var over atomic.Bool
	done := make(chan struct{}, n)
	for range n {
		go func() {
			for x := uint64(1); !over.Load(); {
				for range 1 << 16 {
					x = x*6364136223846793005 + 1
				}
			}
			done <- struct{}{}
		}()
	}
	return func() {
		over.Store(true)
		for range n {
			<-done
		}
	}
}

// encode keeps a software encoder busy in another process until the returned function is called.
func encode(b *testing.B) (stop func()) {
	b.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		b.Skip("ffmpeg is not installed: no encoder to run beside")
	}
	cmd := exec.Command(path, "-v", "quiet", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=60",
		"-c:v", "libx264", "-preset", "ultrafast", "-f", "null", "-")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}
