package main

import (
	"cmp"
	"math"
	"slices"

	"airbridge/sim/encoder"

	"gonum.org/v1/gonum/stat"
)

// quietShare is the share of runs that times are taken from, the quietest: what the others had besides was the machine's
// other programs. For the same reason the slowest of a hundred frames count as no slower than the slowest but them.
const (
	quietShare = 0.33
	timeCap    = 0.99
)

// timing is fitted to the quieter runs.
func timing(runs []run) encoder.Time {
	t := encoder.Time{}
	quiet := quietest(runs)
	var bytes, medians, multiples []float64
	for _, r := range quiet {
		x := r.times()
		multiples = append(multiples, x...)
		t.Persist += autocorrelation(scores(x), 1) / float64(len(quiet))
		for i := warm; i+50 <= len(r.samples); i += 50 {
			part := run{samples: r.samples[i : i+50]}
			bytes = append(bytes, part.meanBytes())
			_, other := part.split()
			medians = append(medians, other.medianTime())
		}
	}
	offset, slope := stat.LinearRegression(bytes, medians, nil, false)
	t.PerPixel, t.PerByte = offset/(width*height), slope
	most := quantile(multiples, timeCap)
	for i, v := range multiples {
		multiples[i] = min(v, most)
	}
	t.Multiplier = shape(multiples)
	var ratio []float64
	for _, r := range named(runs, "idr-", everySeed) {
		idr, other := run{samples: r.samples[warm:]}.split()
		bytes := (offset + slope*idr.meanBytes()) / (offset + slope*other.meanBytes()) // an IDR picture has more of them
		ratio = append(ratio, idr.medianTime()/other.medianTime()/bytes)
	}
	t.IDR = quantile(ratio, 0.5)
	return t
}

// split returns the IDR pictures of a run and its other frames.
func (r run) split() (idr, other run) {
	for _, s := range r.samples {
		if s.idr {
			idr.samples = append(idr.samples, s)
		} else {
			other.samples = append(other.samples, s)
		}
	}
	return idr, other
}

// quietest are the runs in which times spread least.
func quietest(runs []run) []run {
	spread := func(r run) float64 { x := r.times(); return quantile(x, 0.95) - quantile(x, 0.05) }
	sorted := slices.SortedStableFunc(slices.Values(runs), func(a, b run) int { return cmp.Compare(spread(a), spread(b)) })
	return sorted[:max(int(quietShare*float64(len(sorted))), 1)]
}

func (r run) meanBytes() float64 {
	sum := 0.0
	for _, s := range r.samples {
		sum += float64(s.bytes)
	}
	return sum / float64(len(r.samples))
}

// medianTime is in nanoseconds.
func (r run) medianTime() float64 {
	var x []float64
	for _, s := range r.samples {
		x = append(x, float64(s.took.Nanoseconds()))
	}
	return quantile(x, 0.5)
}

// scores are the normal variables with the ranks of x.
func scores(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	z := make([]float64, len(x))
	for rank, i := range order {
		z[i] = math.Sqrt2 * math.Erfinv(2*(float64(rank)+0.5)/float64(len(x))-1)
	}
	return z
}
