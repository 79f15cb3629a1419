package profile

import (
	"errors"
	"fmt"
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
	if p.Outages != nil {
		c.outages = p.Outages.config(f.at("outages"))
	}
	p.limit(f, &c)
	if p.Loss != nil {
		c.loss = p.Loss.config(f.at("loss"))
	}
	c.fault = fault.Config{Duplicate: float64(p.Duplicate), Corrupt: float64(p.Corrupt)}
	f.route(c.fault.Validate(), map[string]string{"duplicate": "duplicate", "corrupt": "corrupt"})
	p.latency(f, &c)
	return c
}

func (o *Outages) config(f faults) fault.OutageConfig {
	c := fault.OutageConfig{MeanUp: o.MeanUp, MeanDown: o.MeanDown}
	keys := map[string]string{"mean up": "mean_up", "mean down": "mean_down", "mean up and mean down": ""}
	for i, w := range o.Planned {
		c.Planned = append(c.Planned, fault.Window(w))
		keys[fmt.Sprintf("outage %d", i)] = fmt.Sprintf("planned[%d]", i)
	}
	f.route(c.Validate(), keys)
	return c
}

func (l *Loss) config(f faults) loss.Config {
	c := loss.Config{Probability: float64(l.Share), Every: l.Every}
	keys := map[string]string{
		"probability": "share", "every": "every", "gilbert to bad": "bursty.to_bad", "gilbert to good": "bursty.to_good",
		"gilbert loss good": "bursty.loss_good", "gilbert loss bad": "bursty.loss_bad",
	}
	if b := l.Bursty; b != nil {
		c.Gilbert = &loss.Gilbert{ToBad: float64(b.ToBad), ToGood: float64(b.ToGood), LossGood: float64(b.LossGood), LossBad: float64(b.LossBad)}
	}
	for i, b := range l.Bursts {
		c.Bursts = append(c.Bursts, loss.Burst(b))
		keys[fmt.Sprintf("burst %d", i)] = fmt.Sprintf("bursts[%d]", i)
	}
	f.route(c.Validate(), keys)
	return c
}

// limit converts the bottleneck, of which there may be one.
func (p *Path) limit(f faults, c *parts) {
	limit := ""
	for _, kind := range []struct {
		key   string
		given bool
	}{{"rate", p.Rate != 0}, {"steps", len(p.Steps) > 0}, {"trace", p.Trace != ""}} {
		if kind.given && limit != "" {
			f.at(kind.key).addf("besides %s: want one of rate, steps and trace", limit)
		} else if kind.given {
			limit = kind.key
		}
	}
	p.idle(f, limit)
	switch limit {
	case "rate":
		if p.Rate < minRate || p.Rate > maxRate {
			f.at("rate").addf("%v: want %v to %v", p.Rate, minRate, maxRate)
		}
		c.rate = bottleneck.Constant(p.Rate)
	case "steps":
		c.rate = p.steps(f)
	case "trace":
		p.recorded(f.at("trace"), c)
	default:
		return
	}
	q := p.Queue
	if q == nil {
		q = &Queue{}
	}
	c.queue = q.discipline(f.at("queue"))
}

// idle refuses what would do nothing.
func (p *Path) idle(f faults, limit string) {
	if p.Queue != nil && limit == "" {
		f.at("queue").addf("nothing waits without a rate, steps or a trace")
	}
	if p.Repeat != 0 && len(p.Steps) == 0 {
		f.at("repeat").addf("nothing to repeat: want steps")
	}
	if p.TraceFormat != "" && p.Trace == "" {
		f.at("trace_format").addf("there is no trace")
	}
	if p.TraceOnce && p.Trace == "" {
		f.at("trace_once").addf("there is no trace")
	}
}

func (p *Path) steps(f faults) bottleneck.Rate {
	s := bottleneck.Steps{Round: p.Repeat}
	keys := map[string]string{"steps": "steps", "round": "repeat"}
	for i, step := range p.Steps {
		if step.Rate != 0 && (step.Rate < minRate || step.Rate > maxRate) {
			f.item("steps", i).at("rate").addf("%v: want 0, or %v to %v", step.Rate, minRate, maxRate)
			step.Rate = minRate // told once
		}
		s.List = append(s.List, bottleneck.Step(step))
		keys[fmt.Sprintf("step %d", i)] = fmt.Sprintf("steps[%d]", i)
	}
	f.route(s.Validate(), keys)
	return s
}

func (p *Path) recorded(f faults, c *parts) {
	if p.capacity == nil {
		if _, err := trace.ParseFormat(p.TraceFormat); err != nil {
			f.add(err)
		}
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
	f.route(c.delay.Validate(), map[string]string{
		"propagation": "delay", "jitter shape": "jitter.shape", "jitter spread": "jitter.spread",
		"jitter tail": "jitter.tail", "jitter cut": "jitter.cut",
	})
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
