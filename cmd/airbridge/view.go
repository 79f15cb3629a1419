package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	clientshell "airbridge/client/shell"
	"airbridge/client/tracker"
	"airbridge/internal/av"
	"airbridge/protocol/wire"
	"airbridge/transport"

	"github.com/pion/transport/v3/stdnet"
)

// viewCommand dials a streamer and shows its frames.
type viewCommand struct {
	Address  string        `arg:"" optional:"" default:"127.0.0.1:9944" placeholder:"ADDR" help:"The streamer's address. Default: 127.0.0.1:9944."`
	FPS      int           `name:"fps" default:"72" placeholder:"N" help:"Refresh rate of the display, 1 to 240. Default: 72."`
	Duration time.Duration `default:"0s" placeholder:"D" help:"How long to view, such as 20s; 0 until Ctrl-C. Default: 0."`
	Wait     time.Duration `default:"10s" placeholder:"D" help:"How long to wait for a streamer to answer, such as 10s. Default: 10s."`
	Datagram int           `default:"1400" placeholder:"BYTES" help:"Longest datagram to take (UDP payload), 512 to 8952. Default: 1400."`
	Markers  bool          `negatable:"" default:"true" help:"Read the scene's marker in every displayed frame."`
	viewFlags
}

// Help shows examples.
func (*viewCommand) Help() string {
	return `Examples:
  airbridge view                                        the streamer on this machine
  airbridge view 192.168.1.20:9944 --duration 1m
  airbridge view --record film.mp4 --snapshot shots

There is no panel: frames are decoded, timed to the slots of a display and looked at.`
}

// Validate is called by kong.
func (v *viewCommand) Validate() error {
	if v.FPS < 1 || v.FPS > 240 {
		return fmt.Errorf("--fps %d: want 1 to 240", v.FPS)
	}
	if v.Datagram < wire.MinDatagram || v.Datagram > wire.MaxDatagram {
		return fmt.Errorf("--datagram %d: want %d to %d bytes", v.Datagram, wire.MinDatagram, wire.MaxDatagram)
	}
	if v.Wait <= 0 {
		return fmt.Errorf("--wait %s: want a duration above zero, such as 10s", v.Wait)
	}
	if _, err := withPort(v.Address); err != nil {
		return err
	}
	return checkDuration(v.Duration)
}

// Run views until the time is over, the streamer ends or Ctrl-C.
func (v *viewCommand) Run(ctx context.Context, c *console) error {
	network, err := stdnet.NewNet()
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	to, err := resolve(network.ResolveUDPAddr, v.Address)
	if err != nil {
		return err
	}
	local := "0.0.0.0:0"
	switch {
	case to.Addr().IsLoopback() && to.Addr().Is4():
		local = "127.0.0.1:0"
	case to.Addr().Is6():
		local = "[::]:0"
	}
	socket, err := openSocket(c, network, local)
	if err != nil {
		return err
	}
	defer func() { _ = socket.Close() }()
	if v.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, v.Duration)
		defer cancel()
	}
	return v.view(ctx, c, socket, to)
}

func (v *viewCommand) view(ctx context.Context, c *console, socket *transport.Socket, to netip.AddrPort) error {
	markers := &display.Markers{}
	cfg := clientshell.Config{
		Core:    client.Config{Streamer: to, Period: time.Second / time.Duration(v.FPS), Datagram: v.Datagram, DialFor: v.Wait, Nonce: nonce},
		Socket:  socket,
		Clock:   transport.NewClock(),
		Tracker: tracker.New(1),
		OpenDecoder: func(wire.Welcome) (clientshell.Decoder, error) {
			return av.OpenDecoder(av.DecoderConfig{})
		},
		Realtime: true, Log: c.log,
	}
	if v.Markers {
		cfg.Screens = append(cfg.Screens, markers)
	}
	written, err := v.hook(&cfg)
	if err != nil {
		return err
	}
	news := newProgress(c, v.Duration)
	cfg.Progress = news.client
	result, err := clientshell.Run(ctx, cfg)
	news.done()
	if result.Stream.Session != 0 {
		v.tell(c, result, markers)
	}
	switch {
	case errors.Is(err, client.ErrNoAnswer):
		err = fmt.Errorf("%w: is airbridge serve running there?", err)
	case err == nil && result.Stream.Session == 0:
		err = errNothing
	case err == nil && result.Statistics.Outcomes[wire.Displayed] == 0:
		err = errBlank
	}
	return errors.Join(err, written.close())
}

// tell writes what was seen.
func (v *viewCommand) tell(c *console, result clientshell.Result, m *display.Markers) {
	s := result.Statistics
	n := func(o wire.Outcome) uint64 { return s.Outcomes[o] }
	fmt.Fprintf(c.out, "session         %08x, %dx%d, ended: %s\n", result.Stream.Session, result.Stream.Width, result.Stream.Height, result.Reason)
	fmt.Fprintf(c.out, "frames          %d displayed + %d late + %d replaced + %d lost\n",
		n(wire.Displayed), n(wire.Late), n(wire.Replaced), n(wire.Lost))
	fmt.Fprintf(c.out, "slots           %d, of which %d showed a new frame and %d repeated the last\n", s.Slots, s.Fresh, s.Repeated)
	fmt.Fprintf(c.out, "repair          %d holes, %d IDRs asked for, %d frames that did not decode\n", s.Holes, s.Refreshes, s.DecodeFailures)
	if m.Read+m.Errors() > 0 && m.Read > 0 {
		fmt.Fprintf(c.out, "markers         %d right, %d wrong, %d damaged, %d out of order\n", m.Read, m.Wrong, m.Corrupt+m.Unmarked, m.Repeated)
	}
	if result.Unseen > 0 {
		fmt.Fprintf(c.out, "unseen          %d displayed frames that this machine had no time to look at\n", result.Unseen)
	}
}

// withPort completes a streamer's address: a missing port is the default one.
func withPort(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), defaultPort
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if host == "" || err != nil || n == 0 {
		return "", fmt.Errorf("address %q: want HOST or HOST:PORT, such as 192.168.1.20:%s", address, defaultPort)
	}
	return net.JoinHostPort(host, port), nil
}

// resolve finds the address of a streamer.
func resolve(lookUp func(network, address string) (*net.UDPAddr, error), address string) (netip.AddrPort, error) {
	address, err := withPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	a, err := lookUp("udp", address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("streamer %s: %w", address, err)
	}
	to := a.AddrPort()
	return netip.AddrPortFrom(to.Addr().Unmap(), to.Port()), nil
}
