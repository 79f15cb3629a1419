package traffic

import (
	"math"
	"time"

	"airbridge/netem"
)

// Constants of the congestion controls; windows are counted in segments.
const (
	initialWindow = 10 // RFC 6928
	minWindow     = 2  // RFC 5681 §3.1 equation 4, RFC 9438 §4.6

	renoBeta  = 0.5 // RFC 5681 §3.1
	cubicBeta = 0.7 // RFC 9438 §4.6
	cubicC    = 0.4 // RFC 9438 §5, segments per second cubed

	// cubicAlpha makes the Reno-friendly estimate grow as fast as Reno with its larger decrease: RFC 9438 §4.3.
	cubicAlpha = 3 * (1 - cubicBeta) / (1 + cubicBeta)
)

// window is a congestion window: slow start, and congestion avoidance by Reno or CUBIC.
type window struct {
	control   Control
	size      float64 // cwnd
	threshold float64 // ssthresh

	// CUBIC's state, RFC 9438 §4.1.2.
	max      float64    // the window just before the last reduction, W_max
	k        float64    // seconds from the epoch to W_max
	epoch    netem.True // start of the congestion avoidance under way, negative: begins with the next acknowledgement
	prior    float64    // the window at the last reduction, cwnd_prior
	estimate float64    // W_est
}

// reset begins a connection.
func (w *window) reset() {
	*w = window{control: w.control, size: initialWindow, threshold: math.Inf(1), epoch: -1}
}

// acked grows the window for one segment acknowledged at now, while the smoothed round trip is rtt.
func (w *window) acked(now netem.True, rtt time.Duration) {
	switch {
	case w.size < w.threshold:
		w.size++ // RFC 5681 §3.1 equation 2
	case w.control == Reno:
		w.size += 1 / w.size // RFC 5681 §3.1 equation 3
	default:
		w.cubic(now, rtt)
	}
}

// cubic is congestion avoidance by RFC 9438 §4.2 to §4.5.
func (w *window) cubic(now netem.True, rtt time.Duration) {
	if w.epoch < 0 {
		w.begin(now)
	}
	alpha := cubicAlpha
	if w.estimate >= w.prior {
		alpha = 1 // §4.3: as aggressive as Reno once it is back where it was
	}
	w.estimate += alpha / w.size
	t := now.Sub(w.epoch)
	if w.curve(t) < w.estimate {
		w.size = max(w.size, w.estimate) // Reno-friendly region
		return
	}
	target := min(max(w.curve(t+rtt), w.size), 1.5*w.size)
	w.size += (target - w.size) / w.size
}

// begin starts an epoch of congestion avoidance: RFC 9438 §4.2, and §4.8 where no reduction came before.
func (w *window) begin(now netem.True) {
	w.epoch, w.estimate = now, w.size
	if w.max <= w.size {
		w.max = w.size
	}
	w.k = math.Cbrt((w.max - w.size) / cubicC)
}

// curve is W_cubic(t), RFC 9438 §4.2 figure 1.
func (w *window) curve(t time.Duration) float64 {
	d := t.Seconds() - w.k
	return cubicC*d*d*d + w.max
}

// congested answers a loss or a CE mark while flight segments are under way.
func (w *window) congested(flight float64) {
	w.reduce(flight)
	w.size = w.threshold
}

// timedOut answers a retransmission timeout: RFC 5681 §3.1, RFC 9438 §4.8. One that follows another, with nothing
// acknowledged between them, leaves the threshold as it is.
func (w *window) timedOut(flight float64, again bool) {
	if !again {
		w.reduce(flight)
	}
	w.size, w.max = 1, 0 // RFC 9438 §4.8: the next epoch starts at its own maximum
}

func (w *window) reduce(flight float64) {
	w.epoch, w.prior = -1, w.size
	if w.control == Reno {
		w.threshold = max(flight*renoBeta, minWindow)
		return
	}
	// Fast convergence, RFC 9438 §4.7: who finds less than last time makes room.
	if w.size < w.max {
		w.max = w.size * (1 + cubicBeta) / 2
	} else {
		w.max = w.size
	}
	w.threshold = max(flight*cubicBeta, minWindow)
}
