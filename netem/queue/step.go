package queue

import (
	"errors"
	"time"

	"airbridge/netem"
)

// StepConfig describes a Step queue.
type StepConfig struct {
	// Threshold is the wait above which packets are marked, default 1 ms.
	Threshold time.Duration
	// Spare lets packets pass that cannot be marked; otherwise they are dropped above the threshold.
	Spare bool
	// Limit is when the queue is full.
	Limit DropTailConfig
}

// Validate returns all faults.
func (c StepConfig) Validate() error {
	return errors.Join(bounded("threshold", c.Threshold), c.Limit.Validate())
}

// Step is a drop-tail queue that signals congestion with every packet that waited longer than a threshold.
type Step struct {
	DropTail
	threshold time.Duration
	spare     bool
}

// NewStep returns an empty queue; it panics where cfg is not valid.
func NewStep(cfg StepConfig) *Step {
	must(cfg.Validate())
	if cfg.Threshold == 0 {
		cfg.Threshold = time.Millisecond
	}
	return &Step{DropTail: *NewDropTail(cfg.Limit), threshold: cfg.Threshold, spare: cfg.Spare}
}

// Pop takes the first packet that is not dropped.
func (q *Step) Pop(now netem.True, into *netem.Packet, drops []netem.Packet) (ok bool, after []netem.Packet) {
	for {
		e := q.waiting.take()
		if e == nil {
			return false, drops
		}
		wait := now.Sub(e.at)
		e.p.Queued += wait
		pass := wait <= q.threshold || q.spare && e.p.ECN == netem.NotECT
		if pass || signal(&e.p) {
			*into = e.p
			return true, drops
		}
		drops = append(drops, e.p)
	}
}
