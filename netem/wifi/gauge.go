package wifi

import (
	"time"

	"airbridge/netem"
)

// gaugePacket is the length of the packets by which Capacity measures: a datagram of 1,200 bytes.
const gaugePacket = 1200 + netem.Overhead

// Capacity returns the rate of UDP payload, in bits per second, that the first headset's link carries at its present MCS
// when nobody else sends: full aggregates of 1,200-byte datagrams as video (best effort without WMM), with mean
// backoffs, beacons and the present loss. While the headset is away it is 1, as 0 would stand for no limit.
func (c *Cell) Capacity(now netem.True, d netem.Dir) float64 {
	r := c.headsets[0]
	if r.away(now) > now {
		return 1
	}
	e := c.cfg.EDCA[c.inUse(Video)]
	mpdus, bytes := c.saturated(r, netem.True(e.TXOP), e.Single)
	exchange := r.airtime(bytes) + sifs + c.answers.blockAck
	exchanges := netem.True(1)
	if e.TXOP > 0 {
		exchanges = max(1, netem.True(e.TXOP)/(exchange+sifs))
	}
	mean := netem.True(e.AIFSN)*slot + netem.True(e.CWMin)*slot/2
	access := mean + exchanges*(exchange+sifs)
	payload := float64(exchanges) * float64(mpdus) * (gaugePacket - netem.Overhead) * 8
	share := 1.0
	if c.cfg.Beacon > 0 {
		share -= float64(beaconAirtime) / float64(c.cfg.Beacon)
	}
	return max(1, payload/time.Duration(access).Seconds()*share*(1-c.meanLossAt(r, now)))
}

// saturated is the largest aggregate of a radio.
func (c *Cell) saturated(r *radio, txop netem.True, single bool) (mpdus int, bytes int64) {
	limit := maxPPDU
	if txop > 0 {
		limit = min(limit, txop-sifs-c.answers.blockAck)
	}
	most := c.cfg.MaxMPDUs
	if single {
		most = 1
	}
	full := source{cfg: OnOff{Size: gaugePacket}}
	return full.aggregate(most, min(int64(c.cfg.MaxAMPDU), r.room(limit)))
}

// maxBacklog is more than any packet waits: its lifetime ends before.
const maxBacklog = time.Hour

// Backlog returns how long a packet of the first session would wait: until the channel is free and all that is queued
// before it in its direction was sent at Capacity.
func (c *Cell) Backlog(now netem.True, d netem.Dir) time.Duration {
	if c.inside == 0 {
		c.catchUp(now)
	}
	var wait time.Duration
	if c.busy && c.until > now {
		wait = c.until.Sub(now)
	}
	r := c.headsets[0]
	wait = max(wait, r.away(now).Sub(now))
	var bytes int64
	for category, q := range c.routes[0][d] {
		if category == int(BestEffort) || q != c.routes[0][d][BestEffort] {
			bytes += q.bytes()
		}
	}
	if bytes > 0 {
		rate := c.Capacity(max(now, r.away(now)), d)
		wait += time.Duration(min(float64(bytes)*8/rate, maxBacklog.Seconds()) * float64(time.Second))
	}
	return wait
}
