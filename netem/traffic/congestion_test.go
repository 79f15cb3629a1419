package traffic

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

// After a loss at 100 segments the window follows W_cubic(t) = C(t-K)^3 + W_max of RFC 9438 §4.2, where that is above what
// Reno would do.
func TestCubicFollowsItsFormula(t *testing.T) {
	const rtt, maximum = 100 * time.Millisecond, 1000.0
	w := window{control: Cubic}
	w.reset()
	w.size, w.threshold = maximum, 1
	w.congested(maximum)
	if w.size != 700 || w.max != maximum {
		t.Fatalf("after a loss at 1000: window %v, maximum %v, want 700 and 1000", w.size, w.max)
	}
	k := math.Cbrt(maximum * 0.3 / 0.4)
	begin := netem.True(7 * time.Second)
	for now := begin; now < begin.Add(14*time.Second); now = now.Add(rtt) {
		segments := int(w.size)
		for i := range segments {
			w.acked(now.Add(rtt*time.Duration(i)/time.Duration(segments)), rtt)
		}
		// A round later the window is where the curve is a round trip ahead.
		at := now.Sub(begin).Seconds() + rtt.Seconds()
		want := 0.4*math.Pow(at-k, 3) + maximum
		if math.Abs(w.size-want) > 0.01*want {
			t.Fatalf("%.1f s after the loss: window %.1f, the formula says %.1f (K = %.2f s)", at, w.size, want, k)
		}
	}
	if w.size < maximum+10 {
		t.Errorf("14 s after the loss the window is %.0f: want it past the old maximum", w.size)
	}
}

// With a short round trip Reno is faster than the curve, and CUBIC follows its estimate of it: RFC 9438 §4.3.
func TestCubicKeepsUpWithReno(t *testing.T) {
	const rtt = 5 * time.Millisecond
	w := window{control: Cubic}
	w.reset()
	w.size, w.threshold = 40, 1
	w.congested(40)
	now := netem.True(0)
	rounds := 0.0
	for ; w.size < 40; rounds++ {
		now = now.Add(rtt)
		for range int(w.size) {
			w.acked(now, rtt)
		}
	}
	// From 28 to 40 at 9/17 segments a round: 22.7 rounds; the curve would need K = 3.1 s, 620 rounds.
	if rounds < 21 || rounds > 25 {
		t.Errorf("back at the old window after %v rounds, want about 23", rounds)
	}
	before := w.size
	for range 10 {
		now = now.Add(rtt)
		for range int(w.size) {
			w.acked(now, rtt)
		}
	}
	if grown := w.size - before; grown < 9 || grown > 11 {
		t.Errorf("then 10 rounds added %.1f segments, want one each as Reno does", grown)
	}
}

func TestFastConvergence(t *testing.T) {
	w := window{control: Cubic}
	w.reset()
	w.size, w.threshold, w.max = 80, 1, 100
	w.congested(80)
	if w.max != 80*0.85 || w.size != 56 {
		t.Errorf("a loss at 80 after one at 100: maximum %v, window %v, want 68 and 56", w.max, w.size)
	}
}

func TestSlowStart(t *testing.T) {
	for _, control := range []Control{Reno, Cubic} {
		w := window{control: control}
		w.reset()
		for round, want := range []float64{20, 40, 80} {
			for range int(w.size) {
				w.acked(netem.True(round), 20*time.Millisecond)
			}
			if w.size != want {
				t.Errorf("%v: window %v after round %d, want %v", control, w.size, round+1, want)
			}
		}
	}
}

func TestRenoAvoidance(t *testing.T) {
	w := window{control: Reno}
	w.reset()
	w.size = 100
	w.congested(100)
	if w.size != 50 {
		t.Fatalf("window %v after a loss at 100, want 50", w.size)
	}
	for range 10 {
		for range int(w.size) {
			w.acked(0, time.Millisecond)
		}
	}
	if w.size < 59.5 || w.size > 60.5 {
		t.Errorf("window %v ten rounds later, want 60", w.size)
	}
}

func TestTimeoutStartsAgain(t *testing.T) {
	for control, threshold := range map[Control]float64{Reno: 50, Cubic: 70} {
		w := window{control: control}
		w.reset()
		w.size = 100
		w.timedOut(100, false)
		if w.size != 1 || w.threshold != threshold {
			t.Errorf("%v: window %v, threshold %v after a timeout at 100, want 1 and %v", control, w.size, w.threshold, threshold)
		}
		for range 200 {
			w.acked(0, 10*time.Millisecond)
		}
		if w.size < threshold {
			t.Errorf("%v: window %v, want slow start to have brought it to %v", control, w.size, threshold)
		}
	}
	w := window{control: Reno}
	w.reset()
	w.congested(1)
	if w.size != 2 {
		t.Errorf("window %v after a loss with one packet under way, want 2", w.size)
	}
}

// RFC 6298 §2: SRTT and RTTVAR, and the timeout that they give.
func TestTimer(t *testing.T) {
	var r timer
	r.reset()
	r.arm(0)
	if r.deadline != netem.True(time.Second) {
		t.Errorf("first timeout %v, want 1s", r.deadline.Sub(0))
	}
	r.sample(400 * time.Millisecond)
	r.arm(0)
	if got := r.deadline.Sub(0); got != 1200*time.Millisecond {
		t.Errorf("timeout %v after a round trip of 400 ms, want 400 + 4*200 ms", got)
	}
	r.sample(800 * time.Millisecond)
	if r.smooth != 450*time.Millisecond || r.spread != 250*time.Millisecond {
		t.Errorf("SRTT %v, RTTVAR %v, want 450ms and 250ms", r.smooth, r.spread)
	}
	for range 200 {
		r.sample(10 * time.Millisecond)
	}
	r.arm(0)
	if got := r.deadline.Sub(0); got != minTimeout {
		t.Errorf("timeout %v on a quick path, want the least, %v", got, minTimeout)
	}
	for range 20 {
		r.expire()
	}
	r.arm(0)
	if got := r.deadline.Sub(0); got != maxTimeout {
		t.Errorf("timeout %v after 20 in a row, want %v", got, maxTimeout)
	}
	r.progress()
	r.arm(0)
	if got := r.deadline.Sub(0); got != minTimeout {
		t.Errorf("timeout %v after progress, want %v", got, minTimeout)
	}
}
