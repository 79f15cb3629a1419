package client

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// TestHandlesAreReleasedOnceWhateverHappens throws everything that a network, a decoder, a display and a user can do at
// core after core, well over 100,000 times, and keeps the books.
func TestHandlesAreReleasedOnceWhateverHappens(t *testing.T) {
	var all tally
	for seed := uint64(1); seed <= 8; seed++ {
		w := &wild{t: t, rng: newRand(seed), seed: seed, tally: &all}
		for all.ops < int(seed)*50_000 {
			w.session()
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
	t.Logf("%+v", all)
	for name, n := range map[string]int{
		"frames displayed": all.outcomes[wire.Displayed], "frames late": all.outcomes[wire.Late],
		"frames replaced": all.outcomes[wire.Replaced], "frames lost": all.outcomes[wire.Lost],
		"decoder failures": all.failures, "late answers of the decoder": all.lateAnswers, "repeats": all.repeats,
		"sessions stopped": all.stopped, "sessions ended by the streamer": all.bye, "sessions ended by silence": all.silent,
	} {
		if n < 20 {
			t.Errorf("%s: %d only: the test does not reach what it is for", name, n)
		}
	}
}

// tally shows what the random runs have reached.
type tally struct {
	ops, sessions, pictures, failures, lateAnswers, repeats int
	stopped, bye, silent                                    int
	outcomes                                                [wire.Skipped + 1]int
}

// wild is one session after the other in which anything may happen.
type wild struct {
	t    *testing.T
	rng  *rand.Rand
	seed uint64
	*tally
	*rig

	air   [][]byte // datagrams on their way
	seen  [][]byte // datagrams that arrived, to replay
	newID units.FrameID
	slotN units.SlotID
	slotT units.Mono

	inside   []units.FrameID // in the decoder
	refs     map[units.FrameID]units.FrameID
	sound    map[units.FrameID]bool // decoded from sound references
	lent     map[machine.Handle]units.FrameID
	handles  machine.Handle
	resolved map[units.FrameID]wire.Outcome
	asked    map[units.FrameID]bool // submitted to the decoder
	counted  uint64
	known    units.FrameID // acknowledged
	last     units.FrameID // on the display
	lastSlot units.SlotID
	shown    []Latch // latched, to be shown
	mute     bool    // the display tells of nothing
}

// begin makes a new core and new books.
func (w *wild) begin() {
	w.rig = newRig(w.t, Config{Decoding: 1 + w.rng.IntN(4)})
	w.rig.onDo = w.obey
	w.air, w.seen, w.inside, w.shown = nil, nil, nil, nil
	w.newID, w.slotN, w.slotT = units.FrameID(w.rng.IntN(300)), 0, w.now
	w.known, w.last, w.lastSlot, w.counted = 0, 0, 0, 0
	w.refs, w.sound = map[units.FrameID]units.FrameID{}, map[units.FrameID]bool{}
	w.lent, w.resolved = map[machine.Handle]units.FrameID{}, map[units.FrameID]wire.Outcome{}
	w.asked = map[units.FrameID]bool{}
	w.mute = w.rng.IntN(8) == 0
	w.handles = machine.Handle(w.rng.IntN(1000))
}

// session runs one core from its first Hello until a while after its end.
func (w *wild) session() {
	w.begin()
	w.sessions++
	life := 50 + w.rng.IntN(800)
	for range life {
		w.step()
		if w.ended != nil && w.rng.IntN(20) == 0 {
			break
		}
	}
	if w.ended == nil {
		w.handle(&Stop{Reason: "the test is over"})
		w.pass(time.Second)
		w.check()
	}
	w.finish()
}

// finish lets the decoder answer what is left, and closes the books.
func (w *wild) finish() {
	if w.ended == nil {
		w.t.Fatalf("seed %d: a stopped core does not end, phase %d", w.seed, w.core.phase)
	}
	for len(w.inside) > 0 {
		w.lateAnswers++
		w.decoder()
		w.check()
	}
	w.pass(3 * time.Second)
	w.check()
	if len(w.lent) != 0 {
		w.t.Errorf("seed %d: %d handles were never released: %v", w.seed, len(w.lent), w.lent)
	}
	for id := range w.asked {
		if w.resolved[id] == 0 {
			w.t.Errorf("seed %d: frame %d went to the decoder and has no outcome", w.seed, id)
		}
	}
	if got := w.core.Deadline(); got != units.Never {
		w.t.Errorf("seed %d: an ended core wants to be woken at %d", w.seed, got)
	}
	switch {
	case w.ended.Err == nil && w.ended.Reason == "bye":
		w.bye++
	case errors.Is(w.ended.Err, ErrSilent):
		w.silent++
	case w.ended.Err == nil:
		w.stopped++
	}
}

// step does one thing.
func (w *wild) step() {
	w.ops++
	switch n := w.rng.IntN(1000); {
	case n < 2:
		w.handle(&Stop{Reason: "stop"})
	case n < 4:
		w.pass(2100 * time.Millisecond)
	case n < 6:
		if w.core.phase == streaming {
			w.say(wire.Message{Kind: wire.MessageBye, Reason: "bye"})
		}
	case n < 120:
		w.display()
	case n < 220:
		w.showSome()
	case n < 330:
		w.draw()
	case n < 700:
		w.deliver()
	case n < 740:
		w.noise()
	case n < 850:
		w.decoder()
	case n < 870:
		w.liar()
	case n < 900:
		w.control()
	default:
		w.pass(time.Duration(w.rng.IntN(6_000_000)))
	}
	w.tick()
	w.check()
}

// obey is the fake devices: it keeps the books of every request.
func (w *wild) obey(e machine.Event) {
	switch e := e.(type) {
	case *Decode:
		if w.asked[e.Frame] {
			w.t.Errorf("frame %d decoded twice", e.Frame)
		}
		w.asked[e.Frame] = true
		w.inside = append(w.inside, e.Frame)
		if ref := w.refs[e.Frame]; ref != 0 && !w.asked[ref] {
			w.t.Errorf("frame %d decoded without its reference %d", e.Frame, ref)
		}
	case *Latch:
		w.latched(e)
	case *Release:
		if _, ok := w.lent[e.Handle]; !ok {
			w.t.Errorf("handle %d released, which is not lent", e.Handle)
		}
		delete(w.lent, e.Handle)
	}
}

// latched checks what goes to the display.
func (w *wild) latched(l *Latch) {
	if l.Slot <= w.lastSlot {
		w.t.Errorf("slot %d latched after slot %d", l.Slot, w.lastSlot)
	}
	w.lastSlot = l.Slot
	if l.Handle == 0 {
		if l.Frame != 0 || !l.Repeat || w.last != 0 {
			w.t.Errorf("slot %d has nothing to show, after frame %d: %+v", l.Slot, w.last, *l)
		}
		return
	}
	if id, ok := w.lent[l.Handle]; !ok || id != l.Frame {
		w.t.Errorf("slot %d latches handle %d of frame %d, which is not lent", l.Slot, l.Handle, l.Frame)
	}
	switch {
	case l.Frame < w.last, l.Repeat != (l.Frame == w.last):
		w.t.Errorf("slot %d shows frame %d (repeat %t) after frame %d", l.Slot, l.Frame, l.Repeat, w.last)
	case !w.sound[l.Frame]:
		w.t.Errorf("slot %d shows frame %d, whose picture is broken", l.Slot, l.Frame)
	}
	if l.Repeat {
		w.repeats++
		return
	}
	w.last = l.Frame
	w.shown = append(w.shown, *l)
}

// check audits the core after every step.
func (w *wild) check() {
	var total uint64
	for _, n := range w.core.stats.Outcomes {
		total += n
	}
	unacked := w.core.reports.unacked
	fresh := int(total - w.counted)
	w.counted = total
	for _, r := range unacked[max(0, len(unacked)-fresh):] {
		if before := w.resolved[r.Frame]; before != 0 {
			w.t.Errorf("frame %d is %s, and was %s before", r.Frame, r.Outcome, before)
		}
		w.resolved[r.Frame] = r.Outcome
		w.outcomes[r.Outcome]++
	}
	if len(unacked) > reportMemory || len(w.core.slots.pending) > slotsAhead || len(w.core.decoding.inside) > w.core.cfg.Decoding {
		w.t.Errorf("%d reports, %d slots, %d frames in the decoder", len(unacked), len(w.core.slots.pending), len(w.core.decoding.inside))
	}
	if most := 2*presenter.Depth + 1; len(w.lent) > most {
		w.t.Errorf("%d handles are lent, want at most %d", len(w.lent), most)
	}
}
