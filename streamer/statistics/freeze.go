package statistics

import (
	"time"

	"airbridge/units"
)

// minFreeze and freezeIntervals: a freeze is a gap above max(150 ms, 3 intervals) between two newly shown frames.
const (
	minFreeze       = 150 * time.Millisecond
	freezeIntervals = 3
)

// freezes finds gaps in what is shown.
type freezes struct {
	last  units.PeerMono
	shown bool
}

// show takes the instant at which something new was shown and returns how long the picture stood still before; zero
// where that is no freeze.
func (z *freezes) show(at units.PeerMono, interval time.Duration) time.Duration {
	gap := at.Sub(z.last)
	seen := z.shown
	if seen && gap <= 0 {
		return 0
	}
	z.last, z.shown = at, true
	if !seen || gap <= max(minFreeze, freezeIntervals*interval) {
		return 0
	}
	return gap
}
