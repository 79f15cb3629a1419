package page

import (
	"fmt"
	"strings"
	"time"

	"airbridge/reports"
	"airbridge/reports/series"
	"airbridge/streamer/statistics"
)

// summarise says in a sentence or two how a run went and, where something went wrong, when and in which stage.
func summarise(r *reports.Run, b Budget) (text, state string) {
	prefix := ""
	if r.Incomplete != nil {
		prefix = "Incomplete: " + *r.Incomplete + ". "
	}
	f := &r.Frames
	if f.Rendered == nil || f.Displayed == nil {
		return prefix + "What became of the frames is not known.", "unknown"
	}
	missed := *f.Rendered - *f.Displayed
	switch {
	case *f.Rendered == 0:
		return prefix + "No frame was rendered.", "bad"
	case *f.Displayed == 0:
		return prefix + fmt.Sprintf("Nothing was displayed of %s.", plural(*f.Rendered, "rendered frame")), "bad"
	case missed == 0:
		text = fmt.Sprintf("Every one of %s was displayed in its slot.", plural(*f.Rendered, "frame"))
	default:
		text = fmt.Sprintf("%s of %s %s not displayed in %s slot: %s.", grouped(fmt.Sprint(missed)),
			plural(*f.Rendered, "frame"), wasWere(missed), itsTheir(missed), outcomes(f))
		if s := r.Series; s != nil {
			text += blame(s, missed)
		}
	}
	if m := r.Latency.MotionToPhoton; m != nil && m.P99 > b.motionMS() && reports.TimedFrames(r) >= tailFrames {
		text += fmt.Sprintf(" The p99 of motion-to-photon is %v ms over its budget.", number(m.P99-b.motionMS()))
	}
	return prefix + text, stateOf(r, b)
}

func wasWere(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func itsTheir(n int64) string {
	if n == 1 {
		return "its"
	}
	return "their"
}

// stateOf is the worst verdict of the tiles; a run that was cut short is at best undecided.
func stateOf(r *reports.Run, b Budget) string {
	state := "good"
	for _, t := range runTiles(r, b) {
		if t.State == "bad" {
			return "bad"
		}
		if t.State == "undecided" {
			state = "undecided"
		}
	}
	if r.Incomplete != nil {
		return "undecided"
	}
	return state
}

func outcomes(f *reports.Frames) string {
	var parts []string
	for _, o := range []struct {
		n    *int64
		what string
	}{{f.Late, "late"}, {f.Lost, "lost"}, {f.Replaced, "replaced by a newer one"}, {f.Skipped, "skipped before the encoder"}} {
		if o.n != nil && *o.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", grouped(fmt.Sprint(*o.n)), o.what))
		}
	}
	return strings.Join(parts, ", ")
}

// blame says which disturbance the trouble fell into, and which stage took longer then.
func blame(s *series.Series, missed int64) (text string) {
	buckets := s.Buckets()
	spans, _ := s.Spans()
	if sp, n := worstSpan(s, spans); sp != nil && 2*n > missed {
		text = fmt.Sprintf(" %s of them fell into “%s” (%v–%v s).", grouped(fmt.Sprint(n)), sp.Name,
			number(sp.From.Seconds()), number(sp.To.Seconds()))
	}
	var calm, troubled series.Bucket
	for i := range buckets {
		if b := &buckets[i]; b.Frames() > b.Outcomes[0] {
			troubled.Merge(b)
		} else {
			calm.Merge(b)
		}
	}
	if calm.Timed == 0 || troubled.Timed == 0 {
		return text
	}
	worst, most := statistics.Stage(0), time.Duration(0)
	for st := range statistics.StageCount {
		grew := troubled.Stages[st].Sum/time.Duration(troubled.Timed) - calm.Stages[st].Sum/time.Duration(calm.Timed)
		if grew > most {
			worst, most = statistics.Stage(st), grew
		}
	}
	if most < time.Millisecond/2 {
		return text
	}
	return text + fmt.Sprintf(" Around them the stage that grew most was %s: by %v ms on average.", stageName(worst), number(float64(most)/1e6))
}

// worstSpan returns the disturbance with the most frames that were not displayed, and how many.
func worstSpan(s *series.Series, spans []series.Span) (worst *series.Span, most int64) {
	for i := range spans {
		var n int64
		for j := range s.Buckets() {
			from := time.Duration(j) * s.Width()
			if b := &s.Buckets()[j]; from < spans[i].To && from+s.Width() > spans[i].From {
				n += b.Frames() - b.Outcomes[0]
			}
		}
		if n > most {
			worst, most = &spans[i], n
		}
	}
	return worst, most
}

func stageName(s statistics.Stage) string { return strings.ReplaceAll(s.String(), "_", " ") }
