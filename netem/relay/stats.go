package relay

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/netem"
)

// Way counts what went in one direction. Every datagram received, and every copy of one, is counted as one of Strangers
// and NoRoom, is under way, or has a fate; every one that Arrived is one of Sent, Refused and Orphans.
type Way struct {
	// Received and ReceivedBytes came in; bytes are UDP payload.
	Received, ReceivedBytes uint64
	// Sent and SentBytes went out, copies included.
	Sent, SentBytes uint64
	// Fates is what the medium did with them. Doubled ones have a second fate, and so has their copy.
	Fates [netem.Fates]uint64
	// Congested left with the mark "congestion experienced" that they did not come with. Damaged left with a bit
	// inverted.
	Congested, Damaged uint64
	// NoRoom were dropped as too much was under way already: the bound of the relay, not of the medium.
	NoRoom uint64
	// Strangers were dropped as there were too many clients, or no socket for one more. Orphans arrived for a client that
	// was forgotten meanwhile.
	Strangers, Orphans uint64
	// Refused were not taken by the system: a full buffer, no route.
	Refused uint64
}

func (w *Way) arrived(p netem.Packet, tos uint8, damaged bool) {
	if p.ECN == netem.CE && tos&3 != netem.CE {
		w.Congested++
	}
	if damaged {
		w.Damaged++
	}
}

// Lost returns how many packets the medium lost, copies included.
func (w *Way) Lost() (n uint64) {
	for f, count := range w.Fates {
		if fate := netem.Fate(f); fate != netem.Arrived && fate != netem.Doubled {
			n += count
		}
	}
	return n
}

// LossShare returns the lost share of the packets that came out of the medium, zero where there were none.
func (w *Way) LossShare() float64 {
	return float64(w.Lost()) / float64(max(w.outcomes(), 1))
}

// Stats is what was counted so far. It is a value: reading it needs no lock.
type Stats struct {
	// Elapsed is the time since the relay began.
	Elapsed time.Duration
	// Ways are the directions: netem.Down to the clients, netem.Up to the target.
	Ways [netem.Dirs]Way
	// Clients were seen, Known are known now, Forgotten went silent.
	Clients   uint64
	Known     int
	Forgotten uint64
	// UnderWay is how many payloads the medium has.
	UnderWay int
	// ReceiveDrops were lost in this machine before the relay read them, as far as the system says.
	ReceiveDrops uint64
}

// Spread sums up a series of times.
type Spread struct {
	Count               int64
	P50, P99, P999, Max time.Duration
}

func spread(h *quantile.Histogram[time.Duration]) Spread {
	s := Spread{Count: h.Count(), Max: h.Max()}
	s.P50, _ = h.Quantile(0.50)
	s.P99, _ = h.Quantile(0.99)
	s.P999, _ = h.Quantile(0.999)
	return s
}

// Result is what a relay did until it ended.
type Result struct {
	Stats
	// Delay is how long datagrams took by the model, from the instant the kernel received them.
	Delay [netem.Dirs]Spread
	// Late is how much later than the model says they really left: what the relay itself adds.
	Late Spread
	// Scheduling says how the relay's thread was scheduled, for people.
	Scheduling string
	// Stamps says whether the kernel gave the instants of arrival; without, the relay's wake-up counts as arrival.
	Stamps bool
}
