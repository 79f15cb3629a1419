package presenter

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"

	"github.com/google/go-cmp/cmp"
)

const period = 10 * time.Millisecond

// slot returns slot id of a display whose slot n is latched at n periods and lights up 2 ms later.
func slot(id units.SlotID) Slot {
	latch := units.Mono(id) * units.Mono(period)
	return Slot{ID: id, DisplayAt: latch.Add(2 * time.Millisecond), LatchBy: latch, Period: period}
}

// at returns an instant given in tenths of slots: at(35) is in the middle between the latches of slots 3 and 4.
func at(tenths int) units.Mono { return units.Mono(tenths) * units.Mono(period) / 10 }

// sink keeps the books of a presenter.
type sink struct {
	released []machine.Handle
	resolved []Frame
}

func (s *sink) Release(h machine.Handle) { s.released = append(s.released, h) }
func (s *sink) Resolve(f Frame)          { s.resolved = append(s.resolved, f) }

// told returns what was resolved as words.
func (s *sink) told() (all []string) {
	for _, f := range s.resolved {
		word := fmt.Sprintf("%d %s", f.ID, f.Report.Outcome)
		if f.Report.ShownLate {
			word += ", shown"
		}
		all = append(all, word)
	}
	return all
}

func frame(id units.FrameID, slot units.SlotID) Frame {
	return Frame{ID: id, Slot: slot, Handle: machine.Handle(id), Report: wire.Report{Frame: id}}
}

// do is one step of a script: a frame that was decoded (slot zero: none intended), a latch, or a frame shown.
type do struct {
	at    int
	add   units.FrameID
	meant units.SlotID
	latch units.SlotID
	shown units.FrameID
}

func TestOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		script  []do
		latched []string
		told    []string
	}{
		"displayed in its slot": {
			[]do{{at: 25, add: 1, meant: 3}, {at: 30, latch: 3}, {at: 32, shown: 1}},
			[]string{"3: 1"},
			[]string{"1 displayed"},
		},
		"never early": {
			[]do{{at: 5, add: 1, meant: 3}, {at: 10, latch: 1}, {at: 20, latch: 2}, {at: 30, latch: 3}, {at: 32, shown: 1}},
			[]string{"1: nothing", "2: nothing", "3: 1"},
			[]string{"1 displayed"},
		},
		"repeated while none is due": {
			[]do{{at: 5, add: 1, meant: 1}, {at: 10, latch: 1}, {at: 12, shown: 1}, {at: 20, latch: 2}, {at: 30, latch: 3}},
			[]string{"1: 1", "2: 1 again", "3: 1 again"},
			[]string{"1 displayed"},
		},
		"decoded at the very latch": {
			[]do{{at: 30, add: 1, meant: 3}, {at: 30, latch: 3}, {at: 32, shown: 1}},
			[]string{"3: 1"},
			[]string{"1 displayed"},
		},
		"late, and shown for want of a newer one": {
			[]do{{at: 30, latch: 3}, {at: 31, add: 1, meant: 3}, {at: 40, latch: 4}, {at: 42, shown: 1}},
			[]string{"3: nothing", "4: 1"},
			[]string{"1 late, shown"},
		},
		"late, and superseded before its turn": {
			[]do{{at: 30, latch: 3}, {at: 31, add: 1, meant: 3}, {at: 35, add: 2, meant: 4}, {at: 40, latch: 4}, {at: 42, shown: 2}},
			[]string{"3: nothing", "4: 2"},
			[]string{"1 late", "2 displayed"},
		},
		"late, and older than what is shown": {
			[]do{{at: 25, add: 2, meant: 3}, {at: 30, latch: 3}, {at: 31, add: 1, meant: 2}, {at: 32, shown: 2}},
			[]string{"3: 2"},
			[]string{"1 late", "2 displayed"},
		},
		"in time, but older than what is shown": {
			[]do{{at: 25, add: 2, meant: 3}, {at: 30, latch: 3}, {at: 31, add: 1, meant: 4}, {at: 32, shown: 2}},
			[]string{"3: 2"},
			[]string{"1 replaced", "2 displayed"},
		},
		"the latch itself was late": { // the shell woke late: the slot is the one that was meant
			[]do{{at: 31, add: 1, meant: 3}, {at: 32, latch: 3}, {at: 33, shown: 1}},
			[]string{"3: 1"},
			[]string{"1 displayed"},
		},
		"two for one slot": {
			[]do{{at: 25, add: 1, meant: 3}, {at: 26, add: 2, meant: 3}, {at: 30, latch: 3}, {at: 32, shown: 2}},
			[]string{"3: 2"},
			[]string{"1 replaced", "2 displayed"},
		},
		"decoded out of order": {
			[]do{{at: 15, add: 2, meant: 3}, {at: 16, add: 1, meant: 2}, {at: 20, latch: 2}, {at: 22, shown: 1}, {at: 30, latch: 3}, {at: 32, shown: 2}},
			[]string{"2: 1", "3: 2"},
			[]string{"1 displayed", "2 displayed"},
		},
		"the newer is due first": { // the streamer shortened its prediction
			[]do{{at: 15, add: 1, meant: 4}, {at: 16, add: 2, meant: 2}, {at: 20, latch: 2}, {at: 22, shown: 2}, {at: 40, latch: 4}},
			[]string{"2: 2", "4: 2 again"},
			[]string{"1 replaced", "2 displayed"},
		},
		"no slot intended": {
			[]do{{at: 25, add: 1}, {at: 30, latch: 3}, {at: 32, shown: 1}},
			[]string{"3: 1"},
			[]string{"1 displayed"},
		},
		"no slot intended, after the latch": {
			[]do{{at: 30, latch: 3}, {at: 30, add: 1}, {at: 40, latch: 4}, {at: 42, shown: 1}},
			[]string{"3: nothing", "4: 1"},
			[]string{"1 displayed"},
		},
		"shown twice, and shown though never latched": {
			[]do{{at: 25, add: 1, meant: 3}, {at: 30, latch: 3}, {at: 32, shown: 7}, {at: 32, shown: 1}, {at: 42, shown: 1}},
			[]string{"3: 1"},
			[]string{"1 displayed"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			latched, s := play(c.script)
			if diff := cmp.Diff(c.latched, latched); diff != "" {
				t.Errorf("latched (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.told, s.told()); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
		})
	}
}

func play(script []do) (latched []string, s *sink) {
	var p Presenter
	s = &sink{}
	for _, d := range script {
		switch {
		case d.add != 0:
			p.Add(at(d.at), frame(d.add, d.meant), slot(1), s)
		case d.latch != 0:
			f, repeat := p.Latch(at(d.at), slot(d.latch), s)
			word := fmt.Sprintf("%d: %d", d.latch, f.ID)
			if f.ID == 0 {
				word = fmt.Sprintf("%d: nothing", d.latch)
			} else if repeat {
				word += " again"
			}
			latched = append(latched, word)
		default:
			p.Shown(d.shown, at(d.at), s)
		}
	}
	return latched, s
}

func TestTimesOfAReport(t *testing.T) {
	var p Presenter
	s := &sink{}
	f := frame(1, 3)
	f.ReceivedAt = at(20)
	f.Report.DecodeStart = time.Millisecond
	p.Add(at(25), f, slot(9), s) // whichever slot the timing is of
	p.Latch(at(30), slot(3), s)
	p.Shown(1, at(33), s)
	want := wire.Report{
		Frame: 1, Outcome: wire.Displayed, DecodeStart: time.Millisecond, Decoded: 5 * time.Millisecond,
		Latched: 10 * time.Millisecond, Displayed: 13 * time.Millisecond, Margin: 5 * time.Millisecond,
	}
	if diff := cmp.Diff(want, s.resolved[0].Report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestLateMarginIsNegative(t *testing.T) {
	var p Presenter
	s := &sink{}
	p.Latch(at(30), slot(3), s)
	p.Add(at(34), frame(1, 3), slot(3), s)
	p.Stop(s)
	if got := s.resolved[0].Report; got.Margin != -4*time.Millisecond || got.Outcome != wire.Late {
		t.Errorf("margin %v, %s; want -4 ms, late", got.Margin, got.Outcome)
	}
}

// Before the display has announced a slot nothing is known of margins, and a wrong one would steer the streamer.
func TestMarginIsUnknownWithoutSlots(t *testing.T) {
	var p Presenter
	s := &sink{}
	p.Add(at(1234), frame(1, 5), Slot{}, s)
	p.Stop(s)
	if got := s.resolved[0].Report; got.Margin != 0 || got.Outcome != wire.Replaced {
		t.Errorf("margin %v, %s; want none, replaced", got.Margin, got.Outcome)
	}
}

func TestDepthIsBounded(t *testing.T) {
	var p Presenter
	s := &sink{}
	for id := units.FrameID(1); id <= 3*Depth; id++ {
		p.Add(at(0), frame(id, Ahead), slot(1), s)
		if p.Waiting() > Depth {
			t.Fatalf("%d frames wait, want at most %d", p.Waiting(), Depth)
		}
	}
	if len(s.released) != 2*Depth || s.released[0] != 1 || s.resolved[0].Report.Outcome != wire.Replaced {
		t.Errorf("released %v, want the %d oldest, as replaced", s.released, 2*Depth)
	}
}

func TestMuteDisplayHoldsNoMoreThanDepth(t *testing.T) {
	var p Presenter
	s := &sink{}
	for id := units.FrameID(1); id <= 100; id++ {
		p.Add(at(int(id)*10), frame(id, units.SlotID(id)), slot(1), s)
		if f, repeat := p.Latch(at(int(id)*10), slot(units.SlotID(id)), s); f.ID != id || repeat {
			t.Fatalf("slot %d shows frame %d", id, f.ID)
		}
		if held := int(id) - len(s.released); held > Depth {
			t.Fatalf("%d frames are held for a display that shows none, want at most %d", held, Depth)
		}
	}
}

func TestFrameForTheFarFutureIsClamped(t *testing.T) {
	var p Presenter
	s := &sink{}
	p.Add(at(5), frame(1, 1<<31), slot(1), s) // slot 1 is the next
	for id := units.SlotID(1); id <= Ahead; id++ {
		if f, _ := p.Latch(slot(id).LatchBy, slot(id), s); f.ID != 0 {
			t.Fatalf("shown in slot %d, early", id)
		}
	}
	if f, repeat := p.Latch(slot(1+Ahead).LatchBy, slot(1+Ahead), s); f.ID != 1 || repeat {
		t.Errorf("slot %d shows frame %d: parked for ever", 1+Ahead, f.ID)
	}
}

// TestFramesMeantForTooLateASlotAreShownAllTheSame has a streamer that aims twenty slots ahead, a frame a slot.
func TestFramesMeantForTooLateASlotAreShownAllTheSame(t *testing.T) {
	var p Presenter
	s := &sink{}
	shown := 0
	for id := units.SlotID(1); id <= 100; id++ {
		p.Add(slot(id).LatchBy.Add(-time.Millisecond), frame(units.FrameID(id), id+20), slot(id), s)
		if _, repeat := p.Latch(slot(id).LatchBy, slot(id), s); !repeat {
			shown++
		}
	}
	if shown != 100-Ahead {
		t.Errorf("%d frames shown in 100 slots, want all but the first %d: the picture froze", shown, Ahead)
	}
}

func TestStopReleasesEverything(t *testing.T) {
	var p Presenter
	s := &sink{}
	p.Add(at(5), frame(1, 1), slot(1), s)
	p.Latch(at(10), slot(1), s)
	p.Shown(1, at(12), s)
	p.Add(at(15), frame(2, 2), slot(1), s)
	p.Latch(at(20), slot(2), s) // latched, not shown
	p.Add(at(25), frame(3, 9), slot(1), s)
	p.Stop(s)
	p.Stop(s)
	slices.Sort(s.released)
	if diff := cmp.Diff([]machine.Handle{1, 2, 3}, s.released); diff != "" {
		t.Errorf("released (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 displayed", "2 displayed", "3 replaced"}, s.told()); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}
