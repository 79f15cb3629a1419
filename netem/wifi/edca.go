package wifi

import (
	"time"

	"airbridge/netem"
)

// Category is an access category of WMM: what contends for the channel on its own terms.
type Category uint8

// The access categories; the zero value is best effort.
const (
	BestEffort Category = iota
	Voice
	Video
	Background
	Categories // how many there are
)

// String names the category as IEEE 802.11 abbreviates it.
func (k Category) String() string {
	return [...]string{"BE", "VO", "VI", "BK", "unknown"}[min(k, Categories)]
}

// EDCA is how one access category contends.
type EDCA struct {
	// AIFSN is how many slots after SIFS the channel has to be idle, 1 to 15.
	AIFSN int32
	// CWMin and CWMax bound the contention window: a backoff is 0 to the window slots. Both are a power of 2 less one, up
	// to 32767.
	CWMin, CWMax int32
	// TXOP is how long a channel access may last. Zero is one PPDU.
	TXOP time.Duration
	// Single sends one MPDU a PPDU: no aggregation.
	Single bool
}

// defaultEDCA is the default set of IEEE 802.11 for stations (802.11-2020 table 9-155), which ns-3.37 uses at both ends.
// Linux, and so most access points, opens no block-ack session for voice (minstrel_ht).
var defaultEDCA = [Categories]EDCA{
	Voice:      {AIFSN: 2, CWMin: 3, CWMax: 7, TXOP: 2080 * time.Microsecond, Single: true},
	Video:      {AIFSN: 2, CWMin: 7, CWMax: 15, TXOP: 4096 * time.Microsecond},
	BestEffort: {AIFSN: 3, CWMin: 15, CWMax: 1023},
	Background: {AIFSN: 7, CWMin: 15, CWMax: 1023},
}

// CategoryOf returns the access category of a DSCP (RFC 8325 §4.3; RFC 8622 §11 for lower effort). What it does not
// name is best effort.
func CategoryOf(dscp uint8) Category { return categoryOf[dscp&63] }

var categoryOf = [64]Category{
	1: Background, 8: Background, // LE, CS1
	24: Video, 26: Video, 28: Video, 30: Video, // CS3, AF3x: broadcast and streaming video
	32: Video, 34: Video, 36: Video, 38: Video, // CS4, AF4x: interactive and conferencing video
	40: Video,            // CS5: signalling
	44: Voice, 46: Voice, // VA, EF
	48: Voice, 56: Voice, // CS6, CS7: network control
}

// The times of an OFDM PHY in the 5 GHz band, in nanoseconds (IEEE 802.11-2016 §17.4.4, §21.4.4). In the 2.4 GHz band
// SIFS is 10 µs, but a signal extension of 6 µs follows every PPDU.
const (
	slot netem.True = 9_000
	sifs netem.True = 16_000
	// legacyPreamble is the L-STF, L-LTF and L-SIG: who waits for an answer gives up when none of it was heard by then.
	legacyPreamble netem.True = 20_000
	// clearance is what a station needs to hear that the channel is taken: whoever starts within it collides.
	clearance netem.True = 4_000
)

// accessPoint is the device number of the access point; stations count from 0.
const accessPoint int32 = -1

// contender is one EDCA function: a category of a device, with the queues that share it. What every access looks at of
// every contender comes first, in one line of the cache.
type contender struct {
	pending bool // it has something to send and waits for its turn
	onAir   bool
	asking  bool       // what is on the air is a block-ack request
	slots   int32      // idle slots of its backoff still to come
	device  int32      // who it belongs to
	window  int32      // contention window
	aifs    netem.True // its idle time after SIFS
	counted netem.True // the slots before here are accounted for
	held    netem.True // AIFS does not begin before: it waited for an answer
	wake    netem.True // timer
	txEnd   netem.True // of the PPDU on the air
	edca    EDCA
	every   time.Duration // interval of a beacon, 0 for all others

	queues   []*queue
	serve    int        // whose turn it is, counted on
	sending  *queue     // the queue on the air; nil for a beacon and for nothing
	mpdus    int        // MPDUs in the PPDU on the air
	txStart  netem.True // of the PPDU
	txopEnd  netem.True
	response netem.True // SIFS and the answer after the PPDU
}

func (n *contender) beacon() bool { return n.every > 0 }

// base is when the counting of a contender's slots begins.
func (c *Cell) base(n *contender) netem.True {
	return max(n.counted, max(c.granted, n.held)+n.aifs)
}

// turn is when a contender transmits if the channel stays idle.
func (c *Cell) turn(n *contender) netem.True { return c.base(n) + netem.True(n.slots)*slot }

// count removes the idle slots up to t. EDCA counts one at the end of AIFS and one each slot after it, and keeps to the
// grid of slots.
func (c *Cell) count(n *contender, t netem.True) {
	base := c.base(n)
	if base > t {
		return
	}
	passed := (t-base)/slot + 1
	n.slots -= int32(min(passed, netem.True(n.slots)))
	n.counted = base + passed*slot
}

// request starts contention: at the next slot where the channel is idle, after a backoff where it is busy.
func (c *Cell) request(now netem.True, n *contender) {
	if n.pending || n.onAir { // the end of its exchange asks again
		return
	}
	n.pending, c.next = true, stale
	if !c.busy && now >= c.free {
		c.count(n, now)
	} else if n.slots == 0 {
		n.slots = c.drawBackoff.Int32N(n.window + 1)
	}
}

// access is the start of one transmission or more at t.
func (c *Cell) access(t netem.True) {
	heard, end, winner := t+clearance, netem.True(0), accessPoint-1
	c.onAir = c.onAir[:0]
	for i := range c.contenders {
		n := &c.contenders[i]
		switch {
		case !n.pending && n.slots == 0: // nothing to count, and the next exchange sets a later grid
		case !n.pending || c.turn(n) > heard:
			c.count(n, heard)
		case n.device == winner:
			c.yield(n)
		case c.begin(t, n):
			end, winner = max(end, n.txEnd), n.device
		}
	}
	if len(c.onAir) > 0 {
		c.stats.Accesses++
		c.busy, c.until = true, end
	}
}

// yield is an internal collision: a higher category of the same device won, and this one backs off as if it had
// collided on the air (IEEE 802.11-2016 §10.22.2.4).
func (c *Cell) yield(n *contender) {
	n.window = min(2*n.window+1, n.edca.CWMax)
	n.slots = 1 + c.drawBackoff.Int32N(n.window+1)
}

// begin starts a contender's transmission at t and reports whether it had anything to send.
func (c *Cell) begin(t netem.True, n *contender) bool {
	n.pending, n.txopEnd = false, later
	if n.edca.TXOP > 0 {
		n.txopEnd = t + netem.True(n.edca.TXOP)
	}
	if !c.load(t, n) {
		return false
	}
	n.onAir = true
	c.onAir = append(c.onAir, n)
	return true
}

// finish ends the transmissions on the air at t: it settles them, frees the channel after the answer and starts new
// backoffs.
func (c *Cell) finish(t netem.True) {
	collided := len(c.onAir) > 1
	c.busy, c.free = false, t
	if collided {
		c.stats.Collisions++
	} else {
		c.free += c.onAir[0].response
	}
	c.granted = c.free + sifs
	for _, n := range c.onAir {
		n.onAir = false
		if n.beacon() {
			continue
		}
		if c.settle(n, collided) {
			n.window = n.edca.CWMin
			if c.carryOn(n) {
				return
			}
		} else { // no answer began within its timeout
			n.window = min(2*n.window+1, n.edca.CWMax)
			n.held = max(c.free, n.txEnd+sifs+slot+legacyPreamble) + sifs
		}
		n.slots = c.drawBackoff.Int32N(n.window + 1)
		c.again(t, n)
	}
}

// carryOn sends the next PPDU of a TXOP, SIFS after the answer to the last, if it ends in time with its answer.
func (c *Cell) carryOn(n *contender) bool {
	if n.edca.TXOP == 0 || !c.load(c.granted, n) {
		return false
	}
	if n.txEnd+n.response > n.txopEnd {
		n.serve-- // its turn was not used
		return false
	}
	n.onAir = true
	c.busy, c.until = true, n.txEnd
	return true
}

// again lets a contender wait for its next turn if it has more to send, or else for its next arrival.
func (c *Cell) again(t netem.True, n *contender) {
	wake := later
	for _, q := range n.queues {
		q.arrive(t)
		n.pending = n.pending || q.n > 0
		wake = min(wake, q.nextArrival())
	}
	if !n.pending {
		n.wake = wake
	}
}
