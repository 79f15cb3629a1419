package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"airbridge/sim/encoder"
)

// aspect is one thing in which the model and x264 are compared: what it is called, and its values in a set of runs.
type aspect struct {
	name string
	of   func(runs []run) []float64
}

// gather returns an aspect that takes values from every run whose name is among names.
func gather(name string, names []string, values func(run) []float64) aspect {
	return aspect{name, func(runs []run) []float64 {
		var x []float64
		for _, r := range runs {
			if slices.Contains(names, r.name) {
				x = append(x, values(r)...)
			}
		}
		return x
	}}
}

// aspects are all that are compared.
func aspects() []aspect {
	var all []aspect
	var idr []string
	for _, rate := range steadyRates {
		name := "steady-" + rate.String()
		idr = append(idr, "idr-"+rate.String())
		all = append(all,
			gather("P sizes, "+rate.String(), []string{name}, func(r run) []float64 { return r.sizes(warm) }),
			gather("from one to the next, "+rate.String(), []string{name}, func(r run) []float64 { return differences(r.sizes(warm)) }))
	}
	all = append(all,
		gather("IDR sizes", idr, run.idrSizes),
		gather("frame 1 after an IDR", idr, func(r run) []float64 { return r.after(1, 2, r.idrs) }),
		gather("frames 2-6 after an IDR", idr, func(r run) []float64 { return r.after(2, 7, r.idrs) }))
	for _, ratio := range stepRatios {
		name := []string{fmt.Sprintf("step-%g", ratio)}
		all = append(all,
			gather(fmt.Sprintf("first at the rate x%g", ratio), name, func(r run) []float64 { return r.after(0, 1, r.rises) }),
			gather(fmt.Sprintf("frames 2-12 at x%g", ratio), name, func(r run) []float64 { return r.after(1, 12, r.rises) }),
			gather(fmt.Sprintf("frames 1-6 at the rate /%g", ratio), name, func(r run) []float64 { return r.after(0, 6, r.falls) }),
			gather(fmt.Sprintf("frames 7-18 at /%g", ratio), name, func(r run) []float64 { return r.after(6, 18, r.falls) }))
	}
	return append(all,
		gather("sizes at a rate that walks", []string{"walk"}, func(r run) []float64 { return r.sizes(warm) }),
		aspect{"encode time by its median, quiet", func(runs []run) []float64 {
			var x []float64
			for _, r := range quietest(runs) {
				x = append(x, r.times()...)
			}
			return x
		}})
}

// simulate has the model do what the plans of a seed do.
func simulate(m *encoder.Model, plans []plan) []run {
	var runs []run
	for _, p := range plans {
		process := encoder.NewProcess(encoder.Config{
			Width: width, Height: height, FPS: fps, Slices: sliceCount, Seed: p.seed, Name: "fit/" + p.name, Model: m,
		})
		r := run{name: p.name, seed: p.seed}
		for i := range p.frames {
			rate := p.rate(i)
			f := process.Next(rate, p.idrEvery > 0 && i%p.idrEvery == 0)
			r.samples = append(r.samples, sample{idr: f.IDR, rate: rate, bytes: f.Bytes, qp: f.QP, took: f.Took})
		}
		runs = append(runs, r)
	}
	return runs
}

// row is one aspect compared.
type row struct {
	name string
	// model is the mean distance of the model from other runs, peers that of runs of two seeds from each other.
	model, peers float64
	// values is how many values a seed gives.
	values int
}

// slack is how much farther the model may be from a run of x264 than another run of x264 is.
const slack = 1.25

// limit is the distance up to which the model passes: what two runs of x264 are apart, and a little for what the mean of
// a few distances of so few values is uncertain by: a quarter of the distance that chance alone keeps two samples of
// that size below in 95 of 100 cases.
func (r row) limit() float64 {
	chance := 1.358 * math.Sqrt(2/float64(max(r.values, 1)))
	return slack*r.peers + chance/4
}

func (r row) passes() bool { return r.model <= r.limit() }

// modelSeeds is how many times the model is run for each run of x264: its own chance shall not count.
const modelSeeds = 10

// compare compares the model with runs of seeds that it was not fitted to, and those with each other and with the ones
// it was fitted to.
func compare(m *encoder.Model, fit, others []run) []row {
	var model []run
	for seed := range uint64(modelSeeds) {
		model = append(model, simulate(m, plansOf(1000+seed))...)
	}
	theirs := seedsOf(others)
	var rows []row
	for _, a := range aspects() {
		r := row{name: a.name}
		x := a.of(model)
		var pairs float64
		for i, seed := range theirs {
			y := a.of(ofSeed(others, seed))
			if len(y) == 0 {
				continue
			}
			r.values = len(y)
			r.model += distance(x, y) / float64(len(theirs))
			for _, other := range theirs[i+1:] {
				r.peers, pairs = r.peers+distance(y, a.of(ofSeed(others, other))), pairs+1
			}
			for _, other := range seedsOf(fit) {
				if z := a.of(ofSeed(fit, other)); len(z) > 0 {
					r.peers, pairs = r.peers+distance(y, z), pairs+1
				}
			}
		}
		if r.values > 0 && pairs > 0 {
			r.peers /= pairs
			rows = append(rows, r)
		}
	}
	return rows
}

func seedsOf(runs []run) []uint64 {
	var seeds []uint64
	for _, r := range runs {
		if !slices.Contains(seeds, r.seed) {
			seeds = append(seeds, r.seed)
		}
	}
	return seeds
}

func ofSeed(runs []run, seed uint64) []run {
	return named(runs, "", func(s uint64) bool { return s == seed })
}

// write prints the comparison and returns how many rows do not pass.
func write(w io.Writer, rows []row) (failed int) {
	fmt.Fprintf(w, "%-32s %8s %12s %12s %8s\n", "KS distance of", "values", "model-x264", "x264-x264", "limit")
	for _, r := range rows {
		verdict := "ok"
		if !r.passes() {
			verdict = "FAR"
			failed++
		}
		fmt.Fprintf(w, "%-32s %8d %12.3f %12.3f %8.3f  %s\n", r.name, r.values, r.model, r.peers, r.limit(), verdict)
	}
	return failed
}
