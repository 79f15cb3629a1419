package sim

import (
	"fmt"
	"time"

	"airbridge/internal/quantile"
	"airbridge/machine"
	"airbridge/netem"
	"airbridge/reports"
	"airbridge/streamer"
)

// TraceHash digests everything that went into and came out of every core of the run.
func (a *Assembly) TraceHash() uint64 {
	var h machine.Hash
	for _, p := range a.Pairs {
		h.Pair(p.Streamer.Trace.Sum(), p.Client.Trace.Sum())
	}
	return h.Sum()
}

// Results returns the streamer's books of a session; nil where none came about.
func (p *Pair) Results() *streamer.Results { return p.core.Results() }

// Err says why the session ended against the user's will; nil where it did not.
func (p *Pair) Err() error { return p.err }

// Runs returns what a run came to, a record a session. A session that never came about has no frames, and says why in
// Incomplete. Before the end of a run it gives what there is so far, marked incomplete.
func (l *Lab) Runs(version string) []reports.Run {
	var all []reports.Run
	for i := range l.Pairs {
		r := reports.Run{Record: *l.record(i, version)}
		if r.Series = l.flows[i].series; r.Series != nil {
			l.finish(r.Series)
		}
		all = append(all, r)
	}
	return all
}

func (l *Lab) record(i int, version string) *reports.Record {
	s, v, p, f := &l.Scenario, &l.Scenario.Sessions[i], l.Pairs[i], &l.flows[i]
	name := s.Name
	if len(l.Pairs) > 1 {
		name = fmt.Sprintf("%s/%d", s.Name, i+1)
	}
	r := &reports.Record{
		Scenario: name, Seed: &s.Seed, Version: version, TraceHash: new(fmt.Sprintf("%016x", l.TraceHash())),
		Source: new("simulated " + v.Game.Kind.String()), Encoder: new("simulated libx264"), Link: &s.LinkName,
		Width: &v.Width, Height: &v.Height, FPS: &v.FPS,
	}
	r.Controllers.Latency, r.Controllers.Recovery = &v.Latency, &v.Recovery
	r.Controllers.Bitrate = new("constant:" + v.Bitrate.String())
	switch res := p.Results(); {
	case res == nil:
		r.Incomplete = new("no session came about")
	default:
		l.fill(r, p, res)
	}
	switch {
	case r.Incomplete != nil:
	case p.err != nil:
		r.Incomplete = new(p.err.Error())
	case !p.Ended():
		r.Incomplete = new("interrupted")
	}
	r.Network.PacketsLost = new(f.lost())
	if f.limited == f.samples && f.samples > 0 {
		r.Network.CapacityMbps = new(f.capacity / float64(f.samples) / 1e6)
		if g := r.Network.GoodputMbps; g != nil {
			r.Network.Utilisation = new(*g / *r.Network.CapacityMbps)
		}
	}
	if f.queued.Count() > 0 {
		r.Network.Queue = &reports.Percentiles{P50: quantileMS(&f.queued, 0.5), P99: quantileMS(&f.queued, 0.99)}
	}
	return r
}

// fill writes what the streamer knows of a session.
func (l *Lab) fill(r *reports.Record, p *Pair, res *streamer.Results) {
	ended := res.Ended
	if !p.ends[netem.Down] {
		ended = p.Streamer.Clock.Mono(l.world.Now())
	}
	r.DurationS = ended.Sub(res.Began).Seconds()
	r.Fill(res.Frames)
	r.SlowedS = new(res.Slowed.Seconds())
	r.Network.PacketsSent = new(int64(res.Sent.Datagrams))
	if r.DurationS > 0 {
		r.Network.GoodputMbps = new(float64(res.Encoded.Bytes) * 8 / r.DurationS / 1e6)
	}
}

// lost counts the packets that did not arrive.
func (f *flow) lost() (n int64) {
	for fate := netem.Overflow; fate < netem.Fates; fate++ {
		n += f.fates[fate]
	}
	return n
}

func quantileMS(h *quantile.Histogram[time.Duration], p float64) float64 {
	d, _ := h.Quantile(p)
	return float64(d) / float64(time.Millisecond)
}
