package traffic_test

import (
	"slices"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/loss"
	"airbridge/netem/queue"
	"airbridge/netem/traffic"
	"airbridge/units"
)

// link is a drop-tail bottleneck.
func link(rate units.Bitrate, depth time.Duration) netem.Medium {
	return bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(rate), Queue: queue.NewDropTail(queue.DropTailConfig{Time: depth})})
}

func build(t testing.TB, inner netem.Medium, c traffic.Config) *traffic.Medium {
	t.Helper()
	m, err := traffic.New(inner, c, 1, "test")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// run lets the medium run until an instant and returns what came out that is not its own.
func run(t testing.TB, m netem.Medium, until time.Duration) (out []netem.Packet) {
	t.Helper()
	last := netem.True(-1)
	for at := m.Next(); at <= netem.True(until); at = m.Next() {
		if at < last {
			t.Fatalf("next event at %d, before the last one at %d", at, last)
		}
		last = at
		out = m.Deliver(at, out)
	}
	return out
}

// jain is Jain's index of fairness.
func jain(x []float64) float64 {
	var sum, squares float64
	for _, v := range x {
		sum += v
		squares += v * v
	}
	return sum * sum / (float64(len(x)) * squares)
}

func goodput(m *traffic.Medium) (bytes []float64, sum float64) {
	for _, f := range m.Flows(nil) {
		bytes = append(bytes, float64(f.Goodput))
		sum += float64(f.Goodput)
	}
	return bytes, sum
}

// filled is which part of a link goodput took in a time; payload is 1448 of 1500 bytes.
func filled(bytes float64, d time.Duration, rate units.Bitrate) float64 {
	return bytes * 8 * 1500 / 1448 / d.Seconds() / float64(rate)
}

func TestBulkFlowsShareAndFill(t *testing.T) {
	for _, c := range []struct {
		name     string
		controls []traffic.Control
		rate     units.Bitrate
		depth    time.Duration
		fair     float64
	}{
		{"one reno", []traffic.Control{traffic.Reno}, 20 * units.Mbps, 100 * time.Millisecond, 1},
		{"one cubic", []traffic.Control{traffic.Cubic}, 20 * units.Mbps, 100 * time.Millisecond, 1},
		{"four reno", slices.Repeat([]traffic.Control{traffic.Reno}, 4), 20 * units.Mbps, 50 * time.Millisecond, 0.97},
		{"four cubic", slices.Repeat([]traffic.Control{traffic.Cubic}, 4), 20 * units.Mbps, 50 * time.Millisecond, 0.95},
		{"a cubic and a reno", []traffic.Control{traffic.Cubic, traffic.Reno}, 20 * units.Mbps, 50 * time.Millisecond, 0.9},
		{"two cubic on a fast link", slices.Repeat([]traffic.Control{traffic.Cubic}, 2), 100 * units.Mbps, 50 * time.Millisecond, 0.9},
	} {
		t.Run(c.name, func(t *testing.T) {
			var config traffic.Config
			for i, control := range c.controls {
				config.Bulk = append(config.Bulk, traffic.Bulk{Control: control, Start: time.Duration(i) * time.Second})
			}
			m := build(t, link(c.rate, c.depth), config)
			run(t, m, 20*time.Second)
			early, before := goodput(m)
			run(t, m, 140*time.Second)
			late, after := goodput(m)
			for i := range late {
				late[i] -= early[i]
			}
			if got := filled(after-before, 120*time.Second, c.rate); got < 0.9 || got > 1.0001 {
				t.Errorf("the link was filled to %.3f, want 0.9 to 1", got)
			}
			if got := jain(late); got < c.fair {
				t.Errorf("fairness %.3f, want at least %v: %v", got, c.fair, late)
			}
			for _, f := range m.Flows(nil) {
				if f.Timeouts > 2 { // a window's last packets may be what is lost, but rarely
					t.Errorf("flow %d: %d timeouts on a link that only queues", f.Number, f.Timeouts)
				}
			}
		})
	}
}

// A late comer gets its share from one that had everything: the point of the reductions being proportional.
func TestLateComerGetsItsShare(t *testing.T) {
	for _, control := range []traffic.Control{traffic.Reno, traffic.Cubic} {
		m := build(t, link(20*units.Mbps, 50*time.Millisecond), traffic.Config{Bulk: []traffic.Bulk{
			{Control: control}, {Control: control, Start: 30 * time.Second},
		}})
		run(t, m, 60*time.Second)
		early, _ := goodput(m)
		run(t, m, 120*time.Second)
		late, _ := goodput(m)
		if ratio := (late[1] - early[1]) / (late[0] - early[0]); ratio < 0.6 || ratio > 1.7 {
			t.Errorf("%v: from 60 s to 120 s the late comer got %.2f times the other's", control, ratio)
		}
	}
}

// On a shallow threshold that marks, ECN flows fill the link without losing a packet, and lower their window at marks.
func TestMarksAreObeyed(t *testing.T) {
	for _, control := range []traffic.Control{traffic.Reno, traffic.Cubic} {
		t.Run(control.String(), func(t *testing.T) {
			inner := bottleneck.New(bottleneck.Config{
				Rate:  bottleneck.Constant(20 * units.Mbps),
				Queue: queue.NewStep(queue.StepConfig{Threshold: 20 * time.Millisecond, Limit: queue.DropTailConfig{Time: time.Second}}),
			})
			m := build(t, inner, traffic.Config{Bulk: []traffic.Bulk{{Control: control, ECN: true}}})
			run(t, m, 60*time.Second)
			f := m.Flows(nil)[0]
			if f.Lost > 0 || f.Repeated > 0 || f.Timeouts > 0 {
				t.Errorf("%d lost, %d repeated, %d timeouts, want none: the queue can mark", f.Lost, f.Repeated, f.Timeouts)
			}
			if f.Marked == 0 || f.Reductions == 0 || f.Reductions > f.Marked {
				t.Errorf("%d marks, %d reductions, want both, at most one a mark", f.Marked, f.Reductions)
			}
			if got := filled(float64(f.Goodput), 60*time.Second, 20*units.Mbps); got < 0.9 {
				t.Errorf("the link was filled to %.3f, want 0.9", got)
			}
			if backlog := m.Backlog(netem.True(60*time.Second), netem.Down); backlog > 60*time.Millisecond {
				t.Errorf("backlog %v, want it near the threshold of 20 ms", backlog)
			}
		})
	}
}

// Throughput under random loss follows the formula of Mathis et al. for Reno: 1.22/sqrt(p) segments a round trip with an
// acknowledgement for every segment.
func TestRenoUnderLoss(t *testing.T) {
	const p, rtt = 0.002, 50 * time.Millisecond
	inner := netem.Chain(loss.New(loss.Config{Probability: p}, stream.New(1, "loss")),
		delay.New(delay.Config{Propagation: 10 * time.Millisecond}, nil))
	m := build(t, inner, traffic.Config{Bulk: []traffic.Bulk{{Control: traffic.Reno, BaseRTT: 40 * time.Millisecond}}})
	run(t, m, 600*time.Second)
	segments := float64(m.Flows(nil)[0].Goodput) / 1448
	want := 1.2247 / 0.044721 / rtt.Seconds() * 600
	if ratio := segments / want; ratio < 0.85 || ratio > 1.15 {
		t.Errorf("%.0f segments in 600 s, the formula says %.0f", segments, want)
	}
}

// Everything lost must be repeated, also repetitions: a file arrives whole through a link that loses a tenth.
func TestFilesArriveThroughLoss(t *testing.T) {
	inner := netem.Chain(link(10*units.Mbps, 50*time.Millisecond), loss.New(loss.Config{Probability: 0.1}, stream.New(1, "loss")))
	m := build(t, inner, traffic.Config{Short: []traffic.Short{{Flows: 3, MinSize: 40_000, MaxSize: 40_000, Idle: 100 * time.Millisecond}}})
	run(t, m, 60*time.Second)
	for _, f := range m.Flows(nil) {
		const segments = 28 // of 40,000 bytes
		whole := units.ByteCount(f.Files * segments * 1448)
		if f.Files < 20 || f.Goodput < whole || f.Goodput > whole+segments*1448 {
			t.Errorf("%s: %d files, goodput %d, want 20 files or more, each of them once: %d", f.Name, f.Files, f.Goodput, whole)
		}
		if f.Repeated == 0 || f.Timeouts == 0 {
			t.Errorf("%s: %d repeated, %d timeouts: want some of both", f.Name, f.Repeated, f.Timeouts)
		}
	}
}

// A link that dies makes the timer back off: a minute of silence costs a handful of packets, and then it goes on.
func TestTimerBacksOff(t *testing.T) {
	rate := bottleneck.Steps{List: []bottleneck.Step{{At: 0, Rate: 10 * units.Mbps}, {At: 10 * time.Second, Rate: 0}, {At: 70 * time.Second, Rate: 10 * units.Mbps}}}
	inner := bottleneck.New(bottleneck.Config{Rate: rate, Queue: queue.NewDropTail(queue.DropTailConfig{Packets: 100})})
	m := build(t, inner, traffic.Config{Bulk: []traffic.Bulk{{}}})
	run(t, m, 10*time.Second)
	before := m.Flows(nil)[0]
	run(t, m, 69*time.Second)
	during := m.Flows(nil)[0]
	if n := during.Timeouts - before.Timeouts; n < 4 || n > 10 {
		t.Errorf("%d timeouts in a minute of silence, want 4 to 10", n)
	}
	run(t, m, 150*time.Second)
	after := m.Flows(nil)[0]
	if got := after.Goodput - during.Goodput; got < 20_000_000 {
		t.Errorf("%d bytes in 80 s after the silence, want it to have come back", got)
	}
}

// RFC 8867 §5.7: ten flows, 30 to 50 kB, idle for 10 s in the mean.
func TestShortFlowsOfTheStandard(t *testing.T) {
	m := build(t, link(200*units.Mbps, 300*time.Millisecond), traffic.Config{Short: []traffic.Short{
		{Bulk: traffic.Bulk{Name: "web"}, Flows: 10, MinSize: 30_000, MaxSize: 50_000, Idle: 10 * time.Second},
	}})
	run(t, m, 1000*time.Second)
	var files, bytes float64
	var took time.Duration
	for i, f := range m.Flows(nil) {
		files += float64(f.Files)
		bytes += float64(f.Goodput)
		took += f.FileTime
		if want := []string{"web 1", "web 2"}; i < len(want) && f.Name != want[i] {
			t.Errorf("flow %d is called %q, want %q", i, f.Name, want[i])
		}
	}
	if files < 900 || files > 1100 {
		t.Errorf("%v files in 1000 s by ten flows, want about 1000", files)
	}
	if mean := bytes / files; mean < 39_000 || mean > 43_000 {
		t.Errorf("mean file %.0f bytes, want 40 kB and the rounding to segments", mean)
	}
	// Two windows of 10 and 20 segments, each after a round trip of 20 ms.
	if mean := took / time.Duration(files); mean < 40*time.Millisecond || mean > 60*time.Millisecond {
		t.Errorf("a file took %v in the mean, want 2 round trips of 20 ms", mean)
	}
}

func TestStartAndStop(t *testing.T) {
	m := build(t, link(10*units.Mbps, 50*time.Millisecond), traffic.Config{
		Bulk:   []traffic.Bulk{{Start: 2 * time.Second, Stop: 4 * time.Second}},
		Steady: []traffic.Steady{{Rate: units.Mbps, Start: 2 * time.Second, Stop: 4 * time.Second}},
	})
	run(t, m, 1999*time.Millisecond)
	for _, f := range m.Flows(nil) {
		if f.Sent > 0 {
			t.Errorf("flow %d sent before its start", f.Number)
		}
	}
	run(t, m, 5*time.Second)
	stopped := m.Flows(nil)
	if next := m.Next(); next != netem.Never {
		t.Errorf("next event at %d after all have stopped, want never", next)
	}
	for _, f := range stopped {
		if f.Sent == 0 || f.Arrived+f.Lost != f.Sent {
			t.Errorf("flow %d: sent %d, arrived %d, lost %d", f.Number, f.Sent, f.Arrived, f.Lost)
		}
	}
}

// With endless capacity the window that the flow has is what limits it.
func TestWindowLimits(t *testing.T) {
	m := build(t, delay.New(delay.Config{Propagation: 10 * time.Millisecond}, nil), traffic.Config{Bulk: []traffic.Bulk{
		{BaseRTT: 40 * time.Millisecond, Window: 100 * 1448},
	}})
	run(t, m, 20*time.Second)
	want := 100 * 1448 * 20 / 0.05
	if got := float64(m.Flows(nil)[0].Goodput); got < 0.97*want || got > want {
		t.Errorf("goodput %.0f, want just below %.0f: a window of 100 segments each 50 ms", got, want)
	}
}
