package wifi

import (
	"math/bits"

	"airbridge/netem"
)

// entry is a packet in a queue.
type entry struct {
	packet  netem.Packet
	at      netem.True // when it was admitted
	tries   uint16
	settled bool // it arrived or was given up
	arrived bool
}

// queue holds what one contender has for one peer: packets in a ring, or for background traffic no more than their number.
type queue struct {
	owner      *contender
	radio      *radio
	n, head    int
	bytes      int64 // of all packets in the ring
	limit      int
	ring       []entry // its length is a power of 2; nil for background traffic
	source     *source // of background traffic, else nil
	span       int     // what is not settled of the first span packets is on the air
	unanswered bool    // a block ack did not come: the next access asks for it
}

func ringSize(packets int) int { return 1 << bits.Len(uint(packets-1)) }

func (q *queue) at(k int) *entry { return &q.ring[(q.head+k)&(len(q.ring)-1)] }

// push queues a packet; false means the queue is full.
func (q *queue) push(now netem.True, p *netem.Packet) bool {
	if q.n >= q.limit {
		return false
	}
	if q.n == 0 {
		q.head = 0 // what was used last is in the cache
	}
	e := q.at(q.n)
	e.packet, e.at = *p, now
	e.tries, e.settled, e.arrived = 0, false, false
	q.n++
	q.bytes += int64(p.Size)
	return true
}

// pop removes the first packet, which stays as it is until the next push.
func (q *queue) pop() *entry {
	e := q.at(0)
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	q.bytes -= int64(e.packet.Size)
	return e
}

// arrive brings a background queue up to t. What finds it full is gone.
func (q *queue) arrive(t netem.True) {
	if q.source != nil && q.source.next <= t {
		q.n = min(q.n+q.source.take(t), q.limit)
	}
}

// nextArrival is when a background queue grows next.
func (q *queue) nextArrival() netem.True {
	if q.source == nil {
		return later
	}
	return q.source.next
}
