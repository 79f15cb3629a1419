package shell

import (
	"context"
	"errors"
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/internal/av"
	"airbridge/internal/handle"
	"airbridge/machine"
	"airbridge/transport"
	"airbridge/units"

	"golang.org/x/sync/errgroup"
)

// shell obeys the core's requests on the pump's goroutine.
type shell struct {
	cfg     Config
	core    *client.Core
	mailbox *transport.Mailbox
	frames  handle.Table[*av.Frame]
	decoder *decoderLoop
	display *displayLoop
	poses   ring[client.PoseSampled]
	result  Result
	err     error // why the core ended
	end     context.CancelFunc
	told    units.Mono
}

// ring hands out event structs in turn. It holds twice what a mailbox does: what a struct said last has been handled, or
// was never taken, when it comes round again.
type ring[T any] struct {
	slots [2 * transport.DefaultMailbox]T
	next  int
}

func (r *ring[T]) put(v T) *T {
	p := &r.slots[r.next%len(r.slots)]
	r.next++
	*p = v
	return p
}

// Run dials and shows frames until ctx ends or the session does. It returns what was counted also when it returns an
// error.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if cfg.Scanout == 0 {
		cfg.Scanout = 2 * time.Millisecond
	}
	s := &shell{cfg: cfg, core: client.New(cfg.Core), mailbox: transport.NewMailbox(0)}
	s.decoder = newDecoderLoop(s)
	s.display = newDisplayLoop(s)
	trace := machine.NewTrace(s.core)
	driver := &transport.Driver{
		Machine: trace, Socket: cfg.Socket, Clock: cfg.Clock, Mailbox: s.mailbox, Devices: s,
		Realtime: cfg.Realtime, Log: cfg.Log,
	}
	// The session ends in order after ctx has: the core is asked to, and says when it is done.
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	s.end = end
	stop := context.AfterFunc(ctx, func() { _ = s.mailbox.Deliver(&client.Stop{Reason: "stopped by the user"}) })
	defer stop()

	group, running := errgroup.WithContext(running)
	group.Go(func() error { defer end(); return driver.Run(running) })
	group.Go(func() error { return s.decoder.run(running) })
	group.Go(func() error { return s.display.run(running) })
	group.Go(func() error { return s.display.look() })
	err := group.Wait()
	s.display.drain()
	for _, f := range s.frames.Drain() {
		f.Release()
	}
	s.result.Statistics, s.result.Stream = *s.core.Statistics(), s.core.Stream()
	s.result.TraceHash, s.result.Scheduling = trace.Sum(), driver.Scheduling()
	s.result.Unseen = s.display.unseen
	if err = errors.Join(s.err, err); err != nil {
		return s.result, fmt.Errorf("client: %w", err)
	}
	return s.result, nil
}

// Do obeys one request.
func (s *shell) Do(r machine.Event) {
	switch r := r.(type) {
	case *client.Configure:
		if s.cfg.Log != nil {
			s.cfg.Log.Info("session begins", "session", fmt.Sprintf("%08x", r.Stream.Session),
				"width", r.Stream.Width, "height", r.Stream.Height)
		}
		s.decoder.configure(r.Stream)
	case *client.Decode:
		s.decoder.decode(r)
	case *client.SamplePose:
		now := s.cfg.Clock.Now()
		p, m := s.cfg.Tracker.Predict(now, r.For)
		_ = s.mailbox.Post(s.poses.put(client.PoseSampled{PoseID: r.PoseID, SampledAt: now, Pose: p, Motion: m}))
	case *client.Latch:
		s.onLatch(r)
	case *client.Release:
		s.frames.Take(r.Handle).Release()
	case *client.Ended:
		s.result.Reason, s.err = r.Reason, r.Err
		s.end()
	}
}

func (s *shell) onLatch(r *client.Latch) {
	if !r.Repeat { // a display repeats by itself
		s.display.latch(*r, s.frames.Get(r.Handle).Ref())
	}
	if s.cfg.Progress != nil && r.DisplayAt >= s.told.Add(time.Second) {
		s.told = r.DisplayAt
		s.cfg.Progress(s.core.Statistics())
	}
}
