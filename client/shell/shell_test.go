package shell

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	"airbridge/protocol/wire"
	"airbridge/units"
)

func TestFramesReachTheScreensInOrder(t *testing.T) {
	const n = 40
	g := newStage(t, n, 1)
	decoded := 0
	g.cfg.Decoded = func(_ units.FrameID, idr bool, unit []byte) {
		if decoded++; !idr || len(unit) != 1500 {
			t.Errorf("decoded a unit of %d bytes, IDR %t", len(unit), idr)
		}
	}
	r, err := g.play(context.Background())
	if err != nil || r.Reason != "all was shown" {
		t.Errorf("Run = %q, %v; want the streamer's reason and no error", r.Reason, err)
	}
	if len(g.eyes.seen) != n || r.Unseen != 0 || decoded != n {
		t.Errorf("%d frames seen, %d unseen, %d decoded, want all %d", len(g.eyes.seen), r.Unseen, decoded, n)
	}
	o := r.Statistics.Outcomes
	if o[wire.Displayed]+o[wire.Late] != n || len(g.known) != n {
		t.Errorf("outcomes %v, %d reported, want %d shown", o, len(g.known), n)
	}
	if r.Stream.Session != session || r.TraceHash == 0 || r.Scheduling == "" || g.decoder.closed != 1 {
		t.Errorf("session %d, trace %x, scheduling %q, decoder closed %d times", r.Stream.Session, r.TraceHash, r.Scheduling, g.decoder.closed)
	}
}

func TestCancelEndsTheSessionInOrder(t *testing.T) {
	g := newStage(t, 1<<30, 3)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	g.eyes.look = func(id units.FrameID) error {
		if id >= 10 {
			cancel()
		}
		return nil
	}
	r, err := g.play(ctx)
	if err != nil || r.Reason != "stopped by the user" || g.reason != r.Reason {
		t.Errorf("Run = %q, %v, and the streamer heard %q; want the user's stop on both sides", r.Reason, err, g.reason)
	}
	var outcomes uint64
	for _, n := range r.Statistics.Outcomes {
		outcomes += n
	}
	if outcomes < 10 || outcomes < uint64(len(g.eyes.seen)) {
		t.Errorf("%d outcomes of %d frames seen", outcomes, len(g.eyes.seen))
	}
}

func TestStopBeforeTheBeginning(t *testing.T) {
	g := newStage(t, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := g.play(ctx); err != nil || r.Reason != "stopped by the user" {
		t.Errorf("Run = %q, %v; want the user's stop", r.Reason, err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	g := newStage(t, 1, 1)
	g.cfg.Core.DialFor = 30 * time.Millisecond
	g.cfg.Core.Streamer = g.cfg.Socket.LocalAddr() // itself: says no Welcome
	if _, err := g.play(context.Background()); !errors.Is(err, client.ErrNoAnswer) {
		t.Errorf("Run = %v, want ErrNoAnswer", err)
	}
}

func TestDecoderThatDoesNotOpenEndsTheSession(t *testing.T) {
	g := newStage(t, 1, 1)
	codec := errors.New("no such codec")
	g.cfg.OpenDecoder = func(w wire.Welcome) (Decoder, error) {
		var none *fakeDecoder // what a constructor returns beside its error
		return none, codec
	}
	_, err := g.play(context.Background())
	if !errors.Is(err, codec) || err.Error() != "client: decoder: no such codec" {
		t.Errorf("Run = %v, want the decoder's error", err)
	}
}

func TestDamagedFrameIsLost(t *testing.T) {
	g := newStage(t, 30, 2)
	g.decoder.fail = 7
	r, err := g.play(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Statistics; s.DecodeFailures != 1 || s.Outcomes[wire.Lost] != 1 || g.known[7] != wire.Lost || s.Refreshes < 1 {
		t.Errorf("%d failures, outcomes %v, frame 7 reported %s, %d IDRs asked for; want 1 lost",
			s.DecodeFailures, s.Outcomes, g.known[7], s.Refreshes)
	}
	// One request, and another only where the answer took longer than the back-off: 100 ms, then twice as long each time.
	most, took := uint64(1), g.decoder.mended.Sub(g.decoder.failed)
	for wait := 100 * time.Millisecond; took >= wait; wait *= 2 {
		took -= wait
		most++
	}
	if r.Statistics.Refreshes > most {
		t.Errorf("%d IDRs asked for in %v, want %d at most", r.Statistics.Refreshes, g.decoder.mended.Sub(g.decoder.failed), most)
	}
	for _, id := range g.eyes.seen {
		if id == 7 {
			t.Error("the damaged frame was shown")
		}
	}
}

// What waits behind the frame at which a screen fails is given back unseen.
func TestScreenThatFailsEndsTheSession(t *testing.T) {
	const n = 20
	g := newStage(t, n, 1)
	full := errors.New("disk is full")
	g.eyes.look = func(units.FrameID) error {
		<-g.done
		return full
	}
	r, err := g.play(context.Background())
	if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "client: display: frame 1: ") {
		t.Errorf("Run = %v, want the screen's error with its frame", err)
	}
	if len(g.eyes.seen) != 1 || r.Unseen != n-1 {
		t.Errorf("%d seen, %d unseen, want 1 and %d", len(g.eyes.seen), r.Unseen, n-1)
	}
}

// A screen that is slow misses frames; it delays neither the display nor the session, and nothing leaks.
func TestSlowScreenMissesFrames(t *testing.T) {
	const n = 40
	g := newStage(t, n, 1)
	g.eyes.look = func(id units.FrameID) error {
		if id == 1 {
			<-g.done
		}
		return nil
	}
	r, err := g.play(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	// The first frame is being looked at, as many as the channel takes wait behind it, and the last may find room again:
	// it is reported before it is handed on.
	seen := len(g.eyes.seen)
	if seen < lookDepth || seen > 2+lookDepth || uint64(seen)+r.Unseen != n {
		t.Errorf("%d seen, %d unseen of %d; want %d seen", seen, r.Unseen, n, 1+lookDepth)
	}
}

// What is left in the channels when every goroutine has ended is given back. On the commit that introduced the shell a
// frame latched behind the display's last look leaked.
func TestDrainGivesEverythingBack(t *testing.T) {
	g := newStage(t, 0, 0)
	l := newDisplayLoop(&shell{})
	for range latchDepth + 2 { // two more than it takes
		f, _ := g.pool.Get()
		l.latch(client.Latch{}, f)
	}
	for range lookDepth + 2 {
		f, _ := g.pool.Get()
		l.pass(display.Shown{Picture: f})
	}
	close(l.shown)
	l.drain()
	if out := g.pool.Out(); out != 0 || l.unseen != lookDepth+2 {
		t.Errorf("%d frames not given back, %d unseen, want none and %d", out, l.unseen, lookDepth+2)
	}
	g.conn.Close()
}
