package jitter

import (
	"testing"

	"airbridge/units"
)

// long is a stream of frames of up to 500 shards.
func long() *Buffer { return New(tiny) }

func TestHoleIsCertainAfterTheReorderWindow(t *testing.T) {
	b := long()
	f := cut(1, 0, 100, 10)
	pushAll(t, b, 0, f, 0, 1)
	wantDeadline(t, b, 25*ms) // only patience so far
	pushAll(t, b, 1*ms, f, 4)
	wantDeadline(t, b, 4*ms)
	wantHoles(t, b, 4*ms-1)
	wantHoles(t, b, 4*ms, Hole{1, HoleRun, 2, 2})
	wantHoles(t, b, 10*ms) // once
	wantDeadline(t, b, 25*ms)
}

func TestReorderedShardsAreNoHole(t *testing.T) {
	b := long()
	f := cut(1, 0, 100, 10)
	pushAll(t, b, 0, f, 0, 3, 2)
	pushAll(t, b, 3*ms-1, f, 1)
	wantHoles(t, b, 3*ms)
	pushAll(t, b, 3*ms, f, 4, 5, 6, 7, 8, 9)
	wantDeadline(t, b, units.Never)
}

func TestHoleIsToldWithoutWhatCameMeanwhile(t *testing.T) {
	b := long()
	f := cut(1, 0, 100, 10)
	pushAll(t, b, 0, f, 0, 9) // 1 to 8 missing
	pushAll(t, b, 1*ms, f, 3, 4, 8)
	wantHoles(t, b, 3*ms, Hole{1, HoleRun, 1, 2}, Hole{1, HoleRun, 5, 3})
	pushAll(t, b, 4*ms, f, 1, 2, 5, 6, 7)
	got, ok := b.Complete(0)
	if !ok || got.Holes != 2 {
		t.Errorf("Complete(0) = %t with %d holes told, want stragglers to finish the frame with 2", ok, got.Holes)
	}
	wantDeadline(t, b, units.Never)
}

func TestHoleIsCertainBehindManyDatagrams(t *testing.T) {
	b := long()
	f := cut(1, 0, 1000, 10)
	pushAll(t, b, 0, f, 0, 2)
	for i := range 63 {
		pushAll(t, b, 1, f, 3+i)
	}
	wantHoles(t, b, 1)
	pushAll(t, b, 1, f, 66)
	if at := b.Deadline(); at > 1 {
		t.Errorf("Deadline() = %d, want at once", at)
	}
	wantHoles(t, b, 1, Hole{1, HoleRun, 1, 1})
}

// Datagrams that were overtaken themselves say nothing about what they did not overtake.
func TestStragglersAreNoEvidence(t *testing.T) {
	b := long()
	f := cut(1, 0, 1000, 10)
	pushAll(t, b, 0, f, 99)
	for i := range 70 {
		pushAll(t, b, 1, f, 20+i)
	}
	wantHoles(t, b, 1)
}

func TestLostTailIsCertainOnceANewerFrameBegan(t *testing.T) {
	b := long()
	pushAll(t, b, 0, cut(1, 0, 100, 10), 0, 1, 2)
	pushAll(t, b, 14*ms, cut(2, 1, 100, 10), 0)
	wantDeadline(t, b, 17*ms)
	wantHoles(t, b, 17*ms-1)
	wantHoles(t, b, 17*ms, Hole{1, HoleTail, 3, 0})
	wantHoles(t, b, 30*ms)
	wantDeadline(t, b, 39*ms) // patience with frame 2
	wantHoles(t, b, 39*ms, Hole{2, HoleTail, 1, 0})
	wantDeadline(t, b, units.Never)
}

func TestLostTailOfKnownLength(t *testing.T) {
	b := long()
	f := cut(1, 0, 100, 10)
	known := f[6] // says how long the block is before it ends
	known.K, known.Last, known.Length = 10, true, 100
	pushAll(t, b, 0, f, 0, 1)
	push(t, b, 0, known, Accepted)
	pushAll(t, b, 1*ms, cut(2, 1, 5, 10), 0)
	wantHoles(t, b, 3*ms, Hole{1, HoleRun, 2, 4})
	wantHoles(t, b, 4*ms, Hole{1, HoleRun, 7, 3})
	wantDeadline(t, b, units.Never)
}

func TestNewestFrameIsWaitedForWithPatience(t *testing.T) {
	b := long()
	f := cut(1, 0, 100, 10)
	pushAll(t, b, 0, f, 0)
	pushAll(t, b, 20*ms, f, 1, 2) // slices trickle in
	wantHoles(t, b, 25*ms-1)
	wantHoles(t, b, 25*ms, Hole{1, HoleTail, 3, 0})
	pushAll(t, b, 26*ms, f, 3, 4, 5, 9)
	wantHoles(t, b, 60*ms) // all of it was told
	pushAll(t, b, 61*ms, f, 6, 7, 8)
	if got, ok := b.Complete(0); !ok || got.Holes != 1 {
		t.Errorf("Complete(0) = %t with %d holes told, want the frame with 1", ok, got.Holes)
	}
}

func TestHoleAndTailOfOneFrame(t *testing.T) {
	b := long()
	pushAll(t, b, 0, cut(1, 0, 100, 10), 1, 4)
	pushAll(t, b, 1*ms, cut(2, 1, 5, 10), 0)
	pushAll(t, b, 2*ms, cut(1, 0, 100, 10), 7) // behind the newer frame: within the suspect tail
	wantHoles(t, b, 3*ms, Hole{1, HoleRun, 0, 1}, Hole{1, HoleRun, 2, 2})
	wantHoles(t, b, 4*ms, Hole{1, HoleRun, 5, 2}, Hole{1, HoleTail, 8, 0})
}

// A frame all of which was overtaken is overdue from its first shard on, not lost at that moment.
func TestFrameOvertakenAsAWhole(t *testing.T) {
	b := long()
	pushAll(t, b, 0, cut(2, 1, 5, 10), 0)
	f := cut(1, 0, 30, 10)
	pushAll(t, b, 10*ms, f, 0)
	wantHoles(t, b, 13*ms-1)
	pushAll(t, b, 13*ms-1, f, 1, 2)
	wantHoles(t, b, 13*ms)
	if got, ok := b.Complete(0); !ok || got.ID != 1 {
		t.Errorf("Complete(0) = frame %d, %t, want 1", got.ID, ok)
	}
}

// A frame that nothing was heard of may have been skipped by the streamer: that is not for the buffer to say.
func TestMissingFrameIsNoHole(t *testing.T) {
	b := long()
	pushAll(t, b, 0, cut(1, 0, 5, 10), 0)
	pushAll(t, b, 1*ms, cut(4, 3, 5, 10), 0)
	wantHoles(t, b, 100*ms)
	wantDeadline(t, b, units.Never)
}

// More gaps than are remembered are merged: all are told, some a little later.
func TestManyGaps(t *testing.T) {
	b := long()
	f := cut(1, 0, 1000, 10)
	for i := range 50 {
		pushAll(t, b, units.Mono(i), f, 2*i)
	}
	var got []Hole
	for now := units.Mono(0); now <= 7*ms; now += ms {
		got = append(got, told(b, now)...)
	}
	if len(got) != 49 {
		t.Fatalf("%d holes told, want 49", len(got))
	}
	for i, h := range got {
		if want := (Hole{1, HoleRun, 2*i + 1, 1}); h != want {
			t.Errorf("hole %d = %+v, want %+v", i, h, want)
		}
	}
}

func TestDroppedFramesHaveNoHoles(t *testing.T) {
	b := long()
	pushAll(t, b, 0, cut(1, 0, 100, 10), 0, 5)
	b.Drop(1)
	wantHoles(t, b, 100*ms)
	wantDeadline(t, b, units.Never)
}
