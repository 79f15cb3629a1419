package client

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/units"
)

const (
	ms          = units.Mono(time.Millisecond)
	testPeriod  = time.Second / 72
	testSession = 77
	// mostTicks is how often a core may ask to be ticked at one instant.
	mostTicks = 64
)

var (
	streamerAddr = netip.MustParseAddrPort("192.0.2.1:9944")
	strangerAddr = netip.MustParseAddrPort("192.0.2.9:9944")
)

// rig drives one core and plays the streamer and the devices. It is what the core's shell sees, without any device.
type rig struct {
	t    testing.TB
	core *Core
	now  units.Mono

	session uint32
	number  uint64 // of the streamer's last datagram
	control *reliable.Channel
	nonces  uint64

	sent      []packet
	decodes   []Decode
	samples   []SamplePose
	latches   []Latch
	releases  []machine.Handle
	configure []Configure
	ended     *Ended

	onDo func(machine.Event) // sees every request, where set
}

// packet is a datagram the core sent.
type packet struct {
	at     units.Mono
	header wire.Header
	body   []byte
}

func newRig(t testing.TB, cfg Config) *rig {
	r := &rig{t: t, now: 5000 * ms, session: testSession, control: reliable.New(reliable.Config{})}
	cfg.Streamer = streamerAddr
	cfg.Nonce = func() uint64 { r.nonces++; return r.nonces * 1000 }
	r.core = New(cfg)
	return r
}

// streamingRig is a rig whose session is open and whose display has announced its first slots.
func streamingRig(t testing.TB, cfg Config) *rig {
	r := newRig(t, cfg)
	r.tick()
	r.welcome()
	r.slot(1, r.now+units.Mono(testPeriod))
	return r
}

func (r *rig) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		h, body, err := wire.ParseHeader(d)
		if err != nil {
			r.t.Errorf("the core sent %x: %v", d, err)
		}
		if b.To != streamerAddr {
			r.t.Errorf("a datagram to %v", b.To)
		}
		r.sent = append(r.sent, packet{r.now, h, bytes.Clone(body)})
	})
}

func (r *rig) Do(e machine.Event) {
	switch e := e.(type) {
	case *Configure:
		r.configure = append(r.configure, *e)
	case *Decode:
		d := *e
		d.Unit = bytes.Clone(e.Unit)
		r.decodes = append(r.decodes, d)
	case *SamplePose:
		r.samples = append(r.samples, *e)
	case *Latch:
		r.latches = append(r.latches, *e)
	case *Release:
		r.releases = append(r.releases, e.Handle)
	case *Ended:
		if r.ended != nil {
			r.t.Errorf("ended twice: %+v, then %+v", *r.ended, *e)
		}
		r.ended = &Ended{e.Reason, e.Err}
	default:
		r.t.Errorf("unknown request %T", e)
	}
	if r.onDo != nil {
		r.onDo(e)
	}
}

// handle passes an input.
func (r *rig) handle(in machine.Event) { r.core.Handle(r.now, in, r) }

// tick does what is due now. A core that is never done would keep its pump busy for ever.
func (r *rig) tick() {
	for range mostTicks {
		if r.core.Deadline() > r.now {
			return
		}
		r.core.Tick(r.now, r)
	}
	r.t.Fatalf("still due after %d ticks at %d: deadline %d, phase %d, gate %+v",
		mostTicks, r.now, r.core.Deadline(), r.core.phase, r.core.gate.deadline())
}

// pass lets time go by, ticking at every deadline.
func (r *rig) pass(d time.Duration) {
	end := r.now.Add(d)
	for r.now < end {
		r.tick()
		r.now = max(r.now, min(r.core.Deadline(), end))
	}
	r.tick()
}

// datagram returns a datagram of the streamer's with the next number.
func (r *rig) datagram(k wire.Kind, body []byte) []byte {
	r.number++
	h := wire.Header{Kind: k, Session: r.session, Number: r.number}
	return append(h.Append(nil), body...)
}

func (r *rig) arrive(datagram []byte) {
	r.handle(&machine.Datagram{From: streamerAddr, At: r.now, Data: datagram})
}

func (r *rig) receive(k wire.Kind, body []byte) { r.arrive(r.datagram(k, body)) }

func (r *rig) offer() wire.Welcome {
	return wire.Welcome{
		Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: 4,
		Session: r.session, Nonce: r.core.dial.nonce, Width: 640, Height: 480, Period: testPeriod,
		Datagram: wire.MinDatagram, MaxFrame: 64 << 10,
	}
}

func (r *rig) answer(w wire.Welcome) {
	r.arrive(w.Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)))
}

// welcome accepts the dialled session.
func (r *rig) welcome() {
	r.answer(r.offer())
	if r.core.phase != streaming {
		r.t.Fatalf("phase %d after a Welcome", r.core.phase)
	}
}

// info is a frame's prefix with nothing of interest.
func info(slot units.SlotID) wire.FrameInfo {
	return wire.FrameInfo{Slot: slot, Pose: pose.Pose{Orientation: pose.Identity}}
}

// cut returns the datagrams of a frame whose access unit has size bytes.
func (r *rig) cut(id units.FrameID, ref uint8, i wire.FrameInfo, size int) [][]byte {
	unit := bytes.Repeat([]byte{byte(id)}, size)
	return r.shards(id, ref, append(i.Append(nil), unit...))
}

func (r *rig) shards(id units.FrameID, ref uint8, all []byte) (datagrams [][]byte) {
	const payload = wire.MinDatagram - wire.ShardOverhead
	pieces := slices.Collect(slices.Chunk(all, payload))
	for n, p := range pieces {
		s := wire.Shard{
			Frame: id, Ref: ref, Index: uint8(n), K: uint8(len(pieces)), Last: true, Length: uint32(len(all)),
			Sent: uint32(r.now / 1000),
		}
		datagrams = append(datagrams, r.datagram(wire.KindShard, append(s.Append(nil), p...)))
	}
	return datagrams
}

// frame delivers a whole frame.
func (r *rig) frame(id units.FrameID, ref uint8, i wire.FrameInfo) {
	for _, d := range r.cut(id, ref, i, 1000) {
		r.arrive(d)
	}
}

// decoded answers the oldest request of the decoder with a handle of the frame's number.
func (r *rig) decoded(id units.FrameID) {
	r.handle(&Decoded{Frame: id, Handle: machine.Handle(id)})
}

// slot announces a slot that lights up at an instant and is latched 2 ms before.
func (r *rig) slot(id units.SlotID, displayAt units.Mono) {
	r.handle(&Slot{Timing: presenter.Slot{ID: id, DisplayAt: displayAt, LatchBy: displayAt - 2*ms, Period: testPeriod}})
}

// count returns how many datagrams of a kind were sent.
func (r *rig) count(k wire.Kind) int { return len(r.bodies(k)) }

func (r *rig) bodies(k wire.Kind) (all [][]byte) {
	for _, p := range r.sent {
		if p.header.Kind == k {
			all = append(all, p.body)
		}
	}
	return all
}

// heard lets the streamer's end of the control channel take everything the core has sent since, and answer. It returns
// the messages that were new.
func (r *rig) heard() (messages []wire.Message) {
	for _, p := range r.sent {
		if p.header.Kind != wire.KindControl {
			continue
		}
		c, err := wire.ParseControl(p.body)
		if err != nil {
			r.t.Errorf("control: %v", err)
		}
		r.control.Handle(r.now, c, func(b []byte) {
			m, err := wire.ParseMessage(b)
			if err != nil {
				r.t.Errorf("message %x: %v", b, err)
			}
			messages = append(messages, m)
		})
	}
	r.sent = slices.DeleteFunc(r.sent, func(p packet) bool { return p.header.Kind == wire.KindControl })
	r.control.Acknowledge()
	r.pull()
	return messages
}

// pull delivers what the streamer's end of the control channel wants to say.
func (r *rig) pull() {
	for {
		c, ok := r.control.Pull(r.now)
		if !ok {
			return
		}
		r.receive(wire.KindControl, c.Append(nil))
	}
}

// say sends a message of the streamer's.
func (r *rig) say(m wire.Message) {
	if err := r.control.Queue(m.Append(nil)); err != nil {
		r.t.Fatal(err)
	}
	r.pull()
}

// reportsSent returns the reports of all feedback so far, a slice each.
func (r *rig) reportsSent() (all [][]wire.Report) {
	for _, b := range r.bodies(wire.KindFeedback) {
		f, err := wire.ParseFeedback(b)
		if err != nil {
			r.t.Fatalf("feedback: %v", err)
		}
		var batch []wire.Report
		for i := range f.Len() {
			batch = append(batch, f.At(i))
		}
		all = append(all, batch)
	}
	return all
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
