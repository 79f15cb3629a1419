package wifi

import "airbridge/netem"

// entry is a packet in a queue.
type entry struct {
	packet  netem.Packet
	at      netem.True // when it was admitted
	tries   uint16
	settled bool // it arrived or was given up: its Fate says which
}

// queue holds what one contender has for one peer: packets in a ring, or for background traffic no more than their number.
type queue struct {
	owner      *contender
	radio      *radio
	n, head    int
	limit      int
	ring       []entry // its length is zero or a power of 2; empty for background traffic
	source     *source // of background traffic, else nil
	span       int     // what is not settled of the first span packets is on the air
	unanswered bool    // a block ack did not come: the next access asks for it
}

func (q *queue) at(k int) *entry { return &q.ring[(q.head+k)&(len(q.ring)-1)] }

// push queues the packets at the head of a train as far as they belong together and there is room, and returns their
// number.
func (q *queue) push(now netem.True, train []netem.Packet) int {
	if q.n == 0 {
		q.head = 0 // what was used last is in the cache
	}
	first := &train[0]
	for i := range train {
		p := &train[i]
		if q.n >= q.limit || p.Flow != first.Flow || p.Dir != first.Dir || p.DSCP != first.DSCP {
			return i
		}
		if q.n == len(q.ring) {
			q.grow()
		}
		e := q.at(q.n)
		e.packet, e.at = *p, now
		e.packet.Fate, e.tries, e.settled = netem.Arrived, 0, false
		q.n++
	}
	return len(train)
}

// grow doubles the ring. Most queues never hold what they may.
func (q *queue) grow() {
	bigger := make([]entry, max(64, 2*len(q.ring)))
	n := copy(bigger, q.ring[q.head:])
	copy(bigger[n:], q.ring[:q.head])
	q.ring, q.head = bigger, 0
}

// pop appends the first packet to into. Its waiting ended at until.
func (q *queue) pop(until netem.True, into []netem.Packet) []netem.Packet {
	e := q.at(0)
	e.packet.Queued += until.Sub(e.at)
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	return append(into, e.packet)
}

// bytes returns the length of all packets in the queue.
func (q *queue) bytes() (sum int64) {
	for k := range q.n {
		sum += int64(q.at(k).packet.Size)
	}
	return sum
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
