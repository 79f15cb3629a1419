package encoder

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"airbridge/internal/stream"
	"airbridge/units"
)

// maxActive is how many disturbances other than of the rate are followed at a time: one more replaces the oldest.
const maxActive = 4

// leastSlice is the fewest bytes of a slice: start code, headers and nothing to show.
const leastSlice = 16

// Frame is what an encoder makes of a picture. Slices are valid until the next frame.
type Frame struct {
	IDR bool
	// Bytes is the length of the whole access unit, Slices those of its slices.
	Bytes  int
	Slices []int
	// QP is the mean quantiser.
	QP float64
	// Took is how long it took, above 0.
	Took time.Duration
}

// Process draws frames one after the other, as an encoder makes them. It is not safe for concurrent use.
type Process struct {
	cfg    Config
	model  Model
	sizes  *rand.Rand
	times  *rand.Rand
	shares *rand.Rand

	rate    units.Bitrate // of the last frame, zero before the first
	steady  Steady        // at that rate
	wander  float64       // standard normal
	lateral []float64     // one a slice, standard normal
	pace    float64       // standard normal
	mean    []float64     // shares of slices
	slices  []int

	tuning Tuning
	active [maxActive]disturbance
	next   int         // in active
	steps  disturbance // of the last change of the rate
}

// disturbance is a response that has not died away yet.
type disturbance struct {
	response Response
	at       int
}

// apply does what is left of a disturbance to one frame.
func (d *disturbance) apply(mean, spread *float64) {
	if d.at < len(d.response) {
		*mean *= d.response[d.at].Mean
		*spread *= d.response[d.at].Spread
		d.at++
	}
}

// NewProcess returns the process of a configuration, which must be valid.
func NewProcess(cfg Config) *Process {
	cfg = cfg.withDefaults()
	p := &Process{
		cfg: cfg, model: *cfg.Model,
		sizes:  stream.New(cfg.Seed, cfg.Name+"/size"),
		times:  stream.New(cfg.Seed, cfg.Name+"/time"),
		shares: stream.New(cfg.Seed, cfg.Name+"/slices"),
		mean:   make([]float64, cfg.Slices), slices: make([]int, cfg.Slices), lateral: make([]float64, cfg.Slices),
	}
	for i := range p.mean {
		p.mean[i] = 1 / float64(cfg.Slices)
		if len(p.model.Slices.Mean) == cfg.Slices {
			p.mean[i] = p.model.Slices.Mean[i]
		}
		p.lateral[i] = p.shares.NormFloat64()
	}
	p.wander, p.pace = p.sizes.NormFloat64(), p.times.NormFloat64()
	if len(p.model.Steps) > 0 {
		n := len(p.model.Steps[0].Response)
		p.steps = disturbance{response: make(Response, n), at: n}
	}
	return p
}

// Next returns the next frame, encoded at rate, which must be positive. The first is an IDR picture whatever is asked for.
func (p *Process) Next(rate units.Bitrate, idr bool) Frame {
	if rate <= 0 {
		panic(fmt.Sprintf("encoder: a frame at rate %d", rate))
	}
	first := p.rate == 0
	switch {
	case first:
		p.tuning = NewTuning()
		p.disturb(p.model.Start)
	case rate != p.rate:
		p.change(float64(rate) / float64(p.rate))
	}
	if idr && !first {
		p.disturb(p.model.IDR)
	}
	if rate != p.rate {
		p.rate = rate
		p.tuning.Restart()
		p.steady = p.model.At(float64(rate) / float64(p.cfg.FPS) / float64(p.cfg.Width*p.cfg.Height))
	}
	f := Frame{IDR: idr || first, QP: p.steady.QP, Slices: p.slices}
	f.Bytes = p.split(p.size(idr && !first))
	p.tuning.Sent(float64(f.Bytes)/p.budget(), f.QP, f.IDR)
	f.Took = p.time(f)
	return f
}

// disturb begins a response in the place of the oldest.
func (p *Process) disturb(r Response) {
	p.active[p.next] = disturbance{response: r}
	p.next = (p.next + 1) % maxActive
}

// size draws the bytes of a frame; idr says that the response to an IDR picture begins with it.
func (p *Process) size(idr bool) float64 {
	m := &p.model
	p.wander = follow(p.wander, m.Persist, p.sizes)
	z := math.Sqrt(p.steady.Wander)*p.wander + math.Sqrt(1-p.steady.Wander)*p.sizes.NormFloat64()
	tuned := p.tuning.Factor()
	mean, spread := tuned*p.steady.Mean, tuned*p.steady.Spread*p.cfg.Spread
	if idr {
		mean *= p.steady.IDR
	}
	p.steps.apply(&mean, &spread)
	for i := range p.active {
		p.active[i].apply(&mean, &spread)
	}
	return p.budget() * (mean + spread*m.Deviation.at(z))
}

// budget is what the rate leaves for a frame, in bytes.
func (p *Process) budget() float64 { return float64(p.rate) / float64(p.cfg.FPS) / 8 }

// split shares bytes among the slices and returns what came out in all.
func (p *Process) split(bytes float64) int {
	m, total := &p.model.Slices, 0.0
	for i := range p.lateral {
		p.lateral[i] = follow(p.lateral[i], m.Persist, p.shares)
		total += p.weight(i)
	}
	sum := 0
	for i := range p.slices {
		p.slices[i] = max(int(bytes*p.weight(i)/total), leastSlice)
		sum += p.slices[i]
	}
	return sum
}

// weight is never below a fifth of a slice's mean share.
func (p *Process) weight(i int) float64 {
	return p.mean[i] * max(1+p.model.Slices.Spread*p.lateral[i], 0.2)
}

// time draws how long a frame took.
func (p *Process) time(f Frame) time.Duration {
	t := &p.model.Time
	p.pace = follow(p.pace, t.Persist, p.times)
	ns := t.PerPixel*float64(p.cfg.Width*p.cfg.Height) + t.PerByte*float64(f.Bytes)
	if f.IDR {
		ns *= t.IDR
	}
	return max(time.Duration(ns*t.Multiplier.at(p.pace)*p.cfg.Slowness), time.Microsecond)
}

// follow returns the next value of a standard normal process with that correlation from one to the next.
func follow(last, persist float64, rng *rand.Rand) float64 {
	return persist*last + math.Sqrt(1-persist*persist)*rng.NormFloat64()
}

// change begins the response to a change of the rate by a factor. The VBV, where the response lives, forgets the change
// before; but an encoder that had not settled yet is given less than one that had.
func (p *Process) change(ratio float64) {
	restless := 1.0
	if p.steps.at < len(p.steps.response) {
		restless = p.model.Restless
	}
	p.steps.at = 0
	below, above, share := p.model.steps(ratio)
	for i := range p.steps.response {
		a, b := below.reply(i), above.reply(i)
		p.steps.response[i] = Reply{Mean: restless * (a.Mean + (b.Mean-a.Mean)*share), Spread: a.Spread + (b.Spread-a.Spread)*share}
	}
}

// reply returns what happens to a frame, nothing where there is no step.
func (s *Step) reply(i int) Reply {
	if s == nil {
		return Reply{Mean: 1, Spread: 1}
	}
	return s.Response[i]
}

// steps returns the two steps around a ratio and how far it is from the first to the second; nil stands for no change.
func (m *Model) steps(ratio float64) (below, above *Step, share float64) {
	want := math.Log(ratio)
	low, high := math.Inf(-1), math.Inf(1)
	set := func(s *Step, at float64) {
		if at <= want && at > low {
			low, below = at, s
		}
		if at >= want && at < high {
			high, above = at, s
		}
	}
	set(nil, 0)
	for i := range m.Steps {
		set(&m.Steps[i], math.Log(m.Steps[i].Ratio))
	}
	switch {
	case math.IsInf(low, -1):
		return above, above, 0
	case math.IsInf(high, 1):
		return below, below, 0
	case low == high:
		return below, above, 0
	}
	return below, above, (want - low) / (high - low)
}

// At interpolates what is steady at so many bits a pixel.
func (m *Model) At(bpp float64) Steady {
	s := m.Steady
	if bpp <= s[0].BitsPerPixel {
		return s[0]
	}
	for i := 1; i < len(s); i++ {
		if bpp > s[i].BitsPerPixel {
			continue
		}
		a, b := s[i-1], s[i]
		t := math.Log(bpp/a.BitsPerPixel) / math.Log(b.BitsPerPixel/a.BitsPerPixel)
		mid := func(x, y float64) float64 { return x + (y-x)*t }
		return Steady{
			BitsPerPixel: bpp, Mean: mid(a.Mean, b.Mean), Spread: mid(a.Spread, b.Spread),
			Wander: mid(a.Wander, b.Wander), IDR: mid(a.IDR, b.IDR), QP: mid(a.QP, b.QP),
		}
	}
	return s[len(s)-1]
}
