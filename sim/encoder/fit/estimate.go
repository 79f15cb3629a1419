package main

import (
	"fmt"
	"math"

	"airbridge/sim/encoder"

	"gonum.org/v1/gonum/stat"
)

// How many frames of the responses are kept.
const (
	startFrames = 4
	idrFrames   = 16
	stepFrames  = 16 // after as many the encoder's own loop has learnt of it
)

// lags are those at which the wandering part of sizes is told from what is new with every frame.
var lags = []int{1, 2, 3, 4, 5, 6}

// leastFrames is how many frames a run must have: what is warm, and some disturbances.
const leastFrames = 2 * warm

// estimate returns the model of runs, which must be all that is planned of a seed.
func estimate(runs []run, from string) (encoder.Model, error) {
	m := encoder.Model{Fitted: from}
	for _, r := range runs {
		if len(r.samples) < leastFrames {
			return m, fmt.Errorf("run %s of seed %d: %d frames, want %d at least", r.name, r.seed, len(r.samples), leastFrames)
		}
	}
	m.Persist = persistence(runs)
	for _, rate := range steadyRates {
		of := named(runs, "steady-"+rate.String(), everySeed)
		if len(of) == 0 {
			return m, fmt.Errorf("no steady runs at %v", rate)
		}
		idr := named(runs, "idr-"+rate.String(), everySeed)
		m.Steady = append(m.Steady, steady(of, idr, m.Persist))
	}
	m.Deviation = deviation(runs)
	m.Start = start(runs, &m)
	m.IDR = idrResponse(runs, &m)
	for i := range 2 * len(stepRatios) {
		m.Steps = append(m.Steps, stepResponse(runs, &m, i))
	}
	m.Restless = restless(runs, &m)
	m.Slices = shares(runs)
	m.Time = timing(runs)
	return m, m.Validate()
}

// correlations are those of sizes at lags, over runs.
func correlations(runs []run) []float64 {
	rho := make([]float64, len(lags))
	for _, r := range runs {
		for i, lag := range lags {
			rho[i] += autocorrelation(r.raw()[warm:], lag) / float64(len(runs))
		}
	}
	return rho
}

// wander returns the share that fits rho best where the wandering part persists by persist, and what is left of rho.
func wander(rho []float64, persist float64) (share, rest float64) {
	var xy, xx float64
	for i, lag := range lags {
		p := math.Pow(persist, float64(lag))
		xy, xx = xy+p*rho[i], xx+p*p
	}
	share = min(max(xy/xx, 0), 1)
	for i, lag := range lags {
		d := rho[i] - share*math.Pow(persist, float64(lag))
		rest += d * d
	}
	return share, rest
}

// persistence returns the one that fits all rates best.
func persistence(runs []run) float64 {
	best, least := 0.0, math.Inf(1)
	for p := 0.5; p < 0.99; p += 0.01 {
		sum := 0.0
		for _, rate := range steadyRates {
			if of := named(runs, "steady-"+rate.String(), everySeed); len(of) > 0 {
				_, rest := wander(correlations(of), p)
				sum += rest
			}
		}
		if sum < least {
			best, least = p, sum
		}
	}
	return best
}

func steady(of, idr []run, persist float64) encoder.Steady {
	var x, q, big []float64
	for _, r := range of {
		x = append(x, r.raw()[warm:]...)
		for _, s := range r.samples[warm:] {
			q = append(q, s.qp)
		}
	}
	for _, r := range idr {
		big = append(big, r.rawAfter(0, r.idrs)...)
	}
	s := encoder.Steady{BitsPerPixel: bitsPerPixel(of[0].samples[0].rate), QP: stat.Mean(q, nil)}
	s.Mean, s.Spread = stat.MeanStdDev(x, nil)
	s.Wander, _ = wander(correlations(of), persist)
	s.IDR = stat.Mean(big, nil) / s.Mean
	return s
}

// deviation is the shape of standardised sizes, each run by itself.
func deviation(runs []run) encoder.Shape {
	var x []float64
	for _, r := range named(runs, "steady-", everySeed) {
		sizes := r.raw()[warm:]
		mean, spread := stat.MeanStdDev(sizes, nil)
		for _, v := range sizes {
			x = append(x, (v-mean)/spread)
		}
	}
	return shape(x)
}

// shape returns the shape that turns a normal variable into the distribution of x.
func shape(x []float64) (s encoder.Shape) {
	for i := range s {
		s[i] = quantile(x, normalCDF(encoder.ShapePoint(i)))
	}
	return s
}

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// reply sums up frames that are at the same place after a disturbance: x by the steady mean, in units of it, and spread.
func reply(x []float64, spread float64) encoder.Reply {
	mean, deviation := stat.MeanStdDev(x, nil)
	return encoder.Reply{Mean: mean, Spread: deviation / spread}
}

// start is the response to being opened. A run has one only, so that the spread is left steady.
func start(runs []run, m *encoder.Model) encoder.Response {
	response := make(encoder.Response, startFrames)
	for j := range response {
		var x []float64
		for _, r := range named(runs, "steady-", everySeed) {
			s := m.At(bitsPerPixel(r.samples[j].rate))
			x = append(x, r.raw()[j]/s.Mean)
		}
		response[j] = encoder.Reply{Mean: stat.Mean(x, nil), Spread: 1}
	}
	return response
}

// idrResponse is by the mean IDR picture in its first frame, by the mean of other frames in those after it.
func idrResponse(runs []run, m *encoder.Model) encoder.Response {
	response := make(encoder.Response, idrFrames)
	for j := range response {
		var means, spreads []float64
		for _, r := range named(runs, "idr-", everySeed) {
			s := m.At(bitsPerPixel(r.samples[0].rate))
			level := s.Mean
			if j == 0 {
				level *= s.IDR
			}
			mean, spread := stat.MeanStdDev(r.rawAfter(j, r.idrs), nil)
			means, spreads = append(means, mean/level), append(spreads, spread/s.Spread)
		}
		response[j] = encoder.Reply{Mean: stat.Mean(means, nil), Spread: stat.Mean(spreads, nil)}
	}
	return response
}

// stepResponse is that to the i-th of all ratios, rising: the falls first.
func stepResponse(runs []run, m *encoder.Model, i int) encoder.Step {
	n := len(stepRatios)
	falls := i < n
	ratio := stepRatios[max(i-n, n-1-i)]
	step := encoder.Step{Ratio: ratio, Response: make(encoder.Response, stepFrames)}
	if falls {
		step.Ratio = 1 / ratio
	}
	for j := range step.Response {
		var x []float64
		var s encoder.Steady
		for _, r := range runs {
			if r.name != fmt.Sprintf("step-%g", ratio) {
				continue
			}
			at, to := r.rises, steps(ratio)(stepEvery)
			if falls {
				at, to = r.falls, steps(ratio)(0)
			}
			s = m.At(bitsPerPixel(to))
			for _, v := range r.rawAfter(j, at) {
				x = append(x, v/s.Mean)
			}
		}
		step.Response[j] = reply(x, s.Spread/s.Mean)
	}
	return step
}

// restless is how much smaller frames are at a rate that walks than the model without it has them.
func restless(runs []run, m *encoder.Model) float64 {
	m.Restless = 1
	var theirs, mine []float64
	for _, r := range named(runs, "walk", everySeed) {
		theirs = append(theirs, r.sizes(warm)...)
	}
	for seed := range uint64(modelSeeds) {
		for _, r := range named(simulate(m, plansOf(2000+seed)), "walk", everySeed) {
			mine = append(mine, r.sizes(warm)...)
		}
	}
	return stat.Mean(theirs, nil) / stat.Mean(mine, nil)
}

// shares are those of slices in steady runs.
func shares(runs []run) encoder.Shares {
	s := encoder.Shares{Mean: make([]float64, sliceCount)}
	of := named(runs, "steady-", everySeed)
	for i := range s.Mean {
		for _, r := range of {
			var x []float64
			for _, v := range r.samples[warm:] {
				x = append(x, float64(v.slices[i])/float64(v.bytes))
			}
			mean, deviation := stat.MeanStdDev(x, nil)
			n := float64(len(of))
			s.Mean[i] += mean / n
			s.Spread += deviation / mean / n / float64(len(s.Mean))
			s.Persist += autocorrelation(x, 1) / n / float64(len(s.Mean))
		}
	}
	return s
}
