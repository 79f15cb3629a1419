package wifi

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
)

// Scan is the background scan of a station: it leaves the channel to look for other access points. Both ends hold their
// packets back meanwhile, as the station announces its absence. The zero value is no scan.
type Scan struct {
	// Every is the interval of scans, 50 ms at the least. Zero is none.
	Every time.Duration
	// For is how long the station is away, below Every. Default 60 ms.
	For time.Duration
	// First is when the first scan begins. Default Every.
	First time.Duration
}

// Roam is the change of a station to another access point, which is as good as this one: it is unreachable for a while,
// and packets wait. The zero value is none.
type Roam struct {
	// Mean is the mean of the time from one return to the next departure, which is exponential; 50 ms at the least. Zero is
	// no roaming.
	Mean time.Duration
	// For is how long the station is away. Default 100 ms.
	For time.Duration
}

// Microwave is an oven near the cell. Its magnetron radiates during part of each period of the mains, and MPDUs that end
// then are lost with some probability. The zero value is none. Ovens disturb the 2.4 GHz band only.
type Microwave struct {
	// From is when it is switched on first, For how long it runs then, 50 ms at the least. A For of zero is no oven.
	From, For time.Duration
	// Every is the interval at which it is switched on again, at least For. Zero is never.
	Every time.Duration
	// Mains is the period of the mains. Default 20 ms (50 Hz).
	Mains time.Duration
	// Duty is the part of each period in which it radiates, 0 to 1. Default 0.4.
	Duty float64
	// Loss is the probability that an MPDU is lost then, 0 to 1. Default 0.7.
	Loss float64
}

// runs reports whether the oven is switched on at t.
func (m *Microwave) runs(t netem.True) bool {
	if m.For == 0 || t < netem.True(m.From) {
		return false
	}
	since := t - netem.True(m.From)
	if m.Every > 0 {
		since %= netem.True(m.Every)
	}
	return since < netem.True(m.For)
}

// radiates reports whether the oven disturbs at t.
func (m *Microwave) radiates(t netem.True) bool {
	return m.runs(t) && float64(t%netem.True(m.Mains)) < m.Duty*float64(m.Mains)
}

// absences are the times at which a station roams: the next begins at from, the last ended at back.
type absences struct {
	cfg        Roam
	draw       *rand.Rand
	from, back netem.True
}

func newAbsences(cfg Roam, seed uint64, name string) absences {
	a := absences{cfg: cfg, from: later, draw: stream.New(seed, "wifi/roam/"+name)}
	if cfg.Mean > 0 {
		a.from = a.interval()
	}
	return a
}

func (a *absences) interval() netem.True {
	return netem.True(min(a.draw.ExpFloat64()*float64(a.cfg.Mean), longestPeriod))
}

// advance goes on to the next absence.
func (a *absences) advance() {
	a.back = a.from + netem.True(a.cfg.For)
	a.from = a.back + a.interval()
}

// away returns when a station that scans or roams at t is back; not after t if it is here.
func (r *radio) away(t netem.True) netem.True {
	for t >= r.roaming.from {
		r.roaming.advance()
	}
	return max(r.roaming.back, r.cfg.Scan.end(t))
}

// end returns the end of the scan that runs at t, 0 if there is none.
func (s *Scan) end(t netem.True) netem.True {
	if s.Every == 0 || t < netem.True(s.First) {
		return 0
	}
	since := (t - netem.True(s.First)) % netem.True(s.Every)
	if since >= netem.True(s.For) {
		return 0
	}
	return t - since + netem.True(s.For)
}

// Spans appends the scans and the roaming of the headsets that there are so far, and the times at which the oven runs.
func (c *Cell) Spans(from, to netem.True, into []netem.Span) []netem.Span {
	first := len(into)
	add := func(begin, end netem.True, name string) {
		if begin < to && end > from {
			into = append(into, netem.Span{From: begin, To: end, Name: name})
		}
	}
	for _, r := range c.headsets {
		cfg := &r.cfg
		repeat(from, to, cfg.Scan.First, cfg.Scan.Every, cfg.Scan.For, "scan", add)
		// A second run through the same stream: nothing is kept of what is over.
		if roam := newAbsences(cfg.Roam, c.cfg.Seed, r.name); cfg.Roam.Mean > 0 {
			for roam.from < to {
				roam.advance()
				add(roam.back-netem.True(cfg.Roam.For), roam.back, "roaming")
			}
		}
	}
	if m := &c.cfg.Microwave; m.For > 0 {
		repeat(from, to, m.From, m.Every, m.For, "microwave", add)
		if m.Every == 0 {
			add(netem.True(m.From), netem.True(m.From+m.For), "microwave")
		}
	}
	slices.SortStableFunc(into[first:], func(a, b netem.Span) int { return cmp.Compare(a.From, b.From) })
	return into
}

// repeat adds those of the spans of length long that begin at first and every so often after it which may overlap from
// to to. Nothing repeats where every is zero.
func repeat(from, to netem.True, first, every, long time.Duration, name string,
	add func(begin, end netem.True, name string),
) {
	if every == 0 {
		return
	}
	begin := netem.True(first)
	if behind := from - begin - netem.True(long); behind > 0 {
		begin += behind / netem.True(every) * netem.True(every)
	}
	for ; begin < to; begin += netem.True(every) {
		add(begin, begin+netem.True(long), name)
	}
}
