package client

import (
	"slices"

	"airbridge/machine"
	"airbridge/protocol/wire"
	"airbridge/units"
)

// reportMemory bounds the reports that wait for acknowledgement: 3.5 s of frames. Older ones are given up, and the
// streamer counts their frames as lost.
const reportMemory = 256

// reports are the frames' reports that the streamer has not acknowledged, oldest first.
type reports struct {
	unacked []wire.Report
	fresh   int // how many of the last were added since the last feedback
	batch   [wire.MaxReports]wire.Report
}

func (r *reports) add(report wire.Report) {
	if len(r.unacked) == reportMemory {
		r.unacked = slices.Delete(r.unacked, 0, 1)
	}
	r.unacked = append(r.unacked, report)
	r.fresh++
}

// acknowledge forgets the reports of all frames up to one.
func (r *reports) acknowledge(through units.FrameID) {
	r.unacked = slices.DeleteFunc(r.unacked, func(u wire.Report) bool { return u.Frame <= through })
}

// reset forgets everything: a new session begins.
func (r *reports) reset() { r.unacked, r.fresh = r.unacked[:0], 0 }

// next returns the reports of the next feedback, oldest first: all where they fit. Otherwise the new ones go, up to half
// of the room, so that the streamer steers by what is, and as many of the oldest as fit besides, as it acknowledges
// those first.
func (r *reports) next() []wire.Report {
	newest := min(r.fresh, wire.MaxReports/2, len(r.unacked))
	r.fresh = 0
	if len(r.unacked) <= wire.MaxReports {
		return r.unacked
	}
	oldest := copy(r.batch[:wire.MaxReports-newest], r.unacked)
	copy(r.batch[oldest:], r.unacked[len(r.unacked)-newest:])
	return r.batch[:]
}

// sendFeedback sends what is unacknowledged, where there is news. Each report goes out again and again until it is
// acknowledged: a lost feedback costs nothing but time.
func (c *Core) sendFeedback(out machine.Output) {
	r := &c.reports
	if len(r.unacked) == 0 || r.fresh == 0 || c.phase == dialling || c.phase == ended {
		return
	}
	c.link.Finish(out, wire.KindFeedback, wire.AppendFeedback(c.link.Begin(wire.KindFeedback), r.next()))
}
