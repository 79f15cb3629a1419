package main

import (
	"errors"
	"fmt"
	"time"

	"airbridge/client/display"
	clientshell "airbridge/client/shell"
	"airbridge/internal/quantile"
	"airbridge/reports"
	"airbridge/streamer"
	streamershell "airbridge/streamer/shell"
)

// Why a run did not do its job.
var (
	errNothing = errors.New("no session came about")
	errBlank   = errors.New("no frame was displayed")
)

// sessionRecord makes the run record of a session as the streamer knows it.
func (f *streamFlags) sessionRecord(scenario string, res *streamer.Results, hash uint64, encoder string) *reports.Record {
	r := &reports.Record{
		Scenario: scenario, DurationS: res.Ended.Sub(res.Began).Seconds(), Version: version(),
		TraceHash: new(fmt.Sprintf("%016x", hash)),
		Source:    &f.Source, Encoder: &encoder, Width: &f.Size.width, Height: &f.Size.height, FPS: new(float64(f.FPS)),
	}
	r.Controllers.Latency = &f.Latency
	r.Controllers.Bitrate = new("constant:" + f.Bitrate.String())
	r.Controllers.Recovery = &f.Recovery
	r.Fill(res.Frames)
	r.SlowedS = new(res.Slowed.Seconds())
	r.Network.PacketsSent = new(int64(res.Sent.Datagrams))
	r.Network.RecoveredFEC = new(int64(res.Repaired))
	if ratio, ok := res.ParityRatio(); ok {
		r.Recovery.ParityRatio = &ratio
	}
	return r
}

// record makes the run record of a demo, where both ends are known.
func (d *demoCommand) record(s *demo, sent streamershell.Result, seen clientshell.Result, wall time.Duration) *reports.Record {
	r := d.sessionRecord("demo", sent.Results, sent.TraceHash, s.encoder.Name())
	r.WallS = new(wall.Seconds())
	r.Link = &s.network.name
	if s.network.medium != nil {
		r.Seed = &d.Seed
	}
	r.Network.PacketsLost = new(max(int64(sent.Results.Sent.Datagrams)-int64(seen.Statistics.Shards), 0))
	if d := sent.Results.Ended.Sub(sent.Results.Began).Seconds(); d > 0 {
		r.Network.GoodputMbps = new(float64(sent.Results.Delivered) * 8 / d / 1e6)
	}
	if db, n := s.fidelity.Mean(); n > 0 {
		r.Picture.PSNRMeanDB = &db
	}
	if s.source.Abilities().Marked {
		r.Picture.MarkerErrors = new(int64(s.markers.Errors()))
	}
	if s.source.Abilities().Posed {
		r.PoseError = poseError(s.aim)
	}
	return r
}

func poseError(a *display.Aim) *reports.Percentiles {
	if a.Error.Count() == 0 {
		return nil
	}
	return &reports.Percentiles{P50: degrees(&a.Error, 0.5), P99: degrees(&a.Error, 0.99)}
}

func degrees(h *quantile.Histogram[int64], p float64) float64 {
	v, _ := h.Quantile(p)
	return float64(v) / 1e6
}

// judge says whether a run did its job.
func judge(r *reports.Record) error {
	if r.Frames.Displayed == nil || *r.Frames.Displayed == 0 {
		return errBlank
	}
	if e := r.Picture.MarkerErrors; e != nil && *e > 0 {
		return fmt.Errorf("%d displayed frames were not what they claimed to be", *e)
	}
	return nil
}
