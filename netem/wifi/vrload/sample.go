package vrload

import (
	"math"
	"slices"
	"time"
)

// Sample is a set of frame delays in milliseconds, rising. The zero value is empty.
type Sample []float64

// Delays returns the delays of the complete frames and how many others there are.
func Delays(frames []Frame) (complete Sample, incomplete int) {
	for i := range frames {
		if f := &frames[i]; f.Complete() {
			complete = append(complete, float64(f.Delay())/float64(time.Millisecond))
		} else {
			incomplete++
		}
	}
	slices.Sort(complete)
	return complete, incomplete
}

// Pool returns all samples as one.
func Pool(samples ...Sample) Sample {
	all := slices.Concat(samples...)
	slices.Sort(all)
	return all
}

// Quantile returns the delay that the part p of the sample does not exceed, p from 0 to 1, interpolated between
// neighbours; NaN for an empty sample.
func (s Sample) Quantile(p float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	at := p * float64(len(s)-1)
	low := min(max(int(at), 0), len(s)-1)
	high := min(low+1, len(s)-1)
	return s[low] + (s[high]-s[low])*(at-float64(low))
}

// Below returns which part of the sample does not exceed a delay.
func (s Sample) Below(ms float64) float64 {
	n, _ := slices.BinarySearchFunc(s, ms, func(a, b float64) int {
		if a <= b {
			return -1
		}
		return 1
	})
	return float64(n) / float64(len(s))
}

// KS returns the distance of Kolmogorov and Smirnov between two samples: the greatest difference of their distribution
// functions. It is 1 where one of them is empty.
func KS(a, b Sample) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	var distance float64
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		distance = max(distance, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return distance
}
