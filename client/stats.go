package client

import (
	"airbridge/client/presenter"
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
	// Refreshes counts the IDRs asked for.
	Refreshes uint64
	// DecodeFailures counts access units that gave no picture.
	DecodeFailures uint64
	// ControlFull counts control messages that found no room.
	ControlFull uint64
	// Refused counts datagrams that were dropped.
	Refused Refused
}

// Refused counts dropped datagrams by reason.
type Refused struct {
	// Stranger: from another address than the streamer's.
	Stranger uint64
	// Malformed: no message of this format. Version: of another version.
	Malformed, Version uint64
	// Session: of another session. Replayed: seen before, or too old to know.
	Session, Replayed uint64
	// Unexpected: a kind that this side does not take.
	Unexpected uint64
	// Shard: a piece of a frame that contradicts another or is out of bounds.
	Shard uint64
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
