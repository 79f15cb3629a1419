package main

import (
	"math"
	"slices"
	"strings"

	"airbridge/sim/encoder"
	"airbridge/units"

	"gonum.org/v1/gonum/stat"
)

// warm is how many frames of a run are left out where what is steady is looked at.
const warm = 100

// relative returns a frame's size as a multiple of what its rate leaves for one.
func (s sample) relative() float64 { return float64(s.bytes) * 8 * fps / float64(s.rate) }

// sizes are the relative sizes of a run's frames from the first on.
func (r run) sizes(first int) []float64 {
	var x []float64
	for _, s := range r.samples[min(first, len(r.samples)):] {
		x = append(x, s.relative())
	}
	return x
}

// raw are the relative sizes of all frames of a run by what the encoder's own loop asked for at the time, which follows
// from the sizes before.
func (r run) raw() []float64 {
	t := encoder.NewTuning()
	x := make([]float64, len(r.samples))
	for i, s := range r.samples {
		if i > 0 && s.rate != r.samples[i-1].rate {
			t.Restart()
		}
		x[i] = s.relative() / t.Factor()
		t.Sent(s.relative(), s.qp, s.idr)
	}
	return x
}

// rawAfter are the raw sizes j frames after the instants that at names.
func (r run) rawAfter(j int, at func(i int) bool) []float64 {
	var x []float64
	for i, raw := warm, r.raw(); i+stepEvery <= len(raw); i++ {
		if at(i) {
			x = append(x, raw[i+j])
		}
	}
	return x
}

// idrSizes are the relative sizes of the IDR pictures that were asked for of an encoder that had settled.
func (r run) idrSizes() []float64 {
	var x []float64
	for i, s := range r.samples {
		if s.idr && i >= 2*idrEvery {
			x = append(x, s.relative())
		}
	}
	return x
}

// after are the relative sizes of the frames from first to before last after (0: at) the instants that at names.
func (r run) after(first, last int, at func(i int) bool) []float64 {
	var x []float64
	for i := warm; i+last <= len(r.samples); i++ {
		if !at(i) {
			continue
		}
		for _, s := range r.samples[i+first : i+last] {
			x = append(x, s.relative())
		}
	}
	return x
}

// rises and falls say whether the rate changes with frame i.
func (r run) rises(i int) bool { return r.samples[i].rate > r.samples[i-1].rate }
func (r run) falls(i int) bool { return r.samples[i].rate < r.samples[i-1].rate }
func (r run) idrs(i int) bool  { return r.samples[i].idr }

// times are the times to encode by their median: what else a machine does moves the median from run to run.
func (r run) times() []float64 {
	var x []float64
	for _, s := range r.samples[min(warm, len(r.samples)):] {
		if !s.idr {
			x = append(x, s.took.Seconds())
		}
	}
	median := quantile(x, 0.5)
	for i := range x {
		x[i] /= median
	}
	return x
}

// differences are those from each value to the next.
func differences(x []float64) []float64 {
	var d []float64
	for i := 1; i < len(x); i++ {
		d = append(d, x[i]-x[i-1])
	}
	return d
}

// distance is the two-sample Kolmogorov–Smirnov statistic.
func distance(x, y []float64) float64 {
	if len(x) == 0 || len(y) == 0 {
		return math.NaN()
	}
	x, y = slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y))
	return stat.KolmogorovSmirnov(x, nil, y, nil)
}

// quantile returns the p-quantile of x, interpolated; NaN of nothing.
func quantile(x []float64, p float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	at := min(max(p, 0), 1) * float64(len(s)-1)
	i := min(int(at), len(s)-2)
	if i < 0 {
		return s[0]
	}
	return s[i] + (s[i+1]-s[i])*(at-float64(i))
}

// autocorrelation returns that of x at a lag.
func autocorrelation(x []float64, lag int) float64 {
	mean, sum, square := stat.Mean(x, nil), 0.0, 0.0
	for i, v := range x {
		square += (v - mean) * (v - mean)
		if i >= lag {
			sum += (v - mean) * (x[i-lag] - mean)
		}
	}
	if square == 0 {
		return 0
	}
	return sum / square
}

// named returns the runs whose names begin so, of the seeds that keep says.
func named(runs []run, prefix string, keep func(seed uint64) bool) []run {
	var found []run
	for _, r := range runs {
		if strings.HasPrefix(r.name, prefix) && keep(r.seed) {
			found = append(found, r)
		}
	}
	return found
}

// everySeed keeps all.
func everySeed(uint64) bool { return true }

// bitsPerPixel is the rate by frames and pixels.
func bitsPerPixel(r units.Bitrate) float64 { return float64(r) / fps / (width * height) }
