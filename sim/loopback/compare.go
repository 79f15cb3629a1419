package loopback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"airbridge/netem"
	"airbridge/sim"
	"airbridge/sim/wake"
	"airbridge/units"
)

// Plan says what is compared.
type Plan struct {
	// Bitrate is of the encoder.
	Bitrate units.Bitrate
	// Length is of each run.
	Length time.Duration
	// Seeds is how many runs of the event lab there are of each machine, Runs how many over loopback, which take the first
	// of the same seeds: Runs is at most Seeds.
	Seeds, Runs int
	// Samples is how many trains of each length are measured before and after each run over loopback. The event lab is then
	// played on this machine as it was each time. Zero: only on the fitted one.
	Samples int
	// Config is how the real runs are run.
	Config Config
}

// Machines are the extremes of the fitted computer: nothing else running on it and all its processors busy, as package wake
// has them, each while its kernel is fast and while it is slow; and the latter two with the wake-ups that they had then.
func Machines() []Machine {
	f := Fitted()
	var all []Machine
	for _, c := range [...]Costs{f.Fast, f.Slow} {
		for _, w := range [...]wake.Profile{wake.QuietPC(), wake.PC(), c.Wake} {
			all = append(all, Machine{w, c})
		}
	}
	return all
}

// Line is one quantity in both worlds.
type Line struct {
	Quantity Quantity
	// Lab is from the least to the most of all seeds on this machine, as it was measured between the runs; without such
	// measurements it is Fitted. Fitted is the same of Machines.
	Lab, Fitted Interval
	// center is, of a quantity that is compared by seed, what the lab's machines have in the middle, by seed.
	center []float64
	// Real are the values of the runs over loopback in order. Median is that of them; of a tail, where it counts, of those
	// of the quiet runs.
	Real   []float64
	Median float64
}

// Inside says whether the median of the runs lies in the lab's interval.
func (l *Line) Inside() bool { return l.Lab.Contains(l.Median, l.Quantity.Grain) }

// A frame of 72 Hz lasts 13.9 ms. A hundredth of it in what most frames have, and a tenth in what the worst have, decides
// nothing that a controller does; and the interval itself is measured on a machine whose wake-ups take three times as long
// from one ten seconds to the next.
const (
	bodyMatters = 139.0  // µs
	tailMatters = 1390.0 // µs
)

// Near says whether a line that is not inside misses the interval by less than matters.
func (l *Line) Near() bool {
	matters := bodyMatters
	if l.Quantity.Kind == Tail {
		matters = tailMatters
	}
	return !l.Inside() && l.Quantity.Unit == "µs" && l.Lab.Contains(l.Median, matters)
}

// Outcome is a comparison.
type Outcome struct {
	Lines []Line
	// Here is this machine, each time that it was measured.
	Here []Machine
	// Reports and Moods are of the runs over loopback.
	Reports []Report
	Moods   []Mood
}

// quietRuns is how many runs have to be quiet for tails to count.
const quietRuns = 2

// Quiet says whether the machine was quiet in enough of the runs for tails to count.
func (o *Outcome) Quiet() bool {
	n := 0
	for i := range o.Moods {
		if o.Moods[i].Quiet() {
			n++
		}
	}
	return n >= quietRuns
}

// Judged says whether a line counts.
func (o *Outcome) Judged(l *Line) bool { return l.Quantity.Kind == Body || o.Quiet() }

// Outside returns the lines that count and lie outside, and not near.
func (o *Outcome) Outside() []Line {
	return slices.DeleteFunc(slices.Clone(o.Lines), func(l Line) bool { return !o.Judged(&l) || l.Inside() || l.Near() })
}

// errNothing is of a run in which no session came about.
var errNothing = errors.New("no session came about")

// Compare plays a scenario in the event lab and over loopback. progress, where set, is told of each real run.
func Compare(ctx context.Context, p Plan, progress func(run int, m *Mood)) (*Outcome, error) {
	o := &Outcome{}
	for _, q := range Quantities() {
		o.Lines = append(o.Lines, Line{Quantity: q})
	}
	if p.Runs > p.Seeds {
		return nil, fmt.Errorf("%d runs of %d seeds: want no more runs than seeds", p.Runs, p.Seeds)
	}
	if err := o.playAll(ctx, &p, progress); err != nil {
		return nil, fmt.Errorf("loopback: %w", err)
	}
	machines := Machines()
	if err := o.simulate(ctx, &p, append(machines, o.Here...), len(machines)); err != nil {
		return nil, fmt.Errorf("event lab: %w", err)
	}
	o.sum()
	return o, nil
}

// simulate finds the lab's intervals. The first of the machines are fitted, the others are this one.
func (o *Outcome) simulate(ctx context.Context, p *Plan, machines []Machine, fitted int) error {
	values := make([][][]float64, len(o.Lines)) // by line, seed and machine
	for i := range values {
		values[i] = make([][]float64, p.Seeds)
	}
	for seed := range p.Seeds {
		for i := range machines {
			s, b := p.scenario(seed)
			a, err := Twin(ctx, s, &machines[i])
			if err != nil {
				return err
			}
			if err := o.take(a, b, func(line int, v float64) { values[line][seed] = append(values[line][seed], v) }); err != nil {
				return err
			}
		}
	}
	for i := range o.Lines {
		o.Lines[i].settle(values[i], fitted)
	}
	return nil
}

// settle finds the intervals of the lab's values, by seed and machine.
func (l *Line) settle(values [][]float64, fitted int) {
	for seed, of := range values {
		l.center = append(l.center, 0)
		if l.Quantity.BySeed {
			l.center[seed] = median(of)
		}
		for i, v := range of {
			if v -= l.center[seed]; i < fitted {
				l.Fitted.extend(v, seed+i == 0)
			} else {
				l.Lab.extend(v, seed == 0 && i == fitted)
			}
		}
		if len(of) == fitted {
			l.Lab = l.Fitted
		}
	}
}

// playAll makes the runs over loopback, and measures the machine before, between and after them.
func (o *Outcome) playAll(ctx context.Context, p *Plan, progress func(run int, m *Mood)) error {
	if err := o.measure(ctx, p); err != nil {
		return err
	}
	for run := range p.Runs {
		if err := o.play(ctx, p, run); err != nil {
			return fmt.Errorf("run %d: %w", run+1, err)
		}
		if progress != nil {
			progress(run, &o.Moods[run])
		}
		if err := o.measure(ctx, p); err != nil {
			return err
		}
	}
	// How long turns take only a session tells. All runs together do, as each has few of the streamer's.
	var turns [netem.Dirs][]time.Duration
	for i := range o.Reports {
		for d := range turns {
			turns[d] = append(turns[d], o.Reports[i].Turns[d]...)
		}
	}
	streamer, client := wake.Measured(turns[netem.Down]), wake.Measured(turns[netem.Up])
	for i := range o.Here {
		o.Here[i].Costs.Streamer, o.Here[i].Costs.Client = streamer, client
	}
	return nil
}

// measure measures this machine.
func (o *Outcome) measure(ctx context.Context, p *Plan) error {
	if p.Samples == 0 {
		return nil
	}
	m, err := MeasureMachine(ctx, p.Samples)
	if err != nil {
		return err
	}
	o.Here = append(o.Here, m)
	return nil
}

// play makes one run over loopback.
func (o *Outcome) play(ctx context.Context, p *Plan, run int) error {
	s, b := p.scenario(run)
	a, err := sim.Assemble(s)
	if err != nil {
		return err
	}
	probe := startProbe(ctx, p.Config.Realtime)
	r, err := Run(ctx, a, p.Config)
	mood := probe.end()
	if err != nil {
		return err
	}
	o.Reports, o.Moods = append(o.Reports, r), append(o.Moods, mood)
	return o.take(a, b, func(line int, v float64) { o.Lines[line].Real = append(o.Lines[line].Real, v) })
}

// scenario returns what is played with a seed, counted from 0, and the books that it will be written in.
func (p *Plan) scenario(seed int) (sim.Scenario, *Books) {
	s, b := Scenario(uint64(seed+1), p.Bitrate, p.Length), &Books{}
	s.Sessions[0].Observe = b.observe
	return s, b
}

// take tells every quantity of a run.
func (o *Outcome) take(a *sim.Assembly, b *Books, tell func(line int, v float64)) error {
	p := a.Pairs[0]
	if err := errors.Join(p.Err(), p.Check()); err != nil {
		return err
	}
	r := p.Results()
	if r == nil {
		return errNothing
	}
	b.Frames = r.Frames
	for i := range o.Lines {
		v, ok := o.Lines[i].Quantity.Of(b)
		if !ok {
			return fmt.Errorf("%s: of no frame", o.Lines[i].Quantity.Name)
		}
		tell(i, v)
	}
	return nil
}

// sum finds the medians of the runs.
func (o *Outcome) sum() {
	for i := range o.Lines {
		l := &o.Lines[i]
		for run := range l.center[:min(len(l.center), len(l.Real))] {
			l.Real[run] -= l.center[run]
		}
		values := l.Real
		if l.Quantity.Kind == Tail && o.Quiet() {
			values = nil
			for run, v := range l.Real {
				if o.Moods[run].Quiet() {
					values = append(values, v)
				}
			}
		}
		l.Median = median(values)
	}
}

// median returns the middle of values, the lower one of two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}
