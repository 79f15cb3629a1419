package bottleneck

import (
	"errors"
	"fmt"
	"time"

	"airbridge/netem"
	"airbridge/netem/queue"
)

// PulsedConfig describes a Pulsed link. Both fields are required.
type PulsedConfig struct {
	// Schedule says when it sends. Where the value has a method Validate() error, the configuration asks it.
	Schedule Schedule
	// Queue keeps what waits; the link owns it.
	Queue queue.Discipline
}

// Validate returns all faults.
func (c PulsedConfig) Validate() error {
	var faults []error
	if c.Schedule == nil {
		faults = append(faults, errors.New("schedule: missing"))
	} else if v, ok := c.Schedule.(interface{ Validate() error }); ok {
		faults = append(faults, v.Validate())
	}
	if c.Queue == nil {
		faults = append(faults, errors.New("queue: missing"))
	}
	return errors.Join(faults...)
}

// Pulsed is a link that sends in opportunities, each of some bytes at one instant, as mahimahi's traces record them: several
// packets may share one, a packet may need several, and what nobody uses is lost. It serves both directions of what
// is admitted to it as one. It is not safe for concurrent use.
type Pulsed struct {
	schedule Schedule
	queue    queue.Discipline

	busy bool
	cur  netem.Packet
	left int64 // bytes of cur

	// next is the opportunity that will be used and bytes what it carries; fresh is the first instant at which one
	// has not been used yet.
	next  netem.True
	bytes int64
	fresh netem.True

	dropped   []netem.Packet
	droppedAt netem.True
}

// NewPulsed returns an idle link; it panics where cfg is not valid.
func NewPulsed(cfg PulsedConfig) *Pulsed {
	if err := cfg.Validate(); err != nil {
		panic(fmt.Sprintf("bottleneck: %v", err))
	}
	return &Pulsed{schedule: cfg.Schedule, queue: cfg.Queue, next: netem.Never}
}

// Admit queues the packets for the opportunities from now on.
func (l *Pulsed) Admit(now netem.True, train []netem.Packet) {
	rate := l.schedule.Rate(now)
	for i := range train {
		l.dropped = l.queue.Push(now, rate, &train[i], l.dropped)
	}
	l.droppedAt = now
	if l.next == netem.Never {
		l.seek(max(now, l.fresh))
	}
}

// Next returns the next opportunity for what waits, or when the queue dropped something.
func (l *Pulsed) Next() netem.True {
	if len(l.dropped) > 0 {
		return min(l.next, l.droppedAt)
	}
	return l.next
}

// Deliver uses the opportunities that are due.
func (l *Pulsed) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	for l.next <= now {
		into = l.use(into)
		l.fresh = l.next + 1
		if l.busy || l.queue.Len() > 0 {
			l.seek(l.fresh)
		} else {
			l.next = netem.Never
		}
	}
	into = append(into, l.dropped...)
	l.dropped = l.dropped[:0]
	return into
}

// use fills one opportunity.
func (l *Pulsed) use(into []netem.Packet) []netem.Packet {
	for l.bytes > 0 {
		if !l.busy {
			ok, dropped := l.queue.Pop(l.next, &l.cur, l.dropped)
			l.dropped, l.droppedAt = dropped, l.next
			if !ok {
				break
			}
			l.left, l.busy = int64(l.cur.Size), true
		}
		n := min(l.left, l.bytes)
		l.left -= n
		l.bytes -= n
		if l.left == 0 {
			into = append(into, l.cur)
			l.busy = false
		}
	}
	return into
}

// seek finds the first opportunity at or after t.
func (l *Pulsed) seek(t netem.True) {
	l.next, l.bytes = l.schedule.First(t)
	if l.next < t || l.bytes <= 0 && l.next != netem.Never {
		panic(fmt.Sprintf("bottleneck: opportunity of %d bytes at %d, asked for %d", l.bytes, l.next, t))
	}
}

// Capacity returns what the schedule carries around now, the same in both directions.
func (l *Pulsed) Capacity(now netem.True, _ netem.Dir) float64 { return float64(l.schedule.Rate(now)) }

// Backlog returns how long all that waits will take at what the schedule carries around now.
func (l *Pulsed) Backlog(now netem.True, _ netem.Dir) time.Duration {
	rate := l.schedule.Rate(now)
	bytes := l.queue.Bytes()
	if l.busy {
		bytes += l.left
	}
	if bytes == 0 || rate <= 0 {
		return 0
	}
	return time.Duration(float64(bytes) * float64(perByte) / float64(rate))
}
