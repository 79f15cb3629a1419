package queue

import (
	"errors"
	"math"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// CoDelConfig describes a CoDel queue; zero fields select the defaults of RFC 8289.
type CoDelConfig struct {
	// Target is the standing wait that is acceptable, default 5 ms (RFC 8289 §4.4).
	Target time.Duration
	// Interval is the time within which the wait must have been that short once, about a worst round trip. Default
	// 100 ms (RFC 8289 §4.3).
	Interval time.Duration
	// Packets is the most that may wait, default 1000 as in Linux.
	Packets int
	// Bytes is the most that may wait, in bytes; zero does not limit.
	Bytes units.ByteCount
}

// Validate returns all faults.
func (c CoDelConfig) Validate() error {
	faults := []error{bounded("target", c.Target), bounded("interval", c.Interval), room(c.Packets, c.Bytes)}
	if d := c.defaulted(); d.Interval < d.Target {
		faults = append(faults, errors.New("interval: shorter than target"))
	}
	return errors.Join(faults...)
}

func (c CoDelConfig) defaulted() CoDelConfig {
	if c.Target == 0 {
		c.Target = 5 * time.Millisecond
	}
	if c.Interval == 0 {
		c.Interval = 100 * time.Millisecond
	}
	if c.Packets == 0 {
		c.Packets = 1000
	}
	if c.Bytes == 0 {
		c.Bytes = math.MaxInt64
	}
	return c
}

// CoDel is a queue that signals congestion as RFC 8289 says: when the shortest wait of an interval was too long, once,
// then in ever shorter intervals until it is not.
type CoDel struct {
	cfg     CoDelConfig
	law     codel
	waiting fifo
}

// NewCoDel returns an empty queue; it panics where cfg is not valid.
func NewCoDel(cfg CoDelConfig) *CoDel {
	must(cfg.Validate())
	cfg = cfg.defaulted()
	return &CoDel{cfg: cfg, law: codel{target: cfg.Target, interval: cfg.Interval}}
}

// Push keeps p where there is room and drops it otherwise.
func (q *CoDel) Push(now netem.True, _ units.Bitrate, p *netem.Packet, drops []netem.Packet) []netem.Packet {
	if q.waiting.full(p, q.cfg.Packets, int64(q.cfg.Bytes)) {
		return overflow(p, drops)
	}
	q.waiting.push(p, now)
	return drops
}

// Pop takes the first packet that it does not drop.
func (q *CoDel) Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet) {
	return q.law.pop(now, &q.waiting, into, drops)
}

// Len returns how many packets wait.
func (q *CoDel) Len() int { return q.waiting.ring.count }

// Bytes returns how many bytes wait.
func (q *CoDel) Bytes() int64 { return q.waiting.bytes }
