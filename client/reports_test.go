package client

import (
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// show decodes a frame, and latches and shows it in the next slot.
func (r *rig) show(id units.FrameID) {
	r.decoded(id)
	s := r.core.slots.newest.At(r.core.slots.newest.ID + 1)
	if s.LatchBy <= r.now {
		s.LatchBy, s.DisplayAt = r.now+ms, r.now+3*ms
	}
	r.handle(&Slot{Timing: s})
	r.now = s.LatchBy
	r.tick()
	r.now = s.DisplayAt
	r.handle(&Shown{Slot: s.ID, Frame: id, At: r.now})
}

// play delivers and shows frames first to last, each acknowledging the reports up to reported.
func (r *rig) play(first, last, reported units.FrameID) {
	for id := first; id <= last; id++ {
		i := info(0)
		i.Reported = reported
		ref := uint8(1)
		if id == 1 {
			ref = 0
		}
		r.frame(id, ref, i)
		r.show(id)
	}
}

func frames(batch []wire.Report) (ids []units.FrameID) {
	for _, r := range batch {
		ids = append(ids, r.Frame)
	}
	return ids
}

func TestReportTellsTheFramesTimeline(t *testing.T) {
	r := streamingRig(t, Config{})
	datagrams := r.cut(1, 0, info(3), 1000)
	received := r.now + 2*ms
	for i, d := range datagrams {
		r.now += units.Mono(i) * ms
		r.arrive(d)
	}
	if r.now != received+ms || len(datagrams) != 3 {
		t.Fatalf("%d datagrams until %d", len(datagrams), r.now)
	}
	received = r.now
	r.now += 4 * ms
	r.decoded(1)
	for id := units.SlotID(2); id <= 3; id++ {
		r.slot(id, r.core.slots.newest.DisplayAt.Add(testPeriod))
	}
	s := r.core.slots.newest
	r.now = s.LatchBy
	r.tick()
	if len(r.latches) == 0 || r.latches[len(r.latches)-1].Frame != 1 {
		t.Fatalf("latched %+v, want frame 1 in slot 3", r.latches)
	}
	r.now = s.DisplayAt + ms/2
	r.handle(&Shown{Slot: 3, Frame: 1, At: r.now})
	want := wire.Report{
		Frame: 1, Outcome: wire.Displayed, Sent: uint32((received - 3*ms) / 1000), Received: units.PeerMono(received),
		Decoded: 4 * time.Millisecond, Latched: s.LatchBy.Sub(received), Displayed: r.now.Sub(received),
		Margin: s.LatchBy.Sub(received + 4*ms),
	}
	if diff := cmp.Diff([][]wire.Report{{want}}, r.reportsSent()); diff != "" {
		t.Errorf("feedback (-want +got):\n%s", diff)
	}
}

func TestReportsAreRepeatedUntilAcknowledged(t *testing.T) {
	r := streamingRig(t, Config{})
	r.play(1, 3, 0)
	r.play(4, 4, 2)
	r.play(5, 5, 4)
	var got [][]units.FrameID
	for _, batch := range r.reportsSent() {
		got = append(got, frames(batch))
	}
	want := [][]units.FrameID{{1}, {1, 2}, {1, 2, 3}, {3, 4}, {5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports in feedback (-want +got):\n%s", diff)
	}
}

// A lost feedback costs nothing: whichever datagrams of a long run are lost, the others tell of every frame.
func TestLostFeedbackCostsNothing(t *testing.T) {
	r := streamingRig(t, Config{Patience: time.Hour})
	rng := newRand(1)
	known := map[units.FrameID]bool{}
	var reported units.FrameID
	const last = 500
	for id := units.FrameID(1); id <= last; id++ {
		r.sent = r.sent[:0]
		r.play(id, id, reported)
		if rng.IntN(100) < 60 && id < last-20 { // 60 % are lost
			continue
		}
		for _, batch := range r.reportsSent() {
			for _, report := range batch {
				known[report.Frame] = true
			}
		}
		for known[reported+1] {
			reported++
		}
	}
	if reported != last {
		t.Errorf("the streamer knows all frames up to %d only, want %d", reported, last)
	}
}

// While the uplink is dead reports pile up. When it lives again the streamer must learn at once how things are now, and
// of the oldest, for which it waits.
func TestBacklogOfReportsTellsNewestAndOldest(t *testing.T) {
	r := streamingRig(t, Config{Patience: time.Hour})
	r.play(1, 40, 0)
	r.sent = r.sent[:0]
	r.play(41, 41, 0)
	got := frames(r.reportsSent()[0])
	want := []units.FrameID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 41}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("feedback of a backlog (-want +got):\n%s", diff)
	}
}

func TestReportsAreBounded(t *testing.T) {
	r := streamingRig(t, Config{Patience: time.Hour})
	r.play(1, 1000, 0)
	unacked := r.core.reports.unacked
	if len(unacked) != reportMemory || unacked[0].Frame != 1000-reportMemory+1 {
		t.Errorf("%d reports kept from frame %d on, want the newest %d", len(unacked), unacked[0].Frame, reportMemory)
	}
	r.core.reports.acknowledge(2000)
	if len(r.core.reports.unacked) != 0 {
		t.Errorf("%d reports kept though all are acknowledged", len(r.core.reports.unacked))
	}
}

func TestNothingNewSendsNoFeedback(t *testing.T) {
	r := streamingRig(t, Config{})
	r.play(1, 1, 0)
	n := r.count(wire.KindFeedback)
	r.handle(&Shown{Slot: 99, Frame: 1, At: r.now})
	r.handle(&Shown{Slot: 100, Frame: 7, At: r.now})
	r.pass(300 * time.Millisecond)
	if got := r.count(wire.KindFeedback); got != n {
		t.Errorf("%d feedbacks without news", got-n)
	}
}

// The outcome of a frame that is inside the decoder at the end is known too: no frame is left out.
func TestFramesInTheDecoderAtTheEndAreReported(t *testing.T) {
	r := streamingRig(t, Config{})
	r.frame(1, 0, info(0))
	r.frame(2, 1, info(0))
	r.decoded(1)
	r.say(wire.Message{Kind: wire.MessageBye, Reason: "over"})
	all := r.reportsSent()
	if len(all) != 1 || len(all[0]) != 2 || all[0][0].Outcome != wire.Replaced || all[0][1].Outcome != wire.Replaced {
		t.Errorf("the last feedback is %+v, want frames 1 and 2, replaced", all)
	}
	r.decoded(2)
	if diff := cmp.Diff([]units.FrameID{1, 2}, []units.FrameID{units.FrameID(r.releases[0]), units.FrameID(r.releases[1])}); diff != "" {
		t.Errorf("handles released (-want +got):\n%s", diff)
	}
}
