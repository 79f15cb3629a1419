package streamer

import (
	"math"
	"testing"
	"time"

	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// info returns what the next frame says about itself.
func (r *rig) info(f units.FrameID, p pose.Pose) wire.FrameInfo {
	r.t.Helper()
	r.render(f, p)
	r.bursts = nil
	r.encoded(f, f == 1, 100)
	r.run(time.Millisecond)
	bodies := r.bodies(wire.KindShard)
	if len(bodies) != 1 {
		r.t.Fatalf("frame %d left in %d datagrams", f, len(bodies))
	}
	_, payload, err := wire.ParseShard(bodies[0])
	if err != nil {
		r.t.Fatal(err)
	}
	info, _, err := wire.ParseFrameInfo(payload)
	if err != nil {
		r.t.Fatalf("a client cannot read what frame %d says: %v", f, err)
	}
	return info
}

func TestPoseIsRecoveredFromTheFrame(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	var ids []units.PoseID
	for i := range 10 {
		ids = append(ids, r.track(100, turned(float64(i)*0.01)))
	}
	for f, at := range []int{9, 3, 7, 0} {
		// What comes back is not quite what was handed out: 32-bit floats, and a runtime's own arithmetic.
		came := turned(float64(at)*0.01 + 0.002)
		info := r.info(units.FrameID(f+1), came)
		if info.PoseID != ids[at] {
			t.Errorf("a frame drawn from pose %d says it was %d", ids[at], info.PoseID)
		}
		if d := pose.Angle(info.Pose.Orientation, came.Orientation); d > 1e-6 {
			t.Errorf("a frame drawn from pose %d claims one %g rad away from what it was drawn from", ids[at], d)
		}
	}
}

// A frame that takes for ever is drawn from a pose that nobody remembers any more. What it claims must be true all the same.
func TestSlowFrameClaimsThePoseItWasDrawnFrom(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.track(100, turned(1))
	r.handle(&RenderStarted{Frame: 1, At: r.now})
	for i := range 2 * poseMemory {
		r.run(time.Millisecond)
		r.track(100, turned(-0.01*float64(i)))
	}
	r.rendered(1, turned(1))
	r.forget()
	r.encoded(1, true, 100)
	r.run(time.Millisecond)
	_, payload, err := wire.ParseShard(r.bodies(wire.KindShard)[0])
	if err != nil {
		t.Fatal(err)
	}
	info, _, err := wire.ParseFrameInfo(payload)
	if err != nil || pose.Angle(info.Pose.Orientation, turned(1).Orientation) > 1e-6 {
		t.Errorf("the frame claims %v, %v; it was drawn from %v", info.Pose, err, turned(1))
	}
}

func TestHeadAtRestIsDrawnFromTheNewestPoseThatHadCome(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.track(100, turned(0.5))
	drawnFrom := r.track(100, turned(0.5))
	r.handle(&RenderStarted{Frame: 1, At: r.now})
	r.run(time.Millisecond)
	r.track(100, turned(0.5)) // while the frame is being drawn
	r.rendered(1, turned(0.5))
	r.forget()
	r.encoded(1, true, 100)
	r.run(time.Millisecond)
	_, payload, err := wire.ParseShard(r.bodies(wire.KindShard)[0])
	if err != nil {
		t.Fatal(err)
	}
	if info, _, err := wire.ParseFrameInfo(payload); err != nil || info.PoseID != drawnFrom {
		t.Errorf("frame says pose %d, %v; want %d, the last before it was begun", info.PoseID, err, drawnFrom)
	}
}

func TestSourceWithoutPosesSaysTheLatest(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Posed = false })
	r.open()
	last := r.track(100, turned(0.7))
	if info := r.info(1, pose.Pose{}); info.PoseID != last {
		t.Errorf("frame of a film says pose %d, want the latest, %d", info.PoseID, last)
	}
}

// A source with a clock of its own may have a frame before the client's first pose has come.
func TestFrameBeforeTheFirstPoseCanBeRead(t *testing.T) {
	for _, posed := range []bool{false, true} {
		r := newRig(t, func(c *Config) { c.Posed = posed })
		r.session = r.hello(headset, hello(5))[0].Session
		r.say(wire.KindControl, wire.Control{}.Append(nil))
		info := r.info(1, pose.Pose{Orientation: pose.Identity})
		want := wire.FrameInfo{Pose: pose.Pose{Orientation: pose.Identity}}
		if diff := cmp.Diff(want, info); diff != "" {
			t.Errorf("posed %v (-want +got):\n%s", posed, diff)
		}
		if n := len(ask[*Advice](r)); n != 0 {
			t.Errorf("posed %v: %d pieces of advice before any slot is known", posed, n)
		}
	}
}

func TestPoseIsMovedOnToTheFramesSlot(t *testing.T) {
	const speed = 1.0 // rad/s around the vertical
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	upcoming := r.core.lock.Upcoming()
	for _, slots := range []int{0, 1, 3, -2} {
		r.forget()
		r.pose++
		r.trackAs(wire.Tracking{
			ID: r.pose, Slot: units.SlotID(int(upcoming) - slots), Pose: turned(0.2), Motion: pose.Motion{Angular: pose.Vec{0, speed, 0}},
		})
		tracks := ask[*Track](r)
		if len(tracks) != 1 || tracks[0].PoseID != r.pose {
			t.Fatalf("the source was handed %v", tracks)
		}
		want := turned(0.2 + speed*(time.Duration(slots)*testPeriod).Seconds())
		if off := pose.Angle(want.Orientation, tracks[0].Pose.Orientation); off > 1e-6 {
			t.Errorf("a pose for %d slots before the frame's is %g rad off the head at the frame's slot", slots, off)
		}
	}
}

func TestOvertakenPosesAreIgnored(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	for _, id := range []units.PoseID{10, 9, 10, 2, 11} {
		r.trackAs(wire.Tracking{ID: id, Slot: 100, Pose: turned(float64(id))})
	}
	var got []units.PoseID
	for _, e := range ask[*Track](r) {
		got = append(got, e.PoseID)
	}
	if want := []units.PoseID{10, 11}; !cmp.Equal(got, want) {
		t.Errorf("the source was handed poses %v, want %v", got, want)
	}
}

// pollShift renders frames whose pose always came early (before the render start, less what a wake-up may take) by a
// given time, and returns by how much later the client was asked to poll.
func pollShift(t *testing.T, early time.Duration) time.Duration {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	r.track(r.core.lock.Upcoming(), turned(0.1))
	r.run(poseLead + early)
	return r.info(2, turned(0.1)).PollShift
}

func TestPollIsSteeredToJustBeforeTheRenderStart(t *testing.T) {
	const spacing = testPeriod / polls
	for _, c := range []struct {
		name  string
		early time.Duration
		want  time.Duration // of later
	}{
		{"just in time", 0, 0},
		{"too early: later", 800 * time.Microsecond, 100 * time.Microsecond},
		{"too late: earlier", -400 * time.Microsecond, -50 * time.Microsecond},
		{"early by nearly a spacing: the next poll is a bit too late", spacing - 400*time.Microsecond, -50 * time.Microsecond},
		{"early by more than a spacing: the poll after it counts", spacing + 800*time.Microsecond, 100 * time.Microsecond},
	} {
		got := pollShift(t, c.early)
		if d := got - c.want; d.Abs() > 2*time.Nanosecond {
			t.Errorf("%s: poll shifted by %v, want %v", c.name, got, c.want)
		}
	}
}

// A shift is never more than half a spacing's share, so that steering cannot oscillate between two polls.
func TestPollShiftIsBounded(t *testing.T) {
	for early := -poseLead; early < 3*testPeriod; early += 137 * time.Microsecond {
		if got := pollShift(t, early); got.Abs() > testPeriod/polls/2/steerGain+1 {
			t.Fatalf("a pose early by %v shifts polls by %v", early, got)
		}
	}
}

func TestHorizonReachesFromSamplingToDisplay(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	r.frame(1)
	// Sampled 2 ms before it came, displayed 38 ms after, in the very slot of the frame.
	r.track(r.core.lock.Upcoming(), turned(0.1))
	r.run(testPeriod)
	first := r.info(2, turned(0.1)).Horizon
	if first <= 0 || first > 200*time.Millisecond {
		t.Errorf("horizon %v", first)
	}
	var got time.Duration
	for f := units.FrameID(3); f < 200; f++ {
		r.run(testPeriod - time.Millisecond)
		r.track(r.core.lock.Upcoming(), turned(0.1*float64(f)))
		got = r.info(f, turned(0.1*float64(f))).Horizon
	}
	if off := got - 40*time.Millisecond; off.Abs() > testPeriod {
		t.Errorf("horizon %v, want the 40ms from sampling to display, within a slot", got)
	}
}

func TestHostilePosesBreakNothing(t *testing.T) {
	r := newRig(t, nil)
	r.open()
	for i, c := range []wire.Tracking{
		{Slot: math.MaxUint32, Sampled: math.MinInt64, Display: math.MaxInt64},
		{Slot: 1, Sampled: math.MaxInt64, Display: math.MinInt64},
		{Slot: math.MaxUint32, Sampled: 0, Display: math.MaxInt64},
	} {
		c.ID, c.Pose = units.PoseID(10+i), turned(0)
		c.Motion.Linear = pose.Vec{999, -999, 999}
		r.say(wire.KindTracking, c.Append(nil))
		r.info(units.FrameID(1+i), turned(0))
		r.run(testPeriod)
	}
	for _, e := range ask[*Advice](r) {
		if ahead := e.StartAt.Sub(r.now); ahead > time.Second {
			t.Errorf("the source is to start in %v", ahead)
		}
	}
}
