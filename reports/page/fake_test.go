package page

import (
	"fmt"
	"math"
	"testing"
	"time"

	"airbridge/internal/stream"
	"airbridge/protocol/wire"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
	"airbridge/units"
)

// fake says what an invented run is like.
type fake struct {
	scenario string
	seed     uint64
	length   time.Duration
	// trouble is how much a disturbance hurts, zero none; slower is added to every network stage, in ms.
	trouble, slower float64
	// bare leaves out all that a client could not know: no poses, no network.
	bare bool
}

const fps = 72

// meanMS is what the stages take on average.
var meanMS = [statistics.StageCount]float64{1.4, 6.5, 8.2, 1.1, 5.6, 0.2, 1.8, 3.1, 0.6, 0.3, 5.2, 4.4, 6.1}

// run invents the run from its seed.
func (f fake) run(t testing.TB) reports.Run {
	t.Helper()
	interval := time.Second / fps
	s, a := series.New(interval), statistics.NewAggregate(interval)
	r := stream.New(f.seed, "fake/"+f.scenario)
	from, to := f.length*35/100, f.length*50/100
	if f.trouble > 0 {
		s.Span("microwave oven", from, to)
		s.Span("roaming", f.length*72/100, f.length*72/100+f.length/80)
	}
	drift, slow := 0.0, 0.0
	var sent, lost int64
	for i := range int(f.length / interval) {
		at := time.Duration(i) * interval
		inside := f.trouble > 0 && (at > from && at < to || at > f.length*72/100 && at < f.length*72/100+f.length/80)
		drift += 30e-6 * interval.Seconds()
		slow = 0.9*slow + 0.1*r.NormFloat64()
		hurt := f.slower
		if inside {
			hurt += f.trouble * r.ExpFloat64() * 3
		}
		offset := statistics.NewOffset(3*time.Second+time.Duration(drift*1e9), 700*time.Microsecond)
		frame := f.frame(i, at, hurt+max(slow, 0), r.NormFloat64, offset)
		if x := r.Float64(); inside && x < 0.02*f.trouble {
			frame.Outcome = wire.Lost
		} else if inside && hurt > 9 {
			frame.Outcome = wire.Late
		} else if x < 0.0002 {
			frame.Outcome = wire.Replaced
		}
		s.Frame(at, frame, offset)
		a.Add(frame, offset)
		if f.bare {
			continue
		}
		n, gone := int64(64), int64(0)
		if inside {
			gone = int64(r.ExpFloat64() * 2 * f.trouble)
		}
		sent, lost = sent+n, lost+gone
		f.sample(s, at, n, gone, hurt, drift, inside)
	}
	s.Finish(f.length)
	a.Finish(units.Mono(f.length), statistics.NewOffset(3*time.Second, 0))
	return f.record(s, a, sent, lost)
}

func (f fake) frame(i int, at time.Duration, hurt float64, normal func() float64, o statistics.Offset) *statistics.Frame {
	fr := &statistics.Frame{ID: units.FrameID(i + 1), Slot: units.SlotID(i + 1), Outcome: wire.Displayed, Posed: !f.bare, Bytes: 125_000, IDR: i%2000 == 0}
	var walk [statistics.StageCount]time.Duration
	for s := range walk {
		ms := meanMS[s] * math.Exp(0.09*normal())
		if statistics.Stage(s) == statistics.Network {
			ms += hurt
		}
		walk[s] = time.Duration(ms * 1e6)
	}
	now := units.Mono(at) - units.Mono(walk[0]+walk[1]+walk[2])
	fr.PoseSampled = o.Peer(now)
	step := func(s statistics.Stage) units.Mono { now = now.Add(walk[s]); return now }
	fr.PoseReceived, fr.RenderStart, fr.Rendered = step(statistics.Uplink), step(statistics.PoseWait), step(statistics.Render)
	fr.Composited, fr.Encoded = step(statistics.Composite), step(statistics.Encode)
	fr.Paced, fr.Sent = step(statistics.Packetize), step(statistics.Pace)
	fr.LastSent = fr.Sent
	fr.Report.Received = o.Peer(step(statistics.Network))
	since := func(s statistics.Stage) time.Duration { return o.Peer(step(s)).Sub(fr.Report.Received) }
	fr.Report.Recovered, fr.Report.DecodeStart = since(statistics.Recover), since(statistics.DecodeWait)
	fr.Report.Decoded, fr.Report.Latched, fr.Report.Displayed = since(statistics.Decode), since(statistics.SlotWait), since(statistics.Scanout)
	fr.Report.Margin = walk[statistics.SlotWait]
	return fr
}

func (f fake) sample(s *series.Series, at time.Duration, n, gone int64, hurt, drift float64, inside bool) {
	capacity := 100e6
	if inside {
		capacity = 62e6
	}
	s.Gauge(at, series.Capacity, int64(capacity))
	s.Gauge(at, series.Target, int64(capacity*0.76))
	s.Gauge(at, series.QueueDelay, int64(hurt*0.7e6+2e5))
	s.Gauge(at, series.RTT, int64((hurt+3.2)*1e6))
	s.Gauge(at, series.ClockOffset, int64(3e9+drift*1e9))
	s.Gauge(at, series.ClockUncertainty, 700_000)
	s.Gauge(at, series.ClockError, int64(1e5*math.Sin(at.Seconds())))
	s.Gauge(at, series.LatencyTarget, 4_000_000)
	s.Gauge(at, series.LatencySlack, int64(4.4e6-hurt*3e5))
	s.Count(at, series.BytesSent, int64(capacity*0.74/8/fps))
	s.Count(at, series.BytesDelivered, int64(capacity*0.7/8/fps)-gone*1200)
	s.Count(at, series.PacketsSent, n)
	s.Count(at, series.PacketsLost, gone)
	s.Count(at, series.RecoveredFEC, gone*6/10)
	s.Count(at, series.RecoveredRTX, gone*2/10)
	s.Count(at, series.ParitySent, n/12)
}

func (f fake) record(s *series.Series, a *statistics.Aggregate, sent, lost int64) reports.Run {
	r := reports.Run{Series: s}
	r.Scenario, r.Seed, r.DurationS, r.Version = f.scenario, &f.seed, f.length.Seconds(), "v0.3.0"
	r.Controllers = reports.Controllers{Latency: new("adaptive"), Bitrate: new("adaptive"), Recovery: new("fec:8")}
	r.Fill(a)
	r.Source, r.FPS = new("scene"), new(float64(fps))
	if f.bare {
		return r
	}
	r.TraceHash, r.Link = new(fmt.Sprintf("%016x", f.seed*0x9e3779b97f4a7c15)), &f.scenario
	r.Network = reports.Network{
		PacketsSent: &sent, PacketsLost: &lost, RecoveredFEC: new(lost * 6 / 10), RecoveredRTX: new(lost * 2 / 10), CapacityMbps: new(94.0),
		GoodputMbps: new(66.0), Utilisation: new(0.702), Queue: &reports.Percentiles{P50: 0.3, P99: 4.1},
	}
	r.Width, r.Height, r.Encoder = new(2560), new(1344), new("libx264 (model)")
	return r
}
