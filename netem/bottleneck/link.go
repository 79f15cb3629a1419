package bottleneck

import (
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
	"airbridge/units"
)

// Config describes a Link. Both fields are required.
type Config struct {
	// Rate is how fast it sends. Where the value has a method Validate() error, the configuration asks it.
	Rate Rate
	// Queue keeps what waits; the link owns it.
	Queue queue.Discipline
}

// Validate returns all faults.
func (c Config) Validate() error {
	var faults []error
	if c.Rate == nil {
		faults = append(faults, errors.New("rate: missing"))
	} else if v, ok := c.Rate.(interface{ Validate() error }); ok {
		faults = append(faults, v.Validate())
	}
	if c.Queue == nil {
		faults = append(faults, errors.New("queue: missing"))
	}
	return errors.Join(faults...)
}

// Link is a link that sends one packet after the other at a rate; what comes meanwhile waits in a queue. It counts in
// bits times nanoseconds, so that no rounding adds up: after n packets without a pause the last leaves at the first
// nanosecond at which the rate has carried all of them. It serves both directions of what is admitted to it as one;
// netem.Duplex gives each its own. It is not safe for concurrent use.
type Link struct {
	queue queue.Discipline
	rate  cursor // at the present
	ahead cursor // where the packet under way will be
	// pace is the last rate above zero, for limits in time.
	pace units.Bitrate

	busy bool
	cur  netem.Packet
	// work is what is left of cur at the instant at, and spare what the link could have sent in the rest of the last
	// packet's last nanosecond; both in bits times nanoseconds.
	work, spare uint64
	at          netem.True
	// next is when cur is through, or how far the walk along the rate has come where sure is false.
	next netem.True
	sure bool

	// dropped is what the queue dropped at the instant droppedAt and nobody has collected yet.
	dropped   []netem.Packet
	droppedAt netem.True
}

// perByte is the work that a byte is: its bits, each for as many nanoseconds as a second has at one bit a second.
const perByte = 8 * uint64(time.Second)

// maxPieces is how many changes of the rate a link looks ahead at once.
const maxPieces = 64

// New returns an idle link; it panics where cfg is not valid.
func New(cfg Config) *Link {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("bottleneck: %v", err))
	}
	return &Link{queue: cfg.Queue, rate: cursor{rate: cfg.Rate}, ahead: cursor{rate: cfg.Rate}, next: netem.Never}
}

// Admit queues the packets, and sends the first at once where the link is idle.
func (l *Link) Admit(now netem.True, train []netem.Packet) {
	if bps, _ := l.rate.at(now); bps > 0 {
		l.pace = bps
	}
	for i := range train {
		l.dropped = l.queue.Push(now, l.pace, &train[i], l.dropped)
		if !l.busy {
			l.spare = 0
			l.start(now)
		}
	}
	l.droppedAt = now
}

// Next returns when the packet under way is through, or when the queue dropped something.
func (l *Link) Next() netem.True {
	if len(l.dropped) > 0 {
		return min(l.next, l.droppedAt)
	}
	return l.next
}

// Deliver lets out what is through, and what the queue dropped.
func (l *Link) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for l.next <= now {
		if !l.sure {
			l.walk()
			continue
		}
		into = append(into, l.cur)
		l.start(l.next)
	}
	into = append(into, l.dropped...)
	l.dropped = l.dropped[:0]
	return into
}

// start takes the next packet out of the queue.
func (l *Link) start(now netem.True) {
	ok, dropped := l.queue.Pop(now, &l.cur, l.dropped)
	l.dropped, l.droppedAt, l.busy = dropped, now, ok
	if !ok {
		l.next, l.sure = netem.Never, false
		return
	}
	l.at = now
	work := uint64(l.cur.Size) * perByte
	l.work = work - min(work, l.spare)
	l.spare -= min(work, l.spare)
	l.walk()
}

// walk finds the instant at which the packet under way is through, or goes a bounded way towards it.
func (l *Link) walk() {
	for range maxPieces {
		bps, until := l.ahead.at(l.at)
		if bps > 0 || l.work == 0 {
			if took := through(l.work, uint64(bps)); took <= uint64(until-l.at) {
				l.spare += took*uint64(bps) - l.work
				l.work = 0
				l.next, l.sure = l.at+netem.True(took), true
				return
			}
			l.work -= uint64(until-l.at) * uint64(bps)
		}
		l.at = until
		if until == netem.Never {
			break
		}
	}
	l.next, l.sure = l.at, false
}

// through returns how many whole nanoseconds some work takes.
func through(work, bps uint64) uint64 {
	if work == 0 {
		return 0
	}
	return (work-1)/bps + 1
}

// Capacity returns the rate at now, the same in both directions.
func (l *Link) Capacity(now netem.True, _ netem.Dir) float64 {
	bps, _ := l.rate.at(now)
	return float64(bps)
}

// Backlog returns how long the packet under way and all that wait will take at the rate of the moment, the last one above
// zero where the link stalls.
func (l *Link) Backlog(now netem.True, _ netem.Dir) time.Duration {
	if !l.busy || l.pace == 0 {
		return 0
	}
	left := l.work
	if l.sure {
		left = uint64(max(0, l.next.Sub(now))) * uint64(l.pace)
	}
	return time.Duration((float64(left) + float64(l.queue.Bytes())*float64(perByte)) / float64(l.pace))
}
