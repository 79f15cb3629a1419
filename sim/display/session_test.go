package display_test

import (
	"net/netip"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/sim/decoder"
	"airbridge/sim/display"
	"airbridge/sim/host"
	"airbridge/units"
)

var streamerAddr = netip.MustParseAddrPort("192.0.2.1:9944")

const period = time.Second / 72

// session is the real client core with a decoder and a display, and the least of a streamer.
type session struct {
	t       *testing.T
	host    *host.Host
	now     units.Mono
	number  uint64
	reports []wire.Report
}

func (s *session) pass(d time.Duration) {
	end := s.now.Add(d)
	for turns := 0; s.host.Deadline() <= end; turns++ {
		if turns > 100_000 {
			s.t.Fatalf("no end of turns at %d", s.now)
		}
		s.now = max(s.now, s.host.Deadline())
		s.host.Tick(s.now, s)
	}
	s.now = end
}

func (*session) Do(machine.Event) {}

func (s *session) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		header, body, err := wire.ParseHeader(d)
		if err != nil {
			s.t.Fatal(err)
		}
		switch header.Kind {
		case wire.KindHello:
			hello, err := wire.ParseHello(body)
			if err != nil {
				s.t.Fatal(err)
			}
			w := wire.Welcome{
				Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: 4, Session: 7, Nonce: hello.Nonce,
				Width: 640, Height: 480, Period: period, Datagram: wire.MinDatagram, MaxFrame: 64 << 10,
			}
			s.arrive(w.Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)))
		case wire.KindFeedback:
			f, err := wire.ParseFeedback(body)
			if err != nil {
				s.t.Fatal(err)
			}
			for i := range f.Len() {
				s.reports = append(s.reports, f.At(i))
			}
		}
	})
}

func (s *session) arrive(datagram []byte) {
	s.host.Handle(s.now, &machine.Datagram{From: streamerAddr, At: s.now, Data: datagram}, s)
}

// frame delivers a frame of one datagram.
func (s *session) frame(id units.FrameID) {
	s.number++
	all := append(wire.FrameInfo{Pose: pose.Pose{Orientation: pose.Identity}}.Append(nil), make([]byte, 100)...)
	shard := wire.Shard{Frame: id, Ref: 1, K: 1, Last: true, Length: uint32(len(all))}
	if id == 1 {
		shard.Ref = 0
	}
	b := wire.Header{Kind: wire.KindShard, Session: 7, Number: s.number}.Append(nil)
	s.arrive(append(shard.Append(b), all...))
}

// On a headset whose display runs at its own pace, the real core latches each frame in time and reports the light that
// the display told it of.
func TestCoreLatchesEverySlot(t *testing.T) {
	s := &session{t: t, now: units.Mono(40 * time.Second)}
	core := client.New(client.Config{Streamer: streamerAddr, Nonce: func() uint64 { return 9 }, Patience: time.Hour})
	pictures := decoder.New(decoder.Config{Latency: decoder.Latency{Fixed: 3 * time.Millisecond}})
	d := display.New(display.Config{PPB: -40_000, Scanout: 4 * time.Millisecond, Jitter: 2 * time.Millisecond, Pictures: pictures})
	s.host = host.New(host.Config{Machine: core, Devices: []host.Device{d, pictures}})
	s.pass(20 * time.Millisecond)
	const frames = 400
	for id := units.FrameID(1); id <= frames; id++ {
		s.frame(id)
		s.pass(period)
	}
	s.pass(10 * period)

	got := d.Statistics()
	want := display.Statistics{Slots: got.Slots, Fresh: got.Fresh}
	if got != want || got.Fresh < frames-2 || got.Fresh > frames || got.Slots < frames+8 {
		t.Errorf("%+v, want %d fresh slots, none late and no defect", got, frames)
	}
	outcomes := map[wire.Outcome]int{}
	seen := map[units.FrameID]bool{}
	for _, r := range s.reports {
		if seen[r.Frame] {
			continue // reports are repeated until they are acknowledged
		}
		seen[r.Frame] = true
		outcomes[r.Outcome]++
		if r.Outcome != wire.Displayed {
			continue
		}
		// From the latch to the light is the scanout, exactly.
		if scanout := r.Displayed - r.Latched; scanout != 4*time.Millisecond {
			t.Fatalf("frame %d: %v from latch to light, want 4ms", r.Frame, scanout)
		}
	}
	if outcomes[wire.Displayed] < frames-3 {
		t.Errorf("outcomes %v of %d frames", outcomes, frames)
	}
}
