package traffic

import (
	"time"

	"airbridge/netem"
)

// ack is an acknowledgement on its way to the sender.
type ack struct {
	at     netem.True
	id     uint32
	marked bool
}

// acks is a queue of acknowledgements, which all take the same time and so stay in order.
type acks struct {
	ring       []ack // a power of two of them
	head, tail uint32
}

// next returns when the first is there.
func (q *acks) next() netem.True {
	if q.head == q.tail {
		return netem.Never
	}
	return q.ring[q.head&uint32(len(q.ring)-1)].at
}

func (q *acks) pop() ack {
	a := q.ring[q.head&uint32(len(q.ring)-1)]
	q.head++
	return a
}

func (q *acks) push(a ack) {
	if int(q.tail-q.head) == len(q.ring) {
		grown := make([]ack, max(64, 2*len(q.ring)))
		for i := q.head; i != q.tail; i++ {
			grown[i&uint32(len(grown)-1)] = q.ring[i&uint32(len(q.ring)-1)]
		}
		q.ring = grown
	}
	q.ring[q.tail&uint32(len(q.ring)-1)] = a
	q.tail++
}

func (q *acks) clear() { q.head = q.tail }

// pause draws how long a flow of files rests.
func (f *files) pause() time.Duration { return time.Duration(f.rng.ExpFloat64() * float64(f.cfg.Idle)) }
