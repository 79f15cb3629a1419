package streamer

import (
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/streamer/control/recovery"
	"airbridge/units"
)

// video returns the datagrams of video that were sent since the last look: lengths on the path and headers.
func (r *rig) video() (lengths []int, all []wire.Shard) {
	r.t.Helper()
	for _, b := range r.bursts {
		if kind(b) != wire.KindShard {
			continue
		}
		b.Each(func(d []byte, elided int) {
			s, _, err := wire.ParseShard(d[wire.HeaderSize:])
			if err != nil {
				r.t.Fatal(err)
			}
			lengths, all = append(lengths, len(d)+elided), append(all, s)
		})
	}
	return lengths, all
}

func TestParityIsSentAndCounted(t *testing.T) {
	for _, c := range []struct {
		repair recovery.Controller
		want   int // parity of a frame of ten shards
	}{{nil, 0}, {recovery.IDR{}, 0}, {recovery.FEC(20), 2}, {recovery.FEC(100), 10}} {
		r := newRig(t, func(cfg *Config) { cfg.Recovery = c.repair })
		r.open()
		r.render(1, turned(0))
		r.encoded(1, true, 11_000)
		r.run(5 * time.Millisecond)
		lengths, all := r.video()
		parity := 0
		for i, s := range all {
			if s.IsParity() {
				parity++
				if lengths[i] != 1200 {
					t.Errorf("%#v: a parity datagram of %d bytes", c.repair, lengths[i])
				}
			}
		}
		sent := r.core.Results().Sent
		if ratio, ok := r.core.Results().ParityRatio(); !ok || ratio != float64(c.want)/10 {
			t.Errorf("%#v: parity ratio %v, %t", c.repair, ratio, ok)
		}
		if parity != c.want || int(sent.Parity) != c.want || len(all) != 10+c.want || int(sent.Datagrams) != len(all) {
			t.Errorf("%#v: %d datagrams, %d of parity, counted %+v; want %d of parity", c.repair, len(all), parity, sent, c.want)
		}
	}
}

func TestRepairedShardsAreCountedOnce(t *testing.T) {
	r := newRig(t, func(cfg *Config) { cfg.Recovery = recovery.FEC(20) })
	r.open()
	for f := units.FrameID(1); f <= 2; f++ {
		r.frame(f)
	}
	mended := displayed(1, time.Millisecond)
	mended.Repaired = 3
	r.report(mended)
	second := displayed(2, time.Millisecond)
	second.Repaired = 4
	r.report(mended, second) // reports are repeated until they are acknowledged
	if got := r.core.Results().Repaired; got != 7 {
		t.Errorf("%d shards repaired, want 7", got)
	}
}

// An encoder model hands over lengths; what leaves has them, and decisions are those of a real stream.
func TestElidedSlicesLeaveAtTheirLength(t *testing.T) {
	sent := func(elide bool) (lengths []int, all []wire.Shard, books *Results) {
		r := newRig(t, func(cfg *Config) { cfg.Elide, cfg.Recovery = elide, recovery.FEC(20) })
		r.open()
		r.render(1, turned(0))
		e := SliceEncoded{Frame: 1, Last: true, IDR: true, Bytes: make([]byte, 20_000)}
		if elide {
			e.Bytes, e.Elided = nil, 20_000
		}
		r.handle(&e)
		r.run(5 * time.Millisecond)
		lengths, all = r.video()
		return lengths, all, r.core.Results()
	}
	real, realShards, realBooks := sent(false)
	elided, elidedShards, books := sent(true)
	if len(real) != len(elided) || len(real) < 20 {
		t.Fatalf("%d datagrams, elided %d", len(real), len(elided))
	}
	for i := range real {
		if real[i] != elided[i] || realShards[i] != elidedShards[i] {
			t.Errorf("datagram %d: %d bytes, %+v; elided %d, %+v", i, real[i], realShards[i], elided[i], elidedShards[i])
		}
	}
	if books.Sent != realBooks.Sent || books.Encoded.Bytes != 20_000 {
		t.Errorf("books of the elided stream %+v, %+v; want %+v and 20,000 bytes", books.Sent, books.Encoded, realBooks.Sent)
	}
}

// Bytes that are not there cannot be sent on a real path: the frame is given up, as the encoder's fault.
func TestRealStreamWantsAllBytes(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.render(1, turned(0))
	r.handle(&SliceEncoded{Frame: 1, Last: true, IDR: true, Bytes: make([]byte, 10), Elided: 990})
	r.run(time.Millisecond)
	if _, all := r.video(); len(all) != 0 || r.core.Results().Unsendable != 1 {
		t.Errorf("%d datagrams left, %d frames unsendable; want none and the frame", len(all), r.core.Results().Unsendable)
	}
}

// A thousand sessions one after the other must not cost a thousand times the memory of frames.
func TestSessionsShareTheMemoryOfFrames(t *testing.T) {
	r := newRig(t, nil)
	session := func() {
		r.open()
		r.render(1, turned(0))
		r.handle(&SliceEncoded{Frame: 1, Last: true, IDR: true, Bytes: make([]byte, 200_000)})
		r.run(10 * time.Millisecond)
		r.run(3 * time.Second) // the client falls silent
	}
	session()
	before := r.core.packets.Held()
	for range 5 {
		session()
	}
	if got := r.core.packets.Held(); got != before || got == 0 {
		t.Errorf("%d bytes of datagrams are held after six sessions, %d after the first", got, before)
	}
}
