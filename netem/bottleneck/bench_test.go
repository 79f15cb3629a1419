package bottleneck_test

import (
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/queue"
	"airbridge/units"
)

// bare is the simplest useful link: 1 Gbit/s, drop-tail, 2 ms.
func bare(q queue.Discipline) netem.Medium {
	return netem.Chain(
		bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(units.Gbps), Queue: q}),
		delay.New(delay.Config{Propagation: 2 * time.Millisecond}, nil),
	)
}

// drive sends trains of 16 packets, 200 µs apart and thus just under the link's rate, until n packets are through.
type driver struct {
	medium netem.Medium
	now    netem.True
	train  [16]netem.Packet
	out    []netem.Packet
}

func newDriver(m netem.Medium) *driver {
	d := &driver{medium: m}
	for i := range d.train {
		d.train[i] = netem.Packet{ID: uint32(i), Size: 1428, Flow: uint16(i % 4), ECN: netem.ECT1}
	}
	return d
}

func (d *driver) send(n int) (through int) {
	for through < n {
		d.medium.Admit(d.now, d.train[:])
		d.now += 200_000
		for next := d.medium.Next(); next < d.now; next = d.medium.Next() {
			d.out = d.medium.Deliver(next, d.out[:0])
			through += len(d.out)
		}
	}
	return through
}

func BenchmarkBareLink(b *testing.B) {
	for _, c := range []struct {
		name  string
		queue queue.Discipline
	}{
		{"droptail", queue.NewDropTail(queue.DropTailConfig{})},
		{"codel", queue.NewCoDel(queue.CoDelConfig{})},
		{"fqcodel", queue.NewFQCoDel(queue.FQCoDelConfig{})},
		{"dualpi2", queue.NewDualPI2(queue.DualPI2Config{})},
		{"step", queue.NewStep(queue.StepConfig{})},
	} {
		b.Run(c.name, func(b *testing.B) {
			d := newDriver(bare(c.queue))
			d.send(10_000)
			b.ReportAllocs()
			b.ResetTimer()
			d.send(b.N)
		})
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	for name, q := range map[string]queue.Discipline{
		"droptail": queue.NewDropTail(queue.DropTailConfig{}),
		"codel":    queue.NewCoDel(queue.CoDelConfig{}),
		"fqcodel":  queue.NewFQCoDel(queue.FQCoDelConfig{}),
		"dualpi2":  queue.NewDualPI2(queue.DualPI2Config{}),
		"step":     queue.NewStep(queue.StepConfig{}),
	} {
		d := newDriver(bare(q))
		d.send(10_000)
		if n := testing.AllocsPerRun(5, func() { d.send(2000) }); n > 0 {
			t.Errorf("%s: %v allocations in 2000 packets, want none", name, n)
		}
	}
	d := newDriver(pulsed(everyHalfMS{}))
	d.send(10_000)
	if n := testing.AllocsPerRun(5, func() { d.send(2000) }); n > 0 {
		t.Errorf("pulsed: %v allocations in 2000 packets, want none", n)
	}
}

// everyHalfMS is 1 Gbit/s in opportunities.
type everyHalfMS struct{}

func (everyHalfMS) First(t netem.True) (netem.True, int64) {
	return (t + 499_999) / 500_000 * 500_000, 62_500
}
func (everyHalfMS) Rate(netem.True) units.Bitrate { return units.Gbps }
