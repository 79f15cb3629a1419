package statistics

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

// kept is a history that remembers what it handed over.
func kept() (*History, *[]Frame) {
	var got []Frame
	return NewHistory(0, func(f *Frame) { got = append(got, *f) }), &got
}

// walk takes a frame as far as its last datagram: 4 bursts a millisecond apart.
func walk(h *History, id units.FrameID, at units.Mono) {
	const ms = units.Mono(time.Millisecond)
	h.PoseReceived(at, units.PoseID(id), units.PeerMono(at)-2e6)
	h.RenderStarted(at+1*ms, id)
	h.Rendered(at+6*ms, id, units.PoseID(id), units.SlotID(id))
	h.Composited(at+7*ms, id)
	h.Encoded(at+12*ms, id, 50_000, id == 1)
	for burst := range units.Mono(4) {
		h.Sent(at+(13+burst)*ms, id)
	}
}

func TestFrameIsHandedOverWithItsStamps(t *testing.T) {
	h, got := kept()
	walk(h, 1, 1e9)
	if len(*got) != 0 || h.Reported() != 0 {
		t.Fatalf("%d frames handed over before a report", len(*got))
	}
	r := wire.Report{Frame: 1, Outcome: wire.Displayed, Sent: SentStamp(1e9 + 15e6), Received: 5}
	if f := h.Resolve(r); f == nil || f.ID != 1 {
		t.Fatalf("Resolve = %v, want frame 1", f)
	}
	want := []Frame{{
		ID: 1, Slot: 1, Outcome: wire.Displayed, IDR: true, Bytes: 50_000, Posed: true, PoseSampled: 1e9 - 2e6, PoseReceived: 1e9,
		RenderStart: 1e9 + 1e6, Rendered: 1e9 + 6e6, Composited: 1e9 + 7e6, Encoded: 1e9 + 12e6, Paced: 1e9 + 13e6,
		Sent: 1e9 + 15e6, LastSent: 1e9 + 16e6, Report: r,
	}}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("frame handed over (-want +got):\n%s", diff)
	}
	if h.Reported() != 1 {
		t.Errorf("Reported = %d, want 1", h.Reported())
	}
}

func TestFramesAreHandedOverInOrderWhateverTheOrderOfReports(t *testing.T) {
	h, got := kept()
	for id := units.FrameID(1); id <= 5; id++ {
		walk(h, id, units.Mono(id)*units.Mono(interval))
	}
	for _, c := range []struct {
		report, reported units.FrameID
	}{{3, 0}, {2, 0}, {1, 3}, {5, 3}, {4, 5}} {
		h.Resolve(wire.Report{Frame: c.report, Outcome: wire.Displayed})
		if h.Reported() != c.reported || len(*got) != int(c.reported) {
			t.Errorf("after the report of %d: Reported = %d, %d handed over, want %d", c.report, h.Reported(), len(*got), c.reported)
		}
	}
	if !slices.IsSortedFunc(*got, func(a, b Frame) int { return int(a.ID) - int(b.ID) }) {
		t.Error("frames were handed over out of order")
	}
}

func TestFirstReportDecides(t *testing.T) {
	h, got := kept()
	walk(h, 1, 0)
	walk(h, 2, 1)
	h.RenderStarted(2, 3)
	h.Rendered(3, 3, 3, 3)
	for _, c := range []struct {
		name   string
		report wire.Report
		want   bool
	}{
		{"of a frame that was never sent", wire.Report{Frame: 3, Outcome: wire.Displayed}, false},
		{"of a frame that never was", wire.Report{Frame: 77, Outcome: wire.Displayed}, false},
		{"of no frame", wire.Report{Outcome: wire.Displayed}, false},
		{"without outcome", wire.Report{Frame: 1}, false},
		{"with the streamer's own outcome", wire.Report{Frame: 1, Outcome: wire.Skipped}, false},
		{"the first", wire.Report{Frame: 1, Outcome: wire.Lost}, true},
		{"the same again", wire.Report{Frame: 1, Outcome: wire.Lost}, false},
		{"another outcome", wire.Report{Frame: 1, Outcome: wire.Displayed}, false},
		{"of a frame that wraps onto another's entry", wire.Report{Frame: 2 + Depth, Outcome: wire.Displayed}, false},
	} {
		if f := h.Resolve(c.report); (f != nil) != c.want {
			t.Errorf("report %s: Resolve = %v, want a frame: %v", c.name, f, c.want)
		}
	}
	if len(*got) != 1 || (*got)[0].Outcome != wire.Lost {
		t.Errorf("handed over %v, want frame 1, lost", *got)
	}
}

func TestGivenUpFrames(t *testing.T) {
	h, got := kept()
	walk(h, 1, 0)             // sent, never reported
	h.Rendered(20e6, 2, 0, 2) // the encoder was busy
	walk(h, 3, 30e6)          // encoded, then cancelled
	if f := h.Abandon(2); f == nil || f.Outcome != wire.Skipped || f.Posed || f.RenderStart != 20e6 {
		t.Errorf("Abandon(2) = %+v, want it skipped, without a pose", f)
	}
	if f := h.Abandon(3); f == nil || f.Outcome != wire.Lost {
		t.Errorf("Abandon(3) = %+v, want it lost", f)
	}
	if h.Abandon(3) != nil || h.Abandon(9) != nil {
		t.Error("a frame is abandoned twice, or one that never was")
	}
	deadline := h.Deadline()
	if want := units.Mono(16e6).Add(DefaultPatience); deadline != want {
		t.Errorf("Deadline = %d, want %d", deadline, want)
	}
	h.Expire(deadline - 1)
	if len(*got) != 0 {
		t.Errorf("%d frames handed over before the deadline", len(*got))
	}
	h.Expire(deadline)
	h.Resolve(wire.Report{Frame: 1, Outcome: wire.Displayed}) // too late
	h.Encoded(deadline, 2, 7, true)                           // the encoder answers after all
	h.Sent(deadline, 2)
	var outcomes []wire.Outcome
	for _, f := range *got {
		outcomes = append(outcomes, f.Outcome)
	}
	if diff := cmp.Diff([]wire.Outcome{wire.Lost, wire.Skipped, wire.Lost}, outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if h.Deadline() != units.Never {
		t.Errorf("Deadline = %d with nothing to wait for", h.Deadline())
	}
}

func TestFullHistoryGivesUpOnTheOldest(t *testing.T) {
	h, got := kept()
	for id := units.FrameID(1); id <= Depth+3; id++ {
		walk(h, id, units.Mono(id))
	}
	if len(*got) != 3 || (*got)[2].ID != 3 || (*got)[2].Outcome != wire.Lost {
		t.Errorf("%d frames handed over, want the oldest 3 as lost", len(*got))
	}
	walk(h, 1_000_000, 1e9) // the source skipped far ahead
	if rendered, delivered := h.Count(); rendered != Depth+4 || delivered != Depth+3 {
		t.Errorf("%d rendered, %d handed over, want all but the last", rendered, delivered)
	}
	if err := h.Check(); err != nil {
		t.Error(err)
	}
}

func TestFramesThatNeverRenderHoldNothingUp(t *testing.T) {
	h, got := kept()
	h.RenderStarted(0, 1)
	h.RenderStarted(1, 2)
	walk(h, 5, 2)
	h.RenderStarted(3, 4)                                     // runs backwards
	h.Rendered(3, 1, 0, 0)                                    // so does this
	h.Resolve(wire.Report{Frame: 5, Outcome: wire.Displayed}) // numbers 3 and 4 never were
	if len(*got) != 1 || (*got)[0].ID != 5 || h.Reported() != 5 {
		t.Errorf("handed over %v up to %d, want frame 5", *got, h.Reported())
	}
}

func TestFrameUnderWayOutlivesTheReportOfTheOneBefore(t *testing.T) {
	h, got := kept()
	walk(h, 1, 0)
	h.RenderStarted(20e6, 2)
	h.Resolve(wire.Report{Frame: 1, Outcome: wire.Displayed})
	h.Expire(21e6)
	walk(h, 2, 20e6)
	if f := h.Resolve(wire.Report{Frame: 2, Outcome: wire.Displayed}); f == nil || f.RenderStart != 20e6 || len(*got) != 2 {
		t.Errorf("frame 2 = %+v, want it resolved, started at 20 ms", f)
	}
}

func TestFlushForgetsOnlyWhatIsUnderWay(t *testing.T) {
	h, got := kept()
	walk(h, 1, 0)
	walk(h, 2, 900e6)
	walk(h, 3, 901e6)
	h.Resolve(wire.Report{Frame: 3, Outcome: wire.Displayed})
	h.RenderStarted(950e6, 4)
	if n := h.Flush(1e9, 250*time.Millisecond); n != 1 {
		t.Errorf("Flush forgot %d frames, want frame 2", n)
	}
	if len(*got) != 2 || (*got)[0].Outcome != wire.Lost || (*got)[1].ID != 3 {
		t.Errorf("handed over %v, want 1 lost and 3", *got)
	}
	if rendered, delivered := h.Count(); rendered != 2 || delivered != 2 {
		t.Errorf("counts %d rendered, %d handed over, want 2 and 2", rendered, delivered)
	}
}

// TestExactlyOneOutcomeAFrame mistreats a history with reports that are duplicated, reordered, lost, contradictory or
// made up, while frames are skipped, cancelled, given up on and never rendered.
func TestExactlyOneOutcomeAFrame(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		outcomes := map[units.FrameID]wire.Outcome{}
		last := units.FrameID(0)
		h := NewHistory(300*time.Millisecond, func(f *Frame) {
			if _, twice := outcomes[f.ID]; twice || f.ID <= last {
				t.Fatalf("seed %d: frame %d was handed over twice or out of order", seed, f.ID)
			}
			outcomes[f.ID], last = f.Outcome, f.ID
		})
		var reports []wire.Report
		firstKnown := map[units.FrameID]wire.Outcome{}
		rendered, now := 0, units.Mono(0)
		for id := units.FrameID(1); id < 3000; id++ {
			now += units.Mono(interval)
			switch r.IntN(12) {
			case 0:
				continue // the number is never used
			case 1:
				h.RenderStarted(now, id)
				continue
			case 2:
				h.Rendered(now, id, 0, 0)
				h.Abandon(id)
			case 3:
				walk(h, id, now)
				h.Abandon(id)
			default:
				walk(h, id, now)
			}
			rendered++
			for range r.IntN(4) {
				reports = append(reports, wire.Report{Frame: id, Outcome: wire.Displayed + wire.Outcome(r.IntN(4))})
			}
			reports = append(reports, wire.Report{Frame: units.FrameID(r.Uint32()), Outcome: wire.Outcome(r.IntN(6))})
			for len(reports) > r.IntN(40) {
				i := r.IntN(len(reports))
				if f := h.Resolve(reports[i]); f != nil {
					if _, twice := firstKnown[f.ID]; twice {
						t.Fatalf("seed %d: frame %d was resolved twice", seed, f.ID)
					}
					firstKnown[f.ID] = f.Outcome
				}
				reports = slices.Delete(reports, i, i+1)
			}
			h.Expire(now)
			if err := h.Check(); err != nil {
				t.Fatalf("seed %d, frame %d: %v", seed, id, err)
			}
		}
		h.Expire(now + units.Mono(time.Minute))
		if len(outcomes) != rendered {
			t.Errorf("seed %d: %d frames rendered, %d outcomes", seed, rendered, len(outcomes))
		}
		for id, first := range firstKnown {
			if outcomes[id] != first {
				t.Errorf("seed %d: frame %d was resolved as %v, handed over as %v", seed, id, first, outcomes[id])
			}
		}
	}
}

func TestSentIsUnwrappedNextToTheLastDatagram(t *testing.T) {
	const wrap = units.Mono(1<<32) * 1000
	for name, c := range map[string]struct {
		stamped, first, last, want units.Mono
	}{
		"first, to the nanosecond": {1_000_345, 1_000_345, 9_000_678, 1_000_345},
		"last, to the nanosecond":  {9_000_678, 1_000_345, 9_000_678, 9_000_678},
		"between, to the µs":       {5_000_789, 1_000_345, 9_000_678, 5_000_000},
		"first before the wrap":    {wrap - 2e6, wrap - 2e6, wrap + 3e6, wrap - 2e6},
		"between before the wrap":  {wrap - 1e6, wrap - 2e6, wrap + 3e6, wrap - 1e6},
		"last after many wraps":    {77*wrap + 3e6, 77*wrap - 2e6, 77*wrap + 3e6, 77*wrap + 3e6},
		"before zero":              {-5_000_001, -9e6, -1e6, -5_001_000},
		"echo later than the last": {50e6, 1e6, 9e6, 9e6},
		"echo before the first":    {500, 1e6, 9e6, 1e6},
	} {
		if got := unwrapSent(SentStamp(c.stamped), c.first, c.last); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestPosesAreForgottenInTurn(t *testing.T) {
	var p poses
	for id := units.PoseID(1); id <= poseDepth+1; id++ {
		p.put(id, units.PeerMono(id), units.Mono(id)*10)
	}
	p.put(poseDepth+1, 7, 7) // a duplicate arrives
	p.put(1, 7, 7)           // so does an old one
	for id, want := range map[units.PoseID]bool{0: false, 1: false, 2: true, poseDepth + 1: true} {
		sampled, received, ok := p.get(id)
		if ok != want || ok && (sampled != units.PeerMono(id) || received != units.Mono(id)*10) {
			t.Errorf("pose %d: sampled %d, received %d, %v, want known: %v", id, sampled, received, ok, want)
		}
	}
}

func TestFramesCostNoAllocations(t *testing.T) {
	a := NewAggregate(interval)
	o := NewOffset(0, 0)
	h := NewHistory(0, func(f *Frame) { a.Add(f, o) })
	id := units.FrameID(0)
	frame := func() {
		id++
		at := units.Mono(id) * units.Mono(interval)
		walk(h, id, at)
		h.Resolve(wire.Report{Frame: id, Outcome: wire.Displayed, Received: units.PeerMono(at + 20e6), Displayed: 9e6})
		h.Expire(at)
	}
	if n := testing.AllocsPerRun(2000, frame); n != 0 {
		t.Errorf("a frame costs %v allocations", n)
	}
	if a.Displayed == 0 || a.MotionToPhoton.Count() != a.Displayed {
		t.Errorf("%d frames displayed, %d timed", a.Displayed, a.MotionToPhoton.Count())
	}
}

func BenchmarkFrame(b *testing.B) {
	a := NewAggregate(interval)
	o := NewOffset(0, 0)
	h := NewHistory(0, func(f *Frame) { a.Add(f, o) })
	b.ReportAllocs()
	for i := range b.N {
		id, at := units.FrameID(i+1), units.Mono(i)*units.Mono(interval)
		walk(h, id, at)
		h.Resolve(wire.Report{Frame: id, Outcome: wire.Displayed, Received: units.PeerMono(at + 20e6), Displayed: 9e6})
		h.Expire(at)
	}
}
