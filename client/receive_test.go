package client

import (
	"encoding/binary"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/link"
	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestWhatDoesNotBelongIsCountedAndDropped(t *testing.T) {
	ping := wire.Ping{Sent: 1}.Append(nil)
	header := func(k wire.Kind, session uint32, number uint64, body []byte) []byte {
		return append(wire.Header{Kind: k, Session: session, Number: number}.Append(nil), body...)
	}
	contradiction := func() []byte {
		s := wire.Shard{Frame: 9, K: 1, Last: true, Length: 5} // and one byte of payload
		return header(wire.KindShard, testSession, 90, append(s.Append(nil), 1))
	}
	for name, c := range map[string]struct {
		datagram []byte
		stranger bool
		want     link.Refused
	}{
		"another address":      {datagram: header(wire.KindPing, testSession, 50, ping), stranger: true, want: link.Refused{Stranger: 1}},
		"nothing":              {datagram: nil, want: link.Refused{Malformed: 1}},
		"half a header":        {datagram: make([]byte, 9), want: link.Refused{Malformed: 1}},
		"another version":      {datagram: append([]byte{9}, make([]byte, 60)...), want: link.Refused{Version: 1}},
		"another session":      {datagram: header(wire.KindPing, testSession+1, 50, ping), want: link.Refused{Session: 1}},
		"no session":           {datagram: header(wire.KindPing, 0, 50, ping), want: link.Refused{Session: 1}},
		"seen before":          {datagram: header(wire.KindPing, testSession, 1, ping), want: link.Refused{Replayed: 1}},
		"number zero":          {datagram: header(wire.KindPing, testSession, 0, ping), want: link.Refused{Replayed: 1}},
		"what clients send":    {datagram: header(wire.KindFeedback, testSession, 50, ping), want: link.Refused{Unexpected: 1}},
		"a ping cut short":     {datagram: header(wire.KindPing, testSession, 50, ping[:7]), want: link.Refused{Malformed: 1}},
		"a control cut short":  {datagram: header(wire.KindControl, testSession, 50, ping[:7]), want: link.Refused{Malformed: 1}},
		"a shard cut short":    {datagram: header(wire.KindShard, testSession, 50, ping), want: link.Refused{Malformed: 1}},
		"a Welcome cut short":  {datagram: header(wire.KindWelcome, 0, 0, ping), want: link.Refused{Malformed: 1}},
		"a shard out of place": {datagram: contradiction(), want: link.Refused{Shard: 1}},
	} {
		r := streamingRig(t, Config{})
		r.receive(wire.KindPing, ping) // number 1
		heard, pongs := r.core.heard, r.count(wire.KindPong)
		r.now += 100 * ms
		from := streamerAddr
		if c.stranger {
			from = strangerAddr
		}
		r.handle(&machine.Datagram{From: from, At: r.now, Data: c.datagram})
		if diff := cmp.Diff(c.want, r.core.stats.Refused); diff != "" {
			t.Errorf("%s: refused (-want +got):\n%s", name, diff)
		}
		if r.count(wire.KindPong) != pongs {
			t.Errorf("%s was answered", name)
		}
		foreign := c.want.Stranger+c.want.Session+c.want.Replayed+c.want.Version > 0
		if foreign && r.core.heard != heard {
			t.Errorf("%s keeps the session alive", name)
		}
	}
}

func TestNothingIsTakenBeforeTheWelcome(t *testing.T) {
	r := newRig(t, Config{})
	r.tick()
	r.session = 0 // the session of a link that has none
	r.receive(wire.KindPing, wire.Ping{Sent: 1}.Append(nil))
	r.frame(1, 0, info(0))
	if got := r.core.stats.Refused.Session; got != 4 || len(r.sent) != 1 || len(r.decodes) != 0 {
		t.Errorf("%d refused, %d sent, %d decoded; want 4 refused and the Hello only", got, len(r.sent), len(r.decodes))
	}
}

func TestUnknownMessagesAreCounted(t *testing.T) {
	r := streamingRig(t, Config{})
	r.say(wire.Message{Kind: wire.MessageRefresh, After: 3}) // clients have no encoder
	if err := r.control.Queue([]byte{200, 1, 2}); err != nil {
		t.Fatal(err)
	}
	r.pull()
	if diff := cmp.Diff(link.Refused{Unexpected: 1, Malformed: 1}, r.core.stats.Refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

// A second Bye waits behind the first: the core has ended when its turn comes.
func TestTwoGoodbyesInOneDatagram(t *testing.T) {
	r := streamingRig(t, Config{})
	bye := wire.Message{Kind: wire.MessageBye, Reason: "over"}.Append(nil)
	r.receive(wire.KindControl, wire.Control{Seq: 2, Message: bye}.Append(nil))
	r.sent = nil
	r.receive(wire.KindControl, wire.Control{Seq: 1, Message: bye}.Append(nil))
	if r.ended == nil || r.count(wire.KindControl) != 1 {
		t.Errorf("ended %+v with %d answers, want one", r.ended, r.count(wire.KindControl))
	}
}

func TestPingIsAnsweredWithArrivalAndDeparture(t *testing.T) {
	r := streamingRig(t, Config{})
	data := r.datagram(wire.KindPing, wire.Ping{Sent: -123}.Append(nil))
	r.handle(&machine.Datagram{From: streamerAddr, At: r.now - 700, Data: data})
	got, err := wire.ParsePong(r.bodies(wire.KindPong)[0])
	if err != nil {
		t.Fatal(err)
	}
	want := wire.Pong{Sent: -123, Received: units.PeerMono(r.now - 700), Returned: units.PeerMono(r.now)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pong (-want +got):\n%s", diff)
	}
}

// FuzzDatagrams hands arbitrary bytes to a core that dials and to one that streams: nothing may panic, and memory stays
// bounded. A script is a sequence of datagrams: a length, a byte that says how honest the header is, and the bytes.
func FuzzDatagrams(f *testing.F) {
	seed := streamingRig(f, Config{})
	var script []byte
	for _, d := range append(seed.cut(1, 0, info(2), 900), seed.cut(2, 1, info(3), 100)...) {
		script = appendScript(script, 1, d[wire.HeaderSize:], d[1])
	}
	f.Add(script, false)
	f.Add(appendScript(nil, 2, seed.offer().Append(wire.Header{Kind: wire.KindWelcome}.Append(nil)), 0), true)
	bye := wire.Control{Seq: 1, Message: wire.Message{Kind: wire.MessageBye, Reason: "b"}.Append(nil)}.Append(nil)
	f.Add(appendScript(nil, 1, bye, byte(wire.KindControl)), false)
	f.Fuzz(func(t *testing.T, script []byte, dialling bool) {
		r := newRig(t, Config{})
		r.tick()
		if !dialling {
			r.welcome()
			r.slot(1, r.now+10*ms)
		}
		for len(script) > 4 {
			n := min(int(binary.BigEndian.Uint16(script)), len(script)-4)
			d, honest, kind := script[4:4+n], script[2], script[3]
			script = script[4+n:]
			if honest == 1 {
				d = r.datagram(wire.Kind(kind), d)
			}
			r.arrive(d)
			for len(r.decodes) > 0 {
				r.decoded(r.decodes[0].Frame)
				r.decodes = r.decodes[1:]
			}
			r.pass(time.Duration(honest) * time.Millisecond)
			r.bounded()
		}
		r.handle(&Stop{Reason: "over"})
		r.pass(time.Second)
		if r.ended == nil {
			t.Error("a stopped core does not end")
		}
	})
}

// bounded checks that nothing a peer sends makes the core keep more than it may.
func (r *rig) bounded() {
	c := r.core
	if c.frames != nil && c.frames.Bound() > 16*(wire.MaxFrameLimit+wire.MaxDatagram) {
		r.t.Errorf("%d bytes of frames", c.frames.Bound())
	}
	if len(c.reports.unacked) > reportMemory || len(c.decoding.inside) > c.cfg.Decoding || len(c.slots.pending) > slotsAhead {
		r.t.Errorf("%d reports, %d frames in the decoder, %d slots", len(c.reports.unacked), len(c.decoding.inside), len(c.slots.pending))
	}
}

func appendScript(script []byte, honest byte, datagram []byte, kind byte) []byte {
	script = binary.BigEndian.AppendUint16(script, uint16(len(datagram)))
	return append(append(script, honest, kind), datagram...)
}
