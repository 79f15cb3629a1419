package streamer

import (
	"errors"
	"strings"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestHelloIsAnsweredWithTheOffer(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Slices, c.Datagram, c.MaxFrame = 3, 1400, 100_000 })
	got := r.hello(headset, hello(5))
	want := []wire.Welcome{{
		Verdict: wire.Accepted, Version: wire.Version, Codec: wire.CodecH264, Slices: 3, Nonce: 5,
		Session: 0x7f4a7c15, // the low half of the first nonce
		Width:   320, Height: 192, Period: testPeriod,
		Datagram: 1200, // the client's, which is the shorter
		MaxFrame: 100_000,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Welcome (-want +got):\n%s", diff)
	}
	if len(r.asked) != 0 {
		t.Errorf("a Hello alone made the core ask for %v: its sender has proven nothing", r.asked)
	}
}

func TestRepeatedHelloGetsTheSameSession(t *testing.T) {
	r := newRig(t, nil)
	first := r.hello(headset, hello(5))
	r.run(700 * time.Millisecond) // longer than a claim lasts
	if again := r.hello(headset, hello(5)); cmp.Diff(first, again) != "" {
		t.Errorf("a repeated Hello was answered by %+v, the first by %+v", again, first)
	}
	r.session = first[0].Session
	r.track(1, turned(0))
	r.forget()
	if answers := r.hello(headset, hello(5)); len(answers) != 0 {
		t.Errorf("a Hello overtaken by its session was answered by %+v", answers)
	}
}

func TestSecondClientIsRefusedAsBusy(t *testing.T) {
	for _, c := range []struct {
		name  string
		stage func(*rig)
	}{
		{"claimed", func(r *rig) { r.hello(headset, hello(5)) }},
		{"streaming", func(r *rig) { r.open() }},
		{"draining", func(r *rig) { r.open(); r.frame(1); r.handle(&Stop{}) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			c.stage(r)
			got := r.hello(stranger, hello(6))
			want := []wire.Welcome{{Verdict: wire.RefusedBusy, Version: wire.Version, Nonce: 6}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answer to a second client (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStaleClaimIsGivenUp(t *testing.T) {
	r := newRig(t, nil)
	first := r.hello(headset, hello(5))
	r.run(claimFor - 1)
	if w := r.hello(stranger, hello(6)); w[0].Verdict != wire.RefusedBusy {
		t.Errorf("%v after a claim another client got %v", claimFor-1, w[0].Verdict)
	}
	r.run(1)
	second := r.hello(stranger, hello(6))
	if second[0].Verdict != wire.Accepted || second[0].Session == first[0].Session {
		t.Fatalf("%v after a claim another client got %+v, want a session of its own", claimFor, second[0])
	}
	r.session = first[0].Session
	r.track(1, turned(0)) // from the first client, whose claim is gone
	if n := len(ask[*Begin](r)); n != 0 || r.core.Refused().Stranger != 1 {
		t.Errorf("%d sessions began for a claim that was given up, refused %+v", n, r.core.Refused())
	}
}

func TestUnusedClaimIsForgotten(t *testing.T) {
	r := newRig(t, nil)
	r.hello(headset, hello(5))
	r.run(3 * time.Second)
	if d := r.core.Deadline(); d != units.Never {
		t.Errorf("deadline %d long after a claim that nobody used, want never", d)
	}
	if len(ask[*Ended](r)) != 0 {
		t.Error("a session ended that never began")
	}
}

func TestVersionIsRefused(t *testing.T) {
	for _, c := range []struct {
		min, max uint8
		want     wire.Verdict
	}{{1, 1, wire.Accepted}, {1, 9, wire.Accepted}, {2, 2, wire.RefusedVersion}, {2, 9, wire.RefusedVersion}} {
		r := newRig(t, nil)
		h := hello(5)
		h.MinVersion, h.MaxVersion = c.min, c.max
		if w := r.hello(headset, h); w[0].Verdict != c.want || w[0].Version != wire.Version {
			t.Errorf("versions %d to %d: answer %v with version %d, want %v and %d", c.min, c.max, w[0].Verdict, w[0].Version, c.want, wire.Version)
		}
	}
}

func TestFirstSessionDatagramBeginsTheSession(t *testing.T) {
	r := newRig(t, nil)
	w := r.hello(headset, hello(5))
	r.session = w[0].Session + 1
	r.track(1, turned(0))
	if len(ask[*Begin](r)) != 0 || r.core.Refused().Session != 1 {
		t.Fatalf("a datagram of another session: asked %v, refused %+v", r.asked, r.core.Refused())
	}
	r.session = w[0].Session
	r.track(1, turned(0))
	begun := ask[*Begin](r)
	if len(begun) != 1 || begun[0].Session != r.session || begun[0].Period != testPeriod {
		t.Fatalf("asked for %v, want one Begin", r.asked)
	}
	if advice := ask[*Advice](r); len(advice) != 1 || advice[0].StartAt != r.now {
		t.Errorf("the source's first advice is %v, want to start at once", advice)
	}
}

func TestDurationEndsTheSession(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Duration = time.Second })
	r.open()
	for range 99 {
		r.run(testPeriod)
		r.track(100, turned(0))
	}
	if len(ask[*Halt](r)) != 0 {
		t.Fatal("the source was halted early")
	}
	r.run(testPeriod)
	if n := len(ask[*Halt](r)); n != 1 {
		t.Fatalf("the source was halted %d times after the session's time, want once", n)
	}
	if reason := r.goodbye(); reason != "its time is over" {
		t.Errorf("the client was told %q", reason)
	}
	r.settle()
	r.mustEnd(nil)
	if r.core.Done() {
		t.Error("the core is done, although it was not asked to serve once")
	}
	if got := r.core.Results().Ended.Sub(r.core.Results().Began); got != time.Second {
		t.Errorf("the books say that the session took %v, want 1s", got)
	}
}

func TestClientLeaves(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	r.render(2, turned(0)) // in the encoder
	r.render(3, turned(0)) // waits for it
	r.forget()
	r.control(1, wire.Message{Kind: wire.MessageBye, Reason: "dinner"})
	if len(ask[*Halt](r)) != 1 || len(ask[*Release](r)) != 1 {
		t.Fatalf("a Bye made the core ask for %v, want Halt and the release of the frame that waits", r.asked)
	}
	r.encoded(2, false, 400)
	r.run(time.Millisecond)
	r.report(displayed(1, 0), displayed(2, 0))
	r.settle()
	if reason := r.goodbye(); reason != "the client left: dinner" {
		t.Errorf("the client was told %q", reason)
	}
	r.settle()
	if e := r.mustEnd(nil); e.Reason != "the client left: dinner" || e.Session != r.session {
		t.Errorf("ended as %+v", e)
	}
	f := r.core.Results().Frames
	if f.Rendered != 3 || f.Displayed != 2 || f.Skipped != 1 {
		t.Errorf("%d rendered, %d displayed, %d skipped; want 3, 2, 1", f.Rendered, f.Displayed, f.Skipped)
	}
}

func TestDrainingWaitsForTheReportsOfTheLastFrames(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	r.handle(&Stop{Reason: "enough"})
	r.run(drainFor - time.Millisecond)
	for _, body := range r.bodies(wire.KindControl) {
		t.Errorf("goodbye %q before the last frame's outcome was known", body)
	}
	r.run(time.Millisecond)
	if r.goodbye() != "enough" {
		t.Error("wrong reason")
	}
}

func TestGoodbyeIsGivenUpWhereNobodyAnswers(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.handle(&Stop{Reason: "enough"})
	r.run(drainFor + partFor)
	r.mustEnd(nil)
	if !r.core.Done() {
		t.Error("the core is not done after Stop")
	}
}

func TestSilentClientIsGivenUp(t *testing.T) {
	for _, stage := range []string{"streaming", "draining"} {
		t.Run(stage, func(t *testing.T) {
			r := newRig(t, func(c *Config) { c.Patience = 200 * time.Millisecond })
			r.open()
			r.frame(1)
			r.render(2, turned(0))
			var want error = ErrSilent
			if stage == "draining" {
				r.handle(&Stop{Reason: "enough"})
				want = nil // it ends as asked, if not as quietly
			}
			r.run(199 * time.Millisecond)
			r.mustEnd(want)
			if n := len(ask[*Halt](r)); n != 1 {
				t.Errorf("the source was halted %d times, want once", n)
			}
		})
	}
}

func TestStopEndsTheWaitAtOnce(t *testing.T) {
	for _, claimed := range []bool{false, true} {
		r := newRig(t, nil)
		if claimed {
			r.hello(headset, hello(5))
		}
		r.handle(&Stop{Reason: "enough"})
		if e := r.mustEnd(nil); e.Reason != "enough" || e.Session != 0 || !r.core.Done() {
			t.Errorf("claimed %v: ended as %+v, done %v", claimed, e, r.core.Done())
		}
		if d := r.core.Deadline(); d != units.Never {
			t.Errorf("deadline %d after the end, want never", d)
		}
		r.forget()
		if r.hello(headset, hello(6)); len(r.bursts)+len(r.asked) != 0 {
			t.Error("a core that has ended still answers")
		}
	}
}

func TestSourceThatEndsEndsTheCore(t *testing.T) {
	broken := errors.New("the disc is gone")
	for _, c := range []struct {
		name string
		err  error
		want error
	}{{"end of file", nil, nil}, {"failure", broken, ErrSource}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.open()
			r.handle(&SourceEnded{Err: c.err})
			r.run(drainFor + partFor)
			e := r.mustEnd(c.want)
			if c.err != nil && (!errors.Is(e.Err, broken) || !strings.Contains(e.Reason, "the disc is gone")) {
				t.Errorf("ended as %+v, want the source's own words", e)
			}
			if !r.core.Done() {
				t.Error("the core waits for another client, without a source")
			}
		})
	}
}

// A source that is asked for one frame more as the session ends may answer when nobody is there any more.
func TestSourceThatEndsBetweenSessionsEndsTheCore(t *testing.T) {
	r := newRig(t, nil)
	r.handle(&SourceEnded{Err: errors.New("the disc is gone")})
	r.mustEnd(ErrSource)
	if !r.core.Done() {
		t.Error("the core waits for a client to whom it could show nothing")
	}
}

func TestNextSessionStartsAfresh(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	first := r.session
	for f := units.FrameID(1); f <= 5; f++ {
		r.frame(f)
	}
	r.render(6, turned(0))
	r.run(3 * time.Second)
	r.mustEnd(ErrSilent)
	r.open()
	if r.session == first {
		t.Fatal("the second session has the first one's number")
	}
	r.encoded(6, false, 100) // the encoder answers to the session before
	if n := r.core.Results().Encoded.Frames; n != 0 {
		t.Errorf("%d frames of the session before are counted", n)
	}
	if job := r.frame(7); !job.IDR {
		t.Error("the second session does not start with an IDR")
	}
	if got := r.core.Results(); got.Session != r.session || got.Encoded.Frames != 1 || got.Refreshes != 0 {
		t.Errorf("books of the second session: %+v", got)
	}
}
