// Command compare runs the same VR workloads through ns-3's 802.11ax and through netem/wifi, and prints a table of both with
// the limits and a verdict a line. It exits with 1 where a line fails. scripts/check-ns3.sh builds ns-3's side and
// calls it.
//
//	compare --ns3 out/ns3/vr_wifi                     the three core cases
//	compare --ns3 out/ns3/vr_wifi --all               all cases
//	compare --ns3 out/ns3/vr_wifi --stas 7 --bg 12    a case of one's own, with vr_wifi's options
//	compare --model frames.csv --stas 4 --bg 15       no comparison: one run of the model, written as vr_wifi writes
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"airbridge/netem/wifi/vrload"
)

// config is what the command line says.
type config struct {
	ns3, cache string
	seeds      int
	modelSeeds int
	jobs       int
	all        bool
	own        bool // the workload is the user's
	workload   vrload.Workload
	model      string
	run        uint64
	reference  string
}

func main() {
	cfg, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flag package has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func parse(args []string) (cfg config, err error) {
	w := vrload.Default()
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.StringVar(&cfg.ns3, "ns3", "out/ns3/vr_wifi", "`program` built from scripts/ns3/vr_wifi.cc")
	f.StringVar(&cfg.cache, "cache", "out/ns3/runs", "`folder` that keeps ns-3's results")
	f.IntVar(&cfg.seeds, "seeds", 5, "runs of ns-3 a case; 5x25 takes twice as many")
	f.IntVar(&cfg.modelSeeds, "model-seeds", 40, "runs of the model a case")
	f.IntVar(&cfg.jobs, "jobs", 2, "runs of ns-3 at a time")
	f.BoolVar(&cfg.all, "all", false, "run all cases, not only clean, 3x15 and 5x25")
	f.StringVar(&cfg.model, "model", "", "only run the model once and write its frames to `file`")
	f.Uint64Var(&cfg.run, "run", 1, "seed of that run")
	f.StringVar(&cfg.reference, "reference", "", "also write ns-3's percentiles to `file`")
	f.Float64Var(&w.FPS, "fps", w.FPS, "own case: video frames a second")
	f.Float64Var(&w.Mbps, "mbps", w.Mbps, "own case: mean video rate, Mbit/s")
	f.IntVar(&w.Stations, "stas", w.Stations, "own case: stations with the headset")
	f.Float64Var(&w.Background, "bg", w.Background, "own case: Mbit/s of each other station while on")
	f.IntVar(&w.MCS, "mcs", w.MCS, "own case: HE MCS")
	f.IntVar(&w.Priority, "priority", w.Priority, "own case: user priority of the video, 0, 5 or 6")
	on := f.Float64("onS", w.On.Seconds(), "own case: mean on period, s")
	off := f.Float64("offS", w.Off.Seconds(), "own case: mean off period, s")
	duration := f.Float64("simTime", w.Duration.Seconds(), "seconds of video a run")
	if err := f.Parse(args); err != nil {
		return cfg, err
	}
	f.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "fps", "mbps", "stas", "bg", "mcs", "priority", "onS", "offS":
			cfg.own = true
		}
	})
	second := float64(time.Second)
	w.On, w.Off, w.Duration = time.Duration(*on*second), time.Duration(*off*second), time.Duration(*duration*second)
	cfg.workload = w
	err = w.Validate()
	if err == nil && (f.NArg() > 0 || cfg.seeds < 1 || cfg.modelSeeds < 1 || cfg.jobs < 1) {
		err = fmt.Errorf("want no arguments, and seeds, model-seeds and jobs above 0")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
	}
	return cfg, err
}

func run(ctx context.Context, cfg config) error {
	if cfg.model != "" {
		return runModel(cfg)
	}
	failed := 0
	t := newTable(cfg)
	for _, c := range cases(cfg) {
		truth, err := truthOf(ctx, cfg, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		model, err := modelOf(cfg, c.Workload)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if !t.line(c, truth, model) {
			failed++
		}
	}
	if cfg.reference != "" {
		if err := t.writeReference(cfg.reference); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d cases outside their limits", failed, len(cases(cfg)))
	}
	return nil
}

// cases are what shall be compared.
func cases(cfg config) (chosen []vrload.Case) {
	if cfg.own {
		return []vrload.Case{{Name: "own", Workload: cfg.workload, Repeat: 1}}
	}
	for _, c := range vrload.Cases() {
		if c.Core || cfg.all {
			c.Duration = cfg.workload.Duration
			chosen = append(chosen, c)
		}
	}
	return chosen
}

// runModel writes the frames of one run of the model.
func runModel(cfg config) error {
	frames, err := cfg.workload.Run(cfg.run)
	if err != nil {
		return err
	}
	f, err := os.Create(cfg.model)
	if err != nil {
		return fmt.Errorf("write %s: %w", cfg.model, err)
	}
	if err := vrload.WriteFrames(f, frames); err != nil {
		_ = f.Close() // the write's error says more
		return err
	}
	return f.Close()
}
