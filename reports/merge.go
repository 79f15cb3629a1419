package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrConflict is what Merge wraps about two runs that should be one and differ.
var ErrConflict = errors.New("two results of one run differ")

// Merge joins the runs of several shards: sorted by scenario, controllers, seed, link, source, frame rate and version,
// equal runs once. The result does not depend on how the runs were spread over shards. Runs of one seed that differ in
// more than how long they took are a conflict: they were made by different programs, or are not repeatable. Runs without
// a seed are measurements; all that differ are kept.
func Merge(shards ...[]Run) ([]Run, error) {
	var all, merged []Run
	for _, s := range shards {
		all = append(all, s...)
	}
	slices.SortStableFunc(all, Order)
	var faults []error
	for len(all) > 0 {
		n := 1
		for n < len(all) && Order(all[0], all[n]) == 0 {
			n++
		}
		kept, err := distinct(all[:n])
		if err != nil {
			return nil, err
		}
		if len(kept) > 1 && all[0].Seed != nil {
			faults = append(faults, fmt.Errorf("%s: %w in %s", all[0].Key(), ErrConflict, difference(kept[0], kept[1])))
		}
		merged = append(merged, kept...)
		all = all[n:]
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return merged, nil
}

// distinct returns the runs that differ in more than how long they took, in the order of their texts.
func distinct(runs []Run) ([]Run, error) {
	if len(runs) == 1 {
		return runs, nil
	}
	type written struct {
		run  Run
		text []byte
	}
	all := make([]written, len(runs))
	for i, r := range runs {
		var b bytes.Buffer
		all[i].run = r
		r.WallS = nil
		if err := r.Write(&b); err != nil {
			return nil, err
		}
		all[i].text = b.Bytes()
	}
	slices.SortStableFunc(all, func(x, y written) int { return bytes.Compare(x.text, y.text) })
	all = slices.CompactFunc(all, func(x, y written) bool { return bytes.Equal(x.text, y.text) })
	kept := make([]Run, len(all))
	for i := range all {
		kept[i] = all[i].run
	}
	return kept, nil
}

// difference names the fields in which two runs differ, wall time apart.
func difference(a, b Run) string {
	fields := [2]map[string]json.RawMessage{}
	for i, r := range []Run{a, b} {
		var text bytes.Buffer
		r.WallS = nil
		if r.Write(&text) != nil || json.Unmarshal(text.Bytes(), &fields[i]) != nil {
			return "what cannot be written"
		}
	}
	var names []string
	for name, x := range fields[0] {
		if !bytes.Equal(x, fields[1][name]) {
			names = append(names, name)
		}
	}
	for name := range fields[1] {
		if _, both := fields[0][name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// Order compares two runs by scenario, controllers, seed, link, source, frame rate and version, in that order.
func Order(a, b Run) int {
	return cmp.Or(
		cmp.Compare(a.Scenario, b.Scenario),
		comparePointer(a.Controllers.Latency, b.Controllers.Latency),
		comparePointer(a.Controllers.Bitrate, b.Controllers.Bitrate),
		comparePointer(a.Controllers.Recovery, b.Controllers.Recovery),
		comparePointer(a.Seed, b.Seed),
		comparePointer(a.Link, b.Link),
		comparePointer(a.Source, b.Source),
		comparePointer(a.FPS, b.FPS),
		cmp.Compare(a.Version, b.Version),
	)
}

// Key names a run for people: scenario, controllers and seed.
func (r *Record) Key() string {
	name := r.Scenario
	for _, c := range []*string{r.Controllers.Latency, r.Controllers.Bitrate, r.Controllers.Recovery} {
		if c != nil {
			name += " " + *c
		}
	}
	if r.Seed != nil {
		name += fmt.Sprintf(" seed %d", *r.Seed)
	}
	return name
}

// comparePointer puts what is not known first.
func comparePointer[T cmp.Ordered](a, b *T) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}
