package shell

import (
	"context"
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	"airbridge/client/presenter"
	"airbridge/internal/av"
	"airbridge/transport"
	"airbridge/units"
)

const (
	// latchDepth is how many latched frames wait for their light, lookDepth how many shown frames for the screens.
	latchDepth = 8
	lookDepth  = 8
)

// displayLoop is a display without a panel: it has slots of a fixed period, shows what was latched when a slot's time
// comes, and hands what it showed to the screens.
type displayLoop struct {
	shell   *shell
	latched chan latched
	shown   chan display.Shown
	unseen  uint64

	slots  ring[client.Slot]
	events ring[client.Shown]
}

// latched is what a slot shall show for the first time, with a reference of its own.
type latched struct {
	client.Latch
	picture *av.Frame
}

func newDisplayLoop(s *shell) *displayLoop {
	return &displayLoop{shell: s, latched: make(chan latched, latchDepth), shown: make(chan display.Shown, lookDepth)}
}

// latch takes a slot's new frame; it owns the reference f. A display that has stopped taking them shows nothing.
func (l *displayLoop) latch(r client.Latch, f *av.Frame) {
	select {
	case l.latched <- latched{r, f}:
	default:
		f.Release()
	}
}

// run keeps the display's rhythm until ctx ends, and tells the screens then that nothing more comes.
func (l *displayLoop) run(ctx context.Context) error {
	defer close(l.shown)
	cfg := l.shell.cfg
	sleeper := transport.NewSleeper(ctx, cfg.Clock, transport.SleeperConfig{Realtime: cfg.Realtime})
	defer sleeper.Release()
	period := l.period()
	displayAt := cfg.Clock.Now().Add(period)
	for id := units.SlotID(1); ; id++ {
		slot := presenter.Slot{ID: id, DisplayAt: displayAt, LatchBy: displayAt.Add(-cfg.Scanout), Period: period}
		_ = l.shell.mailbox.Post(l.slots.put(client.Slot{Timing: slot})) // after the end of the driver nobody listens
		if err := sleeper.SleepUntil(displayAt); err != nil {
			return transport.Orderly(err)
		}
		l.light(id, displayAt)
		displayAt = displayAt.Add(period)
	}
}

func (l *displayLoop) period() time.Duration {
	if p := l.shell.cfg.Core.Period; p != 0 {
		return p
	}
	return time.Second / 72
}

// light shows what was latched for slot id. What was latched too late for its own slot lights up now.
func (l *displayLoop) light(id units.SlotID, displayAt units.Mono) {
	for {
		select {
		case f := <-l.latched:
			at := displayAt
			if f.Slot != id {
				at = max(displayAt, l.shell.cfg.Clock.Now())
			}
			_ = l.shell.mailbox.Post(l.events.put(client.Shown{Slot: f.Slot, Frame: f.Frame, At: at}))
			l.pass(display.Shown{Slot: f.Slot, At: at, Frame: f.Frame, Pose: f.Pose, Picture: f.picture})
		default:
			return
		}
	}
}

// pass hands a shown frame to the screens, unless they are behind.
func (l *displayLoop) pass(s display.Shown) {
	select {
	case l.shown <- s:
	default:
		l.unseen++
		s.Picture.Release()
	}
}

// look lets the screens see what was shown until the display has ended and nothing is left.
func (l *displayLoop) look() error {
	for s := range l.shown {
		if err := l.see(s); err != nil {
			return err
		}
	}
	return nil
}

func (l *displayLoop) see(s display.Shown) error {
	defer s.Picture.Release()
	for _, screen := range l.shell.cfg.Screens {
		if err := screen.Show(s); err != nil {
			return fmt.Errorf("display: frame %d: %w", s.Frame, err)
		}
	}
	return nil
}

// drain lets go of what was latched and never lit, and of what the screens did not want to see, when every goroutine
// has ended.
func (l *displayLoop) drain() {
	for len(l.latched) > 0 {
		(<-l.latched).picture.Release()
	}
	for s := range l.shown {
		l.unseen++
		s.Picture.Release()
	}
}
