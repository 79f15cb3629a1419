package sim

import (
	"errors"
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
// Incomplete, as does one in which a core did what none may: see Pair.Check. Before the end of a run it gives what there
// is so far, marked incomplete. What it returns is the caller's, and independent of the lab.
func (l *Lab) Runs(version string) []reports.Run {
	var all []reports.Run
	for i := range l.Pairs {
		r := reports.Run{Record: *l.record(i, version)}
		if l.flows[i].series != nil {
			r.Series = l.finished(i)
		}
		all = append(all, r)
	}
	return all
}

func (l *Lab) record(i int, version string) *reports.Record {
	p, r := l.Pairs[i], l.Scenario.Heading(i, version)
	r.TraceHash = new(fmt.Sprintf("%016x", l.TraceHash()))
	if res := p.Results(); res != nil {
		l.fill(&r, i, res)
	}
	l.network(&r, i)
	if err := l.incomplete(p); err != nil {
		r.Incomplete = new(err.Error())
	}
	return &r
}

// Heading returns what the record of a session, counted from 0, says whatever comes of it: by it records are told apart
// and sorted.
func (s Scenario) Heading(session int, version string) reports.Record {
	s = s.withDefaults()
	v := &s.Sessions[session]
	// All is copied, as a pointer into a scenario would keep it alive, and the lab it is in.
	r := reports.Record{
		Scenario: s.RecordName(session), Seed: new(s.Seed), Version: version,
		Source: new("simulated " + v.Game.Kind.String()), Encoder: new("simulated libx264"), Link: new(s.LinkName),
		Width: new(v.Width), Height: new(v.Height), FPS: new(v.FPS),
	}
	r.Controllers.Latency, r.Controllers.Recovery = new(v.Latency), new(v.Recovery)
	r.Controllers.Bitrate = new("constant:" + v.Bitrate.String())
	return r
}

// RecordName is what the record of a session is called. Numbers are of one width, so that text sorts them.
func (s *Scenario) RecordName(i int) string {
	switch n := len(s.Sessions); {
	case n > 9:
		return fmt.Sprintf("%s/%02d", s.Name, i+1)
	case n > 1:
		return fmt.Sprintf("%s/%d", s.Name, i+1)
	}
	return s.Name
}

// Why a session is not what was asked for.
var (
	errNothing     = errors.New("no session came about")
	errInterrupted = errors.New("interrupted")
	errEndless     = errors.New("the session did not end in time")
)

// incomplete says why a session is not what was asked for; nil where it is.
func (l *Lab) incomplete(p *Pair) error {
	if err := p.Check(); err != nil {
		return fmt.Errorf("defect: %w", err)
	}
	switch {
	case p.Results() != nil && p.err != nil:
		return p.err
	case p.Ended():
		return nil
	case !l.done && !p.over():
		return errInterrupted
	case p.Results() != nil:
		return errEndless
	case p.err != nil:
		return fmt.Errorf("%w: %w", errNothing, p.err)
	}
	return errNothing
}

// fill writes what the streamer knows of a session.
func (l *Lab) fill(r *reports.Record, i int, res *streamer.Results) {
	p, frames, ended := l.Pairs[i], res.Frames, res.Ended
	if !p.ends[netem.Down] { // it still counts, and goes on counting
		if ended == 0 {
			ended = p.Streamer.Clock.Mono(l.world.Now())
		}
		sum := *res.Frames
		sum.Finish(ended, l.flows[i].offset)
		frames = &sum
	} else {
		r.SlowedS = new(res.Slowed.Seconds())
	}
	r.DurationS = ended.Sub(res.Began).Seconds()
	r.Fill(frames)
	r.Network.PacketsSent = new(int64(res.Sent.Datagrams))
	r.Network.RecoveredFEC = new(int64(res.Repaired))
	if ratio, ok := res.ParityRatio(); ok {
		r.Recovery.ParityRatio = &ratio
	}
	if r.DurationS > 0 {
		r.Network.GoodputMbps = new(float64(res.Delivered) * 8 / r.DurationS / 1e6)
	}
}

// network writes what the link did to a session's video.
func (l *Lab) network(r *reports.Record, i int) {
	f, n := &l.flows[i], &r.Network
	n.PacketsLost = new(f.lost())
	if f.queued.Count() > 0 {
		n.Queue = &reports.Percentiles{P50: quantileMS(&f.queued, 0.5), P99: quantileMS(&f.queued, 0.99)}
	}
	if f.samples == 0 || f.limited != 0 && f.limited != f.samples {
		return // the link cannot tell, or has a limit at times
	}
	most := float64(l.Scenario.encoder(i).MaxBitrate) / 1e6
	if f.limited > 0 {
		n.CapacityMbps = new(f.capacity / float64(f.samples) / 1e6)
		most = min(most, *n.CapacityMbps)
	}
	if n.GoodputMbps != nil {
		n.Utilisation = new(*n.GoodputMbps / most)
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
