package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/netem/relay"
)

// relayCommand impairs real traffic.
type relayCommand struct {
	Listen   string        `required:"" placeholder:"ADDR" help:"Address that clients send to, HOST:PORT; an empty host for all of this machine."`
	To       string        `required:"" placeholder:"ADDR" help:"Address to forward to, HOST:PORT."`
	Link     string        `required:"" placeholder:"PROFILE|FILE" help:"Link between them: a profile's name such as wifi6-busy, or a YAML file."`
	Seed     uint64        `default:"1" placeholder:"N" help:"Seed of the link's chances, a whole number. Default: 1."`
	Duration time.Duration `default:"0s" placeholder:"D" help:"End after this long, such as 20s; 0 for Ctrl-C only. Default: 0."`
	JSON     string        `name:"json" placeholder:"FILE" help:"Write what passed as JSON; - prints it in the place of the table."`
	PCAP     string        `name:"pcap" placeholder:"FILE" help:"Write what enters and leaves the link as pcapng, for Wireshark and tshark."`

	link profile.Profile
}

// Help shows examples.
func (*relayCommand) Help() string {
	return `Examples:
  airbridge relay --listen :9945 --to 127.0.0.1:9944 --link wifi6-busy
                                                        clients dial port 9945 and feel a busy Wi-Fi
  airbridge relay --listen 127.0.0.1:9945 --to 127.0.0.1:9944 --link my.yaml --duration 1m --json -
  airbridge relay --listen :5005 --to 192.168.1.20:5005 --link mesh-roam --pcap roam.pcapng

Any UDP traffic will do. Up to 64 clients share the link; one that is silent for 60 s is forgotten. In the capture the
interface "before" is what entered the link, "after" what arrived, "lost" what did not. Ctrl-C ends with a summary.`
}

// Validate is called by kong.
func (r *relayCommand) Validate() error {
	return errors.Join(checkDuration(r.Duration), checkEnd("--listen", r.Listen, 0), checkEnd("--to", r.To, 1), r.openLink())
}

// checkEnd refuses what is no HOST:PORT, or has a port below least.
func checkEnd(flag, addr string, least uint64) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s %q: want HOST:PORT, such as %s", flag, addr, defaultAddress)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n < least {
		return fmt.Errorf("%s %q: port %q is not a number from %d to 65535", flag, addr, port, least)
	}
	return nil
}

// openLink looks up the profile or reads the file.
func (r *relayCommand) openLink() (err error) {
	if r.link, err = profile.Open(r.Link, os.ReadFile); err != nil {
		return fmt.Errorf("--link: %w", err)
	}
	return nil
}

// Run relays until Ctrl-C, or for the duration.
func (r *relayCommand) Run(ctx context.Context, c *console) error {
	out := outputFlags{JSON: r.JSON}
	if err := out.check(); err != nil {
		return err
	}
	medium, err := r.link.Spec.Build(r.Seed)
	if err != nil {
		return fmt.Errorf("--link: %w", err)
	}
	if r.Duration > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.Duration)
		defer cancel()
	}
	result, err := r.relay(ctx, c, medium)
	if result == nil {
		return err
	}
	return errors.Join(err, r.tell(c, result))
}

// relay runs the relay, with a capture where one is wanted.
func (r *relayCommand) relay(ctx context.Context, c *console, medium netem.Medium) (result *relay.Result, err error) {
	cfg := relay.Config{Listen: r.Listen, To: r.To, Medium: medium, Realtime: true, Log: c.log}
	if r.PCAP != "" {
		file, fault := os.Create(r.PCAP)
		if fault != nil {
			return nil, fmt.Errorf("--pcap: %w", fault)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		cfg.Capture = file
	}
	cfg.Ready = func(listen netip.AddrPort) {
		if !listen.Addr().IsLoopback() {
			fmt.Fprintf(c.err, "airbridge: whoever reaches %s reaches %s: nothing is encrypted yet, and nobody is asked who they are\n", listen, r.To)
		}
		fmt.Fprintf(c.err, "airbridge: relaying %s to %s over %s, seed %d; Ctrl-C ends\n", listen, r.To, r.Link, r.Seed)
	}
	news := newProgress(c, r.Duration)
	defer news.done()
	cfg.Progress = news.relay()
	return relay.Run(ctx, cfg)
}

// relay returns what takes a relay's news, on its own goroutine.
func (p *progress) relay() func(relay.Stats) {
	var before relay.Stats
	return func(s relay.Stats) {
		p.seconds++
		p.say(s.Line(&before))
		before = s
	}
}

// tell writes what passed: a table for people, or the record for programs.
func (r *relayCommand) tell(c *console, result *relay.Result) error {
	record := result.Record(r.Link, r.Seed)
	if r.JSON == "-" {
		return record.Write(c.out)
	}
	err := result.Table(c.out)
	if r.JSON != "" {
		err = errors.Join(err, writeFile(r.JSON, func(w io.Writer) error { return record.Write(w) }))
	}
	return err
}
