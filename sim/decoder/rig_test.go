package decoder

import (
	"net/netip"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/sim/display"
	"airbridge/sim/head"
	"airbridge/sim/host"
	"airbridge/sim/payload"
	"airbridge/units"
)

const (
	ms     = time.Millisecond
	period = time.Second / 72
)

var streamerAddr = netip.MustParseAddrPort("192.0.2.1:9944")

// headset is the real client core with a head, a decoder and a display, and the least of a streamer: it accepts the
// session and sends a frame when told to.
type headset struct {
	t       *testing.T
	host    *host.Host
	core    *client.Core
	decoder *Decoder
	display *display.Display
	now     units.Mono
	number  uint64
	ended   bool
}

func newHeadset(t *testing.T, cfg Config) *headset {
	h := &headset{t: t, decoder: New(cfg), now: units.Mono(5 * time.Second)}
	h.display = display.New(display.Config{Pictures: h.decoder})
	h.core = client.New(client.Config{Streamer: streamerAddr, Nonce: func() uint64 { return 99 }, Patience: time.Hour})
	h.host = host.New(host.Config{Machine: h.core, Devices: []host.Device{h.decoder, h.display, head.New(head.Config{})}})
	return h
}

// pass lets time go by.
func (h *headset) pass(d time.Duration) {
	end := h.now.Add(d)
	for turns := 0; ; turns++ {
		if turns > 100_000 {
			h.t.Fatalf("no end of turns at %d", h.now)
		}
		at := h.host.Deadline()
		if at > end {
			break
		}
		h.now = max(h.now, at)
		h.host.Tick(h.now, h)
	}
	h.now = end
}

func (h *headset) Do(r machine.Event) {
	if _, ok := r.(*client.Ended); ok {
		h.ended = true
	}
}

// Send takes the core's datagrams: it accepts the session and ignores the rest.
func (h *headset) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		header, body, err := wire.ParseHeader(d)
		if err != nil {
			h.t.Fatal(err)
		}
		if header.Kind != wire.KindHello {
			return
		}
		hello, err := wire.ParseHello(body)
		if err != nil {
			h.t.Fatal(err)
		}
		w := wire.Welcome{
			Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: 4, Session: 7, Nonce: hello.Nonce,
			Width: 1920, Height: 1080, Period: period, Datagram: wire.MinDatagram, MaxFrame: 64 << 10,
		}
		h.arrive(w.Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)))
	})
}

func (h *headset) arrive(datagram []byte) {
	h.host.Handle(h.now, &machine.Datagram{From: streamerAddr, At: h.now, Data: datagram}, h)
}

// frame delivers a frame of size bytes, which refers to ref frames back, with its unit's bytes as change leaves them.
func (h *headset) frame(id units.FrameID, ref uint8, size int, change func(unit []byte)) {
	unit := make([]byte, size)
	payload.Fill(unit, id, 0)
	if change != nil {
		change(unit)
	}
	all := append(wire.FrameInfo{Pose: pose.Pose{Orientation: pose.Identity}}.Append(nil), unit...)
	const piece = wire.MinDatagram - wire.ShardOverhead
	count := (len(all) + piece - 1) / piece
	for i := range count {
		h.number++
		s := wire.Shard{Frame: id, Ref: ref, Index: uint8(i), K: uint8(count), Last: true, Length: uint32(len(all))}
		b := wire.Header{Kind: wire.KindShard, Session: 7, Number: h.number}.Append(nil)
		h.arrive(append(s.Append(b), all[i*piece:min((i+1)*piece, len(all))]...))
	}
}
