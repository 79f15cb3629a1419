package transport

import (
	"context"
	"sync"
	"time"

	"airbridge/units"
)

// SleeperConfig chooses how a Sleeper sleeps. The zero value is right on hardware.
type SleeperConfig struct {
	// Timer sleeps on a runtime timer: coarse (about a millisecond) on hardware, but the only way in virtual time.
	Timer bool
	// Realtime asks for the real-time scheduling class, as Driver.Realtime does. Linux only.
	Realtime bool
}

// Sleeper lets a device goroutine (a display, a source) sleep until an instant, precisely and interruptibly. It
// belongs to the goroutine that made it, which it locks to its thread on Linux; only Close is safe for concurrent use.
type Sleeper struct {
	ctx     context.Context
	clock   *Clock
	precise *preciseSleep // nil: a timer
	timer   *time.Timer
	watch   func() (stopped bool)
	watched chan struct{}

	once   sync.Once
	closed chan struct{}
}

// NewSleeper returns a sleeper on clock whose sleeps end early with ctx. The goroutine that calls it sleeps, and
// calls Release at its end.
func NewSleeper(ctx context.Context, clock *Clock, cfg SleeperConfig) *Sleeper {
	s := &Sleeper{ctx: ctx, clock: clock, closed: make(chan struct{}), watched: make(chan struct{})}
	if !cfg.Timer {
		s.precise = newPreciseSleep(cfg.Realtime)
	}
	if s.precise == nil {
		s.timer = time.NewTimer(0)
		return s
	}
	s.watch = context.AfterFunc(ctx, func() {
		defer close(s.watched)
		s.precise.wake()
	})
	return s
}

// SleepUntil returns nil at or just after m, the context's error where that ends first, and ErrStopped after Close.
// An instant in the past returns at once.
func (s *Sleeper) SleepUntil(m units.Mono) error {
	for {
		if err := s.interrupted(); err != nil {
			return err
		}
		now := s.clock.Now()
		if now >= m {
			return nil
		}
		if s.precise != nil {
			if err := s.precise.sleep(m, now); err != nil {
				return err
			}
			continue
		}
		s.sleepOnTimer(m, now)
	}
}

// Close interrupts the sleep, and every later one. It may be called more than once, from anywhere.
func (s *Sleeper) Close() {
	s.once.Do(func() { close(s.closed) })
	if s.precise != nil {
		s.precise.wake()
	}
}

// Release closes the sleeper and frees its thread. Only the goroutine that sleeps may call it, once.
func (s *Sleeper) Release() {
	s.Close()
	if s.precise == nil {
		s.timer.Stop()
		return
	}
	if !s.watch() {
		<-s.watched
	}
	s.precise.release()
}

func (s *Sleeper) interrupted() error {
	select {
	case <-s.closed:
		return ErrStopped
	case <-s.ctx.Done():
		return s.ctx.Err()
	default:
		return nil
	}
}

func (s *Sleeper) sleepOnTimer(m, now units.Mono) {
	// Never is a wait without end: centuries, and no overflow.
	s.timer.Reset(m.Sub(now))
	select {
	case <-s.timer.C:
	case <-s.closed:
	case <-s.ctx.Done():
	}
}
