// Package wifi models one Wi-Fi cell as a netem.Medium: an access point, its stations, and one channel that all of
// them hear. Headsets get packets from the access point and send others back; other stations load the channel with
// on/off traffic of their own.
//
// Modelled are airtime, EDCA contention with its four access categories, A-MPDU aggregation with block
// acknowledgements and retries, beacons, fading with rate adaptation, and three disturbances: background scans, roaming
// and microwave ovens. A whole A-MPDU arrives at one instant, as one train. Not modelled are hidden nodes, capture,
// legacy stations with protection frames, OFDMA and multi-user MIMO.
//
// Work is done once a channel access, not once a packet: idle slots, background arrivals and fading are arithmetic that
// is done when an access needs it. Nothing is allocated after New but a headset that comes later, and room for more packets,
// in a queue or dropped at once, than there ever were.
//
// docs/wifi.md names the source of every number and shows the comparison with ns-3; what has no outside truth is listed
// there.
package wifi

import (
	"fmt"
	"math"
	"math/rand/v2"

	"airbridge/netem"
)

// Cell is one Wi-Fi cell. It is not safe for concurrent use; whoever built it owns it.
type Cell struct {
	cfg     Config
	answers answers
	// drawBackoff and drawLoss are apart so that a loss cannot shift the backoffs.
	drawBackoff, drawLoss *rand.Rand
	contenders            []contender
	onAir                 []*contender
	ap                    device
	devices               int32    // stations so far
	headsets              []*radio // by session
	routes                []route  // the same
	guests                []route
	stats                 Stats

	busy    bool       // a transmission is on the air
	until   netem.True // its end
	free    netem.True // end of the last exchange
	granted netem.True // from here AIFS is counted
	next    netem.True // the next event, stale when it has to be sought again

	inside    int            // packets of sessions, queued or on the air
	dropped   []netem.Packet // refused since the last Deliver
	droppedAt netem.True
	into      []netem.Packet // of the Deliver that is running
}

// Stats counts what happened on the channel.
type Stats struct {
	// Accesses counts channel accesses, Collisions those of them in which two stations or more began at once.
	Accesses, Collisions uint64
}

// route holds the queues of one session, or of a guest, by direction and category; without WMM all categories share one.
type route [netem.Dirs][Categories]*queue

const (
	// stale marks Cell.next as to be sought again.
	stale netem.True = -1
	// later is after every event, with room to add to it.
	later netem.True = math.MaxInt64 / 2
)

var (
	_ netem.Medium   = (*Cell)(nil)
	_ netem.Gauge    = (*Cell)(nil)
	_ netem.Narrator = (*Cell)(nil)
)

// New returns the cell that cfg describes, or all that is wrong with cfg.
func New(cfg Config) (*Cell, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("wifi cell: %w", err)
	}
	return build(cfg.withDefaults()), nil
}

// Stats returns what happened on the channel so far.
func (c *Cell) Stats() Stats { return c.stats }

// Admit queues a train of packets; what finds its queue full comes out of the next Deliver as an overflow.
func (c *Cell) Admit(now netem.True, train []netem.Packet) {
	if c.inside == 0 {
		c.catchUp(now)
	}
	for len(train) > 0 {
		p := &train[0]
		q := c.of(p.Flow)[p.Dir][CategoryOf(p.DSCP)]
		queued := q.push(now, train)
		if queued == 0 {
			c.dropped, c.droppedAt = append(c.dropped, *p), now
			c.dropped[len(c.dropped)-1].Fate = netem.Overflow
			queued = 1
		} else {
			c.inside += queued
			c.request(now, q.owner)
		}
		train = train[queued:]
	}
}

// of returns the queues of a flow.
func (c *Cell) of(flow uint16) *route {
	if int(flow) < len(c.routes) {
		return &c.routes[flow]
	}
	if guest := int(flow) - int(c.cfg.FirstGuest); guest >= 0 && guest < len(c.guests) {
		return &c.guests[guest]
	}
	session := int(flow) % MaxSessions
	for len(c.routes) <= session {
		c.addHeadset()
	}
	return &c.routes[session]
}

// Next returns when something may come out. While no packet of a session is inside, what other stations do can wait until
// one is admitted: nobody sees the difference, and most of the time nobody has to look.
func (c *Cell) Next() netem.True {
	switch {
	case len(c.dropped) > 0:
		return c.droppedAt
	case c.inside == 0:
		return netem.Never
	}
	return c.event()
}

// event returns the instant of the next event. A scan of all contenders serves as the event queue: every access looks at
// all of them in any case.
func (c *Cell) event() netem.True {
	if c.next == stale {
		c.next = c.seek()
	}
	if c.next >= later {
		return netem.Never
	}
	return c.next
}

func (c *Cell) seek() netem.True {
	next := later
	if c.busy {
		next = c.until
	}
	for i := range c.contenders {
		n := &c.contenders[i]
		next = min(next, n.wake)
		if n.pending && !c.busy {
			next = min(next, c.turn(n))
		}
	}
	return next
}

// Deliver runs every event due by now and appends the packets that left the cell.
func (c *Cell) Deliver(now netem.True, into []netem.Packet) []netem.Packet {
	c.into = append(into, c.dropped...)
	c.dropped = c.dropped[:0]
	before := len(c.into)
	c.catchUp(now)
	c.inside -= len(c.into) - before
	into, c.into = c.into, nil
	return into
}

// catchUp runs every event due by now.
func (c *Cell) catchUp(now netem.True) {
	for t := c.event(); t <= now; t = c.event() {
		c.next = stale
		switch {
		case c.busy && t == c.until:
			c.finish(t)
		case !c.awake(t):
			c.access(t)
		}
	}
}

// awake runs the timers due at t and reports whether there was one: a beacon, a background arrival at a contender that
// had nothing to send, a station that is back.
func (c *Cell) awake(t netem.True) bool {
	some := false
	for i := range c.contenders {
		n := &c.contenders[i]
		if n.wake != t {
			continue
		}
		n.wake, some = later, true
		if n.every > 0 {
			n.wake = t + netem.True(n.every)
		}
		c.request(t, n)
	}
	return some
}
