// Package duet runs the streamer's and the client's core against each other on one simulated desk: two clocks, a link
// that loses, delays, doubles and reorders, and devices with plain timing. It has tests only. It is no laboratory: it
// shows that the two cores keep the promises they make to their shells and to each other.
package duet

import (
	"bytes"
	"container/heap"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/streamer"
	"airbridge/streamer/control/recovery"
	"airbridge/units"
)

const period = time.Second / 72

var (
	streamerAddr = netip.MustParseAddrPort("192.0.2.1:9944")
	clientAddr   = netip.MustParseAddrPort("192.0.2.2:40000")
)

// desk is the whole world. Time is in nanoseconds.
type desk struct {
	t     *testing.T
	now   int64
	queue events
	seq   uint64
	rng   *rand.Rand
	elide bool

	streamer *streamerHost
	client   *clientHost

	// down and up decide what becomes of a datagram: the delays after which it arrives, none where it is lost.
	down, up func(rng *rand.Rand, now int64, datagram []byte) []time.Duration
}

type event struct {
	at  int64
	seq uint64
	do  func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}

func (d *desk) at(t int64, do func()) {
	d.seq++
	heap.Push(&d.queue, event{max(t, d.now), d.seq, do})
}

func (d *desk) after(delay time.Duration, do func()) { d.at(d.now+int64(delay), do) }

// run lets time pass until an instant.
func (d *desk) run(until time.Duration) {
	for len(d.queue) > 0 && d.queue[0].at <= int64(until) {
		e := heap.Pop(&d.queue).(event)
		d.now = e.at
		e.do()
	}
	d.now = int64(until)
}

// host drives one machine: its clock, its inputs and its deadline.
type host struct {
	desk    *desk
	machine *machine.Trace
	out     machine.Output
	offset  int64
	ppm     int64
	armed   int64
}

func (h *host) mono() units.Mono {
	return units.Mono(h.desk.now + h.offset + h.desk.now*h.ppm/1_000_000)
}

// whenIs returns the desk's time at which the host's clock shows m.
func (h *host) whenIs(m units.Mono) int64 {
	t := (int64(m) - h.offset) * 1_000_000 / (1_000_000 + h.ppm)
	return t + 1
}

func (h *host) handle(in machine.Event) {
	h.machine.Handle(h.mono(), in, h.out)
	h.rearm()
}

// rearm schedules a tick at the deadline. Ticks that were overtaken find nothing due and do nothing.
func (h *host) rearm() {
	deadline := h.machine.Deadline()
	if deadline == units.Never {
		return
	}
	at := max(h.whenIs(deadline), h.desk.now)
	if h.armed > h.desk.now && h.armed <= at {
		return
	}
	h.armed = at
	h.desk.at(at, func() {
		if h.armed == at {
			h.armed = 0
		}
		if h.machine.Deadline() <= h.mono() {
			h.machine.Tick(h.mono(), h.out)
		}
		h.rearm()
	})
}

// streamerHost is the PC: a game that lets itself be steered, and an encoder.
type streamerHost struct {
	host
	core    *streamer.Core
	running bool
	eye     streamer.Track
	frame   units.FrameID
	handles ledger
	rate    int // bytes a frame
	render  time.Duration
	encode  time.Duration
	encoded func(units.FrameID) error // failure to inject
	idrs    []units.FrameID
	last    units.FrameID
	refs    map[units.FrameID]units.FrameID // what each frame refers to
	eyes    map[units.FrameID]pose.Pose     // what each frame was drawn from
	ended   *streamer.Ended
	sent    int
}

// ledger proves that every handle is released exactly once.
type ledger struct {
	t        *testing.T
	name     string
	next     machine.Handle
	out      map[machine.Handle]units.FrameID
	released int
}

func (l *ledger) lend(f units.FrameID) machine.Handle {
	l.next++
	if l.out == nil {
		l.out = map[machine.Handle]units.FrameID{}
	}
	l.out[l.next] = f
	return l.next
}

func (l *ledger) release(h machine.Handle) {
	if _, ok := l.out[h]; !ok {
		l.t.Errorf("%s: handle %d released, which is not out", l.name, h)
	}
	delete(l.out, h)
	l.released++
}

func (s *streamerHost) Send(b machine.Burst) {
	if n := b.Count(); n < 1 || n > machine.MaxBurst {
		s.desk.t.Errorf("burst of %d datagrams", n)
	}
	b.Each(func(d []byte, elided int) {
		s.sent++
		s.desk.carry(s.desk.down, d, func(copied []byte) {
			s.desk.client.handle(&machine.Datagram{From: streamerAddr, At: s.desk.client.mono(), Data: copied, Elided: elided})
		})
	})
}

func (s *streamerHost) Do(r machine.Event) {
	switch r := r.(type) {
	case *streamer.Begin:
		s.running = true
	case *streamer.Halt:
		s.running = false
	case *streamer.Track:
		s.eye = *r
	case *streamer.Advice:
		s.desk.at(s.whenIs(r.StartAt), s.draw)
	case *streamer.Encode:
		s.work(*r)
	case *streamer.Release:
		s.handles.release(r.Handle)
	case *streamer.Ended:
		s.ended = r
	}
}

func (s *streamerHost) draw() {
	if !s.running {
		return
	}
	s.frame++
	id, eye := s.frame, s.eye
	s.eyes[id] = eye.Pose
	s.handle(&streamer.RenderStarted{Frame: id, At: s.mono()})
	s.desk.after(s.render, func() {
		s.handle(&streamer.Rendered{Frame: id, At: s.mono(), Pose: eye.Pose, Handle: s.handles.lend(id)})
	})
}

// work encodes: four slices of a text that names the frame, so that the client's decoder can tell what it got.
func (s *streamerHost) work(r streamer.Encode) {
	s.desk.after(s.encode, func() {
		if s.encoded != nil {
			if err := s.encoded(r.Frame); err != nil {
				s.handle(&streamer.EncoderFailed{Frame: r.Frame, Err: err})
				return
			}
		}
		idr := r.IDR || s.last == 0
		s.refs[r.Frame] = s.last
		if idr {
			s.refs[r.Frame] = 0
			s.idrs = append(s.idrs, r.Frame)
		}
		s.last = r.Frame
		unit := accessUnit(r.Frame, s.rate)
		for i := range 4 {
			from, to := i*len(unit)/4, (i+1)*len(unit)/4
			e := streamer.SliceEncoded{Frame: r.Frame, Slice: i, Last: i == 3, IDR: idr, Bytes: unit[from:to]}
			if s.desk.elide {
				e.Bytes, e.Elided = nil, to-from
			}
			s.handle(&e)
		}
	})
}

func accessUnit(f units.FrameID, size int) []byte {
	b := make([]byte, size)
	for i := 0; i+8 <= size; i += 8 {
		binary.BigEndian.PutUint64(b[i:], uint64(f)<<32|uint64(i))
	}
	return b
}

// clientHost is the headset: a head, a decoder and a display.
type clientHost struct {
	host
	core    *client.Core
	handles ledger
	decode  time.Duration
	busyTo  int64
	decoded map[units.FrameID]bool
	fail    func(units.FrameID) bool
	shown   []shownFrame
	slot    units.SlotID
	started int64
	ended   *client.Ended
	claimed map[units.FrameID]pose.Pose
}

type shownFrame struct {
	slot  units.SlotID
	frame units.FrameID
	at    units.Mono
}

func (c *clientHost) Send(b machine.Burst) {
	b.Each(func(d []byte, _ int) {
		c.desk.carry(c.desk.up, d, func(copied []byte) {
			c.desk.streamer.handle(&machine.Datagram{From: clientAddr, At: c.desk.streamer.mono(), Data: copied})
		})
	})
}

func (c *clientHost) Do(r machine.Event) {
	switch r := r.(type) {
	case *client.SamplePose:
		c.sample(*r)
	case *client.Decode:
		c.work(*r)
	case *client.Latch:
		c.light(*r)
	case *client.Release:
		c.handles.release(r.Handle)
	case *client.Ended:
		c.ended = r
	}
}

// head turns at a steady 30 degrees a second.
func head(at units.Mono) (pose.Pose, pose.Motion) {
	const speed = 30 * 3.141592653589793 / 180
	return pose.Pose{Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, speed*float64(at)/1e9)},
		pose.Motion{Angular: pose.Vec{0, speed, 0}}
}

func (c *clientHost) sample(r client.SamplePose) {
	now := c.mono()
	c.desk.at(c.desk.now, func() {
		p, m := head(now)
		p = pose.Extrapolate(p, m, r.For.Sub(now))
		c.handle(&client.PoseSampled{PoseID: r.PoseID, SampledAt: now, Pose: p, Motion: m})
	})
}

// work decodes, one after the other, and checks what no decoder checks: that the bytes are right and the reference was
// decoded.
func (c *clientHost) work(r client.Decode) {
	d := c.desk
	size := d.streamer.rate
	if d.elide {
		size = 0
	}
	if r.Length() != d.streamer.rate {
		d.t.Errorf("frame %d: %d bytes reached the decoder, want %d", r.Frame, r.Length(), d.streamer.rate)
	}
	if want := accessUnit(r.Frame, size); !bytes.Equal(want, r.Unit) {
		d.t.Errorf("frame %d: wrong bytes reached the decoder", r.Frame)
	}
	if ref := d.streamer.refs[r.Frame]; ref != 0 && !c.decoded[ref] {
		d.t.Errorf("frame %d reached the decoder, but its reference %d never did", r.Frame, ref)
	}
	start := max(d.now, c.busyTo)
	c.busyTo = start + int64(c.decode)
	c.decoded[r.Frame] = true
	id := r.Frame
	d.at(c.busyTo, func() {
		if c.fail != nil && c.fail(id) {
			c.decoded[id] = false
			c.handle(&client.DecodeFailed{Frame: id, Err: fmt.Errorf("injected")})
			return
		}
		c.handle(&client.Decoded{Frame: id, Handle: c.handles.lend(id)})
	})
}

func (c *clientHost) light(r client.Latch) {
	if r.Handle == 0 {
		return
	}
	if _, out := c.handles.out[r.Handle]; !out {
		c.desk.t.Errorf("slot %d latches handle %d, which was released", r.Slot, r.Handle)
	}
	if r.Repeat {
		return
	}
	c.claimed[r.Frame] = r.Pose
	if n := len(c.shown); n > 0 && c.shown[n-1].frame >= r.Frame {
		c.desk.t.Errorf("slot %d shows frame %d after frame %d", r.Slot, r.Frame, c.shown[n-1].frame)
	}
	c.shown = append(c.shown, shownFrame{r.Slot, r.Frame, r.DisplayAt})
	c.desk.at(c.whenIs(r.DisplayAt), func() {
		c.handle(&client.Shown{Slot: r.Slot, Frame: r.Frame, At: r.DisplayAt})
	})
}

// slots announces every refresh one period ahead.
func (c *clientHost) slots() {
	c.slot++
	at := units.Mono(c.started).Add(time.Duration(c.slot+1) * period)
	c.handle(&client.Slot{Timing: presenter.Slot{ID: c.slot, DisplayAt: at, LatchBy: at.Add(-2 * time.Millisecond), Period: period}})
	c.desk.at(c.whenIs(at.Add(-period)), c.slots)
}

// carry passes a datagram over the link.
func (d *desk) carry(link func(*rand.Rand, int64, []byte) []time.Duration, datagram []byte, arrive func([]byte)) {
	for _, delay := range link(d.rng, d.now, datagram) {
		copied := bytes.Clone(datagram)
		d.after(delay, func() { arrive(copied) })
	}
}

// clean is a link that delays by one millisecond.
func clean(*rand.Rand, int64, []byte) []time.Duration { return []time.Duration{time.Millisecond} }

// newDesk lays out a desk with clocks that are far apart and drift by 50 ppm against each other.
func newDesk(t *testing.T, seed uint64) *desk { return newDeskWith(t, seed, false, nil) }

// newDeskWith lays out a desk on which payload is carried or elided, and protected or not.
func newDeskWith(t *testing.T, seed uint64, elide bool, repair recovery.Controller) *desk {
	d := &desk{t: t, rng: rand.New(rand.NewPCG(seed, 1)), elide: elide, down: clean, up: clean}
	var n uint64
	nonce := func() uint64 { n++; return n*0x9e3779b97f4a7c15 + seed }
	d.streamer = &streamerHost{
		core: streamer.New(streamer.Config{
			Width: 1920, Height: 1080, Posed: true, Steerable: true, Nonce: nonce, Once: true, Elide: elide, Recovery: repair,
		}),
		rate: 30_000, render: 4 * time.Millisecond, encode: 5 * time.Millisecond,
		refs: map[units.FrameID]units.FrameID{}, eyes: map[units.FrameID]pose.Pose{},
		handles: ledger{t: t, name: "streamer"},
	}
	d.streamer.host = host{desk: d, machine: machine.NewTrace(d.streamer.core), out: d.streamer, offset: 5e9}
	d.client = &clientHost{
		core:    client.New(client.Config{Streamer: streamerAddr, Nonce: nonce, Elide: elide}),
		decode:  2 * time.Millisecond,
		decoded: map[units.FrameID]bool{}, claimed: map[units.FrameID]pose.Pose{},
		handles: ledger{t: t, name: "client"},
	}
	d.client.host = host{desk: d, machine: machine.NewTrace(d.client.core), out: d.client, offset: 77e9, ppm: 50}
	d.client.started = 77e9
	d.at(0, d.client.slots)
	d.at(0, d.client.rearm)
	return d
}

// stop ends the session from the streamer's side and lets everything settle.
func (d *desk) stop() {
	d.streamer.handle(&streamer.Stop{Reason: "the test is over"})
	d.run(time.Duration(d.now) + 2*time.Second)
}

// settled checks what must be true after every session, whatever happened in it.
func (d *desk) settled() *streamer.Results {
	d.t.Helper()
	if d.streamer.ended == nil {
		d.t.Fatal("the streamer's session has not ended")
	}
	if n := len(d.streamer.handles.out); n != 0 {
		d.t.Errorf("streamer keeps %d handles: %v", n, d.streamer.handles.out)
	}
	if n := len(d.client.handles.out); n != 0 {
		d.t.Errorf("client keeps %d handles: %v", n, d.client.handles.out)
	}
	r := d.streamer.core.Results()
	if err := r.Frames.Check(); err != nil {
		d.t.Error(err)
	}
	return r
}

// lose returns a link that delays by a millisecond and loses with probability p.
func lose(p float64) func(*rand.Rand, int64, []byte) []time.Duration {
	return func(rng *rand.Rand, _ int64, _ []byte) []time.Duration {
		if rng.Float64() < p {
			return nil
		}
		return []time.Duration{time.Millisecond}
	}
}

// kindOf returns what a datagram carries.
func kindOf(datagram []byte) wire.Kind {
	h, _, err := wire.ParseHeader(datagram)
	if err != nil {
		return 0
	}
	return h.Kind
}

// TestBrokenChainMendsHoweverLateTheIDRComes fails a frame in the decoder while the way up is dead: more complete frames
// wait for their reference than the client has room for, and the IDR must find room all the same.
func TestBrokenChainMendsHoweverLateTheIDRComes(t *testing.T) {
	d := newDesk(t, 14)
	d.client.fail = func(f units.FrameID) bool { return f == 100 }
	d.up = func(rng *rand.Rand, now int64, b []byte) []time.Duration {
		if now > int64(1300*time.Millisecond) && now < int64(2000*time.Millisecond) {
			return nil
		}
		return clean(rng, now, b)
	}
	d.run(5 * time.Second)
	d.stop()
	d.settled()
	last := d.client.shown[len(d.client.shown)-1].frame
	if last < 330 {
		t.Errorf("the last of 360 frames shown is %d: the picture froze", last)
	}
}
