package queue_test

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"

	"pgregory.net/rapid"
)

// disciplines are all there are, with a limit of 64 packets.
var disciplines = map[string]func() queue.Discipline{
	"drop-tail": func() queue.Discipline { return queue.NewDropTail(queue.DropTailConfig{Packets: 64}) },
	"codel":     func() queue.Discipline { return queue.NewCoDel(queue.CoDelConfig{Packets: 64}) },
	"fq-codel":  func() queue.Discipline { return queue.NewFQCoDel(queue.FQCoDelConfig{Packets: 64, Flows: 8}) },
	"dualpi2":   func() queue.Discipline { return queue.NewDualPI2(queue.DualPI2Config{Packets: 64}) },
	"step": func() queue.Discipline {
		return queue.NewStep(queue.StepConfig{Limit: queue.DropTailConfig{Packets: 64}})
	},
}

// lane is what must stay in order: a flow, and in a dual queue its kind.
type lane struct {
	flow uint16
	dir  netem.Dir
	low  bool
}

// book keeps account of a queue's packets.
type book struct {
	t     *rapid.T
	under map[uint32]netem.Packet
	last  map[lane]uint32
	bytes int64
}

// out books a packet that came out, forwarded or dropped.
func (b *book) out(p netem.Packet, dropped bool) {
	was, there := b.under[p.ID]
	if !there {
		b.t.Fatalf("packet %d came out twice or was never pushed", p.ID)
	}
	delete(b.under, p.ID)
	b.bytes -= int64(p.Size)
	switch {
	case dropped && p.Fate != netem.Overflow && p.Fate != netem.Marked:
		b.t.Fatalf("packet %d was dropped with fate %v", p.ID, p.Fate)
	case !dropped && p.Fate != netem.Arrived:
		b.t.Fatalf("packet %d was forwarded with fate %v", p.ID, p.Fate)
	case p.ECN != was.ECN && (p.ECN != netem.CE || was.ECN == netem.NotECT):
		b.t.Fatalf("packet %d came with ECN %d and left with %d", p.ID, was.ECN, p.ECN)
	case p.Size != was.Size || p.DSCP != was.DSCP || p.Flip != was.Flip:
		b.t.Fatalf("packet %d was changed: %+v, it was %+v", p.ID, p, was)
	case p.Queued < was.Queued:
		b.t.Fatalf("packet %d waited %v, and had waited %v before", p.ID, p.Queued, was.Queued)
	}
	if p.Fate == netem.Overflow {
		return // what finds no room leaves before those ahead of it
	}
	l := lane{p.Flow, p.Dir, was.ECN == netem.ECT1 || was.ECN == netem.CE}
	if last, any := b.last[l]; any && p.ID < last {
		b.t.Fatalf("packet %d came out after %d of its flow", p.ID, last)
	}
	b.last[l] = p.ID
}

// Whatever comes and goes: every packet comes out once, forwarded or dropped with its reason, in the order of its flow, with
// nothing but ECN and the wait changed; and the queue knows its length.
func TestPromisesOfQueues(t *testing.T) {
	for name, make := range disciplines {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				q, now, id := make(), netem.True(0), uint32(0)
				b := book{t: rt, under: map[uint32]netem.Packet{}, last: map[lane]uint32{}}
				check := func() {
					if q.Len() != len(b.under) || q.Bytes() != b.bytes || q.Len() > 65 {
						rt.Fatalf("Len() = %d, Bytes() = %d; %d of %d bytes are in it, and 64 may be", q.Len(), q.Bytes(), len(b.under), b.bytes)
					}
				}
				for range rapid.IntRange(1, 60).Draw(rt, "turns") {
					now += netem.True(rapid.Int64Range(0, 40e6).Draw(rt, "pause"))
					for range rapid.IntRange(0, 40).Draw(rt, "pushes") {
						p := netem.Packet{
							ID: id, Size: rapid.Int32Range(1, 9000).Draw(rt, "size"), Flow: uint16(rapid.IntRange(0, 20).Draw(rt, "flow")),
							Dir: netem.Dir(id % 2), ECN: uint8(rapid.IntRange(0, 3).Draw(rt, "ecn")), DSCP: 34, Flip: 5, Queued: 7,
						}
						id++
						b.under[p.ID] = p
						b.bytes += int64(p.Size)
						for _, d := range q.Push(now, 10*units.Mbps, &p, nil) {
							b.out(d, true)
						}
						check()
					}
					for range rapid.IntRange(0, 40).Draw(rt, "pops") {
						var p netem.Packet
						left := q.Len()
						ok, drops := q.Pop(now, &p, nil)
						for _, d := range drops {
							b.out(d, true)
						}
						if ok {
							b.out(p, false)
						} else if q.Len() > 0 || left > len(drops) {
							rt.Fatalf("Pop() = false with %d left", q.Len())
						}
						check()
					}
				}
			})
		})
	}
}

// Nothing is allocated once a queue has held what it holds, and it gives back what is dropped in the caller's slice.
func TestQueuesDoNotAllocate(t *testing.T) {
	for name, make := range disciplines {
		q, now := make(), netem.True(0)
		var drops []netem.Packet
		var in, p netem.Packet
		work := func() {
			now += netem.True(30 * time.Millisecond) // 100 packets and room to send 30: all kinds of drops
			for i := range uint32(100) {
				in = netem.Packet{ID: i, Size: 1250, Flow: uint16(i % 7), ECN: uint8(i % 3)}
				drops = q.Push(now, 10*units.Mbps, &in, drops[:0])
			}
			for i := range netem.True(30) {
				_, drops = q.Pop(now+i*1e6, &p, drops[:0])
			}
		}
		for range 200 {
			work()
		}
		if n := testing.AllocsPerRun(100, work); n != 0 {
			t.Errorf("%s: %v allocations in 130 packets", name, n)
		}
	}
}

// The first packet of an empty queue is kept, however long it is and small the limit: a link that can never send it would
// be no link.
func TestEmptyQueuesTakeAnything(t *testing.T) {
	for name, q := range map[string]queue.Discipline{
		"drop-tail bytes": queue.NewDropTail(queue.DropTailConfig{Bytes: 1}),
		"drop-tail time":  queue.NewDropTail(queue.DropTailConfig{Time: 1}),
		"codel":           queue.NewCoDel(queue.CoDelConfig{Bytes: 1}),
		"fq-codel":        queue.NewFQCoDel(queue.FQCoDelConfig{Bytes: 1}),
		"dualpi2":         queue.NewDualPI2(queue.DualPI2Config{Bytes: 1}),
		"step":            queue.NewStep(queue.StepConfig{Limit: queue.DropTailConfig{Bytes: 1}}),
	} {
		if drops := q.Push(0, units.Mbps, packet(65_535), nil); len(drops) != 0 || q.Len() != 1 {
			t.Errorf("%s: the first packet was dropped", name)
		}
		if drops := q.Push(0, units.Mbps, packet(2), nil); len(drops) != 1 || drops[0].Fate != netem.Overflow {
			t.Errorf("%s: the second: %v, want an overflow", name, drops)
		}
		var p netem.Packet
		if ok, _ := q.Pop(1, &p, nil); !ok || q.Len() != 0 || q.Bytes() != 0 {
			t.Errorf("%s: %d left of %d bytes", name, q.Len(), q.Bytes())
		}
		if ok, drops := q.Pop(2, &p, nil); ok || len(drops) > 0 {
			t.Errorf("%s: an empty queue gave %v", name, drops)
		}
	}
}

// What each discipline does with a sender that fills it, by the same measure: who waits how long, and who hears of it how.
func TestDisciplinesUnderOneSender(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name        string
		queue       queue.Discipline
		kind        kind
		ecn         uint8
		least, most time.Duration // of the median wait
		drops       bool
		marks       bool
		used        float64 // of 20 Mbit/s, with a round trip of 20 ms
	}{
		{"drop-tail of 100 ms", queue.NewDropTail(queue.DropTailConfig{Time: 100 * ms}), classic, netem.ECT0, 40 * ms, 100 * ms, false, false, 0.99},
		{"codel", queue.NewCoDel(queue.CoDelConfig{}), classic, netem.NotECT, 0, 10 * ms, true, false, 0.65},
		{"codel with ECN", queue.NewCoDel(queue.CoDelConfig{}), classic, netem.ECT0, 0, 10 * ms, false, true, 0.65},
		{"codel of 20 ms", queue.NewCoDel(queue.CoDelConfig{Target: 20 * ms}), classic, netem.ECT0, 5 * ms, 35 * ms, false, true, 0.9},
		{"fq-codel", queue.NewFQCoDel(queue.FQCoDelConfig{}), classic, netem.NotECT, 0, 10 * ms, true, false, 0.65},
		{"fq-codel with ECN", queue.NewFQCoDel(queue.FQCoDelConfig{}), classic, netem.ECT0, 0, 10 * ms, false, true, 0.65},
		{"dualpi2, classic", queue.NewDualPI2(queue.DualPI2Config{}), classic, netem.ECT0, 4 * ms, 30 * ms, false, true, 0.85},
		{"dualpi2, scalable", queue.NewDualPI2(queue.DualPI2Config{}), scalable, netem.ECT1, 0, 2 * ms, false, true, 0.85},
		{"dualpi2 of 40 ms", queue.NewDualPI2(queue.DualPI2Config{Target: 40 * ms}), classic, netem.ECT0, 15 * ms, 60 * ms, false, true, 0.95},
		{"step", queue.NewStep(queue.StepConfig{Limit: queue.DropTailConfig{Time: time.Second}}), scalable, netem.ECT1, 0, 3 * ms, false, true, 0.75},
		{"step of 10 ms", queue.NewStep(queue.StepConfig{Threshold: 10 * ms, Limit: queue.DropTailConfig{Time: time.Second}}), scalable, netem.ECT1, 2 * ms, 12 * ms, false, true, 0.9},
	} {
		s := &sender{kind: c.kind, ecn: c.ecn}
		rate := bed(c.queue, 20*units.Mbps, 40*time.Second, s)
		if p50 := s.quantile(.5); p50 < c.least || p50 > c.most {
			t.Errorf("%s: median wait %v, want %v to %v", c.name, p50, c.least, c.most)
		}
		drops, overflows, marks := s.fates()
		tail := !c.drops && !c.marks
		if drops > 0 != c.drops || marks > 0 != c.marks || overflows > 0 != tail {
			t.Errorf("%s: %d drops, %d marks, %d overflows", c.name, drops, marks, overflows)
		}
		if rate/20e6 < c.used {
			t.Errorf("%s: %.2f of the link in use, want %v", c.name, rate/20e6, c.used)
		}
	}
}

// Bounds of every field, told with its name; what is at a bound is taken.
func TestBoundsOfConfigs(t *testing.T) {
	type valid interface{ Validate() error }
	for want, c := range map[string]valid{
		"target -1ns: want 0 to 1h":        queue.CoDelConfig{Target: -1},
		"interval 1h0m0.000000001s: want":  queue.CoDelConfig{Interval: time.Hour + 1},
		"packets 131073: want 0 to 131072": queue.CoDelConfig{Packets: 131_073},
		"bytes -1: want 0 or more":         queue.CoDelConfig{Bytes: -1},
		"interval: shorter than target":    queue.CoDelConfig{Target: time.Second},
		"flows 65537: want 0 to 65536":     queue.FQCoDelConfig{Flows: 65_537},
		"quantum -1: want 0 to 1048576":    queue.FQCoDelConfig{Quantum: -1},
		"rtt max 999µs: want 1ms or more":  queue.DualPI2Config{RTTMax: 999 * time.Microsecond},
		"target 99µs: want 100µs or more":  queue.DualPI2Config{Target: 99 * time.Microsecond},
		"coupling 17: want 1 to 16":        queue.DualPI2Config{Coupling: 17},
		"coupling NaN: want 1 to 16":       queue.DualPI2Config{Coupling: math.NaN()},
		"classic share 0.6: want 0 to 0.5": queue.DualPI2Config{ClassicShare: 0.6},
		"ramp 2h0m0s: want 0 to 1h":        queue.DualPI2Config{Ramp: 2 * time.Hour},
		"threshold 2h0m0s: want 0 to 1h":   queue.StepConfig{Threshold: 2 * time.Hour},
		"time -1ns: want 0 to 1h":          queue.StepConfig{Limit: queue.DropTailConfig{Time: -1}},
		"packets -1: want 0 to 131072":     queue.DropTailConfig{Packets: -1},
	} {
		if err := c.Validate(); err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("Validate() = %v, want %s", err, want)
		}
	}
	for _, c := range []valid{
		queue.CoDelConfig{Target: time.Hour, Interval: time.Hour, Packets: 131_072, Bytes: 1 << 62},
		queue.FQCoDelConfig{Flows: 65_536, Quantum: 1 << 20},
		queue.DualPI2Config{RTTMax: time.Millisecond, Target: 100 * time.Microsecond, Coupling: 16, ClassicShare: 0.5, Ramp: -5},
		queue.StepConfig{Threshold: time.Hour, Limit: queue.DropTailConfig{Time: time.Hour, Packets: 1, Bytes: 1}},
	} {
		if err := c.Validate(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
