package queue_test

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

// packet is one of a size; its length on the air is what matters here.
func packet(size int32) *netem.Packet { return &netem.Packet{Size: size} }

func TestDropTailLimits(t *testing.T) {
	const rate = 10 * units.Mbps // 1250 bytes a millisecond
	for name, c := range map[string]struct {
		cfg  queue.DropTailConfig
		rate units.Bitrate
		want int // packets of 1250 bytes
	}{
		"packets":           {queue.DropTailConfig{Packets: 7}, rate, 7},
		"bytes":             {queue.DropTailConfig{Bytes: 1250 * 5}, rate, 5},
		"one byte less":     {queue.DropTailConfig{Bytes: 1250*5 - 1}, rate, 4},
		"time":              {queue.DropTailConfig{Time: 20 * time.Millisecond}, rate, 20},
		"time at half":      {queue.DropTailConfig{Time: 20 * time.Millisecond}, rate / 2, 10},
		"default":           {queue.DropTailConfig{}, rate, 300},
		"tightest":          {queue.DropTailConfig{Packets: 9, Bytes: 1250 * 4, Time: time.Second}, rate, 4},
		"the first fits":    {queue.DropTailConfig{Bytes: 1}, rate, 1},
		"no rate as yet":    {queue.DropTailConfig{Time: time.Second}, 0, 1},
		"a fast long queue": {queue.DropTailConfig{Time: time.Hour}, 1000 * units.Gbps, 1 << 17}, // memory stays bounded
	} {
		q := queue.NewDropTail(c.cfg)
		var drops []netem.Packet
		for len(drops) == 0 {
			drops = q.Push(0, c.rate, packet(1250), drops)
		}
		if q.Len() != c.want || q.Bytes() != int64(c.want)*1250 || drops[0].Fate != netem.Overflow {
			t.Errorf("%s: %d packets of %d bytes, then %v; want %d", name, q.Len(), q.Bytes(), drops[0].Fate, c.want)
		}
	}
}

// A limit in time follows the rate; what waits already stays.
func TestDropTailFollowsTheRate(t *testing.T) {
	q := queue.NewDropTail(queue.DropTailConfig{Time: 10 * time.Millisecond})
	for range 10 {
		q.Push(0, 10*units.Mbps, packet(1250), nil)
	}
	if drops := q.Push(1, units.Mbps, packet(50), nil); len(drops) != 1 || q.Len() != 10 {
		t.Errorf("after the fall: %d dropped, %d wait, want 1 and 10", len(drops), q.Len())
	}
	if drops := q.Push(2, 20*units.Mbps, packet(1250), nil); len(drops) != 0 {
		t.Error("after the rise: no room")
	}
}

func TestDropTailAddsUpTheWait(t *testing.T) {
	q := queue.NewDropTail(queue.DropTailConfig{})
	p := packet(100)
	p.Queued = 5
	q.Push(10, units.Mbps, p, nil)
	var got netem.Packet
	if ok, _ := q.Pop(17, &got, nil); !ok || got.Queued != 12 {
		t.Errorf("Pop = %v, waited %d, want 5 before and 7 here", ok, got.Queued)
	}
	if ok, _ := q.Pop(18, &got, nil); ok || q.Bytes() != 0 {
		t.Errorf("an empty queue of %d bytes gave a packet", q.Bytes())
	}
}

func TestRingKeepsOrder(t *testing.T) {
	var r queue.Ring[int]
	next, want := 0, 0
	for round := range 200 {
		for range round % 17 {
			r.Push(next)
			next++
		}
		for range min(r.Len(), round%13) {
			if got := r.Pop(); got != want {
				t.Fatalf("Pop() = %d, want %d", got, want)
			}
			want++
		}
		if r.Len() != next-want {
			t.Fatalf("Len() = %d, want %d", r.Len(), next-want)
		}
		if r.Len() > 0 && (*r.Front() != want || *r.At(r.Len() - 1) != next-1) {
			t.Fatalf("from %d to %d, want %d to %d", *r.Front(), *r.At(r.Len() - 1), want, next-1)
		}
	}
}

func TestConfigsRefuse(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]interface{ Validate() error }{
		"negative packets":    queue.DropTailConfig{Packets: -1},
		"too many packets":    queue.DropTailConfig{Packets: 1 << 20},
		"negative bytes":      queue.DropTailConfig{Bytes: -1},
		"negative time":       queue.DropTailConfig{Time: -1},
		"endless time":        queue.DropTailConfig{Time: 2 * time.Hour},
		"codel target":        queue.CoDelConfig{Target: -1},
		"codel interval":      queue.CoDelConfig{Target: 20 * time.Millisecond, Interval: 10 * time.Millisecond},
		"codel default":       queue.CoDelConfig{Target: time.Second}, // longer than the default interval
		"fq flows":            queue.FQCoDelConfig{Flows: -1},
		"fq quantum":          queue.FQCoDelConfig{Quantum: -5},
		"fq packets":          queue.FQCoDelConfig{Packets: -5},
		"step threshold":      queue.StepConfig{Threshold: -1},
		"step limit":          queue.StepConfig{Limit: queue.DropTailConfig{Bytes: -1}},
		"dual target":         queue.DualPI2Config{Target: time.Microsecond},
		"dual rtt":            queue.DualPI2Config{RTTMax: time.Microsecond},
		"dual negative rtt":   queue.DualPI2Config{RTTMax: -time.Second},
		"dual coupling":       queue.DualPI2Config{Coupling: nan},
		"dual small coupling": queue.DualPI2Config{Coupling: 0.5},
		"dual share":          queue.DualPI2Config{ClassicShare: nan},
		"dual big share":      queue.DualPI2Config{ClassicShare: 0.9},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: %+v accepted", name, c)
		}
	}
	for _, c := range []interface{ Validate() error }{
		queue.DropTailConfig{},
		queue.CoDelConfig{},
		queue.FQCoDelConfig{},
		queue.StepConfig{},
		queue.DualPI2Config{},
		queue.DualPI2Config{Ramp: -1},
	} {
		if err := c.Validate(); err != nil {
			t.Errorf("%T: defaults refused: %v", c, err)
		}
	}
}

// All faults are told at once.
func TestValidateTellsEverything(t *testing.T) {
	err := queue.FQCoDelConfig{Target: -1, Packets: -1, Flows: -1, Quantum: -1}.Validate()
	if joined, ok := err.(interface{ Unwrap() []error }); !ok || len(joined.Unwrap()) != 3 {
		t.Errorf("got %v, want three faults, the first of two", err)
	}
}
