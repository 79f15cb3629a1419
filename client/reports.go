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
	fresh   bool // something was added since the last feedback
}

func (r *reports) add(report wire.Report) {
	if len(r.unacked) == reportMemory {
		r.unacked = slices.Delete(r.unacked, 0, 1)
	}
	r.unacked = append(r.unacked, report)
	r.fresh = true
}

// acknowledge forgets the reports of all frames up to one.
func (r *reports) acknowledge(through units.FrameID) {
	r.unacked = slices.DeleteFunc(r.unacked, func(u wire.Report) bool { return u.Frame <= through })
}

// reset forgets everything: a new session begins.
func (r *reports) reset() { r.unacked, r.fresh = r.unacked[:0], false }

// sendFeedback sends what is unacknowledged: the newest reports, and as many of the oldest as fit besides. A lost
// feedback therefore costs nothing but time.
func (c *Core) sendFeedback(out machine.Output) {
	r := &c.reports
	if len(r.unacked) == 0 || !r.fresh || c.phase == dialling || c.phase == ended {
		return
	}
	r.fresh = false
	batch := r.unacked
	if len(batch) > wire.MaxReports {
		batch = batch[:wire.MaxReports]
	}
	c.link.Finish(out, wire.KindFeedback, wire.AppendFeedback(c.link.Begin(wire.KindFeedback), batch))
}
