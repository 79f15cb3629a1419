package client

import (
	"airbridge/client/presenter"
	"airbridge/protocol/link"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// Statistics is what a client counts. Counters only rise.
type Statistics struct {
	// Outcomes counts the frames that ended, by wire.Outcome.
	Outcomes [int(wire.Skipped) + 1]uint64
	// ShownLate counts late frames that were shown after all, in a later slot.
	ShownLate uint64
	// Slots counts the slots latched, Fresh those with a new frame, Repeated those with the last frame again. Slots
	// before the first frame are in Slots alone.
	Slots, Fresh, Repeated uint64
	// Holes counts the gaps in frames that were certain.
	Holes uint64
	// Shards counts the video datagrams that arrived.
	Shards uint64
	// Repaired counts the pieces of frames that did not arrive and were recovered from parity.
	Repaired uint64
	// Refreshes counts the IDRs asked for.
	Refreshes uint64
	// DecodeFailures counts access units that gave no picture.
	DecodeFailures uint64
	// ControlFull counts control messages that found no room.
	ControlFull uint64
	// Refused counts datagrams that were dropped.
	Refused link.Refused
}

func (s *Statistics) latched(id units.FrameID, repeat bool) {
	s.Slots++
	switch {
	case !repeat:
		s.Fresh++
	case id != 0:
		s.Repeated++
	}
}

func (s *Statistics) resolved(f presenter.Frame) {
	s.Outcomes[f.Report.Outcome]++
	if f.Report.ShownLate {
		s.ShownLate++
	}
}
