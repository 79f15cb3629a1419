package scenarios

import "airbridge/reports"

func latencyMetrics() []Metric {
	motion := func(name, about string, samples int64, field func(*reports.Distribution) float64, q float64) Metric {
		m := Metric{
			Name: "motion_to_photon_" + name + "_ms", About: about, samples: samples,
			whole: func(r *reports.Record) (float64, bool) {
				if d := r.Latency.MotionToPhoton; d != nil {
					return field(d), true
				}
				return 0, false
			},
		}
		m.part = motionQuantile(q, samples)
		return m
	}
	two := func(name, about string, field func(*reports.Record) *reports.Percentiles) []Metric {
		return []Metric{
			{Name: name[:len(name)-1] + "p50" + unitOf(name), About: "median of " + about, samples: forMedian, whole: percentile(field, false)},
			{Name: name[:len(name)-1] + "p99" + unitOf(name), About: "99th percentile of the same", samples: forP99, whole: percentile(field, true)},
		}
	}
	list := []Metric{
		motion("mean", "mean time from the pose to the light of frames shown", 1, func(d *reports.Distribution) float64 { return d.Mean }, wantMean),
		motion("p50", "median of the same", forMedian, func(d *reports.Distribution) float64 { return d.P50 }, 0.5),
		motion("p90", "90th percentile", forP90, func(d *reports.Distribution) float64 { return d.P90 }, 0.9),
		motion("p99", "99th percentile", forP99, func(d *reports.Distribution) float64 { return d.P99 }, 0.99),
		motion("p999", "99.9th percentile", forP999, func(d *reports.Distribution) float64 { return d.P999 }, 0.999),
		motion("max", "the longest", 1, func(d *reports.Distribution) float64 { return d.Max }, 1),
		{
			Name: "margin_p1_ms", About: "how long before the latch of their slot all but one frame in a hundred were decoded", samples: forP99,
			whole: margin(func(m *reports.Margin) float64 { return m.P1 }),
		},
		{Name: "margin_p50_ms", About: "median of the same", samples: forMedian, whole: margin(func(m *reports.Margin) float64 { return m.P50 })},
		{
			Name: "latency_uncertainty_ms", About: "what the stages uplink and network may be wrong by",
			whole: decimal(func(r *reports.Record) *float64 { return r.Latency.ClockUncertainty }),
		},
	}
	list = append(list, two("overhead_@", "motion-to-photon without render, encode, decode, pacing and waiting",
		func(r *reports.Record) *reports.Percentiles { return r.Overhead })...)
	return append(list, two("pose_error_@", "how far the pose of a frame was from the head when it lit up",
		func(r *reports.Record) *reports.Percentiles { return r.PoseError })...)
}

// unitOf returns the ending of a metric's name in two.
func unitOf(name string) string {
	if name == "pose_error_@" {
		return "_deg"
	}
	return "_ms"
}

func percentile(field func(*reports.Record) *reports.Percentiles, tail bool) func(*reports.Record) (float64, bool) {
	return func(r *reports.Record) (float64, bool) {
		p := field(r)
		switch {
		case p == nil:
			return 0, false
		case tail:
			return p.P99, true
		}
		return p.P50, true
	}
}

func margin(field func(*reports.Margin) float64) func(*reports.Record) (float64, bool) {
	return func(r *reports.Record) (float64, bool) {
		if r.Margin == nil {
			return 0, false
		}
		return field(r.Margin), true
	}
}

func networkMetrics() []Metric {
	count := func(name, about string, field func(*reports.Record) *int64, part func(part) (float64, bool)) Metric {
		return Metric{Name: name, About: about, counts: true, whole: integer(field), part: part}
	}
	queue := func(r *reports.Record) *reports.Percentiles { return r.Network.Queue }
	rate := func(field func(*reports.Bitrate) float64) func(*reports.Record) (float64, bool) {
		return func(r *reports.Record) (float64, bool) {
			if r.Bitrate == nil {
				return 0, false
			}
			return field(r.Bitrate), true
		}
	}
	return []Metric{
		count("packets_sent", "packets sent to the client", func(r *reports.Record) *int64 { return r.Network.PacketsSent }, packetsSent),
		count("packets_lost", "those of them that did not arrive", func(r *reports.Record) *int64 { return r.Network.PacketsLost }, packetsLost),
		{Name: "packet_loss_percent", About: "their share", whole: lossShare, part: part.lossShare},
		count("recovered_fec", "lost packets that parity made good", func(r *reports.Record) *int64 { return r.Network.RecoveredFEC }, nil),
		count("recovered_rtx", "lost packets that a repetition made good", func(r *reports.Record) *int64 { return r.Network.RecoveredRTX }, nil),
		{Name: "capacity_mbps", About: "what the link could carry, in the mean", whole: decimal(func(r *reports.Record) *float64 { return r.Network.CapacityMbps })},
		{Name: "goodput_mbps", About: "video of frames that the client could decode", whole: decimal(func(r *reports.Record) *float64 { return r.Network.GoodputMbps }), part: part.goodput},
		{Name: "utilisation_ratio", About: "goodput by capacity", whole: decimal(func(r *reports.Record) *float64 { return r.Network.Utilisation })},
		{Name: "queue_p50_ms", About: "median wait of a packet in the link's queue", samples: forMedian, packets: true, whole: percentile(queue, false)},
		{Name: "queue_p99_ms", About: "99th percentile of the same", samples: forP99, packets: true, whole: percentile(queue, true)},
		{Name: "queue_max_ms", About: "longest queue of the link, looked at ten times a second", part: part.longestQueue},
		{Name: "bitrate_mean_mbps", About: "rate of the encoder, mean of whole seconds", whole: rate(func(b *reports.Bitrate) float64 { return b.Mean })},
		{Name: "bitrate_p5_mbps", About: "all but one second in twenty had more", whole: rate(func(b *reports.Bitrate) float64 { return b.P5 })},
		{Name: "bitrate_p95_mbps", About: "one second in twenty had more", whole: rate(func(b *reports.Bitrate) float64 { return b.P95 })},
	}
}

func lossShare(r *reports.Record) (float64, bool) {
	n := &r.Network
	if n.PacketsSent == nil || n.PacketsLost == nil || *n.PacketsSent == 0 {
		return 0, false
	}
	return 100 * float64(*n.PacketsLost) / float64(*n.PacketsSent), true
}

func recoveryMetrics() []Metric {
	return []Metric{
		{
			Name: "freezes", About: "pictures that stood for more than 150 ms and three intervals", counts: true,
			whole: integer(func(r *reports.Record) *int64 { return r.Recovery.Freezes }), part: part.freezes,
		},
		{Name: "longest_freeze_ms", About: "longest time between two pictures", whole: decimal(func(r *reports.Record) *float64 { return r.Recovery.LongestFreezeMS })},
		{
			Name: "idr", About: "frames that refer to no other, the first included", counts: true,
			whole: integer(func(r *reports.Record) *int64 { return r.Recovery.IDR }), part: part.idr,
		},
		{Name: "nack", About: "requests for packets", counts: true, whole: integer(func(r *reports.Record) *int64 { return r.Recovery.NACK })},
		{Name: "parity_ratio", About: "parity by payload", whole: decimal(func(r *reports.Record) *float64 { return r.Recovery.ParityRatio })},
		{Name: "psnr_mean_db", About: "likeness of the pictures", whole: decimal(func(r *reports.Record) *float64 { return r.Picture.PSNRMeanDB })},
		{
			Name: "marker_errors", About: "pictures that were not the frame they should be", counts: true,
			whole: integer(func(r *reports.Record) *int64 { return r.Picture.MarkerErrors }),
		},
	}
}

func clockMetrics() []Metric {
	return []Metric{
		{Name: "clock_error_max_ms", About: "most that the estimate of the client's clock was wrong by", part: part.clockError},
		{Name: "clock_uncertainty_max_ms", About: "most that it admitted it might be", part: part.clockUncertainty},
	}
}
