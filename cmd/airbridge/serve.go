package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"airbridge/reports"
	"airbridge/streamer"
	streamershell "airbridge/streamer/shell"
	"airbridge/transport"

	"github.com/pion/transport/v3/stdnet"
)

// defaultAddress is where a streamer listens and a client dials unless told otherwise.
const (
	defaultPort    = "9944"
	defaultAddress = "127.0.0.1:" + defaultPort
)

// serveCommand streams to a client that dials.
type serveCommand struct {
	streamFlags
	Listen   string        `default:"127.0.0.1:9944" placeholder:"ADDR" help:"Address to listen on. Default: 127.0.0.1:9944."`
	Insecure bool          `help:"Allow an address that other machines reach: there is no pairing and no encryption yet."`
	Duration time.Duration `default:"0s" placeholder:"D" help:"End each session after this long; 0 when the client leaves. Default: 0."`
	Once     bool          `help:"End with the first session."`
	outputFlags
}

// Help shows examples.
func (*serveCommand) Help() string {
	return `Examples:
  airbridge serve                                       the scene, for clients on this machine (airbridge view)
  airbridge serve --source x11::0 --bitrate 50M
  airbridge serve --listen 0.0.0.0:9944 --insecure      for clients on a network you trust entirely

Clients come one at a time. Ctrl-C ends the session in order.`
}

// Validate is called by kong.
func (s *serveCommand) Validate() error {
	return errors.Join(s.streamFlags.Validate(), checkDuration(s.Duration), s.checkAddress())
}

// checkAddress refuses addresses that others reach, unless they are wanted.
func (s *serveCommand) checkAddress() error {
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT, such as %s", s.Listen, defaultAddress)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("--listen %q: port %q is not a number from 0 to 65535", s.Listen, port)
	}
	ip := net.ParseIP(host)
	if s.Insecure || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--listen %s: others could reach it, and there is no pairing and no encryption yet; "+
		"add --insecure on a network you trust entirely", s.Listen)
}

// Run serves until Ctrl-C.
func (s *serveCommand) Run(ctx context.Context, c *console) error {
	if err := s.check(); err != nil {
		return err
	}
	src, err := s.source()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	enc, err := s.encoder(c, src)
	if err != nil {
		return err
	}
	defer enc.Close()
	network, err := stdnet.NewNet()
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	socket, err := openSocket(c, network, s.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = socket.Close() }()

	news := newProgress(c, s.Duration)
	books := make(chan *reports.Record, 1)
	cfg := s.shell(c, src, enc, socket, transport.NewClock())
	cfg.Core.Once, cfg.Core.Duration = s.Once, s.Duration
	cfg.Progress = news.streamer
	cfg.Session = func(e *streamer.Ended, res *streamer.Results) {
		news.restart()
		fmt.Fprintln(c.err, "airbridge: session ended:", e.Reason)
		keepLatest(books, s.sessionRecord("serve", res, 0, enc.Name()))
	}
	fmt.Fprintf(c.err, "airbridge: serving %s at %s with %s, %s on %s; Ctrl-C ends\n",
		s.Source, s.Size, enc.Name(), s.Bitrate, socket.LocalAddr())
	result, err := streamershell.Run(ctx, cfg)
	news.done()
	return errors.Join(err, s.tell(c, books, result))
}

// keepLatest puts r into a channel of one, in the place of what was there.
func keepLatest(books chan *reports.Record, r *reports.Record) {
	select {
	case <-books:
	default:
	}
	books <- r
}

// tell writes what the last session was.
func (s *serveCommand) tell(c *console, books chan *reports.Record, result streamershell.Result) error {
	select {
	case r := <-books:
		r.TraceHash = new(fmt.Sprintf("%016x", result.TraceHash))
		return errors.Join(s.write(c, r), judge(r))
	default:
		return nil // nobody came, and nobody was promised
	}
}
