// Package verdict says which of two sets of runs was better, scenario by scenario, and when that cannot be told.
//
// Runs are paired by scenario and seed: both saw the same random draws, so that most of what differs between seeds
// cancels. Of every metric the differences of the pairs go through Wilcoxon's exact signed-rank test, and their mean gets a
// bootstrap interval that draws whole seeds, as frames of one run are not independent. Where there are too few pairs for
// that (fewer than six cannot reach five per cent), missed frames are still compared by their counts with an exact
// conditional binomial test: right for independent events, too sure of itself for bursts, and it says so. What is not
// significant is undecided, and so is what most pairs and the mean tell differently.
//
// The p-values of a metric are corrected by Holm's method over its scenarios: whatever is true, any false verdict on that
// metric comes in at most Alpha of all comparisons. Over the four metrics together that may be four times as many, so
// each test is corrected over all metrics and scenarios as well, Test.Overall, and Comparison.Firm counts the verdicts
// that stand even then.
//
// Latencies are of shown frames: a side that shows little is flattered by its own. Missed slots tell of that.
package verdict

import (
	"math"

	"airbridge/reports"
)

// Alpha is the chance that is accepted of any false verdict over all scenarios of one metric.
const Alpha = 0.05

// minPairs is how many pairs the signed-rank test needs to reach Alpha: 2/2^6 = 0.03.
const minPairs = 6

// MinFrames is how many frames a run must have timed for its 99th percentile to be looked at.
const MinFrames = reports.FramesForP99

// Metric is what is compared; of all of them less is better.
type Metric uint8

// The metrics.
const (
	// Missed is missed slots an hour.
	Missed Metric = iota
	// P50 is the median motion-to-photon in ms.
	P50
	// P99 is its 99th percentile in ms.
	P99
	// Freezes is freezes an hour.
	Freezes
	// MetricCount is how many metrics there are.
	MetricCount = int(Freezes) + 1
)

var metricNames = [MetricCount]string{"missed slots an hour", "median latency, ms", "p99 latency, ms", "freezes an hour"}

// String names the metric with its unit.
func (m Metric) String() string { return metricNames[m] }

// Winner is the better side.
type Winner uint8

// The winners.
const (
	// Undecided: the difference may be chance.
	Undecided Winner = iota
	// A: the first set is better.
	A
	// B: the second is.
	B
	// Unknown: there was nothing to compare.
	Unknown
)

// String says who won.
func (w Winner) String() string {
	return [...]string{"undecided", "A better", "B better", "not known"}[w]
}

// Method is how a p-value was found.
type Method uint8

// The methods.
const (
	// None: there were too few runs.
	None Method = iota
	// SignedRank is Wilcoxon's exact test of the pairs.
	SignedRank
	// Counts is the exact conditional binomial test of two Poisson counts.
	Counts
)

// String describes the method.
func (m Method) String() string {
	return [...]string{"too few pairs", "signed-rank, pairs by seed", "exact test of counts, for independent misses"}[m]
}

// Test is one metric of one scenario.
type Test struct {
	Scenario string
	Metric   Metric
	// A and B are the means over runs (of Missed and Freezes: over hours); nil where no run knows.
	A, B *float64
	// Diff is the mean of B less A over the pairs, Low and High its 95 % bootstrap interval; nil with fewer than minPairs.
	Diff, Low, High *float64
	// Seeds is how many seeds both sides ran, Pairs of how many of them both know the metric.
	Seeds, Pairs int
	Method       Method
	// P is the two-sided p-value; Adjusted the same after Holm's correction over the scenarios of the metric, which the
	// verdict goes by; Overall after Holm's correction over all metrics and scenarios. 1 where there was no test.
	P, Adjusted, Overall float64
	Winner               Winner

	// lean is the sign of what most pairs say: of B less A.
	lean int
}

// Comparison is the outcome, scenario by scenario in the order of their names, metric by metric.
type Comparison struct {
	Tests []Test
	// Scenarios are the names of the scenarios that both sides ran; OnlyA and OnlyB those that one ran.
	Scenarios, OnlyA, OnlyB []string
	// Incomplete counts the runs that were left out because they ended before their time, Repeated those because their
	// side has another run of the scenario and seed: the first in reports.Order counts.
	Incomplete, Repeated int

	a, b map[string][]*reports.Run // that count, by scenario
}

// Compare compares runs a with runs b, which the comparison keeps.
func Compare(a, b []reports.Run) Comparison {
	var c Comparison
	c.a, c.b = c.group(a), c.group(b)
	for _, name := range names(c.a, c.b) {
		switch {
		case c.b[name] == nil:
			c.OnlyA = append(c.OnlyA, name)
		case c.a[name] == nil:
			c.OnlyB = append(c.OnlyB, name)
		default:
			c.Scenarios = append(c.Scenarios, name)
		}
	}
	for _, name := range c.Scenarios {
		for m := range Metric(MetricCount) {
			c.Tests = append(c.Tests, test(name, m, c.a[name], c.b[name]))
		}
	}
	c.decide()
	return c
}

// value returns a run's metric; false where it is not known.
func value(r *reports.Run, m Metric) (float64, bool) {
	perHour := func(n *int64) (float64, bool) {
		if n == nil || r.DurationS <= 0 {
			return 0, false
		}
		// Sessions of one length differ by some microseconds. That must not tell equal counts apart.
		return float64(*n) / max(math.Round(r.DurationS*10)/10, 0.1) * 3600, true
	}
	l := r.Latency.MotionToPhoton
	switch {
	case m == Missed:
		return perHour(r.Frames.MissedSlots)
	case m == Freezes:
		return perHour(r.Recovery.Freezes)
	case l == nil:
		return 0, false
	case m == P50:
		return l.P50, true
	}
	return l.P99, reports.TimedFrames(r) >= MinFrames
}

func test(name string, m Metric, a, b []*reports.Run) Test {
	t := Test{Scenario: name, Metric: m, P: 1, Adjusted: 1, Overall: 1, A: average(a, m), B: average(b, m)}
	diffs, seeds := pair(a, b, m)
	t.Pairs, t.Seeds = len(diffs), seeds
	if t.A == nil || t.B == nil {
		t.Winner = Unknown
		return t
	}
	if t.Pairs >= minPairs {
		mean, low, high := bootstrap(diffs, name+"/"+m.String())
		t.Diff, t.Low, t.High = &mean, &low, &high
		t.Method = SignedRank
		t.P, t.lean = signedRank(diffs)
		return t
	}
	if m == Missed {
		t.Method, t.P = Counts, countsOf(a, b)
	}
	return t
}

// pair returns B less A of every seed of which both know the metric, and how many seeds both ran. A side has a seed once.
func pair(a, b []*reports.Run, m Metric) (diffs []float64, seeds int) {
	before := map[uint64]*reports.Run{}
	for _, r := range a {
		if r.Seed != nil {
			before[*r.Seed] = r
		}
	}
	for _, r := range b {
		if r.Seed == nil || before[*r.Seed] == nil {
			continue
		}
		seeds++
		x, knownA := value(before[*r.Seed], m)
		y, knownB := value(r, m)
		if knownA && knownB {
			diffs = append(diffs, y-x)
		}
	}
	return diffs, seeds
}

// average weights rates by the length of the runs.
func average(runs []*reports.Run, m Metric) *float64 {
	var sum, weights float64
	for _, r := range runs {
		v, ok := value(r, m)
		if !ok {
			continue
		}
		w := 1.0
		if m == Missed || m == Freezes {
			w = r.DurationS
		}
		sum, weights = sum+v*w, weights+w
	}
	if weights == 0 {
		return nil
	}
	return new(sum / weights)
}

func countsOf(a, b []*reports.Run) float64 {
	var n [2]int64
	var hours [2]float64
	for side, runs := range [2][]*reports.Run{a, b} {
		for _, r := range runs {
			if r.Frames.MissedSlots != nil && r.DurationS > 0 {
				n[side] += *r.Frames.MissedSlots
				hours[side] += r.DurationS / 3600
			}
		}
	}
	return twoCounts(n[0], hours[0], n[1], hours[1])
}
