package page

import (
	"fmt"
	"strings"

	"airbridge/reports"
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
			text += blame(s, missed, of(f.Late)+of(f.Replaced))
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

func stageName(s statistics.Stage) string { return strings.ReplaceAll(s.String(), "_", " ") }
