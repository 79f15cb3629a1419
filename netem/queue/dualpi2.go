package queue

import (
	"errors"
	"fmt"
	"math"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// DualPI2Config describes a DualPI2 queue; zero fields select the defaults of RFC 9332 Appendix A.1.
type DualPI2Config struct {
	// Target is the wait that the classic queue is steered to, default 15 ms.
	Target time.Duration
	// RTTMax is the longest round trip that control has to be stable for, default 100 ms.
	RTTMax time.Duration
	// Threshold is the wait above which the low-latency queue marks, default 800 µs, and Ramp how much longer a wait
	// must be for every packet to be marked, default 400 µs. A negative Ramp is a step at Threshold.
	Threshold, Ramp time.Duration
	// Coupling is the factor k between the probabilities of the two queues, default 2.
	Coupling float64
	// ClassicShare is the least share of the link that the classic queue gets, default 1/16.
	ClassicShare float64
	// Packets and Bytes are the most that may wait in both queues together, default 10,000 packets.
	Packets int
	Bytes   units.ByteCount
}

// Validate returns all faults.
func (c DualPI2Config) Validate() error {
	faults := []error{
		bounded("target", c.Target), bounded("rtt max", c.RTTMax), bounded("threshold", c.Threshold),
		bounded("ramp", max(0, c.Ramp)), room(c.Packets, c.Bytes),
	}
	if c.RTTMax > 0 && c.RTTMax < time.Millisecond {
		faults = append(faults, fmt.Errorf("rtt max %v: want 1ms or more", c.RTTMax))
	}
	if c.Target > 0 && c.Target < 100*time.Microsecond {
		faults = append(faults, fmt.Errorf("target %v: want 100µs or more", c.Target))
	}
	if c.Coupling != 0 && !(c.Coupling >= 1 && c.Coupling <= 16) {
		faults = append(faults, fmt.Errorf("coupling %v: want 1 to 16", c.Coupling))
	}
	if !(c.ClassicShare >= 0 && c.ClassicShare <= 0.5) {
		faults = append(faults, fmt.Errorf("classic share %v: want 0 to 0.5", c.ClassicShare))
	}
	return errors.Join(faults...)
}

func (c DualPI2Config) defaulted() DualPI2Config {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&c.Target, 15 * time.Millisecond},
		{&c.RTTMax, 100 * time.Millisecond},
		{&c.Threshold, 800 * time.Microsecond},
		{&c.Ramp, 400 * time.Microsecond},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	if c.Coupling == 0 {
		c.Coupling = 2
	}
	if c.ClassicShare == 0 {
		c.ClassicShare = 1. / 16
	}
	if c.Packets == 0 {
		c.Packets = 10_000
	}
	if c.Bytes == 0 {
		c.Bytes = math.MaxInt64
	}
	return c
}

// DualPI2 is the coupled queue of RFC 9332: packets with ECT(1) or CE have a queue of their own, which marks early and
// goes first; the others are steered to a target by a PI controller whose square is their probability of a signal
// and whose multiple is the least probability of a mark for the first. Signals are spaced evenly, not drawn.
type DualPI2 struct {
	cfg DualPI2Config
	pi  controller

	low, classic         fifo
	lowDebt, classicDebt float64 // signals due, recur's count in the RFC
	// owed is how many bytes the low-latency queue sent at the expense of the classic one.
	owed float64
}

// NewDualPI2 returns an empty queue; it panics where cfg is not valid.
func NewDualPI2(cfg DualPI2Config) *DualPI2 {
	must(cfg.Validate())
	cfg = cfg.defaulted()
	return &DualPI2{cfg: cfg, pi: newController(cfg.Target, cfg.RTTMax)}
}

// Push keeps p where there is room and drops it otherwise.
func (q *DualPI2) Push(now netem.True, _ units.Bitrate, p *netem.Packet, drops []netem.Packet) []netem.Packet {
	q.update(now)
	if n := q.Len(); n > 0 && (n >= q.cfg.Packets || q.Bytes()+int64(p.Size) > int64(q.cfg.Bytes)) {
		return overflow(p, drops)
	}
	if p.ECN == netem.ECT1 || p.ECN == netem.CE {
		q.low.push(p, now)
	} else {
		q.classic.push(p, now)
	}
	return drops
}

// Pop takes the next packet that is not dropped.
func (q *DualPI2) Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet) {
	q.update(now)
	for q.Len() > 0 {
		var p *netem.Packet
		keep := false
		if q.lowFirst() {
			p, keep = q.popLow(now)
		} else {
			p, keep = q.popClassic(now)
		}
		if keep {
			*into = *p
			return true, drops
		}
		p.Fate = netem.Marked
		drops = append(drops, *p)
	}
	return false, drops
}

// lowFirst gives the low-latency queue its turn unless the classic one waits for its share.
func (q *DualPI2) lowFirst() bool {
	switch {
	case q.classic.ring.count == 0:
		q.owed = 0
		return true
	case q.low.ring.count == 0:
		return false
	}
	return q.owed < float64(q.classic.ring.Front().p.Size)
}

func (q *DualPI2) popLow(now netem.True) (*netem.Packet, bool) {
	e := q.low.take()
	wait := now.Sub(e.at)
	e.p.Queued += wait
	q.owed += float64(e.p.Size) * q.cfg.ClassicShare / (1 - q.cfg.ClassicShare)
	coupled := q.pi.p * q.cfg.Coupling
	if coupled >= 1 { // overload: marks do not help any more, RFC 9332 §4.2.3
		if recur(&q.lowDebt, q.pi.p*q.pi.p) {
			return &e.p, false
		}
		e.p.ECN = netem.CE
		return &e.p, true
	}
	if recur(&q.lowDebt, max(q.native(wait), coupled)) {
		e.p.ECN = netem.CE
	}
	return &e.p, true
}

// native is the low-latency queue's own probability of a mark. The last packet is not marked: a queue of one packet is none
// (RFC 9332 Appendix A.1, Th_len).
func (q *DualPI2) native(wait time.Duration) float64 {
	switch {
	case wait <= q.cfg.Threshold || q.low.ring.count == 0:
		return 0
	case q.cfg.Ramp < 0 || wait >= q.cfg.Threshold+q.cfg.Ramp:
		return 1
	}
	return float64(wait-q.cfg.Threshold) / float64(q.cfg.Ramp)
}

func (q *DualPI2) popClassic(now netem.True) (*netem.Packet, bool) {
	e := q.classic.take()
	e.p.Queued += now.Sub(e.at)
	q.owed = max(0, q.owed-float64(e.p.Size))
	p := q.pi.p * q.pi.p
	if !recur(&q.classicDebt, p) {
		return &e.p, true
	}
	overload := p*q.cfg.Coupling*q.cfg.Coupling >= 1
	if e.p.ECN == netem.NotECT || overload {
		return &e.p, false
	}
	e.p.ECN = netem.CE
	return &e.p, true
}

// recur says yes as often as a likelihood, evenly spaced.
func recur(debt *float64, likelihood float64) bool {
	*debt += likelihood
	if *debt <= 1 {
		return false
	}
	*debt--
	return true
}

// update makes up for the controller's periods since the last call, during which nothing came or went.
func (q *DualPI2) update(now netem.True) {
	for q.pi.due(now) {
		if q.Len() == 0 {
			q.pi.rest(now)
		}
		if q.pi.due(now) {
			q.pi.step(max(q.low.wait(q.pi.next), q.classic.wait(q.pi.next)))
		}
	}
}

// Len returns how many packets wait.
func (q *DualPI2) Len() int { return q.low.ring.count + q.classic.ring.count }

// Bytes returns how many bytes wait.
func (q *DualPI2) Bytes() int64 { return q.low.bytes + q.classic.bytes }
