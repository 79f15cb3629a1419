// Command airbridge streams PC VR to a standalone headset over Wi-Fi.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"airbridge/transport"

	"github.com/alecthomas/kong"
)

// Exit codes: a run did its job, it did not, or the arguments are wrong.
const (
	exitOK    = 0
	exitFault = 1
	exitUsage = 2
)

// commands is the command line.
type commands struct {
	Demo    demoCommand    `cmd:"" help:"Stream to this machine itself: streamer and client in one process, real codec, real sockets."`
	Serve   serveCommand   `cmd:"" help:"Stream to a client that dials: the PC's side."`
	View    viewCommand    `cmd:"" help:"Dial a streamer and show its frames: the headset's side."`
	Doctor  doctorCommand  `cmd:"" help:"Say what this machine has, what is missing and how to get it."`
	Sim     simCommand     `cmd:"" help:"Stream through a virtual network, hundreds of times faster than real time."`
	Relay   relayCommand   `cmd:"" help:"Forward UDP through a link model: impair real traffic between real devices."`
	Report  reportCommand  `cmd:"" help:"Join result files, compare them, and make pages of them."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Verbose bool `short:"v" help:"Log every event of a session to standard error."`
}

// description is what airbridge --help begins with.
const description = `Streams PC VR to a standalone headset over Wi-Fi, and accounts for every frame.

Examples:
  airbridge demo                                        see it work on this machine, in 20 s
  airbridge serve                                       stream to clients on this machine …
  airbridge view                                        … such as this one, in another terminal
  airbridge sim run wifi6-busy --report busy.html       a minute of contended Wi-Fi, in a second
  airbridge doctor                                      what is missing or slow here`

// console is what a command talks to.
type console struct {
	out io.Writer
	err *screen
	log *slog.Logger
}

func main() {
	tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run parses the arguments, runs the command and returns the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	var cli commands
	exited := false
	parser, err := newParser(&cli, kong.Writers(out, errOut), kong.Exit(func(int) { exited = true }))
	if err != nil {
		fmt.Fprintln(errOut, "airbridge:", err)
		return exitFault
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited {
		return exitOK // --help was asked for and has been given
	}
	if err != nil {
		fmt.Fprintln(errOut, "airbridge:", complain(parser, err))
		return exitUsage
	}
	lines := newScreen(errOut)
	c := &console{out: out, err: lines, log: logger(lines, cli.Verbose)}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(c); err != nil {
		fmt.Fprintln(lines, "airbridge:", oneLine(err))
		return exitFault
	}
	return exitOK
}

// newParser returns what reads the command line.
func newParser(cli *commands, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(cli, append(options,
		kong.Name("airbridge"),
		kong.Description(description),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
	)...)
}

func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// tune fits the Go runtime to a program whose pumps must wake within microseconds while codecs fill every core: more
// processors than cores, so that a pump's thread never waits for a busy goroutine to yield its own, and a lazy collector,
// as the hot path allocates nothing.
func tune() {
	runtime.GOMAXPROCS(max(8, 2*runtime.NumCPU()))
	debug.SetGCPercent(400)
	transport.RelaxTimers()
}
