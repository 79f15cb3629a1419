package reliable

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"
)

const ms = units.Mono(time.Millisecond)

// flight is a datagram on its way to one of two ends.
type flight struct {
	at   units.Mono
	to   int
	body []byte
}

// link carries datagrams between two channels and loses, repeats and delays them.
type link struct {
	t            *testing.T
	rng          *rand.Rand
	loss, repeat float64
	delay        units.Mono
	spread       units.Mono

	ends   [2]*Channel
	got    [2][]uint32 // numbers delivered at each end
	queued [2]uint32   // numbers given to each end
	air    []flight
	now    units.Mono
}

func newLink(t *testing.T, rng *rand.Rand) *link {
	return &link{
		t: t, rng: rng, loss: rng.Float64() * 0.25, repeat: rng.Float64() * 0.3,
		delay: units.Mono(rng.Int64N(int64(30 * ms))), spread: units.Mono(rng.Int64N(int64(40 * ms))),
		ends: [2]*Channel{New(Config{}), New(Config{})},
	}
}

// queue gives end the next numbered message, of any legal length; it says whether the channel took it.
func (l *link) queue(end int) bool {
	m := make([]byte, 4+l.rng.IntN(wire.MaxControl-3))
	binary.BigEndian.PutUint32(m, l.queued[end])
	if l.ends[end].Queue(m) != nil {
		return false
	}
	clear(m) // the channel keeps a copy
	l.queued[end]++
	return true
}

// pump lets both ends send what they want to send now.
func (l *link) pump() {
	l.t.Helper()
	for end, c := range l.ends {
		for n := 0; ; n++ {
			d, ok := c.Pull(l.now)
			if !ok {
				break
			}
			if n > 2*MaxQueue {
				l.t.Fatalf("end %d sends without end at %d", end, l.now)
			}
			for again := true; again; again = l.rng.Float64() < l.repeat {
				if l.rng.Float64() >= l.loss {
					l.air = append(l.air, flight{l.now + l.delay + units.Mono(l.rng.Int64N(int64(l.spread)+1)), 1 - end, d.Append(nil)})
				}
			}
		}
		if at := c.Deadline(); at <= l.now {
			l.t.Fatalf("end %d: Deadline() = %d at %d with nothing to send", end, at, l.now)
		}
	}
}

// step goes to the next instant at which something happens; it says whether there is one.
func (l *link) step() bool {
	l.t.Helper()
	next := min(l.ends[0].Deadline(), l.ends[1].Deadline())
	for _, f := range l.air {
		next = min(next, f.at)
	}
	if next == units.Never {
		return false
	}
	l.now = max(l.now, next)
	for i := 0; i < len(l.air); {
		f := l.air[i]
		if f.at > l.now {
			i++
			continue
		}
		l.air = slices.Delete(l.air, i, i+1)
		d, err := wire.ParseControl(f.body)
		if err != nil {
			l.t.Fatal(err)
		}
		l.ends[f.to].Handle(l.now, d, func(m []byte) { l.got[f.to] = append(l.got[f.to], binary.BigEndian.Uint32(m)) })
		if again := f; l.rng.IntN(50) == 0 { // a replay, much later
			again.at += units.Mono(l.rng.Int64N(int64(2 * time.Second)))
			l.air = append(l.air, again)
		}
	}
	l.pump()
	return true
}

// Whatever a link does, as long as something passes, every message arrives once and in order, at both ends.
func TestEverythingIsDeliveredOnceInOrder(t *testing.T) {
	for seed := range uint64(2000) {
		l := newLink(t, rand.New(rand.NewPCG(seed, 7)))
		for want := uint32(40); l.step() || l.queued[0] < want || l.queued[1] < want; {
			for end := range l.ends {
				for l.rng.IntN(3) == 0 && l.queued[end] < want && l.queue(end) {
				}
			}
			l.pump()
			if l.ends[0].Err() != nil || l.ends[1].Err() != nil {
				t.Fatalf("seed %d: loss %.2f kills the channel", seed, l.loss)
			}
		}
		for end, got := range l.got {
			if len(got) != int(l.queued[1-end]) {
				t.Fatalf("seed %d: end %d got %d of %d messages", seed, end, len(got), l.queued[1-end])
			}
			for i, n := range got {
				if int(n) != i {
					t.Fatalf("seed %d: end %d got message %d as number %d", seed, end, n, i)
				}
			}
			if l.ends[end].Pending() != 0 {
				t.Fatalf("seed %d: %d messages are still pending", seed, l.ends[end].Pending())
			}
			if s := l.ends[end].Stats(); s.BadAcks != 0 || s.OutOfWindow != 0 {
				t.Fatalf("seed %d: an honest peer is blamed: %+v", seed, s)
			}
		}
	}
}

// A link that says nothing new must stay bounded and harmless.
func FuzzHandle(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'})
	f.Fuzz(func(t *testing.T, script []byte) {
		c := New(Config{})
		now, delivered := units.Mono(0), uint64(0)
		for len(script) > 9 {
			n := min(int(script[8]), len(script)-9)
			d := wire.Control{Seq: binary.BigEndian.Uint32(script), Ack: binary.BigEndian.Uint32(script[4:]), Message: script[9 : 9+n]}
			script = script[9+n:]
			now += ms
			_ = c.Queue([]byte("x"))
			c.Handle(now, d, func(m []byte) {
				delivered++
				if len(m) == 0 || len(m) > wire.MaxControl || bytes.Equal(m, nil) {
					t.Fatalf("delivered a message of %d bytes", len(m))
				}
			})
			for sent := 0; ; sent++ {
				if _, ok := c.Pull(now); !ok {
					break
				}
				if sent > 2*MaxQueue {
					t.Fatal("sends without end")
				}
			}
			if c.Pending() > MaxQueue || c.Deadline() <= now {
				t.Fatalf("%d pending, deadline %d at %d", c.Pending(), c.Deadline(), now)
			}
		}
		if s := c.Stats(); s.Delivered != delivered {
			t.Fatalf("counted %d deliveries of %d", s.Delivered, delivered)
		}
	})
}
