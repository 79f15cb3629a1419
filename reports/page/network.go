package page

import (
	"fmt"

	"airbridge/reports/series"
)

func (v *view) rates() *figure {
	const mega = 1e6
	capacity, target := v.t.gauge(v.s, series.Capacity, mega), v.t.gauge(v.s, series.Target, mega)
	sent, good := v.t.rate(v.s, series.BytesSent, mega/8), v.t.rate(v.s, series.BytesDelivered, mega/8)
	if capacity == nil && target == nil && sent == nil && good == nil {
		return v.missing("bitrate against capacity")
	}
	p := v.plot("rates", "Did the bitrate follow what the path could carry?", "", "Mbit/s", "Mbit/s")
	for _, c := range []curve{
		{name: "capacity", colour: muted, dash: "dashed", width: 1.8, y: capacity, step: true},
		{name: "target of the encoder", colour: fourth, dash: "dotted", y: target, step: true},
		{name: "sent", colour: second, width: 1.6, y: sent},
		{name: "goodput", colour: accent, width: 2.4, y: good},
	} {
		if c.y != nil {
			p.curve(c)
		} else {
			v.missing(c.name + " in Mbit/s")
		}
	}
	return v.finish(p, nil, nil)
}

// loss draws what was lost and made good as soon as one of them is known.
func (v *view) loss() *figure {
	curves := []curve{
		{name: "lost on the way", colour: bad, y: v.lost()},
		{name: "repaired by parity", colour: accent, dash: "dashed", y: v.t.share(v.s, series.RecoveredFEC)},
		{name: "repaired by repetition", colour: fourth, dash: "dotted", y: v.t.share(v.s, series.RecoveredRTX)},
	}
	if curves[0].y == nil && curves[1].y == nil && curves[2].y == nil {
		return v.missing("packets lost and repaired over time")
	}
	p := v.plot("loss", "Were lost packets made good?", "In per cent of the packets sent. Parity that is lost need not be repaired.", "% of packets", "%")
	empty := true
	for _, c := range curves {
		if c.y == nil {
			v.missing(c.name + ", in per cent of packets")
			continue
		}
		p.curve(c)
		empty = empty && !anyAbove(c.y)
	}
	return v.finish(p, nil, func(o map[string]any) {
		if empty {
			axis(o, "yAxis")["max"] = 1 // nothing must not fill the chart
		}
	})
}

// lost is the share of packets that was lost. A run that says that none was lost knows it of every moment.
func (v *view) lost() []number {
	if y := v.t.share(v.s, series.PacketsLost); y != nil {
		return y
	}
	if n := v.run.Network.PacketsLost; n == nil || *n != 0 || !v.s.KnowsCounter(series.PacketsSent) {
		return nil
	}
	return v.t.values(func(p *point) number { return percent(0, p.b.Counters[series.PacketsSent]) })
}

// parity draws what repair cost, where it cost anything.
func (v *view) parity() *figure {
	y := v.t.parity(v.s)
	if y == nil {
		return v.missing("parity sent over time")
	}
	if !anyAbove(y) {
		return nil
	}
	note := "Packets of parity for each hundred of data."
	if r := v.run.Recovery.ParityRatio; r != nil {
		note = fmt.Sprintf("Packets of parity for each hundred of data, %v over the whole run.", number(100**r))
	}
	p := v.plot("parity", "What did parity cost?", note, "% of data", "%")
	p.curve(curve{name: "parity for data", colour: second, y: y})
	return v.finish(p, nil, nil)
}

func (v *view) queue() *figure {
	queue, rtt := v.t.gauge(v.s, series.QueueDelay, 1e6), v.t.gauge(v.s, series.RTT, 1e6)
	if queue == nil && rtt == nil {
		return v.missing("queueing delay and round trip over time")
	}
	p := v.plot("queue", "How long did packets wait in the path?", "Means.", "ms", "ms")
	if queue != nil {
		longest := v.t.values(func(at *point) number {
			m := &at.b.Gauges[series.QueueDelay]
			if m.Count == 0 {
				return unknown
			}
			return number(float64(m.Max) / 1e6)
		})
		p.curve(curve{name: "queue", colour: accent, y: queue})
		p.curve(curve{name: "longest queue", colour: muted, dash: "dotted", width: 1.3, y: longest})
	}
	if rtt != nil {
		p.curve(curve{name: "round trip", colour: second, dash: "dashed", width: 1.6, y: rtt})
	}
	return v.finish(p, nil, nil)
}
