package statistics

import "airbridge/units"

// poseDepth is how many poses are remembered: 0.7 s of three a frame at 120 Hz. A source that renders with an older one
// renders a frame without a pose.
const poseDepth = 256

// poses remembers when poses were sampled and received.
type poses [poseDepth]struct {
	id       units.PoseID
	sampled  units.PeerMono
	received units.Mono
}

// put keeps the first arrival of a pose.
func (p *poses) put(id units.PoseID, sampled units.PeerMono, received units.Mono) {
	at := &p[id%poseDepth]
	if id > at.id {
		at.id, at.sampled, at.received = id, sampled, received
	}
}

func (p *poses) get(id units.PoseID) (sampled units.PeerMono, received units.Mono, ok bool) {
	if at := &p[id%poseDepth]; id != 0 && at.id == id {
		return at.sampled, at.received, true
	}
	return 0, Unset, false
}
