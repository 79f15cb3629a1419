package queue_test

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

func dual() *queue.DualPI2 { return queue.NewDualPI2(queue.DualPI2Config{}) }

// Classic senders are steered to the target of 15 ms, while what is in the low-latency queue hardly waits.
func TestDualPI2KeepsBothQueues(t *testing.T) {
	for _, ecn := range []uint8{netem.NotECT, netem.ECT0} {
		a, b := &sender{kind: classic, ecn: ecn}, &sender{kind: scalable, ecn: netem.ECT1}
		rate := bed(dual(), 50*units.Mbps, 40*time.Second, a, b)
		if got := a.quantile(.5); got < 5*time.Millisecond || got > 25*time.Millisecond {
			t.Errorf("ECN %d: classic wait p50 %v, want about 15ms", ecn, got)
		}
		if got := b.quantile(.99); got > 2*time.Millisecond {
			t.Errorf("ECN %d: low-latency wait p99 %v, want 2ms at the most", ecn, got)
		}
		if rate < 45e6 {
			t.Errorf("ECN %d: %.1f of 50 Mbit/s in use", ecn, rate/1e6)
		}
		drops, overflows, marks := b.fates()
		if drops+overflows > 0 || marks == 0 {
			t.Errorf("ECN %d: the low-latency flow had %d drops, %d overflows, %d marks", ecn, drops, overflows, marks)
		}
		if drops, _, marks := a.fates(); drops > 0 != (ecn == netem.NotECT) || marks > 0 != (ecn == netem.ECT0) {
			t.Errorf("ECN %d: the classic flow had %d drops, %d marks", ecn, drops, marks)
		}
	}
}

// The probabilities are coupled: that of a mark is twice the root of that of a classic signal (RFC 9332 §2.1). The
// low-latency flow is too slow to have a queue of its own.
func TestDualPI2CouplesTheQueues(t *testing.T) {
	var classics []*sender
	for range 6 { // many, so that the probability is steady
		classics = append(classics, &sender{kind: classic})
	}
	probe := &sender{rate: 2e6, ecn: netem.ECT1}
	bed(dual(), 30*units.Mbps, 60*time.Second, append(classics, probe)...)
	drops, sent := 0, 0
	for _, s := range classics {
		d, _, _ := s.fates()
		drops, sent = drops+d, sent+s.sent
	}
	_, _, marks := probe.fates()
	got, want := float64(marks)/float64(probe.sent), 2*math.Sqrt(float64(drops)/float64(sent))
	if math.Abs(got/want-1) > .15 { // the mean of roots is not the root of the mean
		t.Errorf("%.4f marked, %.5f dropped: want about %.4f marked", got, float64(drops)/float64(sent), want)
	}
}

// A low-latency flow that does not listen cannot starve the classic queue, and in overload it loses packets itself.
func TestDualPI2SurvivesOverload(t *testing.T) {
	bad, good := &sender{rate: 40e6, ecn: netem.ECT1}, &sender{rate: 1e6}
	q := dual()
	bed(q, 20*units.Mbps, 20*time.Second, bad, good)
	if drops, _, marks := bad.fates(); drops == 0 || marks == 0 {
		t.Errorf("the flow in overload had %d drops and %d marks", drops, marks)
	}
	// It asks for 1/20 of the link and is guaranteed 1/16, but loses packets as all do in overload.
	if got := float64(len(good.wait)) / 18 * size * 8; got < .4e6 {
		t.Errorf("the classic flow got %.2f Mbit/s of the 1 it sent", got/1e6)
	}
	if got := good.quantile(.5); got > 100*time.Millisecond {
		t.Errorf("the classic flow waited %v", got)
	}
}

// While both queues are full, the classic one gets its sixteenth of the bytes, whatever the sizes.
func TestDualPI2GivesTheClassicQueueItsShare(t *testing.T) {
	for _, size := range []int32{500, 1500} {
		q := dual()
		for range 2000 {
			q.Push(0, units.Gbps, &netem.Packet{Size: 1000, ECN: netem.ECT1}, nil)
			q.Push(0, units.Gbps, &netem.Packet{Size: size}, nil)
		}
		var bytes [2]float64
		for range 1600 {
			var p netem.Packet
			q.Pop(1, &p, nil)
			bytes[p.ECN&1] += float64(p.Size)
		}
		if got := bytes[0] / (bytes[0] + bytes[1]); math.Abs(got*16-1) > .03 {
			t.Errorf("size %d: a share of 1/%.2f, want 1/16", size, 1/got)
		}
	}
}

// The low-latency queue's own marks rise from the threshold to the end of the ramp.
func TestDualPI2Ramp(t *testing.T) {
	for _, c := range []struct {
		ramp, wait time.Duration
		want       float64
	}{
		{0, 700 * time.Microsecond, 0},
		{0, 900 * time.Microsecond, .25},
		{0, 1100 * time.Microsecond, .75},
		{0, 1200 * time.Microsecond, 1},
		{-1, 800 * time.Microsecond, 0},
		{-1, 801 * time.Microsecond, 1},
	} {
		q := queue.NewDualPI2(queue.DualPI2Config{Ramp: c.ramp})
		marks := 0
		const n = 1000
		for i := range n {
			at := netem.True(i) * 5_000_000
			q.Push(at, units.Gbps, &netem.Packet{Size: 100, ECN: netem.ECT1}, nil)
			q.Push(at, units.Gbps, &netem.Packet{Size: 100, ECN: netem.ECT1}, nil)
			var p netem.Packet
			q.Pop(at.Add(c.wait), &p, nil)
			if p.ECN == netem.CE {
				marks++
			}
			// The last one of the queue is not marked, however long it waited.
			q.Pop(at.Add(4*time.Millisecond), &p, nil)
			if p.ECN == netem.CE {
				t.Fatalf("packet %d: the only one was marked", i)
			}
		}
		if math.Abs(float64(marks)-c.want*n) > 2 {
			t.Errorf("ramp %v, wait %v: %d of %d marked, want %.0f", c.ramp, c.wait, marks, n, c.want*n)
		}
	}
}

func TestDualPI2SortsByECN(t *testing.T) {
	q := dual()
	for id, ecn := range []uint8{netem.NotECT, netem.ECT0, netem.ECT1, netem.CE} {
		q.Push(0, units.Gbps, &netem.Packet{ID: uint32(id), Size: 1000, ECN: ecn}, nil)
	}
	var order [4]uint32
	for i := range order {
		var p netem.Packet
		q.Pop(1, &p, nil)
		order[i] = p.ID
	}
	if order != [4]uint32{2, 3, 0, 1} {
		t.Errorf("order %v, want ECT(1) and CE first", order)
	}
}

// A probability left over from a busy time fades while nothing comes, and hours of idleness cost nothing.
func TestDualPI2Rests(t *testing.T) {
	s := &sender{rate: 40e6}
	q := dual()
	bed(q, 20*units.Mbps, 5*time.Second, s)
	var p netem.Packet
	now := netem.True(5 * time.Second)
	for ok := true; ok; {
		ok, _ = q.Pop(now, &p, nil)
	}
	now = netem.True(10_000 * time.Hour)
	for i := range 100 {
		q.Push(now, units.Gbps, &netem.Packet{Size: 1000}, nil)
		if ok, drops := q.Pop(now, &p, nil); !ok || len(drops) > 0 {
			t.Fatalf("packet %d after a long pause was dropped", i)
		}
	}
}
