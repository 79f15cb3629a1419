// Package head models a headset's tracking: it obeys client.SamplePose and answers with the head of the production
// tracker package, at once or after the time a sensor takes.
package head

import (
	"fmt"
	"time"

	"airbridge/client"
	"airbridge/client/tracker"
	"airbridge/machine"
	"airbridge/protocol/pose"
	"airbridge/sim/host"
	"airbridge/units"
)

// MaxPending is how many samples may be asked for and not answered. One more is not answered at all, as by a runtime
// that has stopped tracking; a core asks for a few a frame.
const MaxPending = 64

// Motion tells where the head will be; *tracker.Head is one.
type Motion interface {
	// Predict returns the head as measured at now, predicted for another instant.
	Predict(now, at units.Mono) (pose.Pose, pose.Motion)
}

// Config is what a head is made of. The zero value is the player of seed 0, sampled without delay, as the shells' own
// tracking is.
type Config struct {
	// Motion is the head. Default tracker.New(Seed).
	Motion Motion
	Seed   uint64
	// Latency is how long the answer takes. A runtime answers xrLocateSpace from what it predicts already, within some
	// tens of microseconds: the default, zero.
	Latency time.Duration
	// Age is how old the newest measurement is when a sample is asked for: the sample says so. Default zero. A headset
	// reads its gyroscope about once a millisecond.
	Age time.Duration
}

// Statistics are what a head counted.
type Statistics struct {
	// Samples were answered, Dropped asked for while MaxPending were waiting.
	Samples, Dropped uint64
}

// Head is a host.Device. It is not safe for concurrent use; its host owns it.
type Head struct {
	motion       Motion
	latency, age time.Duration

	pending [MaxPending]sample // a ring, oldest at first
	first   int
	count   int
	told    host.Events[client.PoseSampled]
	stats   Statistics
}

// sample is an answer under way.
type sample struct {
	due  units.Mono
	says client.PoseSampled
}

// New returns a head. It panics where a time is negative.
func New(cfg Config) *Head {
	if cfg.Latency < 0 || cfg.Age < 0 {
		panic(fmt.Sprintf("head: latency %s, age %s: want none negative", cfg.Latency, cfg.Age))
	}
	if cfg.Motion == nil {
		cfg.Motion = tracker.New(cfg.Seed)
	}
	return &Head{motion: cfg.Motion, latency: cfg.Latency, age: cfg.Age}
}

// Statistics returns what was counted so far.
func (h *Head) Statistics() Statistics { return h.stats }

// kinds are what a head obeys.
var kinds = []machine.Kind{client.KindSamplePose}

// Kinds returns client.KindSamplePose.
func (*Head) Kinds() []machine.Kind { return kinds }

// Do measures the head.
func (h *Head) Do(now units.Mono, request machine.Event) {
	r, ok := request.(*client.SamplePose)
	if !ok {
		return
	}
	if h.count == MaxPending {
		h.stats.Dropped++
		return
	}
	at := now.Add(-h.age)
	s := &h.pending[(h.first+h.count)%MaxPending]
	s.due = now.Add(h.latency)
	s.says = client.PoseSampled{PoseID: r.PoseID, SampledAt: at}
	s.says.Pose, s.says.Motion = h.motion.Predict(at, r.For)
	h.count++
}

// Next returns when the oldest sample is answered.
func (h *Head) Next() units.Mono {
	if h.count == 0 {
		return units.Never
	}
	return h.pending[h.first].due
}

// Take returns the next answer due.
func (h *Head) Take(now units.Mono) machine.Event {
	if h.count == 0 || h.pending[h.first].due > now {
		return nil
	}
	e := h.told.Put(now, h.pending[h.first].says)
	h.first = (h.first + 1) % MaxPending
	h.count--
	h.stats.Samples++
	return e
}
