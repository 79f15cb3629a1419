package transport

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"airbridge/units"
)

var sleepers = map[string]SleeperConfig{"precise": {}, "real-time": {Realtime: true}, "timer": {Timer: true}}

// TestSleepIsNeverShort proves that a sleep ends at its instant or after, and an instant in the past ends at once.
func TestSleepIsNeverShort(t *testing.T) {
	for name, cfg := range sleepers {
		clock := NewClock()
		s := NewSleeper(t.Context(), clock, cfg)
		for range 5 {
			m := clock.Now().Add(300 * time.Microsecond)
			if err := s.SleepUntil(m); err != nil || clock.Now() < m {
				t.Errorf("%s: SleepUntil(%d) = %v at %d", name, m, err, clock.Now())
			}
		}
		if err := s.SleepUntil(0); err != nil {
			t.Errorf("%s: SleepUntil(0) = %v, want nil", name, err)
		}
		s.Release()
	}
}

// TestSleepIsInterrupted proves that Close and the context end a sleep that would last for ever.
func TestSleepIsInterrupted(t *testing.T) {
	for name, cfg := range sleepers {
		for _, byContext := range []bool{false, true} {
			ctx, cancel := context.WithCancel(context.Background())
			made, ended := make(chan *Sleeper), make(chan error)
			go func() {
				s := NewSleeper(ctx, NewClock(), cfg)
				defer s.Release()
				made <- s
				ended <- s.SleepUntil(units.Never)
			}()
			s, want := <-made, ErrStopped
			if byContext {
				want = context.Canceled
				cancel()
			} else {
				s.Close()
				s.Close()
			}
			if err := <-ended; !errors.Is(err, want) {
				t.Errorf("%s: SleepUntil = %v, want %v", name, err, want)
			}
			cancel()
		}
	}
}

// TestSleepInVirtualTime proves that the timer sleeps to the exact nanosecond of a bubble.
func TestSleepInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := NewClock()
		s := NewSleeper(t.Context(), clock, SleeperConfig{Timer: true})
		defer s.Release()
		for _, m := range []units.Mono{1, 1000, 3_600_000_000_000} {
			if err := s.SleepUntil(m); err != nil || clock.Now() != m {
				t.Errorf("SleepUntil(%d) = %v at %d", m, err, clock.Now())
			}
		}
	})
}
