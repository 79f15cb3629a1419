package queue

import (
	"errors"
	"fmt"
	"math"
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// DropTailConfig limits a drop-tail queue; the tightest limit counts, and zero does not limit. Where all are zero the
// limit is 300 ms, the default of RFC 8867 §5.
type DropTailConfig struct {
	// Packets and Bytes are the most that may wait.
	Packets int
	Bytes   units.ByteCount
	// Time limits the bytes that may wait to what the link's rate at the moment carries in that time.
	Time time.Duration
}

// Validate returns all faults.
func (c DropTailConfig) Validate() error {
	return errors.Join(room(c.Packets, c.Bytes), bounded("time", c.Time))
}

// DropTail is a queue that refuses what finds no room, the first packet of an empty queue excepted: that one always
// fits. Where the rate falls, what already waits may stay.
type DropTail struct {
	limit   DropTailConfig
	waiting fifo
	// most is how many bytes may wait at rate.
	most int64
	rate units.Bitrate
}

// NewDropTail returns an empty queue; it panics where cfg is not valid.
func NewDropTail(cfg DropTailConfig) *DropTail {
	must(cfg.Validate())
	if cfg == (DropTailConfig{}) {
		cfg.Time = 300 * time.Millisecond
	}
	if cfg.Packets == 0 {
		cfg.Packets = maxPackets
	}
	if cfg.Bytes == 0 {
		cfg.Bytes = math.MaxInt64
	}
	return &DropTail{limit: cfg, most: int64(cfg.Bytes), rate: -1}
}

// must panics where a configuration that its owner should have validated is not valid.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("queue: %v", err))
	}
}

// Push keeps p where there is room and drops it otherwise.
func (q *DropTail) Push(now netem.True, rate units.Bitrate, p *netem.Packet, drops []netem.Packet) []netem.Packet {
	if q.limit.Time > 0 && rate != q.rate {
		q.rate = rate
		q.most = min(int64(q.limit.Bytes), int64(rate.BytesIn(q.limit.Time)))
	}
	if q.waiting.full(p, q.limit.Packets, q.most) {
		return overflow(p, drops)
	}
	q.waiting.push(p, now)
	return drops
}

// Pop takes the first packet.
func (q *DropTail) Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet) {
	e := q.waiting.take()
	if e == nil {
		return false, drops
	}
	*into = e.p
	into.Queued += now.Sub(e.at)
	return true, drops
}

// Len returns how many packets wait.
func (q *DropTail) Len() int { return q.waiting.ring.count }

// Bytes returns how many bytes wait.
func (q *DropTail) Bytes() int64 { return q.waiting.bytes }
