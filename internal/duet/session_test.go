package duet

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/client"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

func TestCleanLinkShowsEveryFrameInItsSlot(t *testing.T) {
	d := newDesk(t, 1)
	d.run(20 * time.Second)
	d.stop()
	r := d.settled().Frames
	t.Logf("rendered %d displayed %d late %d replaced %d lost %d skipped %d missed %d m2p p50 %v",
		r.Rendered, r.Displayed, r.Late, r.Replaced, r.Lost, r.Skipped, r.Missed, quantile(r, 0.5))
	if r.Rendered < 1400 {
		t.Errorf("rendered %d frames in 20 s, want at least 1400", r.Rendered)
	}
	// The first frames may meet slots that were guessed wrong.
	if bad := r.Rendered - r.Displayed; bad > 5 {
		t.Errorf("%d of %d frames were not displayed in their slots, want at most 5", bad, r.Rendered)
	}
	if r.IDR != 1 {
		t.Errorf("%d IDRs on a clean link, want 1", r.IDR)
	}
}

func quantile(a *statistics.Aggregate, p float64) time.Duration {
	v, _ := a.MotionToPhoton.Quantile(p)
	return v
}

func TestFramesComeBackWithTheirPoses(t *testing.T) {
	d := newDesk(t, 2)
	d.run(3 * time.Second)
	d.stop()
	d.settled()
	for frame, claimed := range d.client.claimed {
		if angle := pose.Angle(claimed.Orientation, d.streamer.eyes[frame].Orientation); angle*180/3.14159 > 0.01 {
			t.Errorf("frame %d claims a pose %g rad from the one it was drawn from", frame, angle)
		}
	}
	if len(d.client.claimed) < 150 {
		t.Errorf("%d frames shown in 3 s", len(d.client.claimed))
	}
}

// TestPoseIsPredictedForTheDisplay turns the head steadily: prediction along a steady turn is exact, so that a frame's
// pose must be the head's at the moment its slot lights up.
func TestPoseIsPredictedForTheDisplay(t *testing.T) {
	d := newDesk(t, 3)
	d.run(5 * time.Second)
	worst := 0.0
	for _, s := range d.client.shown[100:] {
		truth, _ := head(s.at)
		worst = max(worst, pose.Angle(truth.Orientation, d.client.claimed[s.frame].Orientation)*180/3.14159)
	}
	d.stop()
	if worst > 0.05 {
		t.Errorf("a frame's pose was %.3f degrees off the head at its slot, want 0.05 at most", worst)
	}
}

func TestDelayedPosesShowInTheTimeline(t *testing.T) {
	uplink := func(delay time.Duration) time.Duration {
		d := newDesk(t, 4)
		d.up = func(_ *rand.Rand, _ int64, datagram []byte) []time.Duration {
			if kindOf(datagram) == wire.KindTracking {
				return []time.Duration{time.Millisecond + delay}
			}
			return []time.Duration{time.Millisecond}
		}
		d.run(5 * time.Second)
		d.stop()
		h := d.settled().Frames.Stages[statistics.Uplink]
		v, _ := h.Quantile(0.5)
		return v
	}
	direct, delayed := uplink(0), uplink(40*time.Millisecond)
	if got := delayed - direct; got < 39*time.Millisecond || got > 41*time.Millisecond {
		t.Errorf("40 ms of delay of poses show as %v in the uplink stage (%v against %v)", got, delayed, direct)
	}
}

func TestLossIsRepairedByOneIDREach(t *testing.T) {
	d := newDesk(t, 5)
	from := int64(2 * time.Second)
	var lost int
	d.down = func(_ *rand.Rand, now int64, datagram []byte) []time.Duration {
		// One shard in the middle of a frame, once a second.
		if kindOf(datagram) == wire.KindShard && now > from {
			s, _, err := wire.ParseShard(datagram[wire.HeaderSize:])
			if err == nil && s.Index == 7 {
				from += int64(time.Second)
				lost++
				return nil
			}
		}
		return []time.Duration{time.Millisecond}
	}
	d.run(11500 * time.Millisecond)
	d.stop()
	r := d.settled()
	if want := int64(lost + 1); r.Frames.IDR != want || int(r.Refreshes) != lost {
		t.Errorf("%d losses were repaired by %d IDRs after %d requests, want one each and one at the start", lost, r.Frames.IDR, r.Refreshes)
	}
	// Request and IDR take a round trip, the encoder and what is in it: the frames between are lost.
	if per := float64(r.Frames.Lost) / float64(lost); per > 4 {
		t.Errorf("%.1f frames lost a loss, want at most 4", per)
	}
	if r.Frames.Freezes != 0 {
		t.Errorf("%d freezes, longest %v", r.Frames.Freezes, r.Frames.LongestFreeze)
	}
}

func TestHeavyLossNeverShowsBrokenPictures(t *testing.T) {
	for seed := range uint64(8) {
		d := newDesk(t, 100+seed)
		d.down, d.up = lose(0.03), lose(0.03)
		d.run(10 * time.Second)
		d.stop()
		r := d.settled().Frames
		if r.Displayed == 0 {
			t.Errorf("seed %d: nothing was displayed at 3 %% loss", seed)
		}
	}
}

func TestReorderingAndDuplicationLoseNothing(t *testing.T) {
	d := newDesk(t, 6)
	d.down = func(rng *rand.Rand, _ int64, _ []byte) []time.Duration {
		delays := []time.Duration{time.Millisecond + time.Duration(rng.IntN(1500))*time.Microsecond}
		if rng.IntN(10) == 0 {
			delays = append(delays, time.Duration(1+rng.IntN(30))*time.Millisecond)
		}
		return delays
	}
	d.run(10 * time.Second)
	d.stop()
	r := d.settled()
	if r.Frames.Lost != 0 || r.Refreshes != 0 {
		t.Errorf("%d frames lost and %d IDRs asked for, want none", r.Frames.Lost, r.Refreshes)
	}
	if d.client.core.Statistics().Refused.Replayed == 0 {
		t.Error("no duplicate was noticed: the test does not test")
	}
}

func TestOutageEndsInOneIDR(t *testing.T) {
	d := newDesk(t, 7)
	out := func(rng *rand.Rand, now int64, b []byte) []time.Duration {
		if now > int64(3*time.Second) && now < int64(4200*time.Millisecond) {
			return nil
		}
		return clean(rng, now, b)
	}
	d.down, d.up = out, out
	d.run(8 * time.Second)
	d.stop()
	r := d.settled()
	if r.Frames.IDR > 3 {
		t.Errorf("%d IDRs after one outage, want at most 3 with the first", r.Frames.IDR)
	}
	var back int64
	for _, s := range d.client.shown {
		if at := d.client.whenIs(s.at); at > int64(4200*time.Millisecond) {
			back = at
			break
		}
	}
	if late := time.Duration(back) - 4200*time.Millisecond; back == 0 || late > 200*time.Millisecond {
		t.Errorf("the first frame after the outage came %v after its end, want within 200 ms", late)
	}
}

func TestEncoderFailureBreaksNothing(t *testing.T) {
	d := newDesk(t, 8)
	d.streamer.encoded = func(f units.FrameID) error {
		if f%100 == 50 {
			return errors.New("injected")
		}
		return nil
	}
	d.run(6 * time.Second)
	d.stop()
	r := d.settled().Frames
	if r.Skipped < 3 || r.IDR != r.Skipped+1 {
		t.Errorf("%d frames skipped and %d IDRs, want an IDR after each failure and one at the start", r.Skipped, r.IDR)
	}
}

func TestEncoderThatStaysBrokenEndsTheSession(t *testing.T) {
	d := newDesk(t, 9)
	d.streamer.encoded = func(units.FrameID) error { return errors.New("out of memory") }
	d.run(4 * time.Second)
	if d.streamer.ended == nil || d.streamer.ended.Err == nil {
		t.Fatal("the session goes on without an encoder")
	}
	d.settled()
}

func TestDecoderFailureIsNotShown(t *testing.T) {
	d := newDesk(t, 10)
	d.client.fail = func(f units.FrameID) bool { return f%90 == 45 }
	d.run(6 * time.Second)
	d.stop()
	r := d.settled().Frames
	if r.Lost == 0 || r.Freezes != 0 {
		t.Errorf("%d frames lost, %d freezes", r.Lost, r.Freezes)
	}
}

func TestClientLeavesInOrder(t *testing.T) {
	d := newDesk(t, 11)
	d.run(3 * time.Second)
	d.client.handle(&client.Stop{Reason: "enough"})
	d.run(6 * time.Second)
	if d.client.ended == nil || d.client.ended.Err != nil {
		t.Fatalf("client ended as %+v, want without error", d.client.ended)
	}
	r := d.settled()
	if r.Frames.Lost != 0 {
		t.Errorf("%d frames lost in an orderly goodbye", r.Frames.Lost)
	}
}

func TestSilentClientIsGivenUp(t *testing.T) {
	d := newDesk(t, 12)
	d.run(2 * time.Second)
	nothing := func(*rand.Rand, int64, []byte) []time.Duration { return nil }
	d.down, d.up = nothing, nothing
	d.run(6 * time.Second)
	d.settled()
	if d.streamer.ended.Err == nil || d.client.ended == nil || d.client.ended.Err == nil {
		t.Errorf("a dead link ended as %+v and %+v, want errors", d.streamer.ended, d.client.ended)
	}
}

func TestSlowEncoderSlowsTheSourceInsteadOfQueueing(t *testing.T) {
	d := newDesk(t, 13)
	d.streamer.encode = 25 * time.Millisecond // 40 frames a second for 72
	d.run(6 * time.Second)
	d.stop()
	results := d.settled()
	r := results.Frames
	if results.Slowed < 4*time.Second || r.Displayed < r.Rendered*9/10 {
		t.Errorf("with an encoder at half speed the source was slowed down for %v of 6 s and %d of %d frames displayed, %d skipped",
			results.Slowed, r.Displayed, r.Rendered, r.Skipped)
	}
	if p := quantile(r, 0.99); p > 120*time.Millisecond {
		t.Errorf("motion-to-photon p99 %v: frames queue up", p)
	}
}
