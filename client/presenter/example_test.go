package presenter_test

import (
	"fmt"
	"time"

	"airbridge/client/presenter"
	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// printer prints what the presenter lets go.
type printer struct{}

func (printer) Release(h machine.Handle)  { fmt.Println("release handle", h) }
func (printer) Resolve(f presenter.Frame) { fmt.Println("frame", f.ID, "is", f.Report.Outcome) }

// A frame waits for its slot; the slot after it repeats it, as nothing newer has come.
func Example() {
	var p presenter.Presenter
	first := presenter.Slot{ID: 1, DisplayAt: 12_000_000, LatchBy: 10_000_000, Period: 10 * time.Millisecond}
	p.Add(5_000_000, presenter.Frame{ID: 7, Slot: 2, Handle: 70, Report: wire.Report{Frame: 7}}, first, printer{})
	for id := units.SlotID(1); id <= 3; id++ {
		slot := first.At(id)
		f, repeat := p.Latch(slot.LatchBy, slot, printer{})
		fmt.Println("slot", id, "shows frame", f.ID, "repeated:", repeat)
		p.Shown(f.ID, slot.DisplayAt, printer{})
	}
	p.Stop(printer{})
	// Output:
	// slot 1 shows frame 0 repeated: true
	// slot 2 shows frame 7 repeated: false
	// frame 7 is displayed
	// slot 3 shows frame 7 repeated: true
	// release handle 70
}
