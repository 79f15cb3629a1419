package wifi

import (
	"time"

	"airbridge/netem"
	"airbridge/units"
)

// Sizes of MAC frames in bytes (IEEE 802.11-2016 §9).
const (
	// macBytes is what an MPDU adds to an IP packet: LLC/SNAP 8, QoS data header 26, FCS 4.
	macBytes      = 8 + 26 + 4
	delimiter     = 4
	ackBytes      = 14
	blockAckBytes = 32 // compressed, bitmap of 64
	longAckBytes  = 56 // compressed, bitmap of 256
	requestBytes  = 24 // block-ack request, compressed
	// serviceAndTail are the bits that the PHY adds to a PSDU.
	serviceAndTail = 16 + 6
)

// answers are the airtimes of the control frames, at the control rate.
type answers struct{ ack, blockAck, request netem.True }

func newAnswers(rate units.Bitrate, window int) answers {
	blockAck := blockAckBytes
	if window > 64 {
		blockAck = longAckBytes
	}
	return answers{legacyAirtime(ackBytes, rate), legacyAirtime(blockAck, rate), legacyAirtime(requestBytes, rate)}
}

// legacyAirtime is what a frame takes at a legacy OFDM rate: a preamble of 20 µs and symbols of 4 µs (IEEE 802.11-2016
// §17.4.3).
func legacyAirtime(bytes int, rate units.Bitrate) netem.True {
	const symbol = 4 * time.Microsecond
	bits := int64(rate) * int64(symbol) / int64(time.Second)
	return legacyPreamble + netem.True((int64(bytes)*8+serviceAndTail+bits-1)/bits*int64(symbol))
}

// load puts the next PPDU of a contender on the air at t and reports whether there was anything to send. Peers are served in
// turn, one a PPDU.
func (c *Cell) load(t netem.True, n *contender) bool {
	n.txStart, n.response = t, 0
	if n.beacon() {
		n.txEnd = t + netem.True(beaconAirtime)
		return true
	}
	wake := later
	for range n.queues {
		q := n.queues[n.serve%len(n.queues)]
		n.serve++
		q.arrive(t)
		wake = min(wake, q.nextArrival())
		if c.release(q, t, t-netem.True(c.cfg.Lifetime)); q.n == 0 {
			continue
		}
		if back := q.radio.away(t); back > t {
			wake = min(wake, back)
			continue
		}
		c.fill(t, n, q)
		return true
	}
	n.wake = wake
	return false
}

// fill makes the PPDU of a queue that has something to send: a block-ack request where the last block ack is missing,
// else as many MPDUs as the limits allow, at least one.
func (c *Cell) fill(t netem.True, n *contender, q *queue) {
	n.sending, n.asking, n.mpdus, n.response = q, q.unanswered, 0, sifs+c.answers.blockAck
	if q.unanswered {
		n.txEnd = t + c.answers.request
		return
	}
	r := q.radio
	r.fade(t)
	limit := min(maxPPDU, n.txopEnd-t-n.response)
	room := min(int64(c.cfg.MaxAMPDU), r.room(limit))
	most := c.cfg.MaxMPDUs
	if n.edca.Single {
		most = 1
	}
	var bytes int64
	if q.source != nil {
		n.mpdus, bytes = q.source.aggregate(min(q.n, most), room)
	} else {
		n.mpdus, bytes = q.aggregate(c.cfg.MaxMPDUs, most, room)
	}
	if n.mpdus == 1 {
		n.response = sifs + c.answers.ack
	}
	n.txEnd = t + r.airtime(bytes)
}

// grown returns the length of an A-MPDU of so many bytes after one more MPDU: padding, delimiter, MPDU.
func grown(bytes int64, packet int32) int64 {
	return (bytes+3)&^3 + delimiter + int64(packet) + macBytes
}

// aggregate chooses the packets of a PPDU, at most most of the first window in the queue and room bytes, and returns
// their number and the bytes of the A-MPDU.
func (q *queue) aggregate(window, most int, room int64) (mpdus int, bytes int64) {
	q.span = 0
	for k := 0; k < min(q.n, window) && mpdus < most; k++ {
		e := q.at(k)
		if e.settled {
			continue
		}
		next := grown(bytes, e.packet.Size)
		if mpdus > 0 && next > room {
			break
		}
		bytes, q.span = next, k+1
		mpdus++
	}
	return mpdus, bytes
}

// settle decides what became of each MPDU of a PPDU; false where no acknowledgement came.
func (c *Cell) settle(n *contender, collided bool) bool {
	q := n.sending
	n.sending = nil
	// A station that left while it was being sent to answers nothing.
	deaf := collided || q.radio.away(n.txEnd) > n.txEnd
	if n.asking {
		q.unanswered = deaf
		return !deaf
	}
	loss := 1.0
	if !deaf {
		loss = c.lossAt(q.radio, n.txEnd)
	}
	received := 0
	switch {
	case q.source != nil:
		received = c.surviving(n.mpdus, loss)
		q.n -= received
	case loss == 0:
		received = n.mpdus
		for range q.span {
			c.into = q.pop(n.txStart, c.into)
		}
	default:
		received = c.settlePackets(q, loss)
	}
	c.release(q, n.txStart, -later)
	q.unanswered = received == 0 && n.mpdus > 1
	return received > 0
}

// surviving draws how many of some MPDUs arrive.
func (c *Cell) surviving(mpdus int, loss float64) (received int) {
	switch loss {
	case 0:
		return mpdus
	case 1:
		return 0
	}
	for range mpdus {
		if c.drawLoss.Float64() >= loss {
			received++
		}
	}
	return received
}

// settlePackets decides for every packet of a PPDU whether it arrived, has to be sent again or is given up.
func (c *Cell) settlePackets(q *queue, loss float64) (received int) {
	for k := range q.span {
		e := q.at(k)
		if e.settled {
			continue
		}
		e.tries++
		switch {
		case c.surviving(1, loss) == 1:
			e.settled = true
			received++
		case int(e.tries) > c.cfg.RetryLimit:
			e.settled, e.packet.Fate = true, netem.Retries
		}
	}
	return received
}

// release hands out the head of a queue as far as it is settled or was admitted before old; until is when the waiting of
// these packets ended. Settled packets wait behind others, as the receiver hands everything on in order.
func (c *Cell) release(q *queue, until, old netem.True) {
	for q.source == nil && q.n > 0 {
		e := q.at(0)
		if !e.settled {
			if e.at >= old {
				return
			}
			e.packet.Fate = netem.Expired
		}
		c.into = q.pop(until, c.into)
	}
}
