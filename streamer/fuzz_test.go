package streamer

import (
	"net/netip"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// FuzzDatagrams cuts its input into datagrams, two bytes of length each, and throws them at a core that listens and at one
// that streams, from the client's and from a stranger's address. Nothing may panic, nothing may grow, and whoever has not
// proven to be where it says gets no more bytes than it sent: a streamer cannot be made to flood somebody else.
func FuzzDatagrams(f *testing.F) {
	h := hello(7).Append(wire.Header{Kind: wire.KindHello, Number: 1}.Append(nil))
	f.Add(framed(h, h, h))
	f.Add(framed([]byte("nonsense"), nil, h[:40]))
	session := uint32(0x7f4a7c15) // the first of a rig
	datagram := func(k wire.Kind, n uint64, body []byte) []byte {
		return append(wire.Header{Kind: k, Session: session, Number: n}.Append(nil), body...)
	}
	f.Add(framed(
		h,
		datagram(wire.KindTracking, 2, wire.Tracking{ID: 5, Slot: 9, Display: 50_000_000, Pose: turned(1)}.Append(nil)),
		datagram(wire.KindFeedback, 3, wire.AppendFeedback(nil, []wire.Report{displayed(1, time.Millisecond), displayed(2, -1)})),
		datagram(wire.KindControl, 4, wire.Control{Seq: 1, Message: wire.Message{Kind: wire.MessageRefresh, After: 2}.Append(nil)}.Append(nil)),
		datagram(wire.KindPong, 5, wire.Pong{Sent: 1, Received: 2, Returned: 3}.Append(nil)),
		datagram(wire.KindControl, 6, wire.Control{Seq: 2, Message: wire.Message{Kind: wire.MessageBye}.Append(nil)}.Append(nil)),
	))
	f.Fuzz(func(t *testing.T, input []byte) {
		for _, streams := range []bool{false, true} {
			for _, from := range []netip.AddrPort{headset, stranger} {
				fuzzOne(t, input, streams, from)
			}
		}
	})
}

// framed puts datagrams into one input.
func framed(datagrams ...[]byte) (input []byte) {
	for _, d := range datagrams {
		input = append(append(input, byte(len(d)>>8), byte(len(d))), d...)
	}
	return input
}

func fuzzOne(t *testing.T, input []byte, streams bool, from netip.AddrPort) {
	r := newRig(t, func(c *Config) { c.MaxFrame = 5000 })
	proven := map[netip.AddrPort]bool{}
	if streams {
		r.open()
		proven[headset] = true
		r.frame(1)
		r.render(2, turned(0))
		r.forget()
	}
	received, sent := map[netip.AddrPort]int{}, map[netip.AddrPort]int{}
	for len(input) > 2 && len(r.bursts) < 1000 {
		n := min(int(input[0])<<8|int(input[1]), len(input)-2)
		d := input[2 : 2+n]
		input = input[2+n:]
		before := len(r.bursts)
		r.arrive(from, d)
		received[from] += n
		if r.core.stage >= streaming {
			proven[r.core.link.Peer] = true // it knew a session's number, which went to that address alone
		}
		r.run(time.Millisecond)
		for _, b := range r.bursts[before:] {
			if sent[b.To] += len(b.Slab); sent[b.To] > received[b.To] && !proven[b.To] {
				t.Fatalf("%d bytes sent to %v, which sent %d and has proven nothing", sent[b.To], b.To, received[b.To])
			}
		}
		checkSize(t, r)
	}
	r.handle(&Stop{Reason: "enough"})
	r.run(3 * time.Second)
	if r.core.stage != ended || len(r.held) != 0 {
		t.Fatalf("stage %d after Stop, handles %v held", r.core.stage, r.held)
	}
}

// checkSize checks what a peer could make grow.
func checkSize(t *testing.T, r *rig) {
	if d := r.core.Deadline(); d != units.Never && d.Sub(r.now) > time.Minute {
		t.Fatalf("deadline %v ahead", d.Sub(r.now))
	}
	if r.core.stage < streaming {
		return
	}
	if n := r.core.packets.Queued(); n > 8 {
		t.Fatalf("%d frames queued", n)
	}
	if n := r.core.control.Pending(); n > 64 {
		t.Fatalf("%d messages pending", n)
	}
}

// A client's datagram costs no memory, whatever it is.
func TestDatagramsAllocateNothing(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	out := discard{}
	var d machine.Datagram
	buf := make([]byte, 0, 512)
	body := wire.Tracking{Slot: 100, Pose: turned(0)}
	feedback := wire.AppendFeedback(nil, []wire.Report{displayed(1, 0)})
	allocs := testing.AllocsPerRun(1000, func() {
		r.number++
		buf = append(wire.Header{Kind: wire.KindFeedback, Session: r.session, Number: r.number}.Append(buf[:0]), feedback...)
		d = machine.Datagram{From: headset, At: r.now, Data: buf}
		r.core.Handle(r.now, &d, out)

		r.number++
		r.pose++
		body.ID = r.pose
		buf = body.Append(wire.Header{Kind: wire.KindTracking, Session: r.session, Number: r.number}.Append(buf[:0]))
		d = machine.Datagram{From: headset, At: r.now, Data: buf}
		r.core.Handle(r.now, &d, out)
		r.core.Tick(r.now, out)
	})
	if allocs > 1 { // the Track that is asked for
		t.Errorf("a report and a pose cost %g allocations, want the request's at most", allocs)
	}
}

type discard struct{}

func (discard) Send(machine.Burst) {}
func (discard) Do(machine.Event)   {}
