// Command fit fits the model of package encoder to libx264 as the streamer runs it: it encodes the procedural scene
// seen by a moving head, estimates the model, and compares it with runs of other seeds, that is of other rooms and
// other heads. It needs FFmpeg, and about nine minutes on two cores.
//
//	go run ./sim/encoder/fit [-from samples.csv] [-samples samples.csv] [-first 3 -last 4]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"

	"airbridge/internal/av"
)

// fitSeeds are the scenes and heads that the model is fitted to.
var fitSeeds = []uint64{1, 2}

type options struct {
	from, samples, out, testdata string
	// others are the first and the last of the seeds that the model is compared with.
	firstOther, lastOther uint64
}

// others are the seeds that the model is compared with.
func (o options) others() (seeds []uint64) {
	for s := o.firstOther; s <= o.lastOther; s++ {
		seeds = append(seeds, s)
	}
	return seeds
}

func main() {
	var o options
	flag.StringVar(&o.from, "from", "", "read the samples of an earlier run and encode only what is missing")
	flag.StringVar(&o.samples, "samples", "", "write all samples there")
	flag.StringVar(&o.out, "out", "sim/encoder/fit.json", "write the model there")
	flag.StringVar(&o.testdata, "testdata", "sim/encoder/fit/testdata/x264.csv", "write the samples that the test compares with there")
	flag.Uint64Var(&o.firstOther, "first", 3, "the first seed to compare with")
	flag.Uint64Var(&o.lastOther, "last", 4, "the last seed to compare with")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := fit(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

// fit samples, estimates, compares and writes what came out.
func fit(ctx context.Context, o options, out, progress io.Writer) error {
	runs, err := obtain(ctx, o, progress)
	if err != nil {
		return err
	}
	of := func(seeds []uint64) (found []run) {
		for _, s := range seeds {
			found = append(found, ofSeed(runs, s)...)
		}
		return found
	}
	version, err := av.Version()
	if err != nil {
		version = "a build not known"
	}
	mine, others := of(fitSeeds), of(o.others())
	m, err := estimate(mine, fmt.Sprintf("libx264 of FFmpeg %s, ultrafast zerolatency, %dx%d at %d Hz, %d slices, seeds %v",
		version, width, height, fps, sliceCount, fitSeeds))
	if err != nil {
		return fmt.Errorf("estimate: %w", err)
	}
	failed := write(out, compare(&m, mine, others))
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return fmt.Errorf("write %s: %w", o.out, err)
	}
	if err := os.WriteFile(o.out, append(text, '\n'), 0o644); err != nil {
		return err
	}
	if err := save(o.testdata, shorten(others)); err != nil {
		return err
	}
	if failed > 0 {
		fmt.Fprintf(out, "%d aspects are farther from x264 than two runs of x264 are from each other.\n", failed)
		return nil
	}
	fmt.Fprintln(out, "The model is as near to x264 as two runs of x264 are to each other.")
	return nil
}

// obtain reads the samples or makes them.
func obtain(ctx context.Context, o options, progress io.Writer) ([]run, error) {
	var runs []run
	if o.from != "" {
		f, err := os.Open(o.from)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if runs, err = readSamples(f); err != nil {
			return nil, fmt.Errorf("%s: %w", o.from, err)
		}
	}
	var plans []plan
	for _, seed := range append(slices.Clone(fitSeeds), o.others()...) {
		if !slices.Contains(seedsOf(runs), seed) {
			plans = append(plans, plansOf(seed)...)
		}
	}
	made, err := collect(ctx, plans, func(text string) { fmt.Fprintln(progress, text) })
	if err != nil {
		return nil, err
	}
	if runs = append(runs, made...); o.samples == "" {
		return runs, nil
	}
	return runs, save(o.samples, runs)
}

// save writes samples to a file.
func save(path string, runs []run) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := writeSamples(f, runs); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}

// shorten keeps of runs what a test needs: one steady rate, IDR pictures, and a change of the rate.
func shorten(runs []run) []run {
	var kept []run
	for _, r := range runs {
		switch r.name {
		case "steady-10M", "idr-10M", "step-1.5", "step-4":
			kept = append(kept, r)
		}
	}
	return kept
}
