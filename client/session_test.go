package client

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"airbridge/protocol/reliable"
	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestHelloIsRepeatedUntilWelcome(t *testing.T) {
	r := newRig(t, Config{Datagram: 1200, Period: time.Second / 90})
	if got := r.core.Deadline(); got > r.now {
		t.Errorf("a new core waits until %d", got)
	}
	start := r.now
	r.pass(450 * time.Millisecond)
	want := wire.Hello{
		MinVersion: wire.Version, MaxVersion: wire.Version, Datagram: 1200, Period: time.Second / 90, Nonce: 1000,
	}
	var at []time.Duration
	for _, p := range r.sent {
		h, err := wire.ParseHello(p.body)
		if err != nil || p.header.Kind != wire.KindHello || p.header.Session != 0 {
			t.Fatalf("sent %+v: %v", p, err)
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("hello (-want +got):\n%s", diff)
		}
		at = append(at, p.at.Sub(start))
	}
	if diff := cmp.Diff([]time.Duration{0, helloEvery, 2 * helloEvery, 3 * helloEvery, 4 * helloEvery}, at); diff != "" {
		t.Errorf("said hello at (-want +got):\n%s", diff)
	}
	r.welcome()
	r.pass(time.Second)
	if got := r.count(wire.KindHello); got != 5 {
		t.Errorf("%d hellos after the Welcome", got-5)
	}
	if len(r.configure) != 1 || r.configure[0].Stream != r.offer() || r.core.Stream() != r.offer() {
		t.Errorf("configured %+v, stream %+v, want what was offered, once", r.configure, r.core.Stream())
	}
}

func TestWelcomeOfAnotherWishIsIgnored(t *testing.T) {
	r := newRig(t, Config{})
	r.tick()
	w := r.offer()
	w.Nonce++
	r.answer(w)
	w.Verdict = wire.RefusedBusy
	r.answer(w)
	if r.core.phase != dialling || len(r.configure) != 0 || r.ended != nil {
		t.Errorf("phase %d, configured %d times, ended %+v by a Welcome with another nonce", r.core.phase, len(r.configure), r.ended)
	}
	r.welcome()
	second := r.offer()
	second.Session++
	r.answer(second)
	if len(r.configure) != 1 || r.core.link.Session != testSession {
		t.Errorf("a second Welcome changes session %d to %d", testSession, r.core.link.Session)
	}
}

func TestRefusalSaysWhy(t *testing.T) {
	for verdict, words := range map[wire.Verdict][]string{
		wire.RefusedBusy:    {"busy with another client"},
		wire.RefusedVersion: {"no common protocol version", "version 9", "this client 1"},
	} {
		r := newRig(t, Config{})
		r.tick()
		r.answer(wire.Welcome{Verdict: verdict, Version: 9, Nonce: r.core.dial.nonce})
		if r.ended == nil || !errors.Is(r.ended.Err, ErrRefused) {
			t.Fatalf("%s: ended %+v, want ErrRefused", verdict, r.ended)
		}
		for _, w := range words {
			if !strings.Contains(r.ended.Err.Error(), w) || !strings.Contains(r.ended.Reason, w) {
				t.Errorf("%v says nothing of %q", r.ended.Err, w)
			}
		}
		if r.core.Deadline() != units.Never {
			t.Errorf("a refused core wants to be woken at %d", r.core.Deadline())
		}
	}
}

func TestDialRunsOut(t *testing.T) {
	r := newRig(t, Config{DialFor: 250 * time.Millisecond})
	start := r.now
	for r.ended == nil && r.now < start+1000*ms {
		r.pass(time.Millisecond)
	}
	if r.ended == nil || !errors.Is(r.ended.Err, ErrNoAnswer) || !strings.Contains(r.ended.Err.Error(), streamerAddr.String()) {
		t.Fatalf("ended %+v, want ErrNoAnswer with the address", r.ended)
	}
	if got := r.now.Sub(start); got != 250*time.Millisecond {
		t.Errorf("gave up after %v, want 250 ms", got)
	}
	n := len(r.sent)
	r.pass(time.Second)
	r.welcomeLate()
	if len(r.sent) != n || len(r.configure) != 0 {
		t.Error("a core that has ended goes on")
	}
}

// welcomeLate answers a core that has ended.
func (r *rig) welcomeLate() { r.answer(r.offer()) }

func TestDisplayIsServedWhileDialling(t *testing.T) {
	r := newRig(t, Config{})
	r.slot(1, r.now+10*ms)
	r.pass(20 * time.Millisecond)
	want := []Latch{{Slot: 1, DisplayAt: 5010 * ms, Repeat: true}}
	if diff := cmp.Diff(want, r.latches); diff != "" {
		t.Errorf("latched while dialling (-want +got):\n%s", diff)
	}
}

func TestSilenceEndsTheSession(t *testing.T) {
	r := streamingRig(t, Config{})
	r.pass(1900 * time.Millisecond)
	r.receive(wire.KindPing, wire.Ping{Sent: 1}.Append(nil))
	r.pass(1999 * time.Millisecond)
	if r.ended != nil {
		t.Fatalf("ended %+v although a ping came 1,999 ms ago", r.ended)
	}
	r.pass(2 * time.Millisecond)
	if r.ended == nil || !errors.Is(r.ended.Err, ErrSilent) {
		t.Errorf("ended %+v, want ErrSilent", r.ended)
	}
}

// A streamer that sends but acknowledges nothing has not heard the client's wishes: the reliable channel dies.
func TestDeafStreamerEndsTheSession(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.frame(3, 1, info(0)) // an IDR is asked for
	for range 150 {
		r.pass(100 * time.Millisecond)
		if r.ended != nil {
			break
		}
		r.receive(wire.KindPing, wire.Ping{Sent: 1}.Append(nil))
	}
	if r.ended == nil || !errors.Is(r.ended.Err, ErrSilent) || !errors.Is(r.ended.Err, reliable.ErrDead) {
		t.Errorf("ended %+v, want ErrSilent for reliable.ErrDead", r.ended)
	}
}

func TestStreamerSaysBye(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.decoded(1)
	r.sent = nil
	r.say(wire.Message{Kind: wire.MessageBye, Reason: "its time is over"})
	if r.ended == nil || r.ended.Err != nil || r.ended.Reason != "its time is over" {
		t.Fatalf("ended %+v, want the streamer's reason and no error", r.ended)
	}
	c, err := wire.ParseControl(r.sent[0].body)
	if err != nil || c.Ack != 1 || len(c.Message) != 0 {
		t.Errorf("answered with %+v, %v, want an acknowledgement at once", c, err)
	}
	if len(r.releases) != 1 {
		t.Errorf("%d handles released, want that of the waiting frame", len(r.releases))
	}
	n := len(r.sent)
	r.say(wire.Message{Kind: wire.MessageBye, Reason: "again"})
	r.handle(&Stop{Reason: "me too"})
	r.pass(time.Second)
	if len(r.sent) != n {
		t.Error("a core that has ended says more")
	}
}

func TestClientSaysBye(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.handle(&Stop{Reason: "enough"})
	if got := r.heard(); len(got) != 1 || got[0].Kind != wire.MessageBye || got[0].Reason != "enough" {
		t.Fatalf("said %+v, want a Bye", got)
	}
	r.show(1) // the last frames are still shown and reported
	if got := r.reportsSent(); len(got) != 1 || got[0][0].Outcome != wire.Displayed {
		t.Errorf("reported %+v, want frame 1 displayed", got)
	}
	r.handle(&Stop{Reason: "twice"})
	r.say(wire.Message{Kind: wire.MessageBye, Reason: "farewell"})
	if r.ended == nil || r.ended.Err != nil || r.ended.Reason != "enough" {
		t.Errorf("ended %+v, want the client's own reason", r.ended)
	}
}

func TestUnansweredByeEndsAllTheSame(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.frame(3, 1, info(0)) // broken, too: no IDR is asked for any more
	r.handle(&Stop{Reason: "enough"})
	r.pass(leaveFor - time.Millisecond)
	if r.ended != nil {
		t.Fatalf("left %+v before the time", r.ended)
	}
	r.pass(time.Millisecond)
	if r.ended == nil || r.ended.Err != nil {
		t.Fatalf("ended %+v, want it in order", r.ended)
	}
	if messages := r.heard(); slices.ContainsFunc(messages, func(m wire.Message) bool { return m.Kind == wire.MessageRefresh }) {
		t.Errorf("asked for an IDR on leaving: %+v", messages)
	}
}

func TestStopWhileDiallingEndsAtOnce(t *testing.T) {
	r := newRig(t, Config{})
	r.tick()
	r.handle(&Stop{Reason: "enough"})
	if r.ended == nil || r.ended.Err != nil || r.ended.Reason != "enough" {
		t.Errorf("ended %+v, want at once and in order", r.ended)
	}
}

func TestConfigNeedsANonce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New takes a Config without Nonce")
		}
	}()
	New(Config{Streamer: streamerAddr})
}
