package wifi

import (
	"math"
	"testing"
	"time"

	"airbridge/netem"
)

func faded(f Fading) *radio {
	return newRadio(Radio{Fading: f}.withDefaults(), 1, "0")
}

// A better signal never means a lower MCS, and at each MCS's threshold plus margin it is in use.
func TestAdaptation(t *testing.T) {
	r := faded(Fading{SNR: 20, Margin: 2})
	last := 0
	for snr := -10.0; snr < 60; snr += 0.25 {
		r.use(0)
		got := r.adapted(snr)
		if got < last {
			t.Fatalf("MCS %d at %.2f dB, %d before", got, snr, last)
		}
		last = got
	}
	if last != 11 {
		t.Errorf("MCS %d at 60 dB", last)
	}
	for mcs := 1; mcs < schemes; mcs++ {
		r.use(mcs)
		if got := r.adapted(threshold[mcs] + 2); got != mcs {
			t.Errorf("at MCS %d's threshold and margin: MCS %d", mcs, got)
		}
		if got := r.adapted(threshold[mcs] + 1.9); got != mcs-1 {
			t.Errorf("just below MCS %d's: MCS %d", mcs, got)
		}
	}
	v := newRadio(Radio{Standard: VHT, Fading: Fading{SNR: 60}}.withDefaults(), 1, "0")
	if v.mcs != 9 {
		t.Errorf("VHT at 60 dB: MCS %d", v.mcs)
	}
}

// A signal that trembles around a threshold does not change the MCS to and fro.
func TestHysteresis(t *testing.T) {
	changes := func(hysteresis float64) (n int) {
		r := faded(Fading{SNR: 30, Hysteresis: hysteresis})
		r.use(7)
		for i := range 100 {
			mcs := r.adapted(threshold[8] + 2 + 0.4*float64(i%2*2-1))
			if mcs != r.mcs {
				n++
			}
			r.use(mcs)
		}
		return n
	}
	if with, without := changes(1), changes(1e-9); with > 1 || without < 90 {
		t.Errorf("%d changes with hysteresis, %d without", with, without)
	}
}

// The SNR has the mean, the deviation and the correlation it is given, however it is sampled.
func TestFadingProcess(t *testing.T) {
	for _, step := range []netem.True{5 * ms, 300 * ms} {
		r := faded(Fading{SNR: 30, Sigma: 4, Correlation: 100 * time.Millisecond})
		var sum, squares, products float64
		const n = 50_000
		last := 30.0
		for i := range n {
			r.fade(netem.True(i) * step)
			d := r.snr - 30
			sum, squares, products = sum+d, squares+d*d, products+d*(last-30)
			last = r.snr
		}
		want := math.Exp(-float64(step) / 100e6)
		if mean, sigma, corr := sum/n, math.Sqrt(squares/n), products/squares; math.Abs(mean) > 0.3 || math.Abs(sigma-4) > 0.2 ||
			math.Abs(corr-want) > 0.03 {
			t.Errorf("step %d: mean %.2f, sigma %.2f, correlation %.3f; want 0, 4, %.3f", step, mean, sigma, corr, want)
		}
	}
}

// A tenth of the MPDUs is lost at an MCS's threshold, hardly any well above it, nearly all well below.
func TestLossBySNR(t *testing.T) {
	c := &Cell{}
	r := faded(Fading{SNR: 30})
	r.use(8)
	for _, x := range []struct{ above, low, high float64 }{{0, 0.0999, 0.1001}, {5, 0, 1e-5}, {-5, 0.99, 1}, {1.151, 0.0105, 0.0115}} {
		r.snr = threshold[8] + x.above
		if got := c.lossAt(r, 0); got < x.low || got > x.high {
			t.Errorf("%+.2f dB above the threshold: loss %.6f, want %v to %v", x.above, got, x.low, x.high)
		}
	}
	r.cfg.Loss, r.snr = 0.5, threshold[8]
	if got := c.lossAt(r, 0); math.Abs(got-0.55) > 1e-9 {
		t.Errorf("two causes of loss: %.3f, want 0.55", got)
	}
}

// Fading costs time and retries, not order; a worse signal costs more.
func TestFadingCosts(t *testing.T) {
	throughput := func(snr, sigma float64) (arrived int) {
		r := newRig(t, Config{Seed: 5, Headsets: []Radio{{Fading: Fading{SNR: snr, Sigma: sigma}}}, Queue: 400})
		for range 200 {
			r.admit(200, netem.Packet{DSCP: 34})
			r.run(r.now + 5*ms)
			arrived += fates(r.take())[netem.Arrived]
		}
		return arrived
	}
	steady, fading, poor := throughput(35, 0.001), throughput(35, 5), throughput(20, 5)
	if !(steady > fading && fading > poor && poor > 0) {
		t.Errorf("packets in a second: steady %d, fading %d, fading and weak %d", steady, fading, poor)
	}
}
