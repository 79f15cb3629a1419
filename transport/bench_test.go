package transport

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// The loopback stream: datagrams of a Wi-Fi MTU, and never more outstanding than a 4 MiB receive buffer holds.
const (
	benchSize   = 1400
	benchWindow = 700
	benchTrain  = 46 // as many as fit one call
	benchAck    = 32
)

// pitcher sends goal datagrams as fast as its credit allows.
type pitcher struct {
	to          netip.AddrPort
	slab        []byte
	sent, acked uint64
	goal        uint64
	done        context.CancelFunc
}

func (p *pitcher) Handle(_ units.Mono, in machine.Event, _ machine.Output) {
	if d, ok := in.(*machine.Datagram); ok && len(d.Data) == 8 {
		p.acked = binary.BigEndian.Uint64(d.Data)
	}
	if p.acked >= p.goal {
		p.done()
	}
}

func (p *pitcher) next() int {
	n := int(min(benchTrain, p.goal-p.sent))
	if p.sent+uint64(n)-p.acked > benchWindow {
		return 0
	}
	return n
}

func (p *pitcher) Deadline() units.Mono {
	if p.next() > 0 {
		return 0
	}
	return units.Never
}

func (p *pitcher) Tick(_ units.Mono, out machine.Output) {
	n := p.next()
	for i := range n {
		p.sent++
		binary.BigEndian.PutUint64(p.slab[i*benchSize:], p.sent)
	}
	if n > 0 {
		out.Send(machine.Burst{To: p.to, DSCP: 34, Size: benchSize, Slab: p.slab[:n*benchSize]})
	}
}

// catcher counts and acknowledges.
type catcher struct {
	goal, count, acked, reordered, last uint64
	ack                                 [8]byte
}

func (c *catcher) Handle(_ units.Mono, in machine.Event, out machine.Output) {
	d, ok := in.(*machine.Datagram)
	if !ok || len(d.Data) != benchSize {
		return
	}
	c.count++
	number := binary.BigEndian.Uint64(d.Data)
	if number != c.last+1 {
		c.reordered++
	}
	c.last = number
	if c.count-c.acked >= benchAck || c.count == c.goal {
		c.acked = c.count
		binary.BigEndian.PutUint64(c.ack[:], c.count)
		out.Send(machine.Burst{To: d.From, Size: 8, Slab: c.ack[:]})
	}
}

func (*catcher) Deadline() units.Mono                  { return units.Never }
func (*catcher) Tick(now units.Mono, _ machine.Output) {}

// result of one loopback run.
type result struct {
	gbps          float64
	lost          uint64
	mallocsPacket float64
	datagramsSent uint64
	callsPerSend  float64
}

// stream sends goal datagrams from one driver to another.
func stream(tb testing.TB, cfg SocketConfig, goal uint64) result {
	tb.Helper()
	n, err := stdnet.NewNet()
	if err != nil {
		tb.Fatal(err)
	}
	listen := func() *Socket {
		s, err := Listen(n, "127.0.0.1:0", cfg)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { s.Close() })
		return s
	}
	from, to := listen(), listen()
	// The time limit only matters where something was lost, which is a failure anyway.
	ctx, done := context.WithTimeout(context.Background(), time.Minute)
	defer done()
	p := &pitcher{to: to.LocalAddr(), slab: make([]byte, benchTrain*benchSize), goal: goal, done: done}
	c := &catcher{goal: goal}
	ended := make(chan error, 2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for _, d := range []*Driver{{Machine: c, Socket: to, Clock: NewClock()}, {Machine: p, Socket: from, Clock: NewClock()}} {
		go func() { ended <- d.Run(ctx) }()
	}
	for range 2 {
		if err := <-ended; err != nil {
			tb.Fatal(err)
		}
	}
	seconds := time.Since(start).Seconds()
	runtime.ReadMemStats(&after)
	sent := from.Stats()
	return result{
		gbps: float64(c.count) * benchSize * 8 / seconds / 1e9, lost: p.sent - c.count + c.reordered,
		mallocsPacket: float64(after.Mallocs-before.Mallocs) / float64(goal),
		datagramsSent: sent.SentDatagrams, callsPerSend: float64(sent.SendCalls) / float64(sent.SentDatagrams),
	}
}

// BenchmarkLoopback streams between two drivers, each on a thread of its own, with nothing lost; an operation is one
// datagram of 1,400 bytes.
func BenchmarkLoopback(b *testing.B) {
	for _, c := range []struct {
		name string
		cfg  SocketConfig
	}{
		{"gso+gro", SocketConfig{}},
		{"gso", SocketConfig{NoGRO: true}},
		{"batch", SocketConfig{NoGSO: true, NoGRO: true}},
		{"single", SocketConfig{NoGSO: true, NoGRO: true, NoBatch: true}},
		{"plain", SocketConfig{Plain: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(benchSize)
			r := stream(b, c.cfg, uint64(b.N))
			b.ReportMetric(r.gbps, "Gbit/s")
			b.ReportMetric(float64(r.lost), "lost")
			b.ReportMetric(r.callsPerSend, "calls/datagram")
		})
	}
}

// BenchmarkAgainstIperf3 runs the stream and iperf3 one after the other and reports both and their ratio. iperf3 is
// measured by what it sends: it loses most of it.
func BenchmarkAgainstIperf3(b *testing.B) {
	path, err := exec.LookPath("iperf3")
	if err != nil {
		b.Skip("iperf3 is not installed: nothing to compare with (apt-get install iperf3)")
	}
	for range b.N {
		ours := stream(b, SocketConfig{}, 2_000_000)
		theirs := iperf3(b, path)
		b.ReportMetric(ours.gbps, "ours_Gbit/s")
		b.ReportMetric(float64(ours.lost), "ours_lost")
		b.ReportMetric(theirs, "iperf3_sent_Gbit/s")
		b.ReportMetric(ours.gbps/theirs, "ratio")
	}
}

// iperf3 returns what iperf3 sends over loopback in 2 s, in Gbit/s.
func iperf3(b *testing.B, path string) float64 {
	b.Helper()
	const port = "15201"
	server := exec.Command(path, "-s", "-1", "-p", port)
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill() // it has ended by itself where all went well
		_ = server.Wait()
	}()
	var out []byte
	var err error
	for range 50 { // the server needs a moment to listen
		out, err = exec.Command(path, "-c", "127.0.0.1", "-p", port, "-u", "-l", "1400", "-b", "0", "-t", "2", "-J").Output()
		if err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		b.Fatalf("iperf3: %v: %s", err, out)
	}
	var report struct {
		End struct {
			Streams []struct {
				UDP struct {
					BitsPerSecond float64 `json:"bits_per_second"`
				} `json:"udp"`
			} `json:"streams"`
		} `json:"end"`
	}
	if err := json.Unmarshal(out, &report); err != nil || len(report.End.Streams) == 0 {
		b.Fatalf("iperf3 report: %v: %.200s", err, out)
	}
	return report.End.Streams[0].UDP.BitsPerSecond / 1e9
}
