package sim

import (
	"time"

	"airbridge/netem"
	"airbridge/reports/series"
	"airbridge/streamer"
	"airbridge/streamer/statistics"
)

// observe has the lab see every frame of a session. It must be called before the scenario is assembled.
func (l *Lab) observe(i int, v *Session, keep bool) {
	f := &l.flows[i]
	f.target = int64(v.Bitrate)
	if keep && v.FPS >= minFPS && v.FPS <= maxFPS { // otherwise the scenario is refused
		f.series = series.New(v.period())
	}
	next := v.Observe
	v.Observe = func(frame *statistics.Frame, o statistics.Offset) {
		if next != nil {
			next(frame, o)
		}
		f.offset = o
		if f.series != nil {
			l.frame(i, frame, o)
		}
	}
}

// frame records a frame whose outcome is known.
func (l *Lab) frame(i int, frame *statistics.Frame, o statistics.Offset) {
	s, p := l.flows[i].series, l.Pairs[i]
	at := time.Duration(max(p.Streamer.Clock.True(frame.RenderStart), 0))
	s.Frame(at, frame, o)
	if margin, known := frame.Margin(); known {
		s.Gauge(at, series.LatencySlack, int64(margin))
		s.Count(at, series.BytesDelivered, int64(frame.Bytes))
	}
	if o.Known() {
		l.clock(i, at, o)
	}
}

// clock records what the streamer thinks of the client's clock, beside the truth, which only a laboratory knows.
func (l *Lab) clock(i int, at time.Duration, o statistics.Offset) {
	s, p, now := l.flows[i].series, l.Pairs[i], l.world.Now()
	ours := p.Streamer.Clock.Mono(now)
	truth := ours.Sub(p.Client.Clock.Mono(now))
	s.Gauge(at, series.ClockOffset, int64(o.Mono(0)))
	s.Gauge(at, series.ClockUncertainty, int64(o.UncertaintyAt(ours)))
	s.Gauge(at, series.ClockError, int64(o.Mono(0))-int64(truth))
}

// sample records the link's state, what the controllers aim at, and what was repaired since the last sample.
func (l *Lab) sample(now netem.True, i int) {
	f, at := &l.flows[i], time.Duration(now)
	if l.gauge != nil {
		capacity := l.gauge.Capacity(now, netem.Down)
		f.samples++
		f.capacity += capacity
		if capacity > 0 {
			f.limited++
		}
		if f.series != nil {
			f.series.Gauge(at, series.QueueDelay, int64(l.gauge.Backlog(now, netem.Down)))
			if capacity > 0 {
				f.series.Gauge(at, series.Capacity, int64(capacity))
			}
		}
	}
	if f.series == nil {
		return
	}
	f.series.Gauge(at, series.Target, f.target)
	if f.margin != nil {
		f.series.Gauge(at, series.LatencyTarget, int64(f.margin.Margin()))
	}
	if r := l.Pairs[i].core.Results(); r != nil {
		f.repair(at, f.series, r)
	}
}

// repair counts what was sent and recovered in parity since the last time.
func (f *flow) repair(at time.Duration, s *series.Series, r *streamer.Results) {
	s.Count(at, series.ParitySent, int64(r.Sent.Parity-f.parity))
	s.Count(at, series.RecoveredFEC, int64(r.Repaired-f.repaired))
	f.parity, f.repaired = r.Sent.Parity, r.Repaired
}

// out records a packet of video that came out of the link.
func (f *flow) out(at time.Duration, p netem.Packet) {
	if p.Fate == netem.Doubled {
		return
	}
	f.series.Count(at, series.PacketsSent, 1)
	f.series.Count(at, series.BytesSent, int64(p.Size))
	if p.Fate != netem.Arrived {
		f.series.Count(at, series.PacketsLost, 1)
	}
}

// finished returns a copy of a session's series, closed at the present instant.
func (l *Lab) finished(i int) *series.Series {
	f := &l.flows[i]
	s := series.New(f.series.Interval())
	if err := s.Merge(f.series); err != nil {
		panic(err) // both are of one interval
	}
	end := min(l.Now(), l.Scenario.Duration)
	if r := l.Pairs[i].core.Results(); r != nil {
		rest := *f
		rest.repair(min(l.Now(), s.End()), s, r)
	}
	s.Finish(end)
	if n, ok := l.Medium.(netem.Narrator); ok {
		for _, d := range n.Spans(0, netem.True(end), nil) {
			s.Span(d.Name, time.Duration(d.From), min(time.Duration(d.To), end))
		}
	}
	return s
}
