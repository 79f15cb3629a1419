package shell

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/client/display"
	"airbridge/client/tracker"
	"airbridge/internal/av"
	"airbridge/protocol/packet"
	"airbridge/protocol/pose"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/transport"
	"airbridge/units"

	pion "github.com/pion/transport/v3"
	"github.com/pion/transport/v3/stdnet"
)

const session = 99

// streamer is a plain UDP socket that follows a script: it welcomes a client, sends frames, each when an earlier one was
// reported, and says goodbye. Every frame is an IDR. It has no clock: what the client sends moves it.
type streamer struct {
	t      *testing.T
	conn   pion.UDPConn
	frames int // to send
	window int // how many may be under way

	to      net.Addr
	number  uint64
	packets *packet.Packetizer
	control *reliable.Channel
	sent    int
	idle    int // datagrams that came since the last news
	known   map[units.FrameID]wire.Outcome
	reason  string        // of the client's Bye
	done    chan struct{} // closed when all frames are reported
}

// serve follows the script until the socket is closed.
func (s *streamer) serve() error {
	s.known = map[units.FrameID]wire.Outcome{}
	s.control = reliable.New(reliable.Config{})
	if err := s.conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	buf := make([]byte, 2000)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if err != nil {
			return fmt.Errorf("after %d frames, %d reported: %w", s.sent, len(s.known), err)
		}
		h, body, err := wire.ParseHeader(buf[:n])
		if err != nil {
			return err
		}
		s.to = from
		if err := s.take(h, body); err != nil {
			return err
		}
		if s.to == nil || h.Kind == wire.KindHello {
			continue
		}
		if err := s.push(); err != nil {
			return err
		}
	}
}

func (s *streamer) take(h wire.Header, body []byte) error {
	switch h.Kind {
	case wire.KindHello:
		hello, err := wire.ParseHello(body)
		if err != nil {
			return err
		}
		w := wire.Welcome{
			Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: 1, Session: session,
			Nonce: hello.Nonce, Width: 64, Height: 64, Period: hello.Period, Datagram: 600, MaxFrame: 1 << 16,
		}
		return s.write(w.Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)))
	case wire.KindFeedback:
		f, err := wire.ParseFeedback(body)
		if err != nil {
			return err
		}
		for i := range f.Len() {
			s.known[f.At(i).Frame] = f.At(i).Outcome
		}
		s.idle = 0
	case wire.KindControl:
		c, err := wire.ParseControl(body)
		if err != nil {
			return err
		}
		s.control.Handle(0, c, func(b []byte) {
			if m, err := wire.ParseMessage(b); err == nil && m.Kind == wire.MessageBye {
				s.reason = m.Reason
				s.bye("after you")
			}
		})
	}
	return nil
}

// push sends what may be sent now.
func (s *streamer) push() error {
	// A feedback that was lost comes again only with the next: after a while without news a frame more is sent.
	s.idle++
	for s.sent < s.frames && (s.sent-len(s.known) < s.window || s.idle > 300) && s.reason == "" {
		s.idle = 0
		if err := s.frame(); err != nil {
			return err
		}
	}
	if s.sent == s.frames && len(s.known) == s.frames && s.reason == "" {
		s.reason = "none"
		close(s.done)
		s.bye("all was shown")
	}
	for {
		c, ok := s.control.Pull(0)
		if !ok {
			return nil
		}
		s.number++
		h := wire.Header{Kind: wire.KindControl, Session: session, Number: s.number}
		if err := s.write(c.Append(h.Append(nil))); err != nil {
			return err
		}
	}
}

func (s *streamer) bye(reason string) {
	if err := s.control.Queue(wire.Message{Kind: wire.MessageBye, Reason: reason}.Append(nil)); err != nil {
		s.t.Error(err)
	}
}

func (s *streamer) frame() error {
	if s.packets == nil {
		var err error
		if s.packets, err = packet.New(packet.Config{Session: session, Datagram: 600, MaxFrame: 1 << 16}); err != nil {
			return err
		}
	}
	s.sent++
	unit := binary.BigEndian.AppendUint32(make([]byte, 0, 1500), uint32(s.sent))
	info := wire.FrameInfo{Pose: pose.Pose{Orientation: pose.Identity}}
	if err := s.packets.Begin(units.FrameID(s.sent), 0, info); err != nil {
		return err
	}
	if err := s.packets.Slice(unit[:1500], 0, true); err != nil {
		return err
	}
	for {
		b := s.packets.Take(0, s.number+1, 1, 600)
		if b.Count == 0 {
			return nil
		}
		s.number++
		if err := s.write(b.Slab); err != nil {
			return err
		}
	}
}

func (s *streamer) write(d []byte) error {
	_, err := s.conn.WriteTo(d, s.to)
	return err
}

// fakeDecoder writes the number of the frame into a picture.
type fakeDecoder struct {
	pool   *av.Pool
	fail   units.FrameID
	closed int

	failed, mended time.Time // when frame fail came, and the first after it
}

var errDamaged = errors.New("damaged")

func (d *fakeDecoder) Decode(unit []byte, pts int64) (*av.Frame, error) {
	id := binary.BigEndian.Uint32(unit)
	if units.FrameID(id) == d.fail {
		d.failed = time.Now()
		return nil, errDamaged
	}
	if !d.failed.IsZero() && d.mended.IsZero() {
		d.mended = time.Now()
	}
	f, ok := d.pool.Get()
	if !ok || int64(id) != pts || len(unit) != 1500 {
		return nil, fmt.Errorf("frame %d, pts %d, %d bytes, a picture: %t", id, pts, len(unit), ok)
	}
	binary.BigEndian.PutUint32(f.Picture().Y, id)
	return f, nil
}

func (d *fakeDecoder) Close() { d.closed++ }

// eyes see frames and check that the picture is the frame's.
type eyes struct {
	t    *testing.T
	seen []units.FrameID
	look func(units.FrameID) error // where set
}

func (e *eyes) Show(s display.Shown) error {
	if n := len(e.seen); n > 0 && e.seen[n-1] >= s.Frame {
		e.t.Errorf("frame %d seen after frame %d", s.Frame, e.seen[n-1])
	}
	if got := binary.BigEndian.Uint32(s.Picture.Picture().Y); got != uint32(s.Frame) {
		e.t.Errorf("frame %d has the picture of frame %d", s.Frame, got)
	}
	e.seen = append(e.seen, s.Frame)
	if e.look != nil {
		return e.look(s.Frame)
	}
	return nil
}

// stage is a client's shell before a scripted streamer.
type stage struct {
	streamer
	decoder fakeDecoder
	eyes    eyes
	cfg     Config
	pool    *av.Pool
}

func newStage(t *testing.T, frames, window int) *stage {
	t.Helper()
	n, err := stdnet.NewNet()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := n.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	socket, err := transport.Listen(n, "127.0.0.1:0", transport.SocketConfig{})
	if err != nil {
		t.Fatal(err)
	}
	pool, err := av.NewPool(64, 64, 40)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close(); pool.Close() })
	g := &stage{pool: pool}
	g.streamer = streamer{t: t, conn: conn, frames: frames, window: window, done: make(chan struct{})}
	g.decoder.pool, g.eyes.t = pool, t
	g.cfg = Config{
		Core: client.Config{
			Streamer: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Nonce: rand.Uint64, Period: 4 * time.Millisecond,
			Patience: 10 * time.Second, // a busy machine may pause this process
		},
		Socket: socket, Clock: transport.NewClock(), Tracker: tracker.New(1),
		OpenDecoder: func(wire.Welcome) (Decoder, error) { return &g.decoder, nil },
		Screens:     []display.Screen{&g.eyes},
	}
	return g
}

// play runs the shell to its end, and checks what must be true after every session.
func (g *stage) play(ctx context.Context) (Result, error) {
	g.t.Helper()
	before := runtime.NumGoroutine()
	var group sync.WaitGroup
	group.Go(func() {
		if err := g.serve(); err != nil && !errors.Is(err, net.ErrClosed) {
			g.t.Error(err)
		}
	})
	result, err := Run(ctx, g.cfg)
	if e := g.conn.Close(); e != nil {
		g.t.Error(e)
	}
	group.Wait()
	if out := g.pool.Out(); out != 0 {
		g.t.Errorf("%d frames were not released", out)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ { // the last ones are on their way out
		if i == 1000 {
			g.t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
			break
		}
		time.Sleep(time.Millisecond)
	}
	return result, err
}
