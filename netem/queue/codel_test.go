package queue_test

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

// Against a sender that does not listen the signals come as RFC 8289 §5.2 says: the first an interval after the wait rose
// above the target, the n-th next one after 100 ms / sqrt(n), and no lateness adds up.
func TestCoDelFollowsItsControlLaw(t *testing.T) {
	for _, ecn := range []uint8{netem.NotECT, netem.ECT0} {
		// 10 % too much: the wait grows by 100 ms a second, to the target in 50 ms.
		s := &sender{rate: 11e6, ecn: ecn}
		bed(queue.NewCoDel(queue.CoDelConfig{}), 10*units.Mbps, 1500*time.Millisecond, s)
		if len(s.signals) < 25 {
			t.Fatalf("ECN %d: %d signals", ecn, len(s.signals))
		}
		began := s.signals[0].at.Sub(0)
		if began < 140*time.Millisecond || began > 170*time.Millisecond {
			t.Errorf("ECN %d: first signal after %v, want about 150ms", ecn, began)
		}
		want := began
		for n := 1; n < 25; n++ {
			want += time.Duration(float64(100*time.Millisecond) / math.Sqrt(float64(n)))
			if late := s.signals[n].at.Sub(0) - want; late < -time.Millisecond || late > 2*time.Millisecond { // a packet takes 1 ms
				t.Errorf("ECN %d: signal %d at %v, want %v", ecn, n, s.signals[n].at.Sub(0), want)
			}
		}
		drops, overflows, marks := s.fates()
		if overflows != 0 || (drops > 0) != (ecn == netem.NotECT) || (marks > 0) != (ecn != netem.NotECT) {
			t.Errorf("ECN %d: %d drops, %d overflows, %d marks", ecn, drops, overflows, marks)
		}
	}
}

// standing serves a queue in which each packet finds depth others, one a millisecond from an instant on, and returns when
// packets were dropped.
func standing(q *queue.CoDel, from netem.True, length time.Duration, depth int) (drops []netem.True) {
	for now := from; now < from.Add(length); now += netem.True(time.Millisecond) {
		for q.Len() <= depth {
			q.Push(now, units.Mbps, packet(1250), nil)
		}
		for q.Len() > depth {
			var p netem.Packet
			_, dropped := q.Pop(now, &p, nil)
			for range dropped {
				drops = append(drops, now)
			}
		}
	}
	return drops
}

// When the wait comes back soon, the signals go on about where they were (RFC 8289 §5.5); after a long time afresh.
func TestCoDelRemembersItsRate(t *testing.T) {
	const second = netem.True(time.Second)
	for pause, soon := range map[time.Duration]bool{200 * time.Millisecond: true, 5 * time.Second: false} {
		q := queue.NewCoDel(queue.CoDelConfig{})
		standing(q, 0, time.Second, 30)
		standing(q, second, pause, 2)
		again := standing(q, second.Add(pause), time.Second, 30)
		gap := again[1].Sub(again[0])
		if soon != (gap < 60*time.Millisecond) || !soon && gap < 98*time.Millisecond {
			t.Errorf("%v later the first signals are %v apart", pause, gap)
		}
	}
}

// A link so slow that one packet waits longer than the target: less than a full packet is no queue.
func TestCoDelSparesSlowLinks(t *testing.T) {
	q := queue.NewCoDel(queue.CoDelConfig{})
	q.Push(0, 100*units.Kbps, packet(1250), nil)
	for i := range netem.True(100) {
		now := (i + 1) * 100_000_000 // what a packet takes
		q.Push(now, 100*units.Kbps, packet(1250), nil)
		var p netem.Packet
		if _, drops := q.Pop(now, &p, nil); len(drops) > 0 {
			t.Fatalf("packet %d was dropped for another before it", i)
		}
	}
}

// A burst that is gone within an interval is a good queue: no signal, however long the wait.
func TestCoDelLetsBurstsPass(t *testing.T) {
	s := &sender{rate: 7e6, burst: 60} // 60 ms of queue, empty 25 ms before the next
	bed(queue.NewCoDel(queue.CoDelConfig{}), 10*units.Mbps, 10*time.Second, s)
	if len(s.signals) > 0 {
		t.Errorf("%d signals, the first %+v", len(s.signals), s.signals[0])
	}
	if got := s.quantile(.99); got < 50*time.Millisecond {
		t.Errorf("wait p99 %v: the bursts did not queue", got)
	}
}

// A sender that listens is held near the target with the link in use, where drop-tail would let it fill any queue.
func TestCoDelHoldsAStandingQueue(t *testing.T) {
	run := func(q queue.Discipline, ecn uint8) (p50 time.Duration, rate float64) {
		s := &sender{kind: classic, ecn: ecn}
		rate = bed(q, 20*units.Mbps, 30*time.Second, s)
		return s.quantile(.5), rate
	}
	for _, ecn := range []uint8{netem.NotECT, netem.ECT0} {
		if p50, rate := run(queue.NewCoDel(queue.CoDelConfig{}), ecn); p50 > 10*time.Millisecond || rate < 13e6 {
			t.Errorf("ECN %d: wait p50 %v at %.1f Mbit/s, want 10ms at the most and above 13", ecn, p50, rate/1e6)
		}
	}
	if p50, _ := run(queue.NewDropTail(queue.DropTailConfig{}), netem.NotECT); p50 < 50*time.Millisecond {
		t.Errorf("drop-tail's wait p50 %v: the sender never fills a queue, and the test shows nothing", p50)
	}
}

func TestCoDelOverflows(t *testing.T) {
	s := &sender{rate: 100e6}
	q := queue.NewCoDel(queue.CoDelConfig{Packets: 50})
	bed(q, 10*units.Mbps, time.Second, s)
	if _, overflows, _ := s.fates(); overflows == 0 || q.Len() > 50 {
		t.Errorf("%d overflows, %d wait, want some and 50 at the most", overflows, q.Len())
	}
}

func TestStepMarksAboveItsThreshold(t *testing.T) {
	for name, c := range map[string]struct {
		ecn          uint8
		spare        bool
		drops, marks bool
	}{
		"ect1":        {netem.ECT1, false, false, true},
		"ect0":        {netem.ECT0, false, false, true},
		"not ect":     {netem.NotECT, false, true, false},
		"spared":      {netem.NotECT, true, false, false},
		"spared ect1": {netem.ECT1, true, false, true},
	} {
		q := queue.NewStep(queue.StepConfig{Threshold: 3 * time.Millisecond, Spare: c.spare})
		s := &sender{rate: 9e6, burst: 6, ecn: c.ecn} // waits of 0 to 5 ms
		bed(q, 10*units.Mbps, 2*time.Second, s)
		drops, overflows, marks := s.fates()
		if overflows != 0 || drops > 0 != c.drops || marks > 0 != c.marks {
			t.Errorf("%s: %d drops, %d overflows, %d marks", name, drops, overflows, marks)
		}
		// Of six packets those that wait 4 and 5 ms are above; where the first is dropped the other waits but 4.
		if share := float64(marks) / float64(s.sent); marks > 0 && math.Abs(share-1./3) > .01 {
			t.Errorf("%s: %.3f marked, want a third", name, share)
		}
	}
}
