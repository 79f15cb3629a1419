package statistics

import (
	"time"

	"airbridge/units"
)

// slots counts misses: slots that repeated a picture although the source had rendered a frame for them. Frames come in
// order of their numbers. Two frames may be meant for one slot, and a frame that missed its own may have been shown in
// a later one, which then did not repeat.
type slots struct {
	current units.SlotID
	// missed says that the current slot counts as a miss so far.
	missed bool
	// filled has bit i set where an earlier frame was shown late in the slot current+i.
	filled uint64
}

// visit takes the next frame and returns by how much the number of misses changes.
func (s *slots) visit(f *Frame, period time.Duration) (change int64) {
	if f.Slot == 0 {
		if f.Shown() {
			return 0
		}
		return 1
	}
	onTime := f.Shown() && !f.Report.ShownLate
	if f.Slot > s.current || s.current == 0 {
		change = s.open(f.Slot, onTime)
	} else if onTime && s.missed {
		s.missed, change = false, -1
	}
	if f.Shown() && !onTime {
		s.fill(-f.Report.Margin, period)
	}
	return change
}

func (s *slots) open(slot units.SlotID, onTime bool) int64 {
	if s.current != 0 {
		s.filled >>= slot - s.current
	}
	s.current = slot
	s.missed = !onTime && s.filled&1 == 0
	if s.missed {
		return 1
	}
	return 0
}

// fill marks the slot in which a frame was shown that was decoded late after the latch of the current one.
func (s *slots) fill(late, period time.Duration) {
	later := max((late+period-1)/period, 1)
	if later < 64 {
		s.filled |= 1 << later
	}
}
