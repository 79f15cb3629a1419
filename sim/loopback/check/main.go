// Command check plays one scenario in the event lab and over loopback sockets of this machine, prints a table, and ends
// with exit code 1 where loopback lies outside of what the lab says:
//
//	go run ./sim/loopback/check
//
// Package loopback says what is compared (Quantities) and what counts (Outcome.Judged).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"airbridge/sim/loopback"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// errOutside is of a comparison that did not hold.
var errOutside = errors.New("loopback lies outside of what the lab says")

func main() {
	p := loopback.Plan{Bitrate: 50 * units.Mbps, Config: loopback.Config{Realtime: true}}
	flag.DurationVar(&p.Length, "length", 10*time.Second, "length of each run")
	flag.IntVar(&p.Seeds, "seeds", 20, "runs of the event lab of each machine")
	flag.IntVar(&p.Runs, "runs", 5, "runs over loopback")
	flag.IntVar(&p.Samples, "samples", 300, "trains of each length that are measured between runs; 0 compares with the fitted PC")
	flag.TextVar(&p.Bitrate, "bitrate", p.Bitrate, "bitrate of the encoder")
	flag.BoolVar(&p.Config.Realtime, "realtime", true, "use the real-time class for the pumps")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p loopback.Plan) error {
	if p.Seeds < 1 || p.Runs < 1 || p.Length < 2*time.Second {
		return errors.New("want one seed, one run and two seconds at least")
	}
	// As every program with a pump; see transport.Driver.
	runtime.GOMAXPROCS(max(8, 2*runtime.NumCPU()))
	n, err := stdnet.NewNet()
	if err != nil {
		return err
	}
	path, err := transport.Probe(n)
	if err != nil {
		return err
	}
	introduce(os.Stdout, &p, &path)
	o, err := loopback.Compare(ctx, p, func(run int, m *loopback.Mood) { tellMood(os.Stdout, run, m) })
	if err != nil {
		return err
	}
	table(os.Stdout, o)
	if n := len(o.Outside()); n > 0 {
		return fmt.Errorf("%d quantities: %w", n, errOutside)
	}
	return nil
}
