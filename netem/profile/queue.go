package profile

import "airbridge/netem/queue"

// queueKeys are the keys of what package queue finds wrong.
var queueKeys = map[string]string{
	"time": "time", "bytes": "bytes", "packets": "packets", "target": "target", "interval": "interval",
	"threshold": "threshold",
}

// discipline checks the queue and returns what makes one.
func (q *Queue) discipline(f faults) func() queue.Discipline {
	check := func(err error) { f.route(err, queueKeys) }
	tail := queue.DropTailConfig{Time: q.Time, Bytes: q.Bytes, Packets: q.Packets}
	if tail == (queue.DropTailConfig{}) {
		tail.Time = defaultDepth
	}
	switch q.Kind {
	case "", "drop-tail":
		q.only(f, "drop-tail", true, false, false, false)
		check(tail.Validate())
		return func() queue.Discipline { return queue.NewDropTail(tail) }
	case "codel":
		q.only(f, q.Kind, false, true, true, false)
		c := queue.CoDelConfig{Target: q.Target, Interval: q.Interval, Packets: q.Packets, Bytes: q.Bytes}
		check(c.Validate())
		return func() queue.Discipline { return queue.NewCoDel(c) }
	case "fq-codel":
		q.only(f, q.Kind, false, true, true, false)
		c := queue.FQCoDelConfig{Target: q.Target, Interval: q.Interval, Packets: q.Packets, Bytes: q.Bytes}
		check(c.Validate())
		return func() queue.Discipline { return queue.NewFQCoDel(c) }
	case "dualpi2":
		q.only(f, q.Kind, false, true, false, true)
		c := queue.DualPI2Config{Target: q.Target, Threshold: q.Threshold, Packets: q.Packets, Bytes: q.Bytes}
		check(c.Validate())
		return func() queue.Discipline { return queue.NewDualPI2(c) }
	case "step":
		q.only(f, q.Kind, true, false, false, true)
		c := queue.StepConfig{Threshold: q.Threshold, Spare: q.Spare, Limit: tail}
		check(c.Validate())
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
		{"time", q.Time != 0, time},
		{"target", q.Target != 0, target},
		{"interval", q.Interval != 0, interval},
		{"threshold", q.Threshold != 0, threshold},
		{"spare", q.Spare, kind == "step"},
	} {
		if parameter.given && !parameter.has {
			f.at(parameter.key).addf("a %s queue has none", kind)
		}
	}
}
