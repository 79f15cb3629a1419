package streamer

import (
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

func TestPingsComeFastAtFirst(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	began := r.now
	var at []time.Duration
	for range 1000 {
		r.bursts = nil
		r.run(time.Millisecond)
		for _, body := range r.bodies(wire.KindPing) {
			p, err := wire.ParsePing(body)
			if err != nil {
				t.Fatal(err)
			}
			if sent := units.Mono(p.Sent); sent < r.now.Add(-time.Millisecond) || sent > r.now {
				t.Errorf("a ping sent at %d says %d", r.now, sent)
			}
			at = append(at, units.Mono(p.Sent).Sub(began))
		}
		if r.now.Sub(began)%(500*time.Millisecond) == 0 {
			r.track(100, turned(0)) // or the client is given up
		}
	}
	var want []time.Duration
	for i := range pingRush - 1 {
		want = append(want, time.Duration(i)*pingEarly) // the first is due at once, and sent by the first tick
	}
	for next := time.Duration(pingRush-1) * pingEarly; next <= time.Second; next += pingEvery {
		want = append(want, next)
	}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Errorf("pings (-want +got):\n%s", diff)
	}
}

func TestPongsMapTheClock(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.run(5 * time.Millisecond)
	sent := r.now
	r.run(2 * time.Millisecond)
	const ahead = 3 * time.Second // of the client's clock
	there := units.PeerMono(sent.Add(time.Millisecond + ahead))
	r.say(wire.KindPong, wire.Pong{Sent: units.PeerMono(sent), Received: there, Returned: there}.Append(nil))
	o, ok := r.core.clock.Snapshot()
	if !ok || o.Mono(there) != sent.Add(time.Millisecond) || o.Uncertainty > time.Millisecond+1 {
		t.Errorf("clock mapped: %v, to %d within %v, want %d within 1ms", ok, o.Mono(there), o.Uncertainty, sent.Add(time.Millisecond))
	}
	r.say(wire.KindPong, wire.Pong{Sent: units.PeerMono(r.now + 1)}.Append(nil))
	if n := r.core.Refused().Malformed; n != 1 {
		t.Errorf("a pong to a ping of the future: %d malformed, want 1", n)
	}
}

func TestProgressIsToldOnceASecond(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	f := units.FrameID(0)
	for range 350 { // 3.5 s
		f++
		r.render(f, turned(0))
		r.encoded(f, f == 1, 1000)
		r.run(testPeriod)
		r.track(100, turned(0))
	}
	told := ask[*Progress](r)
	if len(told) != 3 {
		t.Fatalf("progress was told %d times in 3.5 s, want 3", len(told))
	}
	for i, p := range told {
		if p.Session != r.session || p.Client != headset || p.Encoded < 99 || p.Encoded > 101 || p.Bytes != 1000*p.Encoded {
			t.Errorf("second %d: %d frames, %d bytes of session %x, client %v", i+1, p.Encoded, p.Bytes, p.Session, p.Client)
		}
	}
}

// After a suspend the host's clock has jumped: one Progress makes good for all that time, not one a second.
func TestNothingIsMadeGoodAfterASuspend(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	r.forget()
	r.now = r.now.Add(time.Hour)
	r.track(100, turned(0)) // handled before the tick, as the driver does
	r.settle()
	if told, pings := len(ask[*Progress](r)), len(r.bodies(wire.KindPing)); told != 1 || pings != 1 {
		t.Errorf("after an hour's suspend: %d times progress, %d pings, want one of each", told, pings)
	}
	r.run(time.Second)
	if told := len(ask[*Progress](r)); told != 2 {
		t.Errorf("a second later progress was told %d times in all, want 2", told)
	}
}

func TestFramesNobodyReportsAreGivenUp(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	for range 25 {
		r.run(100 * time.Millisecond)
		r.track(100, turned(0))
	}
	if f := r.core.Results().Frames; f.Rendered != 1 || f.Lost != 1 {
		t.Errorf("%d frames known, %d lost; want the one that was never reported to be lost", f.Rendered, f.Lost)
	}
}

func TestReportsAreAcknowledgedInOrder(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	for f := units.FrameID(1); f <= 4; f++ {
		r.frame(f)
	}
	r.report(displayed(1, 0), displayed(2, 0), displayed(4, 0), displayed(900, 0))
	if info := r.info(5, turned(0)); info.Reported != 2 {
		t.Errorf("reports are acknowledged up to frame %d, want 2: nobody told of 3", info.Reported)
	}
	r.report(displayed(3, 0), displayed(3, 0))
	if info := r.info(6, turned(0)); info.Reported != 4 {
		t.Errorf("reports are acknowledged up to frame %d, want 4", info.Reported)
	}
	if got := r.core.Results().Frames.Displayed; got != 4 {
		t.Errorf("%d frames displayed, want each of the 4 once", got)
	}
}

// The client says how early frames are, and the source is started later or earlier by it.
func TestMarginsMoveTheRenderStart(t *testing.T) {
	for _, c := range []struct {
		name   string
		margin time.Duration // of a frame that starts as advised
		want   time.Duration // by how much later the frame after it is to start
	}{
		{"as aimed at", 8 * time.Millisecond, 0},
		{"too early", 8200 * time.Microsecond, 200 * time.Microsecond},
		{"too late", 7700 * time.Microsecond, -300 * time.Microsecond},
		{"far too early: as far as the source follows", 11 * time.Millisecond, 500 * time.Microsecond},
		{"far too late", 5500 * time.Microsecond, -500 * time.Microsecond},
	} {
		r := newRig(t, nil)
		r.open()
		begun := r.now
		r.frame(1)
		advised := ask[*Advice](r)[0].StartAt
		r.report(displayed(1, c.margin-testPeriod+advised.Sub(begun)))
		r.run(advised.Sub(r.now))
		r.forget()
		r.render(2, turned(0))
		advice := ask[*Advice](r)
		if len(advice) != 1 {
			t.Fatalf("%s: %d pieces of advice", c.name, len(advice))
		}
		if got := advice[0].StartAt.Sub(advised) - testPeriod; (got - c.want).Abs() > time.Microsecond {
			t.Errorf("%s: the next frame starts %v off its rhythm, want %v", c.name, got, c.want)
		}
	}
}
