// Command fit measures what loopback sockets of this machine and a turn of the real pump take, and writes the tables that
// package loopback has built in:
//
//	go run ./sim/loopback/fit -out sim/loopback/fitted.json
//
// It wants a machine on which nothing else runs, and the right to use the real-time class (CAP_SYS_NICE).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"time"

	"airbridge/machine"
	"airbridge/sim"
	"airbridge/sim/loopback"
	"airbridge/sim/wake"
	"airbridge/units"
)

// config is what the command line asks for.
type config struct {
	samples, rounds int
	session         time.Duration
	out             string
}

func main() {
	var cfg config
	flag.IntVar(&cfg.samples, "samples", 4000, "trains to measure of each length")
	flag.IntVar(&cfg.rounds, "rounds", 3, "times to measure everything; the best-behaved of each kind is kept")
	flag.DurationVar(&cfg.session, "session", 20*time.Second, "length of a session, for its turns")
	flag.StringVar(&cfg.out, "out", "-", "file to write, - for standard output")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) error {
	// As every program with a pump; see transport.Driver.
	runtime.GOMAXPROCS(max(8, 2*runtime.NumCPU()))
	var f loopback.Fit
	for round := range max(cfg.rounds, 1) {
		if err := improve(ctx, cfg, uint64(round+1), &f); err != nil {
			return err
		}
	}
	f.Samples = cfg.samples
	f.Copying = max(0, float64(f.Train.At(.5)-f.Datagram.At(.5))/float64((trainLength-1)*datagramSize))
	return write(cfg.out, f)
}

// improve measures everything once and keeps what was disturbed less than what f holds.
func improve(ctx context.Context, cfg config, seed uint64, f *loopback.Fit) error {
	for _, m := range []struct {
		length int
		table  *wake.Quantiles
	}{{1, &f.Datagram}, {trainLength, &f.Train}, {machine.MaxBurst, &f.Burst}} {
		table, err := measure(ctx, m.length, cfg.samples)
		if err != nil {
			return fmt.Errorf("trains of %d: %w", m.length, err)
		}
		*m.table = calmer(*m.table, table)
	}
	a, err := sim.Assemble(loopback.Scenario(seed, 50*units.Mbps, cfg.session))
	if err != nil {
		return err
	}
	r, err := loopback.Run(ctx, a, loopback.Config{Realtime: true})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	f.Turn, f.Provenance = calmer(f.Turn, wake.Measured(r.Turns)), provenance(cfg, r.Scheduling)
	return nil
}

// calmer keeps the measurement that was disturbed least. What others do on the machine only adds.
func calmer(a, b wake.Quantiles) wake.Quantiles {
	if len(a) == 0 || b.At(.9) < a.At(.9) {
		return b
	}
	return a
}

func provenance(cfg config, scheduling string) string {
	return fmt.Sprintf("Measured over two loopback sockets with two drivers of package transport in one process: from the "+
		"instant of the turn that sends to the kernel's receive stamp, for datagrams of %d bytes alone, %d and %d at a time, %v "+
		"to %v apart; and turns after which another was due at once, in sessions of %v at 72 frames a second and 50 Mbit/s. %s/%s, %d "+
		"virtual processors, pumps %s. %d trains of each length, %d rounds, of which the one with the lowest 90th percentile is "+
		"kept: what else ran on the machine only added to it.", datagramSize, trainLength, machine.MaxBurst, gapMin, gapMax, cfg.session,
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), scheduling, cfg.samples, cfg.rounds)
}

func write(path string, f loopback.Fit) error {
	text, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if path == "-" {
		_, err = os.Stdout.Write(text)
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// The trains measured, and the time between two of them: enough for the pumps to sleep, as in a session.
const (
	datagramSize = 1400
	trainLength  = 46 // of 1,400 bytes: what fits the 64 KB of one call
	gapMin       = time.Millisecond
	gapMax       = 4 * time.Millisecond
	warmUp       = 100
)
