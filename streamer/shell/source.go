package shell

import (
	"context"
	"errors"
	"io"
	"sync"

	"airbridge/internal/av"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/streamer"
	"airbridge/transport"
	"airbridge/units"
)

// sourceLoop is the game's side: it draws frames when it is advised to, or when its own clock has one, from the pose it
// was handed last.
type sourceLoop struct {
	shell *shell
	wake  chan struct{} // something below changed; holds one, more are dropped

	mu      sync.Mutex
	running bool
	advice  streamer.Advice
	advised bool // the advice was not followed yet
	pose    streamer.Track

	// The goroutine's own. Events are re-used after they were handled: the next but one frame needs them again, and the
	// core has seen the frame before by then.
	last    units.FrameID
	started [4]streamer.RenderStarted
	done    streamer.Rendered
}

func newSourceLoop(s *shell) *sourceLoop {
	l := &sourceLoop{shell: s, wake: make(chan struct{}, 1)}
	l.pose.Pose.Orientation = pose.Identity // until the first pose comes
	return l
}

func (l *sourceLoop) begin() {
	l.set(func() { l.running, l.advised = true, false })
}

func (l *sourceLoop) halt() { l.set(func() { l.running, l.advised = false, false }) }

func (l *sourceLoop) advise(a streamer.Advice) { l.set(func() { l.advice, l.advised = a, true }) }

func (l *sourceLoop) track(t *streamer.Track) {
	l.mu.Lock()
	l.pose = *t
	l.mu.Unlock()
}

func (l *sourceLoop) set(change func()) {
	l.mu.Lock()
	change()
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run draws until ctx ends or the source does.
func (l *sourceLoop) run(ctx context.Context) error {
	cfg := l.shell.cfg
	sleeper := transport.NewSleeper(ctx, cfg.Clock, transport.SleeperConfig{Realtime: false})
	defer sleeper.Release()
	steerable := cfg.Source.Abilities().Steerable
	for {
		start, err := l.await(ctx, steerable)
		if err != nil {
			return transport.Orderly(err)
		}
		if steerable {
			if err := sleeper.SleepUntil(start); err != nil {
				return transport.Orderly(err)
			}
		}
		if err := l.draw(steerable); err != nil {
			return l.end(err)
		}
	}
}

// await blocks until there is something to draw, and returns when.
func (l *sourceLoop) await(ctx context.Context, steerable bool) (units.Mono, error) {
	for {
		l.mu.Lock()
		ready := l.running && (l.advised || !steerable)
		start := l.advice.StartAt
		if ready {
			l.advised = false
		}
		l.mu.Unlock()
		if ready {
			return start, nil
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// draw draws one frame and hands it over. A source with its own clock is asked first and starts when it has answered.
func (l *sourceLoop) draw(steerable bool) error {
	cfg := l.shell.cfg
	l.mu.Lock()
	eye := l.pose.Pose
	l.mu.Unlock()
	l.last++
	began := cfg.Clock.Now()
	if steerable {
		l.tellStart(began)
	}
	f, err := cfg.Source.Next(l.last, eye)
	if err != nil {
		return err
	}
	if !steerable {
		l.tellStart(cfg.Clock.Now())
	}
	if cfg.Drawn != nil {
		cfg.Drawn(l.last, f)
	}
	l.done = streamer.Rendered{Frame: l.last, At: cfg.Clock.Now(), Pose: eye, Handle: l.shell.frames.Put(f)}
	return l.shell.mailbox.Deliver(&l.done)
}

func (l *sourceLoop) tellStart(at units.Mono) {
	e := &l.started[int(l.last)%len(l.started)]
	*e = streamer.RenderStarted{Frame: l.last, At: at}
	_ = l.shell.mailbox.Post(e) // a driver that has ended is found by the next Deliver
}

// end tells the core that the source has ended.
func (l *sourceLoop) end(err error) error {
	if err = transport.Orderly(err); err == nil || errors.Is(err, av.ErrInterrupted) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	var last machine.Event = &streamer.SourceEnded{Err: err}
	return transport.Orderly(l.shell.mailbox.Deliver(last))
}
