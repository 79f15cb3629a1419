package client

import (
	"math"
	"testing"
	"time"

	"airbridge/client/presenter"
	"airbridge/protocol/pose"
	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// announce announces slots for the next period again and again while time passes.
func (r *rig) announce(d time.Duration) {
	for end := r.now.Add(d); r.now < end; {
		s := r.core.slots.newest.At(r.core.slots.newest.ID + 1)
		r.handle(&Slot{Timing: s})
		r.pass(testPeriod)
	}
}

func TestPosesArePolledThreeTimesAFrame(t *testing.T) {
	r := streamingRig(t, Config{})
	r.announce(72 * testPeriod)
	if got := len(r.samples); got < 215 || got > 217 {
		t.Errorf("%d poses sampled in 72 frames, want 216", got)
	}
	for i, s := range r.samples {
		if s.PoseID != units.PoseID(i+1) {
			t.Fatalf("sample %d has the number %d", i, s.PoseID)
		}
	}
}

func TestNoPosesWithoutSlots(t *testing.T) {
	r := newRig(t, Config{})
	r.tick()
	r.welcome()
	r.pass(100 * time.Millisecond)
	if len(r.samples) != 0 {
		t.Errorf("%d poses sampled for a display that has announced nothing", len(r.samples))
	}
}

func TestPoseIsForTheSlotNearestToTheHorizon(t *testing.T) {
	r := streamingRig(t, Config{Horizon: 40 * time.Millisecond})
	r.pass(time.Millisecond)
	s := r.samples[len(r.samples)-1]
	if off := s.For.Sub(r.now.Add(40 * time.Millisecond)); off > testPeriod/2 || off < -testPeriod/2-time.Millisecond {
		t.Errorf("pose for %v beside the horizon", off)
	}
	r.handle(&PoseSampled{PoseID: s.PoseID, SampledAt: r.now, Pose: pose.Pose{Orientation: pose.Identity}})
	got, err := wire.ParseTracking(r.bodies(wire.KindTracking)[0])
	if err != nil {
		t.Fatal(err)
	}
	slot := r.core.slots.nearest(s.For)
	want := wire.Tracking{
		ID: s.PoseID, Slot: slot.ID, Sampled: units.PeerMono(r.now), Display: units.PeerMono(slot.DisplayAt),
		Pose: pose.Pose{Orientation: pose.Identity},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tracking (-want +got):\n%s", diff)
	}
}

func TestFrameSteersHorizonAndPhase(t *testing.T) {
	r := streamingRig(t, Config{Polls: 1})
	r.pass(time.Millisecond)
	due := r.core.poll.next
	i := info(0)
	i.Horizon, i.PollShift = 80*time.Millisecond, 3*time.Millisecond
	r.frame(1, 0, i)
	if got, want := r.core.poll.next, due+3*ms; got != want {
		t.Errorf("the next pose is due at %d, want it 3 ms later than %d", got, due)
	}
	r.now = r.core.poll.next
	r.tick()
	ahead := r.samples[len(r.samples)-1].For.Sub(r.now)
	if ahead < 80*time.Millisecond-testPeriod/2 || ahead > 80*time.Millisecond+testPeriod/2 {
		t.Errorf("predicted %v ahead, want the slot nearest to 80 ms", ahead)
	}
	i.Horizon, i.PollShift = 0, 0 // no wishes
	r.decoded(1)
	r.frame(2, 1, i)
	if r.core.poll.horizon != 80*time.Millisecond {
		t.Errorf("a frame without a wish sets the horizon to %v", r.core.poll.horizon)
	}
}

func TestLateWakeSamplesOnce(t *testing.T) {
	r := streamingRig(t, Config{})
	r.tick()
	n := len(r.samples)
	r.now += 200 * ms // 43 samples too late
	r.tick()
	if got := len(r.samples) - n; got != 1 {
		t.Errorf("%d samples after a late wake, want 1", got)
	}
	if r.core.poll.next <= r.now {
		t.Errorf("the next sample is due at once")
	}
}

func TestAnswersNobodyAskedForAreDropped(t *testing.T) {
	r := streamingRig(t, Config{})
	r.tick()
	s := r.samples[0]
	for _, id := range []units.PoseID{0, s.PoseID + 1, s.PoseID + poseMemory, s.PoseID, s.PoseID} {
		r.handle(&PoseSampled{PoseID: id, SampledAt: r.now, Pose: pose.Pose{Orientation: pose.Identity}})
	}
	if got := r.count(wire.KindTracking); got != 1 {
		t.Errorf("%d tracking datagrams, want one for the sample that was asked for", got)
	}
}

func TestNearestSlot(t *testing.T) {
	s := slots{}
	s.add(presenter.Slot{ID: 10, DisplayAt: 1000, LatchBy: 990, Period: 100})
	for at, want := range map[units.Mono]units.SlotID{
		1000: 10, 1049: 10, 1051: 11, 1150: 12, 951: 10, 949: 9, 100: 1, -5000: 1, 1949: 19, 5000: 50,
	} {
		got := s.nearest(at)
		if got.ID != want {
			t.Errorf("nearest(%d) is slot %d, want %d", at, got.ID, want)
		}
		if want > 1 && math.Abs(float64(got.DisplayAt-at)) > 50 {
			t.Errorf("nearest(%d) lights up at %d", at, got.DisplayAt)
		}
	}
}

func TestSlotsAreBoundedAndRise(t *testing.T) {
	var s slots
	if s.known() || s.nextLatch() != units.Never {
		t.Error("slots are known before any was announced")
	}
	add := func(id units.SlotID, at units.Mono, period time.Duration) {
		s.add(presenter.Slot{ID: id, DisplayAt: at + 10, LatchBy: at, Period: period})
	}
	add(1, 100, 0) // no display has a period of nothing
	add(3, 300, 100)
	add(3, 300, 100)
	add(2, 200, 100)
	for id := units.SlotID(4); id < 40; id++ {
		add(id, units.Mono(id)*100, 100)
	}
	if len(s.pending) != slotsAhead || s.newest.ID != 3+slotsAhead-1 {
		t.Fatalf("%d slots pending, newest %d, want %d from 3 on", len(s.pending), s.newest.ID, slotsAhead)
	}
	if _, ok := s.due(299); ok || s.nextLatch() != 300 {
		t.Errorf("a slot is due before its latch, the next at %d", s.nextLatch())
	}
	for want := units.SlotID(3); want < 6; want++ {
		if got, ok := s.due(500); !ok || got.ID != want {
			t.Errorf("due(500) = slot %d, %t, want %d", got.ID, ok, want)
		}
	}
	if _, ok := s.due(500); ok {
		t.Error("a slot is due that must be latched at 600")
	}
}

// A display that was not given its slot repeats by itself; a client that wakes late must not latch it twice.
func TestOverdueSlotsAreLatchedOnceEach(t *testing.T) {
	r := streamingRig(t, Config{})
	for id := units.SlotID(2); id <= 5; id++ {
		r.slot(id, r.now+units.Mono(id)*units.Mono(testPeriod))
	}
	r.now += 200 * ms
	r.tick()
	var got []units.SlotID
	for _, l := range r.latches {
		got = append(got, l.Slot)
	}
	if diff := cmp.Diff([]units.SlotID{1, 2, 3, 4, 5}, got); diff != "" {
		t.Errorf("latched (-want +got):\n%s", diff)
	}
	if s := r.core.stats; s.Slots != 5 || s.Fresh != 0 || s.Repeated != 0 {
		t.Errorf("slots %d, fresh %d, repeated %d before the first frame", s.Slots, s.Fresh, s.Repeated)
	}
}
