package client

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
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
	stopped, bye, silent                                   int
	outcomes                                               [wire.Skipped + 1]int
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

// draw puts the datagrams of the streamer's next frame on the air: mostly all of them.
func (w *wild) draw() {
	if w.core.phase == dialling {
		if w.rng.IntN(3) == 0 && w.core.dial.deadline != 0 {
			w.answer(w.offer())
		}
		return
	}
	w.newID++
	if w.rng.IntN(30) == 0 {
		w.newID += units.FrameID(w.rng.IntN(20))
	}
	var ref uint8
	if w.rng.IntN(12) > 0 && len(w.refs) > 0 {
		ref = uint8(w.newID - w.newestDrawn())
	}
	w.refs[w.newID] = 0
	if ref > 0 {
		w.refs[w.newID] = w.newID - units.FrameID(ref)
	}
	i := info(0)
	if w.rng.IntN(10) > 0 {
		i = info(units.SlotID(max(0, int(w.slotN)+w.rng.IntN(7)-3)))
	}
	if w.rng.IntN(4) > 0 {
		i.Reported = w.acknowledged()
	}
	for _, d := range w.cut(w.newID, ref, i, 1+w.rng.IntN(2000)) {
		switch w.rng.IntN(60) {
		case 0: // lost
		case 1:
			w.air = append(w.air, d, d)
		default:
			w.air = append(w.air, d)
		}
	}
}

// acknowledged returns what an honest streamer acknowledges: the last frame of which, and of all before it, it knows.
func (w *wild) acknowledged() units.FrameID {
	for w.known+1 < w.newID {
		if _, drawn := w.refs[w.known+1]; drawn && w.resolved[w.known+1] == 0 {
			break
		}
		w.known++
	}
	return w.known
}

func (w *wild) newestDrawn() (newest units.FrameID) {
	for id := range w.refs {
		if id != w.newID {
			newest = max(newest, id)
		}
	}
	return newest
}

// deliver lets a datagram arrive: the oldest, or any.
func (w *wild) deliver() {
	if len(w.air) == 0 {
		return
	}
	i := 0
	if w.rng.IntN(8) == 0 {
		i = w.rng.IntN(len(w.air))
	}
	w.arrive(w.air[i])
	w.seen = append(w.seen, w.air[i])
	w.air = slices.Delete(w.air, i, i+1)
}

// noise is what no streamer sends.
func (w *wild) noise() {
	b := make([]byte, w.rng.IntN(80))
	for i := range b {
		b[i] = byte(w.rng.Uint32())
	}
	if len(w.seen) > 0 && w.rng.IntN(3) > 0 {
		b = bytes.Clone(w.seen[w.rng.IntN(len(w.seen))])
		switch w.rng.IntN(4) {
		case 0:
			b = b[:w.rng.IntN(len(b))]
		case 1:
			b[w.rng.IntN(wire.HeaderSize-8)] ^= 1 << w.rng.IntN(8) // version, kind, zero or session
		case 2: // another place in its frame, with a number of its own
			wire.StampNumber(b, w.number+1)
			w.number++
			b[wire.HeaderSize+8] ^= 1 << w.rng.IntN(8)
		}
	}
	from := streamerAddr
	if w.rng.IntN(5) == 0 {
		from = strangerAddr
	}
	w.handle(&machine.Datagram{From: from, At: w.now, Data: b})
}

// decoder answers a request, mostly the oldest.
func (w *wild) decoder() {
	if len(w.inside) == 0 {
		return
	}
	i := 0
	if w.rng.IntN(4) == 0 {
		i = w.rng.IntN(len(w.inside))
	}
	id := w.inside[i]
	w.inside = slices.Delete(w.inside, i, i+1)
	if w.rng.IntN(15) == 0 {
		w.failures++
		w.handle(&DecodeFailed{Frame: id, Err: errors.New("injected")})
		return
	}
	w.pictures++
	// A decoder hides that a reference is missing: the picture is broken all the same.
	ref := w.refs[id]
	w.sound[id] = ref == 0 || w.sound[ref] || slices.Contains(w.inside, ref)
	w.handle(&Decoded{Frame: id, Handle: w.lend(id)})
}

func (w *wild) lend(id units.FrameID) machine.Handle {
	w.handles++
	w.lent[w.handles] = id
	return w.handles
}

// liar answers what was not asked.
func (w *wild) liar() {
	id := units.FrameID(w.rng.IntN(int(w.newID) + 10))
	if slices.Contains(w.inside, id) {
		return
	}
	if w.rng.IntN(2) == 0 {
		w.handle(&DecodeFailed{Frame: id, Err: errors.New("injected")})
		return
	}
	h := w.lend(id)
	w.handle(&Decoded{Frame: id, Handle: h})
	if _, kept := w.lent[h]; kept {
		w.t.Errorf("handle %d of frame %d, which was not asked for, is kept", h, id)
	}
}

// display announces a slot, now and then a wrong one.
func (w *wild) display() {
	s := presenter.Slot{ID: w.slotN + 1, DisplayAt: w.slotT.Add(testPeriod), Period: testPeriod}
	switch w.rng.IntN(30) {
	case 0:
		s.ID = units.SlotID(w.rng.IntN(int(w.slotN) + 1))
	case 1:
		s.Period = 0
	default:
		if s.DisplayAt < w.now {
			s.DisplayAt = w.now.Add(testPeriod)
		}
		w.slotN, w.slotT = s.ID, s.DisplayAt
	}
	s.LatchBy = s.DisplayAt - 2*ms
	w.handle(&Slot{Timing: s})
}

// showSome tells that something was shown: mostly what was latched, in order.
func (w *wild) showSome() {
	if w.mute {
		return
	}
	if len(w.shown) == 0 || w.rng.IntN(20) == 0 {
		w.handle(&Shown{Slot: 1, Frame: units.FrameID(w.rng.IntN(int(w.newID) + 10)), At: w.now})
		return
	}
	i := 0
	if w.rng.IntN(10) == 0 {
		i = w.rng.IntN(len(w.shown))
	}
	l := w.shown[i]
	w.shown = slices.Delete(w.shown, 0, i+1)
	w.handle(&Shown{Slot: l.Slot, Frame: l.Frame, At: max(w.now, l.DisplayAt)})
}

// control lets the streamer hear the client and ping it, and the head be measured.
func (w *wild) control() {
	for _, s := range w.samples {
		w.handle(&PoseSampled{PoseID: s.PoseID + units.PoseID(w.rng.IntN(2)), SampledAt: w.now})
	}
	w.samples = w.samples[:0]
	if w.core.phase == dialling {
		return
	}
	w.heard()
	w.receive(wire.KindPing, wire.Ping{Sent: 5}.Append(nil))
}
