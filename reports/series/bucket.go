package series

import (
	"time"

	"airbridge/streamer/statistics"
)

// OutcomeCount is how many outcomes a frame can have: displayed, late, replaced, lost, skipped, in wire's order.
const OutcomeCount = 5

// OutcomeNames are the outcomes in the order of Bucket.Outcomes.
var OutcomeNames = [OutcomeCount]string{"displayed", "late", "replaced", "lost", "skipped"}

// Gauge is a quantity that is measured now and then.
type Gauge uint8

// The gauges with their units.
const (
	// Target is what the encoder is asked for, in bit/s.
	Target Gauge = iota
	// Capacity is what the path could carry, in bit/s.
	Capacity
	// QueueDelay is how long a datagram waits in the path's queue, in ns.
	QueueDelay
	// RTT is the round trip of a ping, in ns.
	RTT
	// ClockOffset is how far our clock is estimated to be ahead of the client's, in ns.
	ClockOffset
	// ClockUncertainty is the most that the estimate may be wrong, in ns.
	ClockUncertainty
	// ClockError is the estimate less the truth, in ns: known in a laboratory only.
	ClockError
	// LatencyTarget is the margin that the latency controller aims at, in ns.
	LatencyTarget
	// LatencySlack is the margin that it finds: how long before the latch of their slot frames are decoded, in ns.
	LatencySlack
	// GaugeCount is how many gauges there are.
	GaugeCount = int(LatencySlack) + 1
)

var gaugeNames = [GaugeCount]string{
	"target_bps", "capacity_bps", "queue_ns", "rtt_ns", "clock_offset_ns", "clock_uncertainty_ns", "clock_error_ns",
	"latency_target_ns", "latency_slack_ns",
}

// String names the gauge as JSON does.
func (g Gauge) String() string { return gaugeNames[g] }

// Counter is a quantity that adds up.
type Counter uint8

// The counters.
const (
	// BytesSent are the bytes of video handed to the path, repair included.
	BytesSent Counter = iota
	// BytesDelivered are the bytes of access units that the client got.
	BytesDelivered
	// PacketsSent are the datagrams of video, repair included.
	PacketsSent
	// PacketsLost are those that did not arrive.
	PacketsLost
	// RecoveredFEC are those of PacketsLost that parity made good.
	RecoveredFEC
	// RecoveredRTX are those of PacketsLost that a repetition made good.
	RecoveredRTX
	// ParitySent are those of PacketsSent that carry parity.
	ParitySent
	// CounterCount is how many counters there are.
	CounterCount = int(ParitySent) + 1
)

var counterNames = [CounterCount]string{
	"bytes_sent", "bytes_delivered", "packets_sent", "packets_lost", "recovered_fec", "recovered_rtx", "parity_sent",
}

// String names the counter as JSON does.
func (c Counter) String() string { return counterNames[c] }

// Measure sums up what a gauge measured.
type Measure struct{ Count, Sum, Min, Max int64 }

func (m *Measure) record(v int64) {
	if m.Count == 0 {
		m.Min, m.Max = v, v
	}
	m.Count++
	m.Sum += v
	m.Min, m.Max = min(m.Min, v), max(m.Max, v)
}

func (m *Measure) merge(o Measure) {
	if o.Count == 0 {
		return
	}
	if m.Count == 0 {
		*m = o
		return
	}
	m.Count += o.Count
	m.Sum += o.Sum
	m.Min, m.Max = min(m.Min, o.Min), max(m.Max, o.Max)
}

// Mean returns the mean, NaN where nothing was measured.
func (m *Measure) Mean() float64 { return mean(m.Sum, m.Count) }

// StageTime sums up how long shown frames spent in a stage.
type StageTime struct{ Sum, Max time.Duration }

// Bucket is what happened in one stretch of a run. The zero value is a stretch in which nothing did.
type Bucket struct {
	// Outcomes counts the frames rendered in it by how they ended, as OutcomeNames.
	Outcomes [OutcomeCount]int64
	// IDR counts those that refer to no other, Freezes those that ended a freeze.
	IDR, Freezes int64
	// Motion is motion-to-photon of the shown frames that have a pose.
	Motion Sketch
	// Timed counts the shown frames whose stages are known, and Stages what they add up to.
	Timed  int64
	Stages [statistics.StageCount]StageTime
	// Gauges and Counters are by Gauge and Counter.
	Gauges   [GaugeCount]Measure
	Counters [CounterCount]int64
}

// Frames returns how many frames were rendered.
func (b *Bucket) Frames() (n int64) {
	for _, o := range b.Outcomes {
		n += o
	}
	return n
}

// Merge adds another stretch.
func (b *Bucket) Merge(o *Bucket) {
	for i, n := range o.Outcomes {
		b.Outcomes[i] += n
	}
	b.IDR += o.IDR
	b.Freezes += o.Freezes
	b.Motion.merge(&o.Motion)
	b.Timed += o.Timed
	for i, t := range o.Stages {
		b.Stages[i].Sum += t.Sum
		b.Stages[i].Max = max(b.Stages[i].Max, t.Max)
	}
	for i, m := range o.Gauges {
		b.Gauges[i].merge(m)
	}
	for i, n := range o.Counters {
		b.Counters[i] += n
	}
}
