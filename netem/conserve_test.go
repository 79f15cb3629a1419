package netem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/fault"
	"airbridge/netem/loss"
	"airbridge/netem/queue"
	"airbridge/units"
)

// anyQueue draws a discipline that is short enough to overflow.
func anyQueue(t *rapid.T) queue.Discipline {
	packets := rapid.IntRange(1, 40).Draw(t, "packets")
	switch rapid.IntRange(0, 5).Draw(t, "queue") {
	case 0:
		return queue.NewDropTail(queue.DropTailConfig{Packets: packets})
	case 1:
		return queue.NewDropTail(queue.DropTailConfig{Time: time.Millisecond * time.Duration(packets)})
	case 2:
		return queue.NewCoDel(queue.CoDelConfig{Packets: packets, Target: time.Millisecond, Interval: 4 * time.Millisecond})
	case 3:
		return queue.NewFQCoDel(queue.FQCoDelConfig{Packets: packets, Flows: 4, Target: time.Millisecond, Interval: 3 * time.Millisecond})
	case 4:
		return queue.NewDualPI2(queue.DualPI2Config{Packets: packets, Target: time.Millisecond, RTTMax: 10 * time.Millisecond})
	}
	return queue.NewStep(queue.StepConfig{Limit: queue.DropTailConfig{Packets: packets}})
}

// everyMS is an opportunity of 1500 bytes at each millisecond.
type everyMS struct{}

func (everyMS) First(t netem.True) (netem.True, int64) { return (t + 999_999) / 1e6 * 1e6, 1500 }
func (everyMS) Rate(netem.True) units.Bitrate          { return 12 * units.Mbps }

func anyBottleneck(t *rapid.T) netem.Medium {
	switch rapid.IntRange(0, 2).Draw(t, "link") {
	case 0:
		rate := units.Bitrate(rapid.Int64Range(50_000, 1e10).Draw(t, "rate"))
		return bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(rate), Queue: anyQueue(t)})
	case 1:
		steps := bottleneck.Steps{
			List:  []bottleneck.Step{{Rate: 7 * units.Mbps}, {At: 3 * time.Millisecond}, {At: 9 * time.Millisecond, Rate: 999_983}},
			Round: 11 * time.Millisecond,
		}
		return bottleneck.New(bottleneck.Config{Rate: steps, Queue: anyQueue(t)})
	}
	return bottleneck.NewPulsed(bottleneck.PulsedConfig{Schedule: everyMS{}, Queue: anyQueue(t)})
}

func anyDelay(t *rapid.T, seed uint64, name string) netem.Medium {
	cfg := delay.Config{Propagation: time.Duration(rapid.Int64Range(0, 1e7).Draw(t, "propagation")), Reorder: rapid.Bool().Draw(t, "reorder")}
	cfg.Jitter.Shape = rapid.SampledFrom([]delay.Shape{"", delay.Gaussian, delay.Uniform, delay.Pareto}).Draw(t, "shape")
	if cfg.Jitter.Shape != "" {
		cfg.Jitter.Spread = 2 * time.Millisecond
	}
	return delay.New(cfg, stream.New(seed, name))
}

// anyMedium draws a model, or a composition of some.
func anyMedium(t *rapid.T, seed uint64, name string, depth int) netem.Medium {
	inner := func(i int) netem.Medium { return anyMedium(t, seed, fmt.Sprint(name, "/", i), depth-1) }
	switch rapid.IntRange(0, 5+min(3, 3*depth)).Draw(t, "medium") {
	case 0:
		return new(netem.Pass)
	case 1:
		return anyBottleneck(t)
	case 2:
		return anyDelay(t, seed, name)
	case 3:
		return loss.New(loss.Config{
			Probability: .1, Gilbert: &loss.Gilbert{ToBad: .1, ToGood: .3, LossBad: .9}, Every: 13,
			Bursts: []loss.Burst{{At: 5 * time.Millisecond, Packets: 4}},
		}, stream.New(seed, name))
	case 4:
		return fault.New(fault.Config{Duplicate: .2, Corrupt: .1}, stream.New(seed, name))
	case 5:
		return fault.NewOutages(fault.OutageConfig{
			Planned: []fault.Window{{From: 2 * time.Millisecond, To: 4 * time.Millisecond}},
			MeanUp:  20 * time.Millisecond, MeanDown: 3 * time.Millisecond,
		}, stream.New(seed, name))
	case 6:
		return netem.Duplex(inner(0), inner(1))
	case 7:
		return netem.PerFlow(inner(0), netem.Route{Flows: []uint16{1, 2}, Via: inner(1)})
	}
	return netem.Chain(inner(0), inner(1), inner(2))
}

// anyTraffic draws trains of packets and their instants.
func anyTraffic(t *rapid.T) (trains [][]netem.Packet, at []netem.True) {
	now, id := netem.True(0), uint32(0)
	for range rapid.IntRange(1, 30).Draw(t, "trains") {
		train := make([]netem.Packet, rapid.IntRange(1, 20).Draw(t, "length"))
		for i := range train {
			bits := rapid.Uint64().Draw(t, "packet")
			train[i] = netem.Packet{
				ID: id, Size: 29 + int32(bits%1472), Flow: uint16(bits >> 32 % 4), Dir: netem.Dir(bits >> 40 % 2),
				ECN: uint8(bits >> 48 % 4),
			}
			id++
		}
		trains, at = append(trains, train), append(at, now)
		now += netem.True(rapid.SampledFrom([]int64{0, 1, 1000, 300_000, 5_000_000}).Draw(t, "gap"))
	}
	return trains, at
}

// came is a packet as it came out.
type came struct {
	At netem.True
	netem.Packet
}

// play sends trains through a medium as its contract says and checks that its clock goes forwards.
func play(t interface{ Fatalf(string, ...any) }, m netem.Medium, trains [][]netem.Packet, at []netem.True) (all []came) {
	collect := func(until netem.True) {
		for range 1_000_000 {
			now := m.Next()
			if now > until || now == netem.Never {
				return
			}
			if len(all) > 0 && now < all[len(all)-1].At {
				t.Fatalf("Next() = %d after %d", now, all[len(all)-1].At)
			}
			for _, p := range m.Deliver(now, nil) {
				all = append(all, came{now, p})
			}
		}
		t.Fatalf("due for ever at %d", m.Next())
	}
	for i := range trains {
		collect(at[i])
		m.Admit(at[i], trains[i])
	}
	collect(netem.Never - 1)
	return all
}

// Whatever is put together from the parts: each packet comes out exactly once, copies besides; with what it came in with;
// and two equal media do the same.
func TestEveryPacketComesOutOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		trains, at := anyTraffic(t)
		all := play(t, anyMedium(t, seed, "medium", 2), trains, at)

		open := map[uint32]int{}
		sent := map[uint32]came{}
		for i, train := range trains {
			for _, p := range train {
				open[p.ID], sent[p.ID] = 1, came{at[i], p}
			}
		}
		for _, c := range all {
			if c.Fate == netem.Doubled {
				open[c.ID]++
				continue
			}
			if open[c.ID]--; open[c.ID] < 0 {
				t.Fatalf("packet %d came out too often, or its copy before the record of it", c.ID)
			}
			s := sent[c.ID]
			if c.Size != s.Size || c.Flow != s.Flow || c.Dir != s.Dir {
				t.Fatalf("sent %+v, came %+v", s, c)
			}
			if c.ECN != s.ECN && (c.ECN != netem.CE || s.ECN == netem.NotECT) {
				t.Fatalf("packet %d: ECN %d became %d", c.ID, s.ECN, c.ECN)
			}
			if c.Queued < 0 || c.Queued > c.At.Sub(s.At) {
				t.Fatalf("packet %d: waited %v of %v", c.ID, c.Queued, c.At.Sub(s.At))
			}
		}
		for id, n := range open {
			if n != 0 {
				t.Fatalf("packet %d: %d did not come out", id, n)
			}
		}
	})
}

// home is a link with every part in both directions.
func home(seed uint64) netem.Medium {
	way := func(dir string) netem.Medium {
		rng := func(part string) string { return dir + "/" + part }
		return netem.Chain(
			fault.NewOutages(fault.OutageConfig{MeanUp: 3 * time.Second, MeanDown: 50 * time.Millisecond}, stream.New(seed, rng("outage"))),
			bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(80 * units.Mbps), Queue: queue.NewFQCoDel(queue.FQCoDelConfig{})}),
			loss.New(loss.Config{Probability: .01}, stream.New(seed, rng("loss"))),
			fault.New(fault.Config{Duplicate: .01, Corrupt: .001}, stream.New(seed, rng("fault"))),
			delay.New(delay.Config{Propagation: 3 * time.Millisecond, Jitter: delay.Jitter{Shape: delay.Pareto, Spread: 2e5, Tail: .2}},
				stream.New(seed, rng("delay"))),
		)
	}
	return netem.Duplex(way("down"), way("up"))
}

// frames is a second of video with the way back, a train a frame.
func frames(n int) (trains [][]netem.Packet, at []netem.True) {
	for f := range n {
		train := make([]netem.Packet, 91)
		for i := range train {
			train[i] = netem.Packet{ID: uint32(f*91 + i), Size: 1428, ECN: netem.ECT1}
		}
		train[90].Dir, train[90].Size = netem.Up, 120
		trains, at = append(trains, train), append(at, netem.True(f)*13_888_889)
	}
	return trains, at
}

func TestSameSeedSameWorld(t *testing.T) {
	trains, at := frames(720)
	first := play(t, home(11), trains, at)
	if d := cmp.Diff(first, play(t, home(11), trains, at)); d != "" {
		t.Errorf("seed 11 twice:\n%s", d)
	}
	if cmp.Equal(first, play(t, home(12), trains, at)) {
		t.Error("seeds 11 and 12 gave the same world")
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	m := home(3)
	trains, _ := frames(1)
	var now netem.True
	var buf []netem.Packet
	second := func() {
		for range 72 {
			m.Admit(now, trains[0])
			now += 13_888_889
			for m.Next() < now {
				buf = m.Deliver(m.Next(), buf[:0])
			}
		}
	}
	for range 60 {
		second() // until the rings have their size
	}
	if n := testing.AllocsPerRun(20, second); n > 0 {
		t.Errorf("%v allocations a second of streaming, want none", n)
	}
}
