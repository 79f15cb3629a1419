package loopback

import (
	"time"

	"airbridge/internal/quantile"
	"airbridge/streamer/statistics"
)

// Kind is how much the mood of a machine says about a quantity, and so how it is judged.
type Kind uint8

// The kinds. A shared machine stops for milliseconds now and then: medians and 90th percentiles survive that. The 99th
// percentile of a run of ten seconds is its seven worst frames, and how many slots were missed is how often it stopped.
const (
	// Body is judged always.
	Body Kind = iota
	// Tail is judged by the runs during which the machine was quiet, where there are two at least, and only told otherwise.
	Tail
)

// Quantity is one thing that both worlds measure.
type Quantity struct {
	Name string
	// Unit is of the numbers, for people.
	Unit string
	Kind Kind
	// Grain is what two values may differ by and still count as equal: what the measurement itself cannot tell apart.
	Grain float64
	// BySeed says that the quantity follows from what the devices draw more than from the machine: of each value, what the
	// lab's machines have in the middle with the same seed is taken away.
	BySeed bool
	// Of returns the quantity of a session; false where it has none.
	Of func(b *Books) (float64, bool)
}

// clockGrain is a microsecond: the streamer's stamps of datagrams travel in whole ones.
const clockGrain = 1

// Quantities are all that is compared.
func Quantities() []Quantity {
	var all []Quantity
	times := func(name string, of func(*Books) *quantile.Histogram[time.Duration]) {
		for _, q := range [...]struct {
			name string
			p    float64
			kind Kind
		}{{" p50", .5, Body}, {" p90", .9, Body}, {" p99", .99, Tail}} {
			all = append(all, Quantity{name + q.name, "µs", q.kind, clockGrain, false, func(b *Books) (float64, bool) {
				h := of(b)
				d, ok := h.Quantile(q.p)
				return float64(d) / float64(time.Microsecond), ok
			}})
		}
	}
	times("uplink", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Uplink })
	times("pace", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Frames.AllStages[statistics.Pace] })
	times("network", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Network })
	times("decode_wait", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Frames.AllStages[statistics.DecodeWait] })
	times("overhead", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Frames.Overhead })
	times("clock error", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Clock })
	times("motion-to-photon", func(b *Books) *quantile.Histogram[time.Duration] { return &b.Frames.MotionToPhoton })
	n := len(all)
	for _, q := range all[n-3:] { // of motion-to-photon
		// After one late frame the latency controller keeps a wider margin for the rest of a short run.
		q.Name, q.BySeed, q.Kind = q.Name+" by seed", true, Tail
		all = append(all, q)
	}
	return append(all,
		Quantity{"displayed", "%", Tail, 0, false, func(b *Books) (float64, bool) {
			return 100 * float64(b.Frames.Displayed) / float64(max(b.Frames.Rendered, 1)), b.Frames.Rendered > 0
		}},
		Quantity{"missed slots", "", Tail, 0, false, func(b *Books) (float64, bool) {
			return float64(b.Frames.Missed), b.Frames.Rendered > 0
		}})
}

// Interval is what values lie in, both ends included.
type Interval struct{ Low, High float64 }

// Contains says whether v lies in the interval, or no further outside than grain.
func (i Interval) Contains(v, grain float64) bool { return v >= i.Low-grain && v <= i.High+grain }

// extend makes the interval contain v.
func (i *Interval) extend(v float64, first bool) {
	if first {
		*i = Interval{v, v}
		return
	}
	i.Low, i.High = min(i.Low, v), max(i.High, v)
}
