package head

import (
	"net/netip"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/client/tracker"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/sim/display"
	"airbridge/sim/host"
	"airbridge/units"
)

var streamerAddr = netip.MustParseAddrPort("192.0.2.1:9944")

// session is the real client core with a head and a display, and a streamer that accepts it and listens.
type session struct {
	t     *testing.T
	host  *host.Host
	now   units.Mono
	poses []wire.Tracking
	at    []units.Mono // when each was sent
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
				Width: 640, Height: 480, Period: time.Second / 72, Datagram: wire.MinDatagram, MaxFrame: 64 << 10,
			}
			s.host.Handle(s.now, &machine.Datagram{
				From: streamerAddr, At: s.now, Data: w.Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)),
			}, s)
		case wire.KindTracking:
			p, err := wire.ParseTracking(body)
			if err != nil {
				s.t.Fatal(err)
			}
			s.poses, s.at = append(s.poses, p), append(s.at, s.now)
		}
	})
}

// The real core samples the head three times a frame, and the streamer gets what the player's head does.
func TestCoreSendsTheHead(t *testing.T) {
	const latency = 500 * time.Microsecond
	s := &session{t: t, now: 3000 * ms}
	core := client.New(client.Config{Streamer: streamerAddr, Nonce: func() uint64 { return 9 }, Patience: time.Hour})
	h := New(Config{Seed: 6, Latency: latency})
	s.host = host.New(host.Config{Machine: core, Devices: []host.Device{h, display.New(display.Config{})}})
	s.pass(2 * time.Second)

	if n := len(s.poses); n < 420 || n > 440 {
		t.Errorf("%d poses in two seconds, want three a frame, 432", n)
	}
	same := tracker.New(6)
	var last units.PoseID
	for i, p := range s.poses {
		if p.ID != last+1 {
			t.Fatalf("pose %d after %d", p.ID, last)
		}
		last = p.ID
		sampled := units.Mono(p.Sampled)
		if got := s.at[i].Sub(sampled); got != latency {
			t.Errorf("pose %d was sent %v after it was sampled, want %v", p.ID, got, latency)
		}
		want, _ := same.Predict(sampled, units.Mono(p.Display))
		// The wire rounds.
		if off := pose.Angle(p.Pose.Orientation, want.Orientation); off > 1e-3 {
			t.Errorf("pose %d is %v radians off", p.ID, off)
		}
	}
	if s := h.Statistics(); s.Dropped != 0 || s.Samples < uint64(last) {
		t.Errorf("%+v", s)
	}
}
