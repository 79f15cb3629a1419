package main

import (
	"fmt"
	"net/netip"
	"time"

	"airbridge/netem"
	"airbridge/netem/profile"
	"airbridge/netem/vnetlab"
	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"

	pion "github.com/pion/transport/v3"
	"github.com/pion/transport/v3/stdnet"
)

// linkFlags say over what a demo streams.
type linkFlags struct {
	Link string `placeholder:"PROFILE|FILE" help:"Stream over a virtual network with this link instead of loopback, in real time: a name such as wifi6-busy, or a file."`
	Seed uint64 `default:"1" placeholder:"N" help:"Seed of the virtual link, a whole number. Default: 1."`

	profile profile.Profile
}

// The hosts of the virtual network.
var (
	virtualStreamer = netip.MustParseAddr("10.1.0.1")
	virtualClient   = netip.MustParseAddr("10.2.0.1")
)

// network is what lies between the two ends: loopback, or a virtual network.
type network struct {
	name    string
	nets    [2]pion.Net // the streamer's and the client's
	addrs   [2]string
	virtual *vnetlab.Network // nil on loopback
	medium  netem.Medium
}

// check reads the link, and looks whether it can be built.
func (l *linkFlags) check() (err error) {
	if l.Link == "" {
		return nil
	}
	if l.profile, err = profile.Open(l.Link, readInput); err == nil {
		_, err = l.profile.Spec.Build(l.Seed)
	}
	if err != nil {
		return fmt.Errorf("--link: %w", err)
	}
	return nil
}

// open builds the network.
func (l *linkFlags) open() (*network, error) {
	if l.Link == "" {
		n, err := stdnet.NewNet()
		if err != nil {
			return nil, fmt.Errorf("network: %w", err)
		}
		return &network{name: "loopback", nets: [2]pion.Net{n, n}, addrs: [2]string{"127.0.0.1:0", "127.0.0.1:0"}}, nil
	}
	medium, err := l.profile.Spec.Build(l.Seed)
	if err != nil {
		return nil, fmt.Errorf("--link %s: %w", l.Link, err)
	}
	v, err := vnetlab.New(vnetlab.Config{Medium: medium, Hosts: []vnetlab.Host{
		{Addr: virtualStreamer, Dir: netem.Down}, {Addr: virtualClient, Dir: netem.Up},
	}})
	if err != nil {
		return nil, err
	}
	return &network{
		name: l.profile.Name, virtual: v, medium: medium,
		nets:  [2]pion.Net{v.Net(virtualStreamer), v.Net(virtualClient)},
		addrs: [2]string{virtualStreamer.String() + ":9944", virtualClient.String() + ":9945"},
	}, nil
}

// close ends a virtual network; once it has, the medium may be asked what it did. It may be called again.
func (n *network) close() error {
	if n.virtual == nil {
		return nil
	}
	v := n.virtual
	n.virtual = nil
	if err := v.Close(); err != nil {
		return fmt.Errorf("virtual network: %w", err)
	}
	return nil
}

// chronicle keeps what a demo records over time. Its methods are called on the streamer's pump.
type chronicle struct {
	series *series.Series
	began  time.Duration // when the first frame was begun
}

func newChronicle(period time.Duration) *chronicle {
	return &chronicle{series: series.New(period), began: -1}
}

// frame takes a frame whose outcome is known.
func (h *chronicle) frame(f *statistics.Frame, o statistics.Offset) {
	at := time.Duration(f.RenderStart)
	if h.began < 0 {
		h.began = at
	}
	at -= h.began
	h.series.Frame(at, f, o)
	if margin, known := f.Margin(); known {
		h.series.Gauge(at, series.LatencySlack, int64(margin))
		h.series.Count(at, series.BytesDelivered, int64(f.Bytes))
	}
	if o.Known() {
		h.series.Gauge(at, series.ClockOffset, int64(o.Mono(0)))
		h.series.Gauge(at, series.ClockUncertainty, int64(o.Uncertainty))
	}
}

// run puts the record and what was recorded over time together. The network must be closed.
func (h *chronicle) run(r *reports.Record, n *network) reports.Run {
	length := time.Duration(r.DurationS * float64(time.Second))
	h.series.Finish(length)
	if t, ok := n.medium.(netem.Narrator); ok && h.began >= 0 {
		// The link's time began with the streamer's clock, the series with the first frame.
		for _, s := range t.Spans(netem.True(h.began), netem.True(h.began+length), nil) {
			h.series.Span(s.Name, max(time.Duration(s.From)-h.began, 0), min(time.Duration(s.To)-h.began, length))
		}
	}
	return reports.Run{Record: *r, Series: h.series}
}
