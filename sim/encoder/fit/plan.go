package main

import (
	"fmt"
	"math"

	"airbridge/internal/stream"
	"airbridge/units"
)

// plan is one run of the encoder.
type plan struct {
	name   string
	seed   uint64 // of scene and head
	frames int
	// rate is the rate from frame i on.
	rate func(i int) units.Bitrate
	// idrEvery asks for an IDR picture every so many frames; zero for the first one only.
	idrEvery int
}

// The rates and changes that are measured.
var (
	steadyRates = []units.Bitrate{2 * units.Mbps, 5 * units.Mbps, 10 * units.Mbps, 20 * units.Mbps, 40 * units.Mbps}
	stepRatios  = []float64{1.05, 1.1, 1.2, 1.5, 2, 4}
)

const (
	// idrEvery and stepEvery leave an encoder time to settle from one disturbance to the next.
	idrEvery, stepEvery = 30, 24
	// stepRate is the geometric mean of the two rates of a run with steps.
	stepRate = 10 * units.Mbps
	// steadyFrames and otherFrames are the frames of a run.
	steadyFrames, otherFrames = 900, 600
)

// plansOf returns everything that is measured of one seed.
func plansOf(seed uint64) []plan {
	var plans []plan
	for _, r := range steadyRates {
		rate := func(int) units.Bitrate { return r }
		plans = append(plans,
			plan{name: "steady-" + r.String(), seed: seed, frames: steadyFrames, rate: rate},
			plan{name: "idr-" + r.String(), seed: seed, frames: otherFrames, rate: rate, idrEvery: idrEvery})
	}
	for _, ratio := range stepRatios {
		plans = append(plans, plan{name: fmt.Sprintf("step-%g", ratio), seed: seed, frames: otherFrames, rate: steps(ratio)})
	}
	return append(plans, plan{name: "walk", seed: seed, frames: otherFrames, rate: walk(seed)})
}

// steps goes up and down between two rates.
func steps(ratio float64) func(int) units.Bitrate {
	low := units.Bitrate(float64(stepRate) / math.Sqrt(ratio))
	high := units.Bitrate(float64(stepRate) * math.Sqrt(ratio))
	return func(i int) units.Bitrate {
		if i/stepEvery%2 == 0 {
			return low
		}
		return high
	}
}

// walk is what a controller does that follows a path: a little up or down with every other frame.
func walk(seed uint64) func(int) units.Bitrate {
	rng := stream.New(seed, "fit/walk")
	rates := make([]units.Bitrate, otherFrames)
	at := 0.0
	for i := range rates {
		if i%2 == 0 {
			at = 0.98*at + 0.04*rng.NormFloat64()
		}
		rates[i] = units.Bitrate(float64(stepRate) * math.Exp(at))
	}
	return func(i int) units.Bitrate { return rates[i] }
}
