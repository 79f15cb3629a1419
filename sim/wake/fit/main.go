// Command fit measures how late the operating system wakes the real pump, on loopback sockets of this machine, quiet and
// under load, and writes the tables that package wake has built in:
//
//	go run ./sim/wake/fit -out sim/wake/fitted.json
//
// It wants a machine on which nothing else runs, and the right to use the real-time class (CAP_SYS_NICE).
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"

	"airbridge/sim/wake"
)

// The roles this program plays in its own children.
const (
	roleBurn = "burn" // keeps a processor busy
	roleSend = "send" // sends datagrams now and then
)

// config is what the command line asks for.
type config struct {
	samples  int
	rounds   int
	out      string
	realtime bool
	role     string
	to       string
}

func main() {
	var cfg config
	flag.IntVar(&cfg.samples, "samples", 20_000, "latencies to measure of each kind")
	flag.IntVar(&cfg.rounds, "rounds", 3, "times to measure everything; the best-behaved of each kind is kept")
	flag.StringVar(&cfg.out, "out", "-", "file to write, - for standard output")
	flag.BoolVar(&cfg.realtime, "realtime", true, "use the real-time class")
	flag.StringVar(&cfg.role, "role", "", "what the command's own children do")
	flag.StringVar(&cfg.to, "to", "", "where the sending child sends")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, cfg); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cfg config) error {
	switch cfg.role {
	case roleBurn:
		return burn(ctx)
	case roleSend:
		return send(ctx, cfg.to, cfg.samples)
	}
	// As every program with a pump; see transport.Driver.
	runtime.GOMAXPROCS(max(8, runtime.NumCPU()))
	f := wake.Fit{Samples: cfg.samples}
	for round := range cfg.rounds {
		quiet, scheduling, err := measure(ctx, cfg)
		if err != nil {
			return fmt.Errorf("quiet: %w", err)
		}
		busy, err := measureBusy(ctx, cfg)
		if err != nil {
			return fmt.Errorf("busy: %w", err)
		}
		if round == 0 {
			f.Quiet, f.Busy, f.Provenance = quiet, busy, provenance(cfg, scheduling)
			continue
		}
		f.Quiet, f.Busy = better(f.Quiet, quiet), better(f.Busy, busy)
	}
	return write(cfg.out, f)
}

// better keeps of each kind of latency the measurement that was disturbed least. What others do on the machine only adds
// to the tail.
func better(a, b wake.Profile) wake.Profile {
	calm := func(a, b wake.Quantiles) wake.Quantiles {
		if b.At(.999) < a.At(.999) {
			return b
		}
		return a
	}
	return wake.Profile{Arrival: calm(a.Arrival, b.Arrival), Timer: calm(a.Timer, b.Timer)}
}

// measureBusy measures under load.
func measureBusy(ctx context.Context, cfg config) (wake.Profile, error) {
	ease, err := load(ctx)
	if err != nil {
		return wake.Profile{}, err
	}
	defer ease()
	p, _, err := measure(ctx, cfg)
	return p, err
}

// provenance says in words what was measured.
func provenance(cfg config, scheduling string) string {
	return fmt.Sprintf("Measured on loopback with the driver of package transport: kernel receive stamp to the instant of the "+
		"turn, for datagrams of another process that found the pump asleep, 0.3 to 3 ms apart; deadline to the instant of "+
		"the tick, for deadlines 0.3 to 3 ms ahead. %s/%s, %d virtual processors, pump %s. Busy: %d processes that compute without end. %d latencies a kind, in %d "+
		"rounds, of which the one with the lowest 99.9th percentile is kept: what else ran on the machine only added to it.",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), scheduling, runtime.NumCPU(), cfg.samples, cfg.rounds)
}

// load starts a busy child for each processor. The returned function ends them.
func load(ctx context.Context) (ease func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var children []*exec.Cmd
	ease = func() {
		cancel()
		for _, c := range children {
			_ = c.Wait() // killed
		}
	}
	for range runtime.NumCPU() {
		c, err := child(ctx, roleBurn)
		if err != nil {
			ease()
			return nil, err
		}
		children = append(children, c)
	}
	return ease, nil
}

// child starts this program in a role; it is killed when ctx ends.
func child(ctx context.Context, role string, arguments ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, self, append([]string{"-role", role}, arguments...)...)
	c.Stderr = os.Stderr
	return c, c.Start()
}

// burn computes until ctx ends or its parent is gone.
func burn(ctx context.Context) error {
	parent, x := os.Getppid(), uint64(1)
	for ctx.Err() == nil && os.Getppid() == parent {
		for range 1 << 22 {
			x = x*6364136223846793005 + 1442695040888963407
		}
	}
	if x == 0 { // keeps the work from being removed
		return fmt.Errorf("burnt out after %s", strconv.FormatUint(x, 10))
	}
	return nil
}

func write(path string, f wake.Fit) error {
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
