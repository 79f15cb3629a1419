package queue

import (
	"time"

	"airbridge/netem"
)

// entry is a packet in a queue.
type entry struct {
	p  netem.Packet
	at netem.True // when it came
}

// fifo is a ring of packets that knows its bytes.
type fifo struct {
	ring  Ring[entry]
	bytes int64
}

// full says whether p does not fit any more; into an empty queue it always does.
func (f *fifo) full(p *netem.Packet, packets int, bytes int64) bool {
	return f.ring.count > 0 && (f.ring.count >= packets || f.bytes+int64(p.Size) > bytes)
}

func (f *fifo) push(p *netem.Packet, now netem.True) {
	e := f.ring.Extend()
	e.p, e.at = *p, now
	f.bytes += int64(p.Size)
}

// take removes the first packet and returns it where it lies until something is pushed; nil where there is none.
func (f *fifo) take() *entry {
	if f.ring.count == 0 {
		return nil
	}
	e := f.ring.Front()
	f.ring.Drop()
	f.bytes -= int64(e.p.Size)
	return e
}

// wait returns how long the first packet has waited, zero where there is none.
func (f *fifo) wait(now netem.True) time.Duration {
	if f.ring.count == 0 {
		return 0
	}
	return now.Sub(f.ring.Front().at)
}

func (f *fifo) size() int64 { return f.bytes }

// overflow drops a packet that finds no room.
func overflow(p *netem.Packet, drops []netem.Packet) []netem.Packet {
	drops = append(drops, *p)
	drops[len(drops)-1].Fate = netem.Overflow
	return drops
}

// signal tells the sender of congestion: it marks p where its ECN field allows it, and returns false where p has to be
// dropped, which its fate then says.
func signal(p *netem.Packet) bool {
	if p.ECN == netem.NotECT {
		p.Fate = netem.Marked
		return false
	}
	p.ECN = netem.CE
	return true
}
