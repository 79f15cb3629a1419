package head

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"airbridge/client"
	"airbridge/client/tracker"
	"airbridge/protocol/pose"
	"airbridge/sim/host"
	"airbridge/units"
)

var _ host.Device = (*Head)(nil)

const ms = units.Mono(time.Millisecond)

// What is told at once is what the shells' own tracking tells.
func TestAnswersAtOnce(t *testing.T) {
	h, same := New(Config{Seed: 4}), tracker.New(4)
	if h.Next() != units.Never || h.Take(9*ms) != nil {
		t.Error("a head that was asked nothing has something to tell")
	}
	h.Do(1000*ms, &client.SamplePose{PoseID: 7, For: 1050 * ms})
	h.Do(1000*ms, &client.SamplePose{PoseID: 8, For: 1060 * ms})
	if h.Next() != 1000*ms {
		t.Errorf("Next() = %d, want at once", h.Next())
	}
	first, second := h.Take(1000*ms).(*client.PoseSampled), h.Take(1000*ms).(*client.PoseSampled)
	want := client.PoseSampled{PoseID: 7, SampledAt: 1000 * ms}
	want.Pose, want.Motion = same.Predict(1000*ms, 1050*ms)
	if diff := cmp.Diff(want, *first); diff != "" {
		t.Errorf("first answer (-want +got):\n%s", diff)
	}
	want.PoseID = 8
	want.Pose, want.Motion = same.Predict(1000*ms, 1060*ms)
	if diff := cmp.Diff(want, *second); diff != "" {
		t.Errorf("second answer (-want +got):\n%s", diff)
	}
	if h.Take(1000*ms) != nil || h.Next() != units.Never {
		t.Error("a third answer to two questions")
	}
}

// A slow sensor says later what it measured when it was asked, or a little before.
func TestSensorTakesItsTime(t *testing.T) {
	h, same := New(Config{Seed: 4, Latency: 2 * time.Millisecond, Age: time.Millisecond}), tracker.New(4)
	for i := range units.Mono(3) {
		h.Do((100+i)*ms, &client.SamplePose{PoseID: units.PoseID(1 + i), For: 150 * ms})
	}
	for i := range units.Mono(3) {
		due := (102 + i) * ms
		if h.Next() != due || h.Take(due-1) != nil {
			t.Fatalf("sample %d is due at %d, want %d and not before", i, h.Next(), due)
		}
		got := *h.Take(due).(*client.PoseSampled)
		want := client.PoseSampled{PoseID: units.PoseID(1 + i), SampledAt: (99 + i) * ms}
		want.Pose, want.Motion = same.Predict(want.SampledAt, 150*ms)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("sample %d (-want +got):\n%s", i, diff)
		}
	}
}

// still is a head that never moves.
type still struct{}

func (still) Predict(_, at units.Mono) (pose.Pose, pose.Motion) {
	return pose.Pose{Position: pose.Vec{float64(at)}, Orientation: pose.Identity}, pose.Motion{}
}

func TestAnotherMotion(t *testing.T) {
	h := New(Config{Motion: still{}})
	h.Do(5, &client.SamplePose{PoseID: 1, For: 42})
	if got := h.Take(5).(*client.PoseSampled); got.Pose.Position[0] != 42 {
		t.Errorf("predicted for %v, want 42", got.Pose.Position[0])
	}
}

// A core gone mad is not answered without end.
func TestTooManyQuestions(t *testing.T) {
	h := New(Config{Motion: still{}, Latency: time.Second})
	for i := range MaxPending + 5 {
		h.Do(ms, &client.SamplePose{PoseID: units.PoseID(1 + i)})
	}
	var last units.PoseID
	for e := h.Take(2000 * ms); e != nil; e = h.Take(2000 * ms) {
		last++
		if got := e.(*client.PoseSampled).PoseID; got != last {
			t.Fatalf("sample %d, want %d", got, last)
		}
	}
	want := Statistics{Samples: MaxPending, Dropped: 5}
	if s := h.Statistics(); s != want {
		t.Errorf("%+v, want %+v", s, want)
	}
}

// What was told at one instant stays as it is through the turn.
func TestEventsLast(t *testing.T) {
	h := New(Config{Motion: still{}})
	var told []*client.PoseSampled
	for i := range 100 {
		h.Do(ms, &client.SamplePose{PoseID: units.PoseID(i)})
		told = append(told, h.Take(ms).(*client.PoseSampled))
	}
	for i, e := range told {
		if e.PoseID != units.PoseID(i) {
			t.Errorf("answer %d says %d now", i, e.PoseID)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	h, now := New(Config{Seed: 1}), units.Mono(0)
	ask := &client.SamplePose{}
	run := func() {
		for range 100 {
			now += 4 * ms
			ask.PoseID, ask.For = ask.PoseID+1, now+50*ms
			h.Do(now, ask)
			if h.Take(now) == nil {
				t.Fatal("no answer")
			}
		}
	}
	run()
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRefusesNegativeTimes(t *testing.T) {
	for _, cfg := range []Config{{Latency: -1}, {Age: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", cfg)
				}
			}()
			New(cfg)
		}()
	}
}

func BenchmarkSample(b *testing.B) {
	h, ask := New(Config{Seed: 1}), &client.SamplePose{}
	b.ReportAllocs()
	for now := units.Mono(0); b.Loop(); now += 4 * ms {
		ask.For = now + 50*ms
		h.Do(now, ask)
		h.Take(now)
	}
}
