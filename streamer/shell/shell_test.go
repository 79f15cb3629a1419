package shell

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"airbridge/internal/av"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/streamer"
	"airbridge/streamer/source"
	"airbridge/transport"
	"airbridge/units"

	"github.com/pion/transport/v3/stdnet"
)

// grey is a source of grey frames. What next returns comes in the place of a frame.
type grey struct {
	pool        *av.Pool
	abilities   source.Abilities
	next        func(units.FrameID) error
	interrupted atomic.Bool
}

func (g *grey) Abilities() source.Abilities { return g.abilities }

func (g *grey) Next(id units.FrameID, _ pose.Pose) (*av.Frame, error) {
	if g.next != nil {
		if err := g.next(id); err != nil {
			return nil, err
		}
	}
	f, ok := g.pool.Get()
	if !ok {
		return nil, errors.New("all frames are in use")
	}
	return f, nil
}

func (g *grey) Interrupt()   { g.interrupted.Store(true) }
func (g *grey) Close() error { return nil }

// deaf is an encoder that takes frames and gives nothing: an empty access unit, or an error where there is one.
type deaf struct {
	err    error
	frames atomic.Int64
}

func (d *deaf) Encode(f *av.Frame, _ int64, _ bool) (av.Packet, error) {
	d.frames.Add(1)
	_ = f.Picture() // panics where the frame was released too early
	return av.Packet{}, d.err
}

func (*deaf) SetBitrate(units.Bitrate) error { return nil }

// setUp returns a shell's configuration with a grey source and a deaf encoder, to serve one session.
func setUp(t *testing.T) (Config, *grey) {
	t.Helper()
	pool, err := av.NewPool(320, 192, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	network, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := transport.Listen(network, "127.0.0.1:0", transport.SocketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	var n atomic.Uint64
	src := &grey{pool: pool, abilities: source.Abilities{Steerable: true, FPS: 100}}
	return Config{
		Core: streamer.Config{
			Width: 320, Height: 192, Period: 10 * time.Millisecond, Once: true,
			Nonce: func() uint64 { return n.Add(0x9e3779b97f4a7c15) },
		},
		Socket: socket, Clock: transport.NewClock(), Source: src, Encoder: &deaf{},
	}, src
}

// run runs the shell with a scripted client, and fails where it does not end by itself.
func run(t *testing.T, ctx context.Context, cfg Config) (Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(cfg.Socket.LocalAddr()))
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		script(conn)
	}()
	result, err := Run(ctx, cfg)
	_ = conn.Close()
	<-gone
	if cfg.Source.(*grey).pool.Out() != 0 {
		t.Errorf("%d frames were never released", cfg.Source.(*grey).pool.Out())
	}
	if !cfg.Source.(*grey).interrupted.Load() {
		t.Error("the source was not interrupted at the end")
	}
	return result, err
}

// script is a client that asks for a session, sends poses and acknowledges what it is told, until the socket is closed.
func script(conn *net.UDPConn) {
	var session, heard uint32
	var number uint64
	send := func(k wire.Kind, body []byte) {
		number++
		_, _ = conn.Write(append(wire.Header{Kind: k, Session: session, Number: number}.Append(nil), body...))
	}
	buf := make([]byte, 2000)
	for {
		if session == 0 {
			h := wire.Hello{MinVersion: 1, MaxVersion: 1, Datagram: 1400, Period: 10 * time.Millisecond, Nonce: 7}
			send(wire.KindHello, h.Append(nil))
		} else {
			at := units.PeerMono(time.Now().UnixNano())
			t := wire.Tracking{ID: units.PoseID(number), Slot: units.SlotID(number), Sampled: at, Display: at.Add(40 * time.Millisecond)}
			t.Pose.Orientation = pose.Identity
			send(wire.KindTracking, t.Append(nil))
			send(wire.KindControl, wire.Control{Ack: heard}.Append(nil))
		}
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		n, err := conn.Read(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		h, body, err := wire.ParseHeader(buf[:n])
		if err != nil {
			continue
		}
		switch h.Kind {
		case wire.KindWelcome:
			if w, err := wire.ParseWelcome(body); err == nil && session == 0 {
				session, number = w.Session, 0
			}
		case wire.KindControl:
			if c, err := wire.ParseControl(body); err == nil {
				heard = max(heard, c.Seq)
			}
		}
	}
}

// An encoder that answers with nothing at all must not leave the core waiting for ever.
func TestEncoderWithoutOutputEndsTheSession(t *testing.T) {
	broken := errors.New("no such device")
	for _, c := range []struct{ err, want error }{{nil, av.ErrNoOutput}, {broken, broken}} {
		cfg, _ := setUp(t)
		encoder := &deaf{err: c.err}
		cfg.Encoder = encoder
		result, err := run(t, t.Context(), cfg)
		if !errors.Is(err, streamer.ErrEncoder) || !errors.Is(err, c.want) {
			t.Errorf("ended with %v, want %v", err, c.want)
		}
		if encoder.frames.Load() < 10 || result.Results.Frames.Skipped < 10 {
			t.Errorf("%d frames tried, %d skipped; an encoder has ten tries", encoder.frames.Load(), result.Results.Frames.Skipped)
		}
	}
}

func TestSourceDecidesTheEnd(t *testing.T) {
	broken := errors.New("the disc is gone")
	for _, c := range []struct {
		name string
		err  error
		want error
	}{{"end of file", io.EOF, nil}, {"failure", broken, broken}} {
		for _, steerable := range []bool{true, false} {
			cfg, src := setUp(t)
			src.abilities.Steerable = steerable
			src.next = func(id units.FrameID) error {
				if id > 3 {
					return c.err
				}
				return nil
			}
			result, err := run(t, t.Context(), cfg)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%s, steerable %v: ended with %v, want %v", c.name, steerable, err, c.want)
			}
			if result.Results == nil || result.Reason == "" {
				t.Errorf("%s, steerable %v: no results", c.name, steerable)
			}
		}
	}
}

func TestCancelEndsASessionInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg, src := setUp(t)
	src.next = func(id units.FrameID) error {
		if id == 5 {
			cancel()
		}
		return nil
	}
	var ended []*streamer.Ended
	cfg.Session = func(e *streamer.Ended, r *streamer.Results) {
		ended = append(ended, e)
		if err := r.Frames.Check(); err != nil {
			t.Error(err)
		}
	}
	result, err := run(t, ctx, cfg)
	if err != nil || result.Reason != "stopped by the user" {
		t.Errorf("ended with %v, as %q", err, result.Reason)
	}
	if len(ended) != 1 {
		t.Errorf("%d sessions ended, want one", len(ended))
	}
}

func TestCancelEndsTheWaitForAClient(t *testing.T) {
	cfg, src := setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	result, err := Run(ctx, cfg)
	if err != nil || result.Results != nil || result.Reason != "stopped by the user" {
		t.Errorf("ended with %v, as %q, with results %v", err, result.Reason, result.Results)
	}
	if src.pool.Out() != 0 {
		t.Errorf("%d frames were drawn for nobody", src.pool.Out())
	}
}

func TestDrawnSeesEveryFrame(t *testing.T) {
	cfg, src := setUp(t)
	src.next = func(id units.FrameID) error {
		if id > 4 {
			return io.EOF
		}
		return nil
	}
	var drawn []units.FrameID
	cfg.Drawn = func(id units.FrameID, f *av.Frame) {
		if f.Width() == 320 {
			drawn = append(drawn, id)
		}
	}
	if _, err := run(t, t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if len(drawn) != 4 || drawn[0] != 1 || drawn[3] != 4 {
		t.Errorf("drawn were frames %v, want 1 to 4", drawn)
	}
}
