package scenarios

import (
	"cmp"
	"time"

	"airbridge/sim"
)

// session returns a session with what it leaves open filled in, as far as records tell it.
func (s Scenario) session(i int) (v sim.Session) {
	if i < len(s.Sessions) {
		v = s.Sessions[i]
	}
	v.FPS = cmp.Or(v.FPS, sim.DefaultFPS)
	v.Bitrate = cmp.Or(v.Bitrate, sim.DefaultBitrate)
	v.Latency = cmp.Or(v.Latency, sim.DefaultLatency)
	v.Recovery = cmp.Or(v.Recovery, sim.DefaultRecovery)
	return v
}

// stretch is how long a session is planned to stream.
func (s Scenario) stretch(i int) time.Duration {
	v := s.session(i)
	return min(cmp.Or(v.Stops, s.Length()), s.Length()) - v.Starts
}
