package encoder_test

import (
	"errors"
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
	bytes   int // of video
}

func (v *viewer) Send(b machine.Burst) {
	b.Each(func(d []byte, elided int) {
		h, body, err := wire.ParseHeader(d)
		if err != nil {
			return
		}
		switch h.Kind {
		case wire.KindShard:
			v.bytes += len(d) + elided
		case wire.KindWelcome:
			if w, err := wire.ParseWelcome(body); err == nil {
				v.session = w.Session
			}
		}
	})
}

func (v *viewer) Do(machine.Event) {}

func (v *viewer) say(k wire.Kind, body []byte) {
	v.number++
	d := append(wire.Header{Kind: k, Session: v.session, Number: v.number}.Append(nil), body...)
	v.h.Handle(v.now, &machine.Datagram{From: headset, At: v.now, Data: d}, v)
}

func (v *viewer) run(d time.Duration) {
	end := v.now.Add(d)
	for v.h.Deadline() <= end {
		v.now = max(v.now, v.h.Deadline())
		v.h.Tick(v.now, v)
	}
	v.now = end
}

// stream has the core stream from a scene through an encoder for some seconds, and returns its books, the bytes of video
// on the path, and the trace.
func stream(t *testing.T, cfg encoder.Config, seconds int) (r *streamer.Results, bytes int, trace uint64) {
	t.Helper()
	core := streamer.New(streamer.Config{
		Width: 1920, Height: 1080, Posed: true, Steerable: true, Bitrate: 20 * units.Mbps, Elide: !cfg.Full,
		Nonce: func() uint64 { return 4 },
	})
	traced := machine.NewTrace(core)
	v := &viewer{now: units.Mono(time.Second)}
	v.h = host.New(host.Config{Machine: traced, Devices: []host.Device{game.New(game.Config{Seed: 1}), encoder.New(cfg)}})
	hello := wire.Hello{MinVersion: wire.Version, MaxVersion: wire.Version, Datagram: wire.DefaultDatagram, Period: slot, Nonce: 9}
	v.say(wire.KindHello, hello.Append(nil))
	v.run(time.Millisecond)
	v.number = 0
	for i := range 3 * 72 * seconds {
		track := wire.Tracking{
			ID: units.PoseID(i + 1), Slot: units.SlotID(100 + i/3), Sampled: units.PeerMono(v.now), Display: units.PeerMono(v.now.Add(3 * slot)),
			Pose: pose.Pose{Position: pose.Vec{float64(i) * 1e-4}, Orientation: pose.Identity},
		}
		v.say(wire.KindTracking, track.Append(nil))
		v.run(slot / 3)
	}
	v.h.Handle(v.now, &streamer.Stop{Reason: "the test is over"}, v)
	v.run(3 * time.Second)
	if err := core.Results().Frames.Check(); err != nil {
		t.Error(err)
	}
	return core.Results(), v.bytes, traced.Sum()
}

func TestTheStreamerStreamsFromTheEncoder(t *testing.T) {
	for _, oneByOne := range []bool{false, true} {
		cfg := encoder.Config{Seed: 1, OneByOne: oneByOne}
		elided, bytes, trace := stream(t, cfg, 4)
		// 4 s at 20 Mbps are 10 MB; the encoder's first second is below, headers and the like are above.
		if elided.Frames.Rendered < 280 || bytes < 9_000_000 || bytes > 10_800_000 {
			t.Errorf("one by one %t: %d frames, %d bytes in 4 s, want about 288 and 10 MB", oneByOne, elided.Frames.Rendered, bytes)
		}
		cfg.Full = true
		_, fullBytes, fullTrace := stream(t, cfg, 4)
		if fullBytes != bytes || fullTrace != trace {
			t.Errorf("one by one %t: with full payload %d bytes and trace %x, without %d and %x", oneByOne, fullBytes, fullTrace, bytes, trace)
		}
	}
}

// A frame that fails costs that frame and an IDR picture, nothing else.
func TestTheStreamerLivesThroughFailures(t *testing.T) {
	failed := 0
	cfg := encoder.Config{Seed: 1, Fail: func(f units.FrameID) error {
		if f%50 == 0 {
			failed++
			return errors.New("injected")
		}
		return nil
	}}
	r, _, _ := stream(t, cfg, 4)
	if failed != 5 || r.Frames.Rendered < 280 {
		t.Errorf("%d failures, %d frames rendered; want 5, and about 288", failed, r.Frames.Rendered)
	}
}
