package queue_test

import (
	"slices"
	"time"

	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/queue"
	"airbridge/units"
)

// kind is how a sender responds to signals.
type kind int

const (
	deaf     kind = iota // sends at its rate, whatever it hears
	classic              // a window that grows by a packet a round trip and is halved at a signal, as Reno's
	scalable             // the same, reduced by half the share of marked packets, as DCTCP's (RFC 8257)
)

const (
	size  = 1250                                // bytes of every packet
	rtt   = netem.True(20 * time.Millisecond)   // of an empty link
	first = netem.True(2000 * time.Millisecond) // what comes earlier is not counted in waits
)

// sender is a source of packets.
type sender struct {
	kind  kind
	ecn   uint8
	rate  float64 // of a deaf one, in bits per second
	burst int     // packets at once of a deaf one, default 1

	wait    []time.Duration // of the packets that arrived
	sent    int
	signals []signal // drops and marks

	next             netem.True // when a deaf one sends
	window           float64    // packets under way that a responsive one may have
	flying           int
	acks             []ack // in order of at
	recover          int   // the packet with which the present round trip ends
	seen, total, got int   // signals and packets of this round trip; packets that came back
}

type signal struct {
	at   netem.True
	fate netem.Fate
}

// ack is what a sender hears of a packet.
type ack struct {
	at     netem.True
	signal bool
}

// bed runs senders over one link with a queue and returns how many bits per second arrived.
func bed(q queue.Discipline, rate units.Bitrate, length time.Duration, senders ...*sender) float64 {
	link := bottleneck.New(bottleneck.Config{Rate: bottleneck.Constant(rate), Queue: q})
	for _, s := range senders {
		s.burst, s.window = max(1, s.burst), 10
	}
	var out, train []netem.Packet
	bits := 0.0
	for {
		now := link.Next()
		for _, s := range senders {
			now = min(now, s.due())
		}
		if now >= netem.True(length) {
			return bits / length.Seconds()
		}
		out = link.Deliver(now, out[:0])
		for _, p := range out {
			if p.Fate == netem.Arrived {
				bits += float64(p.Size) * 8
			}
			senders[p.Flow].leave(now, p)
		}
		for i, s := range senders {
			train = train[:0]
			for range s.ready(now) {
				train = append(train, netem.Packet{ID: uint32(s.sent), Size: size, Flow: uint16(i), ECN: s.ecn})
				s.sent++
			}
			if len(train) > 0 {
				link.Admit(now, train)
			}
		}
	}
}

// due is when the sender has something to do.
func (s *sender) due() netem.True {
	switch {
	case s.kind == deaf || s.sent == 0:
		return s.next
	case len(s.acks) > 0:
		return s.acks[0].at
	}
	return netem.Never
}

// ready is how many packets the sender sends now.
func (s *sender) ready(now netem.True) int {
	if s.kind == deaf {
		if now < s.next {
			return 0
		}
		s.next = s.next.Add(time.Duration(float64(s.burst) * size * 8e9 / s.rate))
		return s.burst
	}
	for len(s.acks) > 0 && s.acks[0].at <= now {
		s.hear(s.acks[0])
		s.acks = s.acks[1:]
	}
	n := max(0, int(s.window)-s.flying)
	s.flying += n
	return n
}

// leave notes what became of a packet, which the sender will hear a round trip later.
func (s *sender) leave(now netem.True, p netem.Packet) {
	bad := p.Fate != netem.Arrived || p.ECN == netem.CE
	if bad {
		s.signals = append(s.signals, signal{now, p.Fate})
	}
	if p.Fate == netem.Arrived && now >= first {
		s.wait = append(s.wait, p.Queued)
	}
	if s.kind != deaf {
		s.acks = append(s.acks, ack{now + rtt, bad})
	}
}

// hear adapts the window, down at most once a round trip.
func (s *sender) hear(a ack) {
	s.flying--
	s.got++
	s.total++
	s.window += 1 / s.window
	if a.signal {
		s.seen++
	}
	if s.got < s.recover {
		return
	}
	switch {
	case s.seen > 0 && s.kind == classic:
		s.window /= 2
	case s.kind == scalable:
		s.window *= 1 - float64(s.seen)/float64(s.total)/2
	}
	s.window = max(s.window, 2)
	s.seen, s.total, s.recover = 0, 0, s.sent
}

// quantile returns the wait below which a share of the packets stayed.
func (s *sender) quantile(q float64) time.Duration {
	sorted := slices.Clone(s.wait)
	slices.Sort(sorted)
	return sorted[int(q*float64(len(sorted)-1))]
}

// fates counts a sender's signals: drops for congestion, for want of room, and marks.
func (s *sender) fates() (drops, overflows, marks int) {
	for _, x := range s.signals {
		switch x.fate {
		case netem.Marked:
			drops++
		case netem.Overflow:
			overflows++
		case netem.Arrived:
			marks++
		}
	}
	return drops, overflows, marks
}
