package main

import (
	"cmp"
	"slices"

	"airbridge/reports"
	"airbridge/sim/sweep"
)

// sequence hands on the runs of a sweep in the order of reports.Merge, each as soon as those before it are known, so that
// what a shard writes is what Merge would make of it. Where a scenario has one session that is the order in which runs are
// made; of several, the records of the second come after all seeds of the first, and wait that long.
type sequence struct {
	emit    func(*reports.Run) error
	turns   []turn
	seeds   int
	shard   sweep.Shard
	waiting map[place]reports.Run
	at      int // whose turn it is: all seeds of turns[0], then of turns[1]
}

// turn is a session of a variant.
type turn struct{ variant, session int }

// place is a record: its run, counted over all shards, and the session.
type place struct{ run, session int }

// newSequence returns the sequence of a batch that was sorted.
func newSequence(b *batch, shard sweep.Shard, emit func(*reports.Run) error) *sequence {
	s := &sequence{emit: emit, seeds: b.seeds, shard: shard, waiting: map[place]reports.Run{}}
	s.shard.Count = max(shard.Count, 1)
	type entry struct {
		turn
		heading reports.Run
	}
	var all []entry
	for i := range b.variants {
		v := &b.variants[i]
		for session := range v.run.Sessions {
			all = append(all, entry{turn{i, session}, v.heading(session)})
		}
	}
	slices.SortStableFunc(all, func(x, y entry) int {
		return cmp.Or(reports.Order(x.heading, y.heading), cmp.Compare(x.variant, y.variant), cmp.Compare(x.session, y.session))
	})
	for _, e := range all {
		s.turns = append(s.turns, e.turn)
	}
	return s
}

// take takes the records of one of the shard's jobs.
func (s *sequence) take(job int, runs []reports.Run) error {
	for session := range runs {
		s.waiting[place{job*s.shard.Count + s.shard.Index, session}] = runs[session]
	}
	return s.advance(false)
}

// finish hands on what still waits: after an interruption, whose turn it is may never come.
func (s *sequence) finish() error { return s.advance(true) }

func (s *sequence) advance(skip bool) error {
	for ; s.at < len(s.turns)*s.seeds && len(s.waiting) > 0; s.at++ {
		t := s.turns[s.at/s.seeds]
		p := place{t.variant*s.seeds + s.at%s.seeds, t.session}
		if p.run%s.shard.Count != s.shard.Index {
			continue
		}
		run, known := s.waiting[p]
		if !known && skip {
			continue
		}
		if !known {
			return nil
		}
		delete(s.waiting, p)
		if err := s.emit(&run); err != nil {
			return err
		}
	}
	return nil
}
