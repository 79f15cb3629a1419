package streamer

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// idrs takes frames through the encoder and returns which were asked to be IDRs.
func (r *rig) idrs(from, to units.FrameID) (found []units.FrameID) {
	r.t.Helper()
	for f := from; f <= to; f++ {
		if r.frame(f).IDR {
			found = append(found, f)
		}
	}
	return found
}

func TestOnlyTheFirstFrameIsAnIDRUnasked(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	if got := r.idrs(1, 40); !cmp.Equal(got, []units.FrameID{1}) {
		t.Errorf("frames %v were IDRs, want 1 alone", got)
	}
}

func TestRefreshIsAnsweredByOneIDR(t *testing.T) {
	for _, c := range []struct {
		name  string
		after []units.FrameID // of the refreshes that come after frame 5
		want  []units.FrameID
	}{
		{"about the last frame", []units.FrameID{5}, []units.FrameID{6}},
		{"about an older frame", []units.FrameID{2}, []units.FrameID{6}},
		{"about the first IDR itself", []units.FrameID{1}, []units.FrameID{6}},
		{"twice before it could be answered", []units.FrameID{4, 5}, []units.FrameID{6}},
		{"older than the last IDR", []units.FrameID{0}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open()
			r.idrs(1, 5)
			for i, after := range c.after {
				r.control(uint32(i+1), wire.Message{Kind: wire.MessageRefresh, After: after})
			}
			if got := r.idrs(6, 10); !cmp.Equal(got, c.want) {
				t.Errorf("IDRs %v, want %v", got, c.want)
			}
			if got := r.core.Results().Refreshes; got != uint64(len(c.after)) {
				t.Errorf("%d refreshes counted, want %d", got, len(c.after))
			}
		})
	}
}

func TestRefreshIsAnsweredByTheIDROnItsWay(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.idrs(1, 5)
	r.control(1, wire.Message{Kind: wire.MessageRefresh, After: 4})
	r.render(6, turned(0)) // the IDR, in the encoder
	r.control(2, wire.Message{Kind: wire.MessageRefresh, After: 5})
	r.encoded(6, true, 500)
	r.control(3, wire.Message{Kind: wire.MessageRefresh, After: 5}) // sent before the client saw frame 6
	r.run(time.Millisecond)
	if got := r.idrs(7, 10); got != nil {
		t.Errorf("IDRs %v after one that answered all wishes", got)
	}
}

// shards returns the headers of the video datagrams sent since the last forget.
func (r *rig) shards() (found []wire.Shard) {
	r.t.Helper()
	for _, body := range r.bodies(wire.KindShard) {
		s, _, err := wire.ParseShard(body)
		if err != nil {
			r.t.Fatal(err)
		}
		found = append(found, s)
	}
	return found
}

func TestFramesSayWhatTheyReferTo(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	var got [][2]uint32
	for _, f := range []units.FrameID{1, 2, 5, 6, 261, 517} { // the source skipped the others
		r.frame(f)
	}
	for _, s := range r.shards() {
		got = append(got, [2]uint32{uint32(s.Frame), uint32(s.Ref)})
	}
	// 261 is 255 frames after 6, as far as one byte can tell; 517 is 256 after 261.
	want := [][2]uint32{{1, 0}, {2, 1}, {5, 3}, {6, 1}, {261, 255}, {517, 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("frame and reference distance (-want +got):\n%s", diff)
	}
}

func TestEncoderFailureIsFollowedByAnIDR(t *testing.T) {
	for _, slices := range []int{0, 1} { // that had come before it failed
		t.Run(fmt.Sprintf("after %d slices", slices), func(t *testing.T) {
			r := newRig(t, nil)
			r.open()
			r.idrs(1, 3)
			r.render(4, turned(0))
			for i := range slices {
				r.handle(&SliceEncoded{Frame: 4, Slice: i, Bytes: make([]byte, 5000)})
				r.run(time.Millisecond)
			}
			r.handle(&EncoderFailed{Frame: 4, Err: errors.New("injected")})
			r.forget()
			if got := r.idrs(5, 8); !cmp.Equal(got, []units.FrameID{5}) {
				t.Errorf("IDRs %v, want 5", got)
			}
			if got := r.shards(); len(got) != 4 || got[0].Frame != 5 {
				t.Errorf("sent %v after the failure, want frames 5 to 8", got)
			}
			if got := r.core.Results().Unsendable; got != 0 {
				t.Errorf("%d frames unsendable", got)
			}
		})
	}
}

func TestEncoderThatStaysBrokenEndsTheSession(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	injected := errors.New("injected")
	for f := units.FrameID(1); f <= maxFailures; f++ {
		if n := len(ask[*Halt](r)); n != 0 {
			t.Fatalf("the source was halted after %d failures", f-1)
		}
		r.render(f, turned(0))
		r.handle(&EncoderFailed{Frame: f, Err: injected})
	}
	r.run(drainFor + partFor)
	if e := r.mustEnd(ErrEncoder); !errors.Is(e.Err, injected) {
		t.Errorf("ended with %v, want the encoder's own words", e.Err)
	}
	if got := r.core.Results().Frames.Skipped; got != maxFailures {
		t.Errorf("%d frames skipped, want %d", got, maxFailures)
	}
}

func TestEncoderThatRecoversIsForgiven(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	for f := units.FrameID(1); f <= 5*maxFailures; f++ {
		if f%maxFailures == 0 {
			r.frame(f)
			continue
		}
		r.render(f, turned(0))
		r.handle(&EncoderFailed{Frame: f, Err: errors.New("injected")})
	}
	if n := len(ask[*Halt](r)); n != 0 {
		t.Errorf("%d failures, never %d in a row, ended the session", 5*(maxFailures-1), maxFailures)
	}
}

func TestFrameTooLongIsDroppedAndFollowedByAnIDR(t *testing.T) {
	r := newRig(t, func(c *Config) { c.MaxFrame = 10_000 })
	r.open()
	r.idrs(1, 3)
	r.render(4, turned(0))
	r.forget()
	r.encoded(4, false, 10_001)
	if n := len(ask[*Release](r)); n != 1 {
		t.Errorf("%d handles released, want the frame's", n)
	}
	if got := r.idrs(5, 8); !cmp.Equal(got, []units.FrameID{5}) {
		t.Errorf("IDRs %v, want 5", got)
	}
	if got := r.shards(); len(got) != 4 || got[0].Frame != 5 {
		t.Errorf("sent %v, want frames 5 to 8 alone", got)
	}
	r.report(displayed(1, 0), displayed(2, 0), displayed(3, 0))
	res := r.core.Results()
	if res.Unsendable != 1 || res.Frames.Lost != 1 {
		t.Errorf("%d unsendable, %d lost, want the frame to be both at once", res.Unsendable, res.Frames.Lost)
	}
}

// Some hardware gives no IDR although it was asked to. What it gives instead cannot be decoded by a client that asked
// because it had lost the chain, and must not claim to be fine.
func TestEncoderThatGivesNoIDRIsAskedAgain(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.idrs(1, 3)
	r.control(1, wire.Message{Kind: wire.MessageRefresh, After: 3})
	r.forget()
	for f := units.FrameID(4); f <= 6; f++ {
		r.render(f, turned(0))
		if jobs := ask[*Encode](r); !jobs[len(jobs)-1].IDR {
			t.Fatalf("frame %d was not asked to be an IDR", f)
		}
		r.encoded(f, f == 6, 500)
		r.run(time.Millisecond)
	}
	if got := r.shards(); len(got) != 1 || got[0].Frame != 6 || got[0].Ref != 0 {
		t.Errorf("sent %+v, want frame 6 alone", got)
	}
}

func TestBusyEncoderSkipsTheOldestThatWaits(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.render(1, turned(0))
	var handles []uint64
	for f := units.FrameID(2); f <= 5; f++ {
		handles = append(handles, uint64(r.render(f, turned(0))))
	}
	var released []uint64
	for _, e := range ask[*Release](r) {
		released = append(released, uint64(e.Handle))
	}
	if !cmp.Equal(released, handles[:2]) {
		t.Errorf("released %v while the encoder was busy, want the overtaken frames' %v", released, handles[:2])
	}
	r.encoded(1, true, 500)
	if jobs := ask[*Encode](r); len(jobs) != 2 || jobs[1].Frame != 4 || jobs[1].IDR {
		t.Errorf("the encoder was given %v, want frames 1 and 4, as 4 and 5 wait", jobs)
	}
}

func TestClosedPathSkipsInsteadOfQueueing(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	f := units.FrameID(1)
	for ; f <= maxQueued; f++ { // no tick: nothing leaves
		r.render(f, turned(0))
		r.encoded(f, f == 1, 20_000)
	}
	r.forget()
	r.render(f, turned(0))
	if len(ask[*Encode](r)) != 0 || len(ask[*Release](r)) != 1 {
		t.Fatalf("with %d frames queued the next made the core ask for %v, want its release alone", maxQueued, r.asked)
	}
	r.run(100 * time.Millisecond)
	r.forget()
	r.frame(f + 1)
	if got := r.shards(); len(got) != 1 || got[0].Ref != 2 {
		t.Errorf("the next frame refers %v, want two back: a frame that was never encoded breaks no chain", got)
	}
}

func TestBurstsKeepToTheClientsDatagramAndThePace(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.render(1, turned(0))
	r.encoded(1, true, 200_000)
	from := r.now
	r.run(20 * time.Millisecond)
	var datagrams, bytes, bursts uint64
	for _, b := range r.bursts {
		if kind(b) != wire.KindShard {
			continue
		}
		bursts++
		b.Each(func(d []byte, _ int) {
			datagrams++
			bytes += uint64(len(d))
			if len(d) > 1200 {
				t.Fatalf("datagram of %d bytes for a client that takes 1200", len(d))
			}
		})
		if b.To != headset || b.DSCP != wire.KindShard.DSCP() {
			t.Errorf("burst to %v with DSCP %d", b.To, b.DSCP)
		}
	}
	sent := r.core.Results().Sent
	if sent.Datagrams != datagrams || sent.Bytes != bytes || bytes < 200_000 {
		t.Errorf("the books say %+v, sent were %d datagrams of %d bytes", sent, datagrams, bytes)
	}
	if at := r.core.history.Deadline().Add(-2 * time.Second).Sub(from); at < 3*time.Millisecond || at > 5*time.Millisecond {
		t.Errorf("200 kB at 400 Mbit/s left within %v, want about 4ms", at)
	}
	if bursts < 7 {
		t.Errorf("%d bursts for 4 ms, want them spread", bursts)
	}
}
