package sim

import (
	"time"

	"airbridge/netem"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// observe has every session write a series. It must be called before the scenario is assembled.
func (l *Lab) observe(s *Scenario) {
	*s = s.withDefaults()
	for i := range s.Sessions {
		v, f := &s.Sessions[i], &l.flows[i]
		f.series = series.New(v.period())
		f.target = int64(v.Bitrate)
		next := v.Observe
		v.Observe = func(frame *statistics.Frame, o statistics.Offset) {
			if next != nil {
				next(frame, o)
			}
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
	s, p, t := l.flows[i].series, l.Pairs[i], netem.True(at)
	s.Gauge(at, series.ClockOffset, int64(o.Mono(0)))
	s.Gauge(at, series.ClockUncertainty, int64(o.Uncertainty))
	truth := p.Streamer.Clock.Mono(t).Sub(p.Client.Clock.Mono(t))
	s.Gauge(at, series.ClockError, int64(o.Mono(0))-int64(truth))
}

// gauge records the link's state, and what the controllers aim at.
func (f *flow) gauge(at time.Duration, capacity float64, backlog time.Duration) {
	if f.series == nil {
		return
	}
	f.series.Gauge(at, series.Target, f.target)
	f.series.Gauge(at, series.QueueDelay, int64(backlog))
	if capacity > 0 {
		f.series.Gauge(at, series.Capacity, int64(capacity))
	}
	if f.margin != nil {
		f.series.Gauge(at, series.LatencyTarget, int64(f.margin.Margin()))
	}
}

// out records a packet that came out of the link.
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

// finish closes a series.
func (l *Lab) finish(s *series.Series) {
	end := min(l.Now(), l.Scenario.Duration)
	s.Finish(end)
	n, ok := l.Medium.(netem.Narrator)
	if !ok {
		return
	}
	for _, d := range n.Spans(0, netem.True(end), nil) {
		s.Span(d.Name, time.Duration(d.From), min(time.Duration(d.To), end))
	}
}
