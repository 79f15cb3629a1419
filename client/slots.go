package client

import (
	"airbridge/client/presenter"
	"airbridge/units"
)

// slotsAhead bounds the slots a display may announce in advance.
const slotsAhead = 8

// slots are the display's refreshes that were announced and not latched yet.
type slots struct {
	pending []presenter.Slot
	newest  presenter.Slot // the newest announced, to extrapolate from
}

// add takes a slot; one that does not rise, or one too many, is ignored: the display repeats by itself.
func (s *slots) add(slot presenter.Slot) {
	if slot.ID <= s.newest.ID || slot.Period <= 0 || len(s.pending) == slotsAhead {
		return
	}
	s.newest = slot
	s.pending = append(s.pending, slot)
}

// known says that the display has announced a slot.
func (s *slots) known() bool { return s.newest.ID != 0 }

// due takes the next slot whose latch has come.
func (s *slots) due(now units.Mono) (presenter.Slot, bool) {
	if len(s.pending) == 0 || s.pending[0].LatchBy > now {
		return presenter.Slot{}, false
	}
	slot := s.pending[0]
	n := copy(s.pending, s.pending[1:])
	s.pending = s.pending[:n]
	return slot, true
}

// nextLatch is when the next slot must be latched.
func (s *slots) nextLatch() units.Mono {
	if len(s.pending) == 0 {
		return units.Never
	}
	return s.pending[0].LatchBy
}

// nearest is the slot whose display time is nearest to at.
func (s *slots) nearest(at units.Mono) presenter.Slot {
	period := s.newest.Period
	d := at.Sub(s.newest.DisplayAt) + period/2
	n := int64(d / period)
	if d < 0 && d%period != 0 {
		n--
	}
	id := max(int64(s.newest.ID)+n, 1)
	return s.newest.At(units.SlotID(id))
}
