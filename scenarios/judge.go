package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"airbridge/reports"
)

// Verdict is what came of an expectation.
type Verdict uint8

// The verdicts.
const (
	// Undecided: the run does not know the metric, was not long enough, or was not the scenario as it is.
	Undecided Verdict = iota
	Passed
	Failed
)

// String names the verdict.
func (v Verdict) String() string { return [...]string{"undecided", "passed", "failed"}[min(v, Failed)] }

// Finding is an expectation, and what came of it.
type Finding struct {
	Expectation Expectation
	Verdict     Verdict
	// Run names the run, or the runs where several were taken together, by record and seed.
	Run string
	// Value is what the metric came to; it means something where Known.
	Value float64
	Known bool
	// Low and High are the interval of a rate; both Value for others.
	Low, High float64
	// Reason says why the verdict is not Passed; empty where it is.
	Reason string
}

// String writes a line such as "wifi6-busy seed 7: freezes = 3, want == 0: failed".
func (f Finding) String() string {
	text := f.Run + ": " + f.Expectation.subject()
	if f.Known {
		text += " = " + short(f.Value)
	}
	if f.Known && f.Low != f.High {
		text += fmt.Sprintf(" (95 %%: %s to %s)", short(f.Low), short(f.High))
	}
	text += ", want " + f.Expectation.Condition.String() + ": " + f.Verdict.String()
	if f.Reason != "" {
		text += ": " + f.Reason
	}
	return text
}

// short writes a number with four digits.
func short(v float64) string {
	if v == float64(int64(v)) {
		return plain(v)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// Judge holds the runs of the scenario, of one seed or of several, against its expectations: a finding for each run and
// expectation, in the order of the expectations; rates are taken together over all seeds of a session. Runs of other
// scenarios among them are left out. A run that was cut short, or was made with other controllers than the scenario's,
// decides only what holds of every run; one of another length decides all but counts.
func (s Scenario) Judge(runs []reports.Run) []Finding {
	var findings []Finding
	for _, e := range s.Expect {
		m, err := metric(e.Metric)
		if err != nil {
			findings = append(findings, Finding{Expectation: e, Run: s.Name, Reason: err.Error()})
			continue
		}
		for session := range max(len(s.Sessions), 1) {
			if e.Session != 0 && e.Session != session+1 {
				continue
			}
			own := s.records(runs, session)
			if m.rate != nil {
				findings = append(findings, s.pooled(e, m, own, session))
				continue
			}
			for _, r := range own {
				findings = append(findings, s.single(e, m, r, session))
			}
		}
	}
	return findings
}

// records are the runs of a session.
func (s Scenario) records(runs []reports.Run, session int) (own []*reports.Run) {
	name := s.RecordName(session)
	for i := range runs {
		if runs[i].Scenario == name {
			own = append(own, &runs[i])
		}
	}
	return own
}

func label(r *reports.Run) string {
	if r.Seed == nil {
		return r.Scenario
	}
	return fmt.Sprintf("%s seed %d", r.Scenario, *r.Seed)
}

// single judges one run.
func (s Scenario) single(e Expectation, m Metric, r *reports.Run, session int) Finding {
	f := Finding{Expectation: e, Run: label(r)}
	if f.Reason = s.foreign(r, session); f.Reason != "" && !m.always {
		return f
	}
	f.Value, f.Reason = s.measure(e, m, r, session)
	if f.Reason != "" {
		return f
	}
	f.Known, f.Low, f.High = true, f.Value, f.Value
	if want := s.stretch(session); m.counts && !e.window() && !about(r.DurationS, want) {
		f.Reason = fmt.Sprintf("%s is a count over %s, and this run has %.1f s", e.Metric, want, r.DurationS)
		return f
	}
	if f.Verdict = e.Condition.decides(f.Value, f.Value); f.Verdict == Failed {
		f.Reason = "it is " + short(f.Value)
	}
	return f
}

// measure returns what a metric of a run is, or why that is not known.
func (s Scenario) measure(e Expectation, m Metric, r *reports.Run, session int) (v float64, unknown string) {
	if e.overTime() {
		if r.Series == nil {
			return 0, "nothing was recorded over time"
		}
		p, known := cut(r.Series, e.From, e.To)
		if known {
			v, known = m.part(p)
		}
		if !known {
			return 0, "not known of that part of this run"
		}
		return v, ""
	}
	n, what := reports.TimedFrames(r), "timed frames"
	if m.packets && r.Network.PacketsSent != nil {
		n, what = *r.Network.PacketsSent, "packets"
	}
	if n < m.samples {
		return 0, fmt.Sprintf("%d %s say nothing of it: it takes %d", n, what, m.samples)
	}
	v, known := m.whole(&r.Record)
	if !known {
		return 0, "the run does not know it"
	}
	return v, ""
}

// pooled judges a rate over all seeds.
func (s Scenario) pooled(e Expectation, m Metric, runs []*reports.Run, session int) Finding {
	f := Finding{Expectation: e, Run: s.RecordName(session)}
	if len(runs) > 0 {
		f.Run = label(runs[0])
	}
	if len(runs) > 1 {
		f.Run = fmt.Sprintf("%s, %d seeds", runs[0].Scenario, len(runs))
	}
	var records []*reports.Record
	for _, r := range runs {
		if reason := s.foreign(r, session); reason != "" {
			f.Reason = reason
			return f
		}
		records = append(records, &r.Record)
	}
	rate, known := m.rate(records)
	if !known {
		f.Reason = "no run knows it"
		return f
	}
	f.Known, f.Value, f.Low, f.High = true, rate.Value, rate.Low, rate.High
	switch f.Verdict = e.Condition.decides(rate.Low, rate.High); f.Verdict {
	case Failed:
		f.Reason = fmt.Sprintf("it is %s to %s", short(rate.Low), short(rate.High))
	case Undecided:
		f.Reason = "the interval reaches over the limit: more hours, or more seeds, would tell"
	}
	return f
}

// foreign says why a run is not one of the scenario as it is; empty where it is.
func (s Scenario) foreign(r *reports.Run, session int) string {
	v := s.session(session)
	switch c := &r.Controllers; {
	case r.Incomplete != nil:
		return "the run is incomplete: " + *r.Incomplete
	case c.Bitrate != nil && *c.Bitrate != "constant:"+v.Bitrate.String():
		return fmt.Sprintf("the run was made with bitrate %s, the expectation is for constant:%v", *c.Bitrate, v.Bitrate)
	case c.Latency != nil && *c.Latency != v.Latency:
		return fmt.Sprintf("the run was made with latency %s, the expectation is for %s", *c.Latency, v.Latency)
	case c.Recovery != nil && *c.Recovery != v.Recovery:
		return fmt.Sprintf("the run was made with recovery %s, the expectation is for %s", *c.Recovery, v.Recovery)
	case r.FPS != nil && *r.FPS != v.FPS:
		return fmt.Sprintf("the run was made with %g frames a second, the expectation is for %g", *r.FPS, v.FPS)
	}
	return ""
}

// Err returns an error that names every expectation that failed; nil where none did.
func Err(findings []Finding) error {
	var failed []error
	for _, f := range findings {
		if f.Verdict == Failed {
			failed = append(failed, errors.New(f.String()))
		}
	}
	return errors.Join(failed...)
}

// Summary counts findings, such as "5 expectations: 3 passed, 1 failed, 1 undecided".
func Summary(findings []Finding) string {
	var n [3]int
	for _, f := range findings {
		n[f.Verdict]++
	}
	var parts []string
	for _, v := range []Verdict{Passed, Failed, Undecided} {
		if n[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %v", n[v], v))
		}
	}
	if len(parts) == 0 {
		return "no expectations"
	}
	return fmt.Sprintf("%d expectations: %s", len(findings), strings.Join(parts, ", "))
}

// about compares a length with what was planned: connecting takes a moment.
func about(seconds float64, want time.Duration) bool {
	return seconds > want.Seconds()-slack.Seconds() && seconds < want.Seconds()+slack.Seconds()
}

// slack is by how much a session may be shorter or longer than it was planned to be.
const slack = 2 * time.Second
