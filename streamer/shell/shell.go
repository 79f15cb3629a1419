package shell

import (
	"context"
	"fmt"

	"airbridge/internal/av"
	"airbridge/internal/handle"
	"airbridge/machine"
	"airbridge/streamer"
	"airbridge/transport"

	"golang.org/x/sync/errgroup"
)

// shell obeys the core's requests on the pump's goroutine.
type shell struct {
	cfg     Config
	core    *streamer.Core
	mailbox *transport.Mailbox
	frames  handle.Table[*av.Frame]
	source  *sourceLoop
	encoder *encoderLoop
	result  Result
	end     context.CancelFunc
}

// Run streams until ctx ends, the source ends, or, where the core is to serve once, its session does. It returns what
// was measured also when it returns an error.
func Run(ctx context.Context, cfg Config) (Result, error) {
	s := &shell{cfg: cfg, core: streamer.New(cfg.Core), mailbox: transport.NewMailbox(0)}
	s.source = newSourceLoop(s)
	s.encoder = newEncoderLoop(s)
	trace := machine.NewTrace(s.core)
	driver := &transport.Driver{
		Machine: trace, Socket: cfg.Socket, Clock: cfg.Clock, Mailbox: s.mailbox, Devices: s,
		Realtime: cfg.Realtime, Log: cfg.Log,
	}
	// The session ends in order after ctx has: the core is asked to, and says when it is done.
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	s.end = end
	stop := context.AfterFunc(ctx, func() { _ = s.mailbox.Deliver(&streamer.Stop{Reason: "stopped by the user"}) })
	defer stop()

	group, running := errgroup.WithContext(running)
	group.Go(func() error {
		defer end()
		defer cfg.Source.Interrupt()
		return driver.Run(running)
	})
	group.Go(func() error { return s.source.run(running) })
	group.Go(func() error { return s.encoder.run(running) })
	err := group.Wait()
	s.encoder.drain()
	for _, f := range s.frames.Drain() {
		f.Release()
	}
	s.result.Refused = s.core.Refused()
	s.result.TraceHash = trace.Sum()
	s.result.Scheduling = driver.Scheduling()
	if err != nil {
		return s.result, fmt.Errorf("streamer: %w", err)
	}
	return s.result, s.result.Err
}

// Do obeys one request.
func (s *shell) Do(r machine.Event) {
	switch r := r.(type) {
	case *streamer.Begin:
		s.source.begin()
		s.log("session begins", r.Session)
	case *streamer.Track:
		s.source.track(r)
	case *streamer.Advice:
		s.source.advise(*r)
	case *streamer.Encode:
		s.encoder.encode(r, s.frames.Get(r.Handle).Ref())
	case *streamer.Reconfigure:
		s.encoder.reconfigure(r.Bitrate)
	case *streamer.Release:
		s.frames.Take(r.Handle).Release()
	case *streamer.Halt:
		s.source.halt()
	case *streamer.Progress:
		if s.cfg.Progress != nil {
			s.cfg.Progress(r)
		}
	case *streamer.Ended:
		s.onEnded(r)
	}
}

func (s *shell) onEnded(r *streamer.Ended) {
	s.result.Results, s.result.Err, s.result.Reason = s.core.Results(), r.Err, r.Reason
	if s.cfg.Session != nil && r.Session != 0 {
		s.cfg.Session(r, s.core.Results())
	}
	if s.core.Done() {
		s.end()
	}
}

func (s *shell) log(text string, session uint32) {
	if s.cfg.Log != nil {
		s.cfg.Log.Info(text, "session", fmt.Sprintf("%08x", session))
	}
}
