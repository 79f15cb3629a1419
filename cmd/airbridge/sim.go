package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"airbridge/internal/av"
	"airbridge/sim/sweep"
	"airbridge/streamer/control/latency"
	"airbridge/streamer/control/recovery"
	"airbridge/units"
)

// simCommand is the laboratory.
type simCommand struct {
	List  simListCommand  `cmd:"" help:"List the scenarios that are built in."`
	Run   simRunCommand   `cmd:"" help:"Stream through scenarios, far faster than real time, and tell how it went."`
	Sweep simSweepCommand `cmd:"" help:"Run scenarios with many seeds and controllers, on all cores or a share of a cluster."`
	Bench simBenchCommand `cmd:"" help:"Measure how fast this machine simulates."`
}

// Help shows examples.
func (*simCommand) Help() string {
	return `Streamer and client are the ones that "serve" and "view" run; network, codecs, clocks and display are models.
The same scenario and seed give the same result, to the bit.

Examples:
  airbridge sim list                                    what there is
  airbridge sim run wifi6-busy --report busy.html       a minute of contended Wi-Fi, in a second
  airbridge sim sweep wifi6-busy --seeds 20 --recovery idr,fec:20
  airbridge sim bench                                   how many times faster than real time`
}

// simFlags say what is run.
type simFlags struct {
	Names    []string       `arg:"" name:"scenario" help:"Scenarios: names of \"airbridge sim list\", such as wifi6-busy, or files of your own."`
	Seed     *uint64        `placeholder:"N" help:"Seed of all random streams, a whole number. Default: the scenario's, else 1."`
	Seeds    int            `default:"1" placeholder:"N" help:"How many seeds to run, from --seed on, 1 to 100000. Default: 1."`
	Duration *time.Duration `placeholder:"D" help:"How long to stream in each, such as 60s or 24h. Default: the scenario's."`
	FPS      *float64       `name:"fps" placeholder:"N" help:"Frames a second, 10 to 500. Default: the scenario's."`
	Jobs     int            `short:"j" placeholder:"N" help:"How many runs at once; 0 for one a core. Default: 0."`

	FullPayload bool `help:"Carry and verify every byte of every frame. Slower; the trace is the same."`
}

// Bounds of the flags. Those of a scenario are package sim's, which does not know flags.
const (
	maxSeeds       = 100_000
	maxSimDuration = 31 * 24 * time.Hour
	minSimFPS      = 10
	maxSimFPS      = 500
)

// check refuses values that are out of bounds.
func (f *simFlags) check() error {
	var errs []error
	if f.Seeds < 1 || f.Seeds > maxSeeds {
		errs = append(errs, fmt.Errorf("--seeds %d: want 1 to %d", f.Seeds, maxSeeds))
	} else if f.Seed != nil && *f.Seed > math.MaxUint64-maxSeeds {
		errs = append(errs, fmt.Errorf("--seed %d: want 0 to %d", *f.Seed, uint64(math.MaxUint64-maxSeeds)))
	}
	if d := f.Duration; d != nil && (*d < time.Second || *d > maxSimDuration) {
		errs = append(errs, fmt.Errorf("--duration %s: want 1s to %.0fh", *d, maxSimDuration.Hours()))
	}
	if f.FPS != nil && !(*f.FPS >= minSimFPS && *f.FPS <= maxSimFPS) {
		errs = append(errs, fmt.Errorf("--fps %g: want %d to %d", *f.FPS, minSimFPS, maxSimFPS))
	}
	if f.Jobs < 0 {
		errs = append(errs, fmt.Errorf("--jobs %d: want 1 or more, or 0 for one a core", f.Jobs))
	}
	return errors.Join(errs...)
}

// workers is how many runs are under way at once.
func (f *simFlags) workers() int {
	if f.Jobs > 0 {
		return f.Jobs
	}
	return runtime.NumCPU()
}

// choice is one set of controllers; what is empty is the scenario's.
type choice struct {
	latency, recovery string
	bitrate           units.Bitrate
}

// check refuses controllers and rates that do not exist.
func (ch *choice) check() error {
	var errs []error
	if ch.latency != "" {
		if _, err := latency.Parse(ch.latency); err != nil {
			errs = append(errs, fmt.Errorf("--latency: %w", err))
		}
	}
	if ch.recovery != "" {
		if _, err := recovery.Parse(ch.recovery); err != nil {
			errs = append(errs, fmt.Errorf("--recovery: %w", err))
		}
	}
	if ch.bitrate != 0 {
		errs = append(errs, checkRate(ch.bitrate))
	}
	return errors.Join(errs...)
}

func checkRate(b units.Bitrate) error {
	if b < av.MinBitrate || b > av.MaxBitrate {
		return fmt.Errorf("--bitrate %v: want %v to %v", b, av.MinBitrate, av.MaxBitrate)
	}
	return nil
}

// run makes the runs with a bar of progress.
func (f *simFlags) run(ctx context.Context, c *console, jobs []sweep.Job, series bool, done func(int, sweep.Result) error) error {
	bar := newBar(c, len(jobs))
	defer bar.done()
	return sweep.Run(ctx, jobs, sweep.Config{
		Workers: f.workers(), Version: version(), Series: series, Done: done, Progress: bar.set,
	})
}
