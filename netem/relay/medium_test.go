package relay

import (
	"slices"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
)

// testLink is a link of a few lines: a delay, and what a test wants to happen to a packet.
type testLink struct {
	delay time.Duration
	// decide may change the packet, and says whether a copy is to be made; nil lets everything arrive.
	decide func(p *netem.Packet) (double bool)
	queue  []onTheWay
	at     netem.Packet // being admitted
}

type onTheWay struct {
	at netem.True
	p  netem.Packet
}

func (l *testLink) Admit(now netem.True, train []netem.Packet) {
	for i := range train {
		l.at = train[i]
		double := l.decide != nil && l.decide(&l.at)
		p := l.at
		if double {
			record := p
			record.Fate = netem.Doubled
			l.queue = append(l.queue, onTheWay{now.Add(l.delay), record}, onTheWay{now.Add(l.delay), p})
			p.Flip = 0
		}
		l.queue = append(l.queue, onTheWay{now.Add(l.delay), p})
	}
}

func (l *testLink) Next() netem.True {
	if len(l.queue) == 0 {
		return netem.Never
	}
	return l.queue[0].at
}

func (l *testLink) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	n := 0
	for n < len(l.queue) && l.queue[n].at <= now {
		into = append(into, l.queue[n].p)
		n++
	}
	l.queue = slices.Delete(l.queue, 0, n)
	return into
}

// lossy loses a share of the packets at random.
func lossy(seed uint64, share float64, delay time.Duration) *testLink {
	random := stream.New(seed, "relay test loss")
	return &testLink{delay: delay, decide: func(p *netem.Packet) bool {
		if random.Float64() < share {
			p.Fate = netem.Lost
		}
		return false
	}}
}
