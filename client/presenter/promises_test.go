package presenter

import (
	"slices"
	"testing"

	"airbridge/machine"
	"airbridge/units"

	"pgregory.net/rapid"
)

// Whatever comes when: never early, never out of order, every handle and every frame once, and a slot repeats only where
// no newer frame is due.
func TestPresenterKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p Presenter
		s := &sink{}
		tenths, id, next, last := 0, units.FrameID(0), units.SlotID(1), units.FrameID(0)
		due := map[units.FrameID]units.SlotID{} // as the presenter clamps it
		var old []units.FrameID
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			tenths += rapid.IntRange(0, 8).Draw(t, "time")
			for ; slot(next).LatchBy <= at(tenths); next++ {
				f, repeat := p.Latch(at(tenths), slot(next), s)
				if f.ID < last || repeat != (f.ID == last) {
					t.Fatalf("slot %d shows frame %d (repeat %t) after %d", next, f.ID, repeat, last)
				}
				if f.ID != 0 && due[f.ID] > next {
					t.Fatalf("slot %d shows frame %d, which is meant for slot %d", next, f.ID, due[f.ID])
				}
				for waiting, meant := range due {
					if waiting > f.ID && meant <= next && !slices.Contains(s.released, machine.Handle(waiting)) {
						t.Fatalf("slot %d shows frame %d while the newer frame %d is due", next, f.ID, waiting)
					}
				}
				last = f.ID
			}
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0:
				p.Shown(last, at(tenths), s)
			default:
				id += units.FrameID(rapid.IntRange(1, 3).Draw(t, "skip"))
				f := frame(id, units.SlotID(max(0, int(next)+rapid.IntRange(-3, 20).Draw(t, "meant"))))
				if len(old) > 0 && rapid.IntRange(0, 9).Draw(t, "late") == 0 { // overtaken in the decoder
					f, old = frame(old[0], f.Slot), old[1:]
				} else if rapid.IntRange(0, 9).Draw(t, "overtaken") == 0 {
					old = append(old, id)
					continue
				}
				due[f.ID] = min(max(f.Slot, 1), next+Ahead)
				if f.Slot == 0 {
					due[f.ID] = next
				}
				p.Add(at(tenths), f, slot(next), s)
			}
			if p.Waiting() > Depth {
				t.Fatalf("%d frames wait", p.Waiting())
			}
		}
		p.Stop(s)
		balance(t, s, due)
	})
}

// balance checks that each frame was resolved and released once.
func balance(t *rapid.T, s *sink, added map[units.FrameID]units.SlotID) {
	released, resolved := map[machine.Handle]int{}, map[units.FrameID]int{}
	for _, h := range s.released {
		released[h]++
	}
	for _, f := range s.resolved {
		resolved[f.ID]++
	}
	for id := range added {
		if released[machine.Handle(id)] != 1 || resolved[id] != 1 {
			t.Fatalf("frame %d: released %d times, resolved %d times", id, released[machine.Handle(id)], resolved[id])
		}
	}
	if len(s.released) != len(added) || len(s.resolved) != len(added) {
		t.Fatalf("%d released, %d resolved of %d", len(s.released), len(s.resolved), len(added))
	}
}

// nobody takes what a presenter lets go.
type nobody struct{ released, resolved int }

func (n *nobody) Release(machine.Handle) { n.released++ }
func (n *nobody) Resolve(Frame)          { n.resolved++ }

func BenchmarkPresenter(b *testing.B) {
	var p Presenter
	n := &nobody{}
	b.ReportAllocs()
	for i := range b.N {
		id := units.FrameID(i + 1)
		s := slot(units.SlotID(id))
		p.Add(s.LatchBy-1, frame(id, s.ID), s, n)
		p.Latch(s.LatchBy, s, n)
		p.Shown(id, s.DisplayAt, n)
	}
	if n.resolved != b.N {
		b.Fatalf("%d of %d frames resolved", n.resolved, b.N)
	}
}
