package streamer

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"
)

var (
	headset  = netip.MustParseAddrPort("192.0.2.2:40000")
	stranger = netip.MustParseAddrPort("192.0.2.3:40000")
)

const testPeriod = 10 * time.Millisecond

// rig is a core whose clock, client, source and encoder are the test's own hands.
type rig struct {
	t    testing.TB
	core *Core
	now  units.Mono

	bursts  []machine.Burst // sent since the last look, copied
	asked   []machine.Event // asked for since the last look
	session uint32
	number  uint64 // of the client's last datagram
	pose    units.PoseID
	lent    machine.Handle
	held    map[machine.Handle]bool
}

// newRig returns a core at 10 s of its clock, to which nobody has spoken yet. A change may adjust the configuration.
func newRig(t testing.TB, change func(*Config)) *rig {
	var n uint64
	cfg := Config{
		Width: 320, Height: 192, Period: testPeriod, Posed: true, MaxFrame: 250_000,
		Nonce: func() uint64 { n++; return n * 0x9e3779b97f4a7c15 },
	}
	if change != nil {
		change(&cfg)
	}
	return &rig{t: t, core: New(cfg), now: units.Mono(10 * time.Second), held: map[machine.Handle]bool{}}
}

func (r *rig) Send(b machine.Burst) {
	b.Slab = bytes.Clone(b.Slab)
	r.bursts = append(r.bursts, b)
}

func (r *rig) Do(e machine.Event) {
	r.asked = append(r.asked, keep(e))
	if e, ok := e.(*Release); ok {
		if !r.held[e.Handle] {
			r.t.Errorf("handle %d released, which the core does not hold", e.Handle)
		}
		delete(r.held, e.Handle)
	}
}

// keep returns a request that stays: the core re-uses those of every frame.
func keep(e machine.Event) machine.Event {
	switch e := e.(type) {
	case *Track:
		return new(*e)
	case *Advice:
		return new(*e)
	case *Encode:
		return new(*e)
	case *Release:
		return new(*e)
	}
	return e
}

func (r *rig) handle(e machine.Event) { r.core.Handle(r.now, e, r) }

// maxTicks is the most ticks that a core may need at one instant.
const maxTicks = 64

// run lets time pass, ticking at every deadline.
func (r *rig) run(d time.Duration) {
	r.t.Helper()
	end := r.now.Add(d)
	for r.core.Deadline() <= end {
		r.now = max(r.now, r.core.Deadline())
		r.settle()
	}
	r.now = end
}

// settle ticks until nothing is due at this instant.
func (r *rig) settle() {
	r.t.Helper()
	for ticks := 0; r.core.Deadline() <= r.now; ticks++ {
		if ticks == maxTicks {
			r.t.Fatalf("stage %d: still something due at %d after %d ticks, deadline %d", r.core.stage, r.now, ticks, r.core.Deadline())
		}
		before := len(r.bursts)
		r.core.Tick(r.now, r)
		r.checkTick(r.bursts[before:])
	}
}

// checkTick checks what one tick sent: at most one burst of video.
func (r *rig) checkTick(sent []machine.Burst) {
	video := 0
	for _, b := range sent {
		if n := b.Count(); n < 1 || n > machine.MaxBurst {
			r.t.Errorf("burst of %d datagrams", n)
		}
		if kind(b) == wire.KindShard {
			video++
		}
	}
	if video > 1 {
		r.t.Errorf("one tick sent %d bursts of video, want at most one", video)
	}
}

func kind(b machine.Burst) wire.Kind {
	h, _, err := wire.ParseHeader(b.Slab)
	if err != nil {
		return 0
	}
	return h.Kind
}

// forget forgets what was sent and asked for.
func (r *rig) forget() { r.bursts, r.asked = nil, nil }

// ask returns the requests of one type since the last forget.
func ask[T machine.Event](r *rig) (found []T) {
	for _, e := range r.asked {
		if e, ok := e.(T); ok {
			found = append(found, e)
		}
	}
	return found
}

// bodies returns the bodies of all datagrams of a kind since the last forget.
func (r *rig) bodies(k wire.Kind) (found [][]byte) {
	for _, b := range r.bursts {
		b.Each(func(d []byte, _ int) {
			if h, body, err := wire.ParseHeader(d); err == nil && h.Kind == k {
				found = append(found, body)
			}
		})
	}
	return found
}

// arrive hands the core a datagram.
func (r *rig) arrive(from netip.AddrPort, datagram []byte) {
	r.handle(&machine.Datagram{From: from, At: r.now, Data: datagram})
}

func hello(nonce uint64) wire.Hello {
	return wire.Hello{MinVersion: wire.Version, MaxVersion: wire.Version, Datagram: 1200, Period: testPeriod, Nonce: nonce}
}

// hello asks for a session and returns the answers that came.
func (r *rig) hello(from netip.AddrPort, h wire.Hello) []wire.Welcome {
	r.t.Helper()
	before := len(r.bursts)
	r.arrive(from, h.Append(wire.Header{Kind: wire.KindHello, Number: 1}.Append(nil)))
	var answers []wire.Welcome
	for _, b := range r.bursts[before:] {
		if b.To != from {
			r.t.Errorf("answered %v, asked by %v", b.To, from)
		}
		_, body, err := wire.ParseHeader(b.Slab)
		if err != nil {
			r.t.Fatal(err)
		}
		w, err := wire.ParseWelcome(body)
		if err != nil {
			r.t.Fatalf("the answer is no Welcome: %v", err)
		}
		answers = append(answers, w)
	}
	return answers
}

// say sends a datagram of the session.
func (r *rig) say(k wire.Kind, body []byte) {
	r.number++
	r.arrive(headset, append(wire.Header{Kind: k, Session: r.session, Number: r.number}.Append(nil), body...))
}

// turned is a head turned by an angle in radians.
func turned(angle float64) pose.Pose {
	return pose.Pose{Orientation: pose.FromAxisAngle(pose.Vec{0, 1, 0}, angle)}
}

// track sends the next pose sample: taken 2 ms ago, displayed in 38.
func (r *rig) track(slot units.SlotID, p pose.Pose) units.PoseID {
	r.pose++
	r.trackAs(wire.Tracking{ID: r.pose, Slot: slot, Pose: p})
	return r.pose
}

func (r *rig) trackAs(t wire.Tracking) {
	t.Sampled = units.PeerMono(r.now.Add(-2 * time.Millisecond))
	t.Display = units.PeerMono(r.now.Add(38 * time.Millisecond))
	r.say(wire.KindTracking, t.Append(nil))
}

// open opens a session up to its first pose.
func (r *rig) open() {
	r.t.Helper()
	w := r.hello(headset, hello(77))
	if len(w) != 1 || w[0].Verdict != wire.Accepted {
		r.t.Fatalf("a Hello to a core that listens was answered by %+v", w)
	}
	r.session, r.number, r.pose = w[0].Session, 0, 0
	r.track(100, turned(0))
	r.forget()
}

// render draws a frame in no time, and returns the handle that the core now has.
func (r *rig) render(f units.FrameID, p pose.Pose) machine.Handle {
	r.handle(&RenderStarted{Frame: f, At: r.now})
	return r.rendered(f, p)
}

func (r *rig) rendered(f units.FrameID, p pose.Pose) machine.Handle {
	r.lent++
	r.held[r.lent] = true
	r.handle(&Rendered{Frame: f, At: r.now, Pose: p, Handle: r.lent})
	return r.lent
}

// encoded answers an Encode by a frame of one slice.
func (r *rig) encoded(f units.FrameID, idr bool, size int) {
	r.handle(&SliceEncoded{Frame: f, Last: true, IDR: idr, QP: 20, Bytes: make([]byte, size)})
}

// frame takes a small frame all the way out and returns the Encode it came to.
func (r *rig) frame(f units.FrameID) *Encode {
	r.t.Helper()
	r.asked = nil
	r.render(f, turned(0))
	jobs := ask[*Encode](r)
	if len(jobs) != 1 || jobs[0].Frame != f {
		r.t.Fatalf("frame %d was not passed to the encoder: %v", f, jobs)
	}
	r.encoded(f, jobs[0].IDR, 500)
	r.run(time.Millisecond)
	return jobs[0]
}

// report tells what became of a frame.
func (r *rig) report(reports ...wire.Report) {
	r.say(wire.KindFeedback, wire.AppendFeedback(nil, reports))
}

func displayed(f units.FrameID, margin time.Duration) wire.Report {
	return wire.Report{Frame: f, Outcome: wire.Displayed, Margin: margin}
}

// control sends a message on the reliable channel, as its seq-th.
func (r *rig) control(seq uint32, m wire.Message) {
	r.say(wire.KindControl, wire.Control{Seq: seq, Message: m.Append(nil)}.Append(nil))
}

// goodbye returns the reason of the Bye that the core sent, and acknowledges it.
func (r *rig) goodbye() string {
	r.t.Helper()
	for _, body := range r.bodies(wire.KindControl) {
		c, err := wire.ParseControl(body)
		if err != nil {
			r.t.Fatal(err)
		}
		if m, err := wire.ParseMessage(c.Message); err == nil && m.Kind == wire.MessageBye {
			r.say(wire.KindControl, wire.Control{Ack: c.Seq}.Append(nil))
			return m.Reason
		}
	}
	r.t.Fatal("the core said no goodbye")
	return ""
}

// mustEnd checks that a session ended exactly once, in order, with all its books closed.
func (r *rig) mustEnd(want error) *Ended {
	r.t.Helper()
	ends := ask[*Ended](r)
	if len(ends) != 1 {
		r.t.Fatalf("the session ended %d times, want once", len(ends))
	}
	if !errors.Is(ends[0].Err, want) {
		r.t.Errorf("the session ended with %v, want %v", ends[0].Err, want)
	}
	if len(r.held) != 0 {
		r.t.Errorf("the core keeps handles %v", r.held)
	}
	if res := r.core.Results(); res != nil {
		if err := res.Frames.Check(); err != nil {
			r.t.Error(err)
		}
	}
	return ends[0]
}
