package profile

import (
	"errors"
	"time"

	"airbridge/internal/stream"
	"airbridge/netem"
	"airbridge/netem/bottleneck"
	"airbridge/netem/delay"
	"airbridge/netem/fault"
	"airbridge/netem/loss"
	"airbridge/netem/queue"
	"airbridge/netem/trace"
	"airbridge/units"
)

// Bounds of a path.
const (
	minRate, maxRate = 1 * units.Kbps, 1000 * units.Gbps
	defaultDepth     = 100 * time.Millisecond
)

// parts is what a path is made of, converted.
type parts struct {
	outages fault.OutageConfig
	rate    bottleneck.Rate
	pulses  bottleneck.Schedule
	queue   func() queue.Discipline
	loss    loss.Config
	fault   fault.Config
	delay   delay.Config
	delays  *trace.Delays
}

// errNotLoaded tells that a file which a description names has not been read.
var errNotLoaded = errors.New("not loaded: use Open, or Load")

// parts converts the path and records what is wrong with it.
func (p *Path) parts(f faults) (c parts) {
	if o := p.Outages; o != nil {
		c.outages = fault.OutageConfig{MeanUp: o.MeanUp, MeanDown: o.MeanDown}
		for _, w := range o.Planned {
			c.outages.Planned = append(c.outages.Planned, fault.Window(w))
		}
		f.at("outages").add(c.outages.Validate())
	}
	p.limit(f, &c)
	if l := p.Loss; l != nil {
		c.loss = loss.Config{Probability: float64(l.Share), Every: l.Every}
		if b := l.Bursty; b != nil {
			c.loss.Gilbert = &loss.Gilbert{ToBad: float64(b.ToBad), ToGood: float64(b.ToGood), LossGood: float64(b.LossGood), LossBad: float64(b.LossBad)}
		}
		for _, b := range l.Bursts {
			c.loss.Bursts = append(c.loss.Bursts, loss.Burst(b))
		}
		f.at("loss").add(c.loss.Validate())
	}
	c.fault = fault.Config{Duplicate: float64(p.Duplicate), Corrupt: float64(p.Corrupt)}
	f.add(c.fault.Validate())
	p.latency(f, &c)
	return c
}

// limit converts the bottleneck.
func (p *Path) limit(f faults, c *parts) {
	kinds := 0
	for _, given := range []bool{p.Rate != 0, len(p.Steps) > 0, p.Trace != ""} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		f.addf("more than one of rate, steps and trace")
	case p.Rate != 0:
		if p.Rate < minRate || p.Rate > maxRate {
			f.at("rate").addf("%v: want %v to %v", p.Rate, minRate, maxRate)
		}
		c.rate = bottleneck.Constant(p.Rate)
	case len(p.Steps) > 0:
		c.rate = p.steps(f.at("steps"))
	case p.Trace != "":
		p.recorded(f.at("trace"), c)
	case p.Queue != nil:
		f.at("queue").addf("nothing waits without a rate, steps or a trace")
	}
	if kinds != 1 {
		return
	}
	if p.Repeat != 0 && len(p.Steps) == 0 {
		f.at("repeat").addf("nothing to repeat: want steps")
	}
	q := p.Queue
	if q == nil {
		q = &Queue{}
	}
	c.queue = q.discipline(f.at("queue"))
}

func (p *Path) steps(f faults) bottleneck.Rate {
	s := bottleneck.Steps{Round: p.Repeat}
	for i, step := range p.Steps {
		if step.Rate != 0 && (step.Rate < minRate || step.Rate > maxRate) {
			f.item("", i).at("rate").addf("%v: want 0, or %v to %v", step.Rate, minRate, maxRate)
		}
		s.List = append(s.List, bottleneck.Step(step))
	}
	f.add(s.Validate())
	return s
}

func (p *Path) recorded(f faults, c *parts) {
	if _, err := trace.ParseFormat(p.TraceFormat); err != nil {
		f.add(err)
	}
	if p.capacity == nil {
		f.addf("%s: %v", p.Trace, errNotLoaded)
		return
	}
	if rate := p.capacity.Rate(); rate != nil {
		rate.Once = p.TraceOnce
		c.rate = rate
		return
	}
	pulses := p.capacity.Pulses()
	pulses.Once = p.TraceOnce
	c.pulses = pulses
}

// discipline checks the queue and returns what makes one.
func (q *Queue) discipline(f faults) func() queue.Discipline {
	tail := queue.DropTailConfig{Time: q.Time, Bytes: q.Bytes, Packets: q.Packets}
	if tail == (queue.DropTailConfig{}) {
		tail.Time = defaultDepth
	}
	switch q.Kind {
	case "", "drop-tail":
		q.only(f, "drop-tail", true, false, false, false)
		f.add(tail.Validate())
		return func() queue.Discipline { return queue.NewDropTail(tail) }
	case "codel":
		q.only(f, q.Kind, false, true, true, false)
		c := queue.CoDelConfig{Target: q.Target, Interval: q.Interval, Packets: q.Packets, Bytes: q.Bytes}
		f.add(c.Validate())
		return func() queue.Discipline { return queue.NewCoDel(c) }
	case "fq-codel":
		q.only(f, q.Kind, false, true, true, false)
		c := queue.FQCoDelConfig{Target: q.Target, Interval: q.Interval, Packets: q.Packets, Bytes: q.Bytes}
		f.add(c.Validate())
		return func() queue.Discipline { return queue.NewFQCoDel(c) }
	case "dualpi2":
		q.only(f, q.Kind, false, true, false, true)
		c := queue.DualPI2Config{Target: q.Target, Threshold: q.Threshold, Packets: q.Packets, Bytes: q.Bytes}
		f.add(c.Validate())
		return func() queue.Discipline { return queue.NewDualPI2(c) }
	case "step":
		q.only(f, q.Kind, true, false, false, true)
		c := queue.StepConfig{Threshold: q.Threshold, Spare: q.Spare, Limit: tail}
		f.add(c.Validate())
		return func() queue.Discipline { return queue.NewStep(c) }
	}
	f.at("kind").addf("%q: want drop-tail, codel, fq-codel, dualpi2 or step", q.Kind)
	return nil
}

// only refuses parameters that a kind of queue has not.
func (q *Queue) only(f faults, kind string, time, target, interval, threshold bool) {
	for _, parameter := range []struct {
		key        string
		given, has bool
	}{
		{"time", q.Time != 0, time}, {"target", q.Target != 0, target}, {"interval", q.Interval != 0, interval},
		{"threshold", q.Threshold != 0, threshold}, {"spare", q.Spare, kind == "step"},
	} {
		if parameter.given && !parameter.has {
			f.at(parameter.key).addf("a %s queue has none", kind)
		}
	}
}

// latency converts delay and jitter.
func (p *Path) latency(f faults, c *parts) {
	c.delay.Propagation = p.Delay
	if j := p.Jitter; j != nil {
		c.delay.Jitter = delay.Jitter{Shape: delay.Shape(j.Shape), Spread: j.Spread, Tail: j.Tail, Cut: j.Cut}
		if j.Shape == "" {
			c.delay.Jitter.Shape = delay.Gaussian
		}
		c.delay.Reorder = j.Reorder
	}
	f.at("delay").add(c.delay.Validate())
	if p.DelayTrace != "" {
		if c.delays = p.delays; c.delays == nil {
			f.at("delay_trace").addf("%s: %v", p.DelayTrace, errNotLoaded)
		}
	}
}

// media builds the parts in the order in which packets meet them. Each draws from streams below name.
func (c parts) media(seed uint64, name string) (media []netem.Medium) {
	if len(c.outages.Planned) > 0 || c.outages.MeanUp > 0 {
		media = append(media, fault.NewOutages(c.outages, stream.New(seed, name+"/outages")))
	}
	if c.rate != nil {
		media = append(media, bottleneck.New(bottleneck.Config{Rate: c.rate, Queue: c.queue()}))
	} else if c.pulses != nil {
		media = append(media, bottleneck.NewPulsed(bottleneck.PulsedConfig{Schedule: c.pulses, Queue: c.queue()}))
	}
	if c.loss.Probability > 0 || c.loss.Gilbert != nil || len(c.loss.Bursts) > 0 || c.loss.Every > 0 {
		media = append(media, loss.New(c.loss, stream.New(seed, name+"/loss")))
	}
	if c.fault != (fault.Config{}) {
		media = append(media, fault.New(c.fault, stream.New(seed, name+"/fault")))
	}
	if c.delays != nil {
		media = append(media, trace.NewLine(c.delays))
	}
	if c.delay != (delay.Config{}) {
		media = append(media, delay.New(c.delay, stream.New(seed, name+"/jitter")))
	}
	return media
}
