//go:build cgo

package main

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	clientshell "airbridge/client/shell"
	"airbridge/client/tracker"
	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/streamer"
	streamershell "airbridge/streamer/shell"
	"airbridge/streamer/source"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
	"golang.org/x/sync/errgroup"
)

const loopbackFPS = 60

// loopback is both shells on this machine, and what to change about them.
type loopback struct {
	t        *testing.T
	streamer streamershell.Config
	client   clientshell.Config
	markers  display.Markers
	seen     seen
	lent     *lender
}

// seen counts the frames that were shown.
type seen struct{ atomic.Int64 }

func (s *seen) Show(display.Shown) error { s.Add(1); return nil }

// patience is how long the ends bear with each other: this machine may be busy with other things.
const patience = 20 * time.Second

// lender is a source that keeps count of the frames it lent out.
type lender struct {
	source.Source
	next func(units.FrameID) error // an error to return in the place of a frame
	lent atomic.Int64
	all  []*av.Frame
}

func (l *lender) Next(id units.FrameID, p pose.Pose) (*av.Frame, error) {
	if l.next != nil {
		if err := l.next(id); err != nil {
			return nil, err
		}
	}
	f, err := l.Source.Next(id, p)
	if err == nil {
		l.lent.Add(1)
		if !slices.Contains(l.all, f) {
			l.all = append(l.all, f)
		}
	}
	return f, err
}

// out returns how many frames were never released: the use of a released frame panics.
func (l *lender) out() (n int) {
	for _, f := range l.all {
		if !panics(func() { f.Picture() }) {
			n++
		}
	}
	return n
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

func newLoopback(t *testing.T) *loopback {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	scene, err := source.Open("scene", source.Config{Width: 320, Height: 192, FPS: loopbackFPS, Seed: 1})
	must(err)
	t.Cleanup(func() { _ = scene.Close() })
	encoder, err := av.OpenEncoder(av.EncoderConfig{Name: "libx264", Width: 320, Height: 192, FPS: loopbackFPS, Bitrate: 2 * units.Mbps, Slices: 2})
	must(err)
	t.Cleanup(encoder.Close)
	network, err := stdnet.NewNet()
	must(err)
	var sockets [2]*transport.Socket
	for i := range sockets {
		sockets[i], err = transport.Listen(network, "127.0.0.1:0", transport.SocketConfig{})
		must(err)
		t.Cleanup(func() { _ = sockets[i].Close() })
	}
	l := &loopback{t: t, lent: &lender{Source: scene}}
	clock, period := transport.NewClock(), time.Second/loopbackFPS
	l.streamer = streamershell.Config{
		Core: streamer.Config{
			Width: 320, Height: 192, Period: period, Posed: true, Steerable: true, Nonce: nonce, Once: true, Patience: patience,
		},
		Socket: sockets[0], Clock: clock, Source: l.lent, Encoder: encoder,
	}
	l.client = clientshell.Config{
		Core:        client.Config{Streamer: sockets[0].LocalAddr(), Period: period, Nonce: nonce, Patience: patience},
		Socket:      sockets[1],
		Clock:       clock,
		Tracker:     tracker.New(1),
		OpenDecoder: func(wire.Welcome) (clientshell.Decoder, error) { return av.OpenDecoder(av.DecoderConfig{}) },
		Screens:     []display.Screen{&l.markers, &l.seen},
	}
	return l
}

// run streams until both ends have ended, and checks what every session must keep to.
func (l *loopback) run(ctx context.Context) (sent streamershell.Result, seen clientshell.Result, err error) {
	l.t.Helper()
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a hang, not a measurement
	defer cancel()
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group errgroup.Group
	group.Go(func() (err error) {
		defer stop()
		sent, err = streamershell.Run(ctx, l.streamer)
		return err
	})
	var seenErr error
	group.Go(func() error {
		seen, seenErr = clientshell.Run(watching, l.client)
		return nil
	})
	err = group.Wait()
	if seenErr != nil {
		l.t.Errorf("the client ended with %v", seenErr)
	}
	if sent.Results == nil {
		l.t.Fatalf("no session came about: %v", err)
	}
	f := sent.Results.Frames
	if err := f.Check(); err != nil {
		l.t.Error(err)
	}
	l.t.Logf("%d frames drawn, %d rendered = %d displayed + %d late (%d shown) + %d replaced + %d lost + %d skipped; %d refreshes, %d unsendable",
		l.lent.lent.Load(), f.Rendered, f.Displayed, f.Late, f.ShownLate, f.Replaced, f.Lost, f.Skipped, sent.Results.Refreshes, sent.Results.Unsendable)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		l.t.Errorf("the session did not end by itself; seen %+v", seen)
	}
	if n := l.lent.out(); n != 0 {
		l.t.Errorf("%d of %d frames were never released", n, len(l.lent.all))
	}
	if l.markers.Errors() != 0 {
		l.t.Errorf("markers: %d wrong, %d damaged, %d missing, %d out of order", l.markers.Wrong, l.markers.Corrupt, l.markers.Unmarked, l.markers.Repeated)
	}
	if after := settledGoroutines(before); after > before {
		stacks := make([]byte, 1<<16)
		l.t.Errorf("%d goroutines before, %d after:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
	return sent, seen, err
}

// settledGoroutines counts goroutines once those that have nothing left to do have gone.
func settledGoroutines(want int) (n int) {
	for range 100_000 {
		if n = runtime.NumGoroutine(); n <= want {
			break
		}
		runtime.Gosched()
	}
	return n
}

// until ends the source when a condition holds.
func (l *loopback) until(enough func() bool) {
	l.lent.next = func(units.FrameID) error {
		if enough() {
			return io.EOF
		}
		return nil
	}
}

func TestLoopbackDisplaysFrames(t *testing.T) {
	l := newLoopback(t)
	l.until(func() bool { return l.seen.Load() >= 30 })
	sent, seen, err := l.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f := sent.Results.Frames; f.Displayed+f.ShownLate == 0 || l.markers.Read < 30 {
		t.Errorf("%d frames displayed, %d shown late, %d markers read", f.Displayed, f.ShownLate, l.markers.Read)
	}
	if sent.Reason != "the source ended" || seen.Reason != sent.Reason {
		t.Errorf("ended as %q, the client was told %q", sent.Reason, seen.Reason)
	}
	if seen.Stream.Width != 320 || sent.TraceHash == 0 || sent.Scheduling == "" {
		t.Errorf("results: %+v", sent)
	}
}

func TestLoopbackEndsInOrderWhenCancelled(t *testing.T) {
	l := newLoopback(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l.lent.next = func(id units.FrameID) error {
		if id == 20 {
			cancel()
		}
		return nil
	}
	sent, seen, err := l.run(ctx)
	if err != nil || sent.Reason != "stopped by the user" || seen.Reason != sent.Reason {
		t.Errorf("ended with %v, as %q; the client was told %q", err, sent.Reason, seen.Reason)
	}
	if sent.Results.Frames.Rendered == 0 {
		t.Error("no frame is in the books")
	}
}

func TestLoopbackSourceThatFailsEndsTheSession(t *testing.T) {
	broken := errors.New("the disc is gone")
	l := newLoopback(t)
	l.lent.next = func(id units.FrameID) error {
		if id > 15 {
			return broken
		}
		return nil
	}
	sent, seen, err := l.run(t.Context())
	if !errors.Is(err, broken) || !errors.Is(err, streamer.ErrSource) {
		t.Errorf("ended with %v, want the source's own words", err)
	}
	if !strings.Contains(seen.Reason, broken.Error()) {
		t.Errorf("the client was told %q", seen.Reason)
	}
	if n := sent.Results.Frames.Rendered; n == 0 || n > 15 {
		t.Errorf("%d frames in the books, of 15", n)
	}
}

// flaky is an encoder that fails now and then.
type flaky struct {
	streamershell.Encoder
	every  int64
	failed atomic.Int64
}

func (f *flaky) Encode(frame *av.Frame, pts int64, idr bool) (av.Packet, error) {
	if pts%f.every == 0 {
		f.failed.Add(1)
		return av.Packet{}, errors.New("injected")
	}
	return f.Encoder.Encode(frame, pts, idr)
}

func TestLoopbackSurvivesAnEncoderThatFails(t *testing.T) {
	l := newLoopback(t)
	encoder := &flaky{Encoder: l.streamer.Encoder, every: 10}
	l.streamer.Encoder = encoder
	l.until(func() bool { return encoder.failed.Load() >= 3 && l.seen.Load() >= 10 })
	sent, _, err := l.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := sent.Results.Frames
	if n := encoder.failed.Load(); f.Skipped < n-1 || f.Displayed+f.ShownLate == 0 {
		t.Errorf("%d failures, %d frames skipped, %d displayed", n, f.Skipped, f.Displayed)
	}
}
