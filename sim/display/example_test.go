package display_test

import (
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/sim/display"
	"airbridge/units"
)

// A slot is announced a period ahead. What is latched for it is shown when it lights up.
func Example() {
	d := display.New(display.Config{Period: 10 * time.Millisecond, Start: units.Mono(time.Second)})
	slot := d.Take(d.Next()).(*client.Slot).Timing
	fmt.Println("slot", slot.ID, "latch by", time.Duration(slot.LatchBy), "light at", time.Duration(slot.DisplayAt))

	d.Do(slot.LatchBy, &client.Latch{Slot: slot.ID, Frame: 7, Handle: 1})
	shown := d.Take(d.Next()).(*client.Shown)
	fmt.Println("frame", shown.Frame, "shown at", time.Duration(shown.At))
	// Output:
	// slot 1 latch by 1.008s light at 1.01s
	// frame 7 shown at 1.01s
}
