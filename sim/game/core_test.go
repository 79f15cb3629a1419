package game_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/sim/encoder"
	"airbridge/sim/game"
	"airbridge/sim/host"
	"airbridge/streamer"
	"airbridge/units"
)

const slot = time.Second / 72

var headset = netip.MustParseAddrPort("192.0.2.2:40000")

// viewer is what a streamer sees of a client that tracks its head and says nothing else.
type viewer struct {
	h       *host.Host
	now     units.Mono
	session uint32
	number  uint64
	ended   *streamer.Ended
}

func (v *viewer) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		if h, body, err := wire.ParseHeader(d); err == nil && h.Kind == wire.KindWelcome {
			if w, err := wire.ParseWelcome(body); err == nil {
				v.session = w.Session
			}
		}
	})
}

func (v *viewer) Do(r machine.Event) {
	if e, ok := r.(*streamer.Ended); ok {
		v.ended = e
	}
}

func (v *viewer) say(k wire.Kind, body []byte) {
	v.number++
	d := append(wire.Header{Kind: k, Session: v.session, Number: v.number}.Append(nil), body...)
	v.h.Handle(v.now, &machine.Datagram{From: headset, At: v.now, Data: d}, v)
}

// run lets time pass.
func (v *viewer) run(d time.Duration) {
	for end := v.now.Add(d); ; {
		if v.h.Deadline() > end {
			v.now = end
			return
		}
		v.now = max(v.now, v.h.Deadline())
		v.h.Tick(v.now, v)
	}
}

// stream has a core stream for some seconds from a game, and returns its books.
func stream(t *testing.T, g *game.Game, kind game.Kind, d time.Duration) *streamer.Results {
	t.Helper()
	core := streamer.New(streamer.Config{
		Width: 1920, Height: 1080, Posed: kind.Posed(), Steerable: kind.Steerable(), Once: true, Bitrate: 20 * units.Mbps,
		Nonce: func() uint64 { return 4 },
	})
	v := &viewer{now: units.Mono(time.Second)}
	v.h = host.New(host.Config{Machine: core, Devices: []host.Device{g, encoder.New(encoder.Config{Seed: 1})}})
	hello := wire.Hello{MinVersion: wire.Version, MaxVersion: wire.Version, Datagram: wire.DefaultDatagram, Period: slot, Nonce: 9}
	v.say(wire.KindHello, hello.Append(nil))
	v.run(time.Millisecond)
	v.number = 0
	for i := range int(3 * d / slot) {
		track := wire.Tracking{
			ID: units.PoseID(i + 1), Slot: units.SlotID(100 + i/3), Sampled: units.PeerMono(v.now), Display: units.PeerMono(v.now.Add(3 * slot)),
			Pose: pose.Pose{Position: pose.Vec{float64(i) * 1e-4}, Orientation: pose.Identity},
		}
		v.say(wire.KindTracking, track.Append(nil))
		v.run(slot / 3)
	}
	v.h.Handle(v.now, &streamer.Stop{Reason: "the test is over"}, v)
	v.run(3 * time.Second)
	if v.ended == nil || v.ended.Err != nil {
		t.Fatalf("the session ended with %+v", v.ended)
	}
	if n := g.Out(); n != 0 {
		t.Errorf("%d frames were never released", n)
	}
	r := core.Results()
	if err := r.Frames.Check(); err != nil {
		t.Error(err)
	}
	return r
}

func TestTheStreamerStreamsFromEveryKind(t *testing.T) {
	for _, kind := range []game.Kind{game.Scene, game.Vsync, game.Video} {
		t.Run(kind.String(), func(t *testing.T) {
			r := stream(t, game.New(game.Config{Kind: kind, Seed: 3}), kind, 4*time.Second)
			if n := r.Frames.Rendered; n < 280 || n > 292 {
				t.Errorf("%d frames rendered in 4 s, want about 288", n)
			}
		})
	}
}

// A game that needs 1.4 periods for a frame renders every other one.
func TestASlowGameHalvesItsRate(t *testing.T) {
	slow := game.Config{Kind: game.Vsync, Seed: 3, Render: game.Render{Mean: 20 * time.Millisecond, Spread: -1, HitchEvery: -1}}
	r := stream(t, game.New(slow), game.Vsync, 4*time.Second)
	if n := r.Frames.Rendered; n < 140 || n > 148 {
		t.Errorf("%d frames rendered in 4 s, want about 144", n)
	}
}

func Example() {
	g := game.New(game.Config{Kind: game.Vsync, Render: game.Render{Mean: 6 * time.Millisecond, Spread: -1, HitchEvery: -1}})
	g.Do(0, &streamer.Begin{Period: 10 * time.Millisecond})
	for range 4 {
		now := g.Next()
		fmt.Printf("%s %T\n", time.Duration(now), g.Take(now))
	}
	// Output:
	// 0s *streamer.RenderStarted
	// 6ms *streamer.Rendered
	// 10ms *streamer.RenderStarted
	// 16ms *streamer.Rendered
}
