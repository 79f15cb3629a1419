package main

import (
	"context"
	"errors"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	clientshell "airbridge/client/shell"
	"airbridge/client/tracker"
	"airbridge/internal/av"
	"airbridge/protocol/wire"
	"airbridge/reports"
	streamershell "airbridge/streamer/shell"
	"airbridge/streamer/source"
	"airbridge/transport"

	"golang.org/x/sync/errgroup"
)

// demoCommand streams to this machine itself.
type demoCommand struct {
	streamFlags
	outputFlags
	viewFlags
	linkFlags
	Report   string        `placeholder:"FILE.html" help:"Write an HTML report of the run."`
	Duration time.Duration `default:"20s" placeholder:"D" help:"How long to stream, such as 20s; 0 until Ctrl-C. Default: 20s."`
}

// Help shows examples.
func (*demoCommand) Help() string {
	return `Examples:
  airbridge demo                                        the scene for 20 s, and a table of where the time went
  airbridge demo --size 2560x1344 --fps 90 --bitrate 60M --duration 1m
  airbridge demo --link wifi6-busy --report busy.html   over a virtual Wi-Fi with other stations on the air
  airbridge demo --source lavfi:testsrc2 --snapshot shots
  airbridge demo --source file:film.mp4 --json result.json
  airbridge demo --duration 10s --json - | jq .latency_ms.motion_to_photon`
}

// Validate is called by kong.
func (d *demoCommand) Validate() error {
	return errors.Join(d.streamFlags.Validate(), checkDuration(d.Duration), d.linkFlags.check(), checkPage(d.Report))
}

// demo is the two ends and what looks at them.
type demo struct {
	streamer streamershell.Config
	client   clientshell.Config
	markers  *display.Markers
	fidelity *display.Fidelity
	aim      *display.Aim
	source   source.Source
	encoder  *av.Encoder
	files    *files
	network  *network
	history  *chronicle
	close    []func()
}

// Run streams, and tells how it went.
func (d *demoCommand) Run(ctx context.Context, c *console) error {
	if err := checkFiles(target{"--json", d.JSON}, target{"--report", d.Report}); err != nil {
		return err
	}
	s, err := d.assemble(c)
	defer s.shut()
	if err != nil {
		return err
	}
	news := newProgress(c, d.Duration)
	s.streamer.Progress = news.streamer
	began := time.Now()
	var sent streamershell.Result
	var seen clientshell.Result
	var group errgroup.Group
	// The streamer is stopped; it takes leave of the client, which ends by itself. One whose streamer has failed is
	// stopped as well.
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group.Go(func() (err error) {
		defer stop()
		sent, err = streamershell.Run(ctx, s.streamer)
		return err
	})
	group.Go(func() (err error) {
		seen, err = clientshell.Run(watching, s.client)
		return err
	})
	err = errors.Join(group.Wait(), s.files.close(), s.network.close())
	news.done()
	if sent.Results == nil {
		return errors.Join(err, errNothing)
	}
	r := d.record(s, sent, seen, time.Since(began))
	if ctx.Err() != nil {
		r.Incomplete = new("stopped by the user")
	}
	err = errors.Join(err, d.write(c, r), judge(r))
	if d.Report != "" {
		err = errors.Join(err, writeReport(c, d.Report, []reports.Run{s.history.run(r, s.network)}))
	}
	return err
}

// assemble opens everything that a demo is made of.
func (d *demoCommand) assemble(c *console) (*demo, error) {
	s := &demo{markers: &display.Markers{}, fidelity: &display.Fidelity{}}
	s.close = append(s.close, s.fidelity.Close)
	var err error
	if s.source, err = d.streamFlags.source(); err != nil {
		return s, err
	}
	s.close = append(s.close, func() { _ = s.source.Close() })
	if s.encoder, err = d.streamFlags.encoder(c, s.source); err != nil {
		return s, err
	}
	s.close = append(s.close, s.encoder.Close)
	if s.network, err = d.linkFlags.open(); err != nil {
		return s, err
	}
	s.close = append(s.close, func() { _ = s.network.close() })
	clock := transport.NewClock() // reads zero at the instant that the virtual network does
	var sockets [2]*transport.Socket
	for i := range sockets {
		if sockets[i], err = openSocket(c, s.network.nets[i], s.network.addrs[i]); err != nil {
			return s, err
		}
		s.close = append(s.close, func() { _ = sockets[i].Close() })
	}
	head := tracker.New(1)
	s.aim = display.NewAim(head.At)
	s.streamer = d.streamFlags.shell(c, s.source, s.encoder, sockets[0], clock)
	s.streamer.Core.Once = true
	s.streamer.Core.Duration = d.Duration
	s.history = newChronicle(d.period())
	s.streamer.Core.Observe = s.history.frame
	s.streamer.Drawn = s.fidelity.Drawn
	s.client = clientshell.Config{
		Core:    client.Config{Streamer: sockets[0].LocalAddr(), Period: d.period(), Datagram: d.Datagram, Nonce: nonce},
		Socket:  sockets[1],
		Clock:   clock,
		Tracker: head,
		OpenDecoder: func(wire.Welcome) (clientshell.Decoder, error) {
			return av.OpenDecoder(av.DecoderConfig{})
		},
		Screens: []display.Screen{s.fidelity}, Realtime: true, Log: c.log,
	}
	if s.source.Abilities().Marked {
		s.client.Screens = append(s.client.Screens, s.markers)
	}
	if s.source.Abilities().Posed {
		s.client.Screens = append(s.client.Screens, s.aim)
	}
	s.files, err = d.hook(&s.client)
	return s, err
}

func (s *demo) shut() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}
