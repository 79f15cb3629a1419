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
	"slices"
	"time"

	"airbridge/machine"
	"airbridge/netem"
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
	flag.IntVar(&cfg.rounds, "rounds", 3, "times to measure everything")
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
	f := loopback.Fit{Samples: cfg.samples, Rounds: max(cfg.rounds, 1)}
	for round := range f.Rounds {
		c, scheduling, err := measureAll(ctx, cfg, uint64(round+1))
		if err != nil {
			return err
		}
		if round == 0 {
			f.Fast, f.Slow, f.Provenance = c, c, provenance(cfg, scheduling)
			f.Slow.Datagram = slices.Clone(c.Datagram)
			continue
		}
		extend(&f.Fast, &f.Slow, &c)
	}
	return write(cfg.out, f)
}

// measureAll is one round.
func measureAll(ctx context.Context, cfg config, seed uint64) (c loopback.Costs, scheduling string, err error) {
	m, err := loopback.MeasureMachine(ctx, cfg.samples)
	if err != nil {
		return c, "", err
	}
	burst, err := loopback.MeasureTrains(ctx, machine.MaxBurst, cfg.samples, loopback.Usual)
	if err != nil {
		return c, "", fmt.Errorf("bursts: %w", err)
	}
	c = m.Costs
	c.Wake, c.Burst = m.Wake, burst.Link
	a, err := sim.Assemble(loopback.Scenario(seed, 50*units.Mbps, cfg.session))
	if err != nil {
		return c, "", err
	}
	r, err := loopback.Run(ctx, a, loopback.Config{Realtime: true})
	if err != nil {
		return c, "", fmt.Errorf("session: %w", err)
	}
	c.Streamer, c.Client = wake.Measured(r.Turns[netem.Down]), wake.Measured(r.Turns[netem.Up])
	return c, r.Scheduling, nil
}

// extend keeps of each kind the lowest and the highest latency at every quantile.
func extend(fast, slow, c *loopback.Costs) {
	tables := []struct{ fast, slow, table *wake.Quantiles }{
		{&fast.Wake.Arrival, &slow.Wake.Arrival, &c.Wake.Arrival},
		{&fast.Wake.Timer, &slow.Wake.Timer, &c.Wake.Timer},
		{&fast.Train, &slow.Train, &c.Train},
		{&fast.Burst, &slow.Burst, &c.Burst},
		{&fast.Streamer, &slow.Streamer, &c.Streamer},
		{&fast.Client, &slow.Client, &c.Client},
	}
	for i := range c.Datagram {
		tables = append(tables, struct{ fast, slow, table *wake.Quantiles }{
			&fast.Datagram[i].Link, &slow.Datagram[i].Link, &c.Datagram[i].Link,
		})
	}
	for _, t := range tables {
		*t.fast = envelope(*t.fast, *t.table, func(a, b int64) int64 { return min(a, b) })
		*t.slow = envelope(*t.slow, *t.table, func(a, b int64) int64 { return max(a, b) })
	}
}

// envelope takes one of two latencies in each row of the first table.
func envelope(a, b wake.Quantiles, of func(a, b int64) int64) wake.Quantiles {
	all := slices.Clone(a)
	for i := range all {
		all[i].NS = of(all[i].NS, int64(b.At(all[i].P)))
	}
	return all
}

func provenance(cfg config, scheduling string) string {
	return fmt.Sprintf("Measured over two loopback sockets with two drivers of package transport in one process: from the "+
		"instant of the turn that sends to the kernel's receive stamp, for datagrams of %d bytes alone, after %v without traffic "+
		"in the mean, and %d and %d at a time after %v; how late the pumps woke for the single ones and for their deadlines; and turns after which another was due at once, in sessions of %v at 72 frames a second and 50 Mbit/s. %s/%s, %d "+
		"virtual processors, pumps %s. %d trains of each length, %d rounds, of which the lowest and the highest "+
		"latency at each quantile are kept.", loopback.DatagramSize, loopback.Idles(), loopback.TrainLength, machine.MaxBurst, loopback.Usual, cfg.session,
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
