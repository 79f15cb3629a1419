package queue

import (
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// FQCoDelConfig describes an FQ-CoDel queue; zero fields select the defaults of RFC 8290 §5.2.
type FQCoDelConfig struct {
	// Target and Interval are those of each flow's CoDel, defaults 5 ms and 100 ms.
	Target, Interval time.Duration
	// Packets is the most that may wait in all flows together, default 10240.
	Packets int
	// Bytes is the most that may wait, in bytes, default 32 MB.
	Bytes units.ByteCount
	// Flows is how many queues there are to hash flows into, default 1024.
	Flows int
	// Quantum is how many bytes a flow sends in its turn, default 1514.
	Quantum int
}

// Validate returns all faults.
func (c FQCoDelConfig) Validate() error {
	faults := []error{CoDelConfig{c.Target, c.Interval, c.Packets, c.Bytes}.Validate()}
	if c.Flows < 0 || c.Flows > 1<<16 {
		faults = append(faults, fmt.Errorf("flows %d: want 0 to %d", c.Flows, 1<<16))
	}
	if c.Quantum < 0 || c.Quantum > 1<<20 {
		faults = append(faults, fmt.Errorf("quantum %d: want 0 to %d", c.Quantum, 1<<20))
	}
	return errors.Join(faults...)
}

func (c FQCoDelConfig) defaulted() FQCoDelConfig {
	d := CoDelConfig{c.Target, c.Interval, c.Packets, c.Bytes}.defaulted()
	c.Target, c.Interval = d.Target, d.Interval
	if c.Packets == 0 {
		c.Packets = 10240
	}
	if c.Bytes == 0 {
		c.Bytes = 32 << 20
	}
	if c.Flows == 0 {
		c.Flows = 1024
	}
	if c.Quantum == 0 {
		c.Quantum = mtu
	}
	return c
}

// FQCoDel is the queue of RFC 8290: every flow has a queue with CoDel, the queues take turns, and those that have just
// become busy come first. A flow is what has one Flow and one Dir.
type FQCoDel struct {
	cfg    FQCoDelConfig
	flows  []flow
	recent turns // flows that have just become busy
	old    turns
	store  store
	bytes  int64
}

// maxBatch is how many packets of the longest queue are dropped at once at the most, RFC 8290 §4.1.
const maxBatch = 64

// flow is one of the queues.
type flow struct {
	law         codel
	store       *store
	first, last int32 // packets in the store; valid where count is above zero
	count       int
	bytes       int64
	credit      int
	next        *flow // in its turns
	queued      bool  // whether it is in any
}

// NewFQCoDel returns an empty queue; it panics where cfg is not valid.
func NewFQCoDel(cfg FQCoDelConfig) *FQCoDel {
	must(cfg.Validate())
	cfg = cfg.defaulted()
	q := &FQCoDel{cfg: cfg, flows: make([]flow, cfg.Flows), store: store{free: none}}
	for i := range q.flows {
		q.flows[i] = flow{law: codel{target: cfg.Target, interval: cfg.Interval}, store: &q.store}
	}
	return q
}

// Push keeps p and, where there is no room for it, drops from the head of the longest queue, which need not be p's.
func (q *FQCoDel) Push(now netem.True, _ units.Bitrate, p *netem.Packet, drops []netem.Packet) []netem.Packet {
	f := q.of(p)
	f.push(p, now)
	q.bytes += int64(p.Size)
	if !f.queued {
		f.queued, f.credit = true, q.cfg.Quantum
		q.recent.add(f)
	}
	for q.store.used > 1 && (q.store.used > q.cfg.Packets || q.bytes > int64(q.cfg.Bytes)) {
		drops = q.shorten(now, drops)
	}
	return drops
}

// of finds the queue of a flow by a multiplicative hash, which spreads small numbers well.
func (q *FQCoDel) of(p *netem.Packet) *flow {
	key := uint64(p.Flow)<<1 | uint64(p.Dir)
	hash := (key * 0x9E3779B97F4A7C15) >> 32 // 2^64 over the golden ratio
	return &q.flows[hash*uint64(len(q.flows))>>32]
}

// shorten drops half of the longest queue, at most maxBatch packets.
func (q *FQCoDel) shorten(now netem.True, drops []netem.Packet) []netem.Packet {
	fattest := &q.flows[0]
	for i := range q.flows {
		if q.flows[i].bytes > fattest.bytes {
			fattest = &q.flows[i]
		}
	}
	goal := fattest.bytes / 2
	for range maxBatch {
		e := fattest.take()
		if e == nil {
			break
		}
		q.bytes -= int64(e.p.Size)
		e.p.Queued += now.Sub(e.at)
		e.p.Fate = netem.Overflow
		drops = append(drops, e.p)
		if fattest.bytes <= goal {
			break
		}
	}
	return drops
}

// Pop takes the next packet of the queue whose turn it is (RFC 8290 §4.2).
func (q *FQCoDel) Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet) {
	for {
		turn := &q.recent
		if turn.first == nil {
			turn = &q.old
		}
		f := turn.first
		if f == nil {
			return false, drops
		}
		if f.credit <= 0 {
			f.credit += q.cfg.Quantum
			turn.drop()
			q.old.add(f)
			continue
		}
		before := f.bytes
		ok, drops = f.law.pop(now, f, into, drops)
		q.bytes -= before - f.bytes
		if ok {
			f.credit -= int(into.Size)
			return true, drops
		}
		turn.drop()
		if turn == &q.recent && q.old.first != nil {
			q.old.add(f) // so that coming back at once does not bring it to the front
		} else {
			f.queued = false
		}
	}
}

// Len returns how many packets wait.
func (q *FQCoDel) Len() int { return q.store.used }

// Bytes returns how many bytes wait.
func (q *FQCoDel) Bytes() int64 { return q.bytes }
