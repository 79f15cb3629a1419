package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"airbridge/reports"
	"airbridge/streamer/statistics"
)

// Metric is a number that a run comes to.
type Metric struct {
	// Name is what expectations call it; the unit stands last in it.
	Name string
	// About says what it is, in a line.
	About string

	// always says that it holds of every run, whatever it was made with.
	always bool
	// counts says that it grows with the length of the run.
	counts bool
	// samples is how many timed frames it takes to mean anything; packets has it be packets.
	samples int64
	packets bool
	// Where it comes from: the record; what was recorded over time, of a part of the run or all of it; or the pooled
	// records of several runs, as a rate with its interval. One of whole, part and rate is set, or the first two.
	whole func(r *reports.Record) (v float64, known bool)
	part  func(p part) (v float64, known bool)
	rate  func(runs []*reports.Record) (r reports.Rate, known bool)
}

// OfParts says whether the metric can be told of a part of a run: "from 5s to 10s".
func (m Metric) OfParts() bool { return m.part != nil }

// Unit returns the unit that the name ends with; empty for a plain number.
func (m Metric) Unit() string {
	for _, u := range []struct{ suffix, unit string }{
		{"_ms", "ms"},
		{"_us", "µs"},
		{"_mbps", "Mbit/s"},
		{"_percent", "%"},
		{"_per_hour", "1/h"},
		{"_deg", "°"},
		{"_db", "dB"},
		{"_s", "s"},
		{"_ratio", ""},
	} {
		if strings.HasSuffix(m.Name, u.suffix) {
			return u.unit
		}
	}
	return ""
}

// Samples that percentiles take: fewer say nothing of a tail.
const (
	forMedian = 20
	forP90    = 100
	forP99    = 1000
	forP999   = 10_000
)

// Metrics returns everything that an expectation can be about, in the order of docs/scenarios.md.
func Metrics() []Metric { return slices.Clone(metrics) }

var metrics = slices.Concat(frameMetrics(), latencyMetrics(), stageMetrics(), networkMetrics(), recoveryMetrics(), clockMetrics())

// metric finds a metric.
func metric(name string) (Metric, error) {
	var near []string
	for _, m := range metrics {
		if m.Name == name {
			return m, nil
		}
		if len(name) > 2 && (strings.Contains(m.Name, name) || strings.Contains(name, m.Name)) {
			near = append(near, m.Name)
		}
	}
	if len(near) > 0 && len(near) < 6 {
		return Metric{}, fmt.Errorf("%q: no such metric: did you mean %s?", name, strings.Join(near, " or "))
	}
	return Metric{}, fmt.Errorf("%q: no such metric: docs/scenarios.md has a table of them", name)
}

func integer(field func(r *reports.Record) *int64) func(*reports.Record) (float64, bool) {
	return func(r *reports.Record) (float64, bool) {
		if v := field(r); v != nil {
			return float64(*v), true
		}
		return 0, false
	}
}

func decimal(field func(r *reports.Record) *float64) func(*reports.Record) (float64, bool) {
	return func(r *reports.Record) (float64, bool) {
		if v := field(r); v != nil {
			return *v, true
		}
		return 0, false
	}
}

func frameMetrics() []Metric {
	count := func(name, about string, field func(*reports.Record) *int64, part func(part) (float64, bool)) Metric {
		return Metric{Name: name, About: about, counts: true, whole: integer(field), part: part}
	}
	return []Metric{
		count("rendered", "frames that the source rendered", func(r *reports.Record) *int64 { return r.Frames.Rendered }, part.frames),
		count("displayed", "frames shown in the slot they were rendered for", func(r *reports.Record) *int64 { return r.Frames.Displayed }, outcome(displayed)),
		count("late", "frames decoded after the latch of their slot", func(r *reports.Record) *int64 { return r.Frames.Late }, outcome(late)),
		count("replaced", "frames that a newer one took the place of", func(r *reports.Record) *int64 { return r.Frames.Replaced }, outcome(replaced)),
		count("lost", "frames that could never be decoded", func(r *reports.Record) *int64 { return r.Frames.Lost }, outcome(lost)),
		count("skipped", "frames rendered and never encoded", func(r *reports.Record) *int64 { return r.Frames.Skipped }, outcome(skipped)),
		count("shown_late", "late frames that were shown after all", func(r *reports.Record) *int64 { return r.Frames.ShownLate }, nil),
		count("missed_slots", "slots of the display that repeated a picture although a frame was rendered for them",
			func(r *reports.Record) *int64 { return r.Frames.MissedSlots }, nil),
		{Name: "missed_per_hour", About: "missed slots an hour, judged by the exact 95 % interval over all runs given: passed or failed only where the whole interval is", rate: missedPerHour},
		{Name: "displayed_percent", About: "share of the rendered frames that were shown in their slot", whole: displayedShare, part: part.displayedShare},
		{Name: "frames_unaccounted", About: "rendered frames less those with an outcome: anything but 0 is a defect of the program", always: true, whole: unaccounted},
		{Name: "slowed_s", About: "for how long the source was slowed down, as a machine did not keep up", whole: decimal(func(r *reports.Record) *float64 { return r.SlowedS })},
		{Name: "duration_s", About: "how long was streamed", counts: true, whole: func(r *reports.Record) (float64, bool) { return r.DurationS, true }},
	}
}

func displayedShare(r *reports.Record) (float64, bool) {
	f := &r.Frames
	if f.Rendered == nil || f.Displayed == nil || *f.Rendered == 0 {
		return 0, false
	}
	return 100 * float64(*f.Displayed) / float64(*f.Rendered), true
}

func unaccounted(r *reports.Record) (float64, bool) {
	f := &r.Frames
	if f.Rendered == nil {
		return 0, false
	}
	rest := *f.Rendered
	for _, n := range []*int64{f.Displayed, f.Late, f.Replaced, f.Lost, f.Skipped} {
		if n == nil {
			return 0, false
		}
		rest -= *n
	}
	return float64(rest), true
}

func missedPerHour(runs []*reports.Record) (reports.Rate, bool) {
	var misses int64
	hours := 0.0
	for _, r := range runs {
		if r.Frames.MissedSlots == nil {
			return reports.Rate{}, false
		}
		misses += *r.Frames.MissedSlots
		hours += r.DurationS / 3600
	}
	if !(hours > 0) {
		return reports.Rate{}, false
	}
	return reports.PerHour(misses, hours), true
}

func stageMetrics() (list []Metric) {
	for i := range statistics.StageCount {
		name := strings.ReplaceAll(statistics.Stage(i).String(), " ", "_")
		of := func(field func(*reports.Stage) float64) func(*reports.Record) (float64, bool) {
			return func(r *reports.Record) (float64, bool) {
				if s := r.Latency.Stages[i]; s != nil {
					return field(s), true
				}
				return 0, false
			}
		}
		list = append(list,
			Metric{
				Name: "stage_" + name + "_mean_ms", About: "mean time of shown frames in this stage", samples: forMedian,
				whole: of(func(s *reports.Stage) float64 { return s.Mean }),
			},
			Metric{
				Name: "stage_" + name + "_p99_ms", About: "99th percentile of the same", samples: forP99,
				whole: of(func(s *reports.Stage) float64 { return s.P99 }),
			})
	}
	return list
}
