package page

import (
	"fmt"
	"strings"
	"time"

	"airbridge/reports"
	"airbridge/reports/verdict"
)

// tile is one figure of merit. State is good, bad, undecided, unknown or plain; Word says the same.
type tile struct{ Name, Value, Unit, Note, State, Word string }

func (t tile) judged(state string) tile {
	words := map[string]string{"good": "within budget", "bad": "over budget", "undecided": "undecided", "unknown": "not known", "plain": ""}
	t.State, t.Word = state, words[state]
	if state == "unknown" {
		t.Value, t.Unit, t.Word = notKnown, "", ""
	}
	return t
}

// plainTile returns a tile without a verdict.
func plainTile(name string, v number, unit, note string) tile {
	t := tile{Name: name, Value: v.String(), Unit: unit, Note: note}
	if !v.known() {
		return t.judged("unknown")
	}
	return t.judged("plain")
}

func runTiles(r *reports.Run, b Budget) []tile {
	return []tile{
		missedTile(r, b), medianTile(r), tailTile(r, b), freezeTile(r), deliveryTile(r), bitrateTile(r), lossTile(r), pictureTile(r),
	}
}

func missedTile(r *reports.Run, b Budget) tile {
	t := tile{Name: "missed slots an hour"}
	m := r.MissedPerHour
	if m == nil {
		return t.judged("unknown")
	}
	t.Value = number(m.Value).String()
	t.Note = fmt.Sprintf("95 %% if independent: %v to %v; budget %v", number(m.Low), number(m.High), number(b.MissedPerHour))
	switch {
	case m.High <= b.MissedPerHour:
		return t.judged("good")
	case m.Low > b.MissedPerHour:
		return t.judged("bad")
	}
	t = t.judged("undecided")
	t.Word = "undecided: run longer"
	return t
}

func medianTile(r *reports.Run) tile {
	m := r.Latency.MotionToPhoton
	if m == nil {
		return tile{Name: "median motion-to-photon"}.judged("unknown")
	}
	note := fmt.Sprintf("mean %v, longest %v ms", number(m.Mean), number(m.Max))
	return plainTile("median motion-to-photon", number(m.P50), "ms", note)
}

func tailTile(r *reports.Run, b Budget) tile {
	t := tile{Name: "p99 motion-to-photon", Unit: "ms"}
	m, n := r.Latency.MotionToPhoton, reports.TimedFrames(r)
	if m == nil {
		return t.judged("unknown")
	}
	if n < tailFrames {
		t = t.judged("unknown")
		t.Note = fmt.Sprintf("of %s; %d are needed", plural(n, "frame"), tailFrames)
		return t
	}
	t.Value, t.Note = number(m.P99).String(), fmt.Sprintf("budget %v ms; of %s", number(b.motionMS()), plural(n, "frame"))
	t = t.judged(tailState(r, b))
	if t.State == "undecided" {
		t.Word = "undecided: run longer"
	}
	return t
}

// tailState holds the share of frames that were slower than the budget against one in a hundred, by its exact interval:
// the same as to hold the interval of the 99th percentile against the budget. Without a series that share is not known,
// and the percentile is taken as it is.
func tailState(r *reports.Run, b Budget) string {
	if r.Series == nil {
		if r.Latency.MotionToPhoton.P99 <= b.motionMS() {
			return "good"
		}
		return "bad"
	}
	h := r.Series.Motion()
	var slower, perhaps int64
	h.Each(func(low, high time.Duration, count int64) {
		if low > b.MotionToPhoton {
			slower += count
		}
		if min(high, h.Max()) > b.MotionToPhoton {
			perhaps += count // in the cell of the budget
		}
	})
	least, _ := verdict.Proportion(slower, h.Count())
	_, most := verdict.Proportion(perhaps, h.Count())
	switch {
	case most <= 0.01:
		return "good"
	case least > 0.01:
		return "bad"
	}
	return "undecided"
}

func freezeTile(r *reports.Run) tile {
	t := tile{Name: "freezes"}
	n := r.Recovery.Freezes
	if n == nil {
		return t.judged("unknown")
	}
	t.Value, t.Note = number(*n).String(), "gaps above 150 ms and 3 frames"
	if *n == 0 {
		t = t.judged("good")
		t.Word = "none"
		return t
	}
	if l := r.Recovery.LongestFreezeMS; l != nil {
		t.Note = fmt.Sprintf("longest %v ms", number(*l))
	}
	t = t.judged("bad")
	t.Word = "picture stood still"
	return t
}

func deliveryTile(r *reports.Run) tile {
	f := &r.Frames
	if f.Rendered == nil || f.Displayed == nil || *f.Rendered == 0 {
		return plainTile("displayed in their slot", unknown, "", "")
	}
	v := number(100 * float64(*f.Displayed) / float64(*f.Rendered))
	value := v.String()
	if v < 100 && v > 99 {
		value = fmt.Sprintf("%.3f", float64(v))
		if strings.HasPrefix(value, "100") {
			value = "> 99.999"
		}
	}
	return tile{Name: "displayed in their slot", Value: value, Unit: "%", State: "plain", Note: "of " + plural(*f.Rendered, "frame") + " rendered"}
}

func bitrateTile(r *reports.Run) tile {
	if r.Bitrate == nil {
		return plainTile("mean bitrate", unknown, "", "")
	}
	note := fmt.Sprintf("p5 %v, p95 %v", number(r.Bitrate.P5), number(r.Bitrate.P95))
	if u := r.Network.Utilisation; u != nil {
		note = fmt.Sprintf("%v %% of what was possible", number(100**u))
	}
	return plainTile("mean bitrate", number(r.Bitrate.Mean), "Mbit/s", note)
}

func lossTile(r *reports.Run) tile {
	n := &r.Network
	if n.PacketsSent == nil || n.PacketsLost == nil || *n.PacketsSent == 0 {
		return plainTile("packets lost", unknown, "", "")
	}
	note := fmt.Sprintf("%v of %s", number(*n.PacketsLost), plural(*n.PacketsSent, "packet"))
	if n.RecoveredFEC != nil && *n.RecoveredFEC > 0 {
		note += fmt.Sprintf("; %v repaired by parity", number(*n.RecoveredFEC))
	}
	if n.RecoveredRTX != nil && *n.RecoveredRTX > 0 {
		note += fmt.Sprintf("; %v repeated", number(*n.RecoveredRTX))
	}
	return plainTile("packets lost", number(100*float64(*n.PacketsLost)/float64(*n.PacketsSent)), "%", note)
}

func pictureTile(r *reports.Run) tile {
	note := ""
	if e := r.Picture.MarkerErrors; e != nil {
		note = plural(*e, "wrong picture")
	}
	return plainTile("picture", of(r.Picture.PSNRMeanDB), "dB", note)
}

// subtitle is the caption that every chart shares: scenario, seed and sample count.
func subtitle(r *reports.Record) string {
	parts := []string{number(r.DurationS).String() + " s"}
	if r.Seed != nil {
		parts = append(parts, fmt.Sprintf("seed %d", *r.Seed))
	} else {
		parts = append(parts, "no seed")
	}
	if r.Frames.Rendered != nil {
		parts = append(parts, plural(*r.Frames.Rendered, "frame"))
	}
	for _, s := range []*string{r.Link, r.Source, r.Encoder} {
		if s != nil {
			parts = append(parts, *s)
		}
	}
	return strings.Join(parts, " · ")
}

// facts are the rest of what a run is.
func facts(r *reports.Record) [][2]string {
	text := func(p *string) string {
		if p == nil {
			return notKnown
		}
		return *p
	}
	size := notKnown
	if r.Width != nil && r.Height != nil {
		size = fmt.Sprintf("%d × %d", *r.Width, *r.Height)
		if r.FPS != nil {
			size += fmt.Sprintf(" at %g fps", *r.FPS)
		}
	}
	return [][2]string{
		{"latency controller", text(r.Controllers.Latency)},
		{"bitrate controller", text(r.Controllers.Bitrate)},
		{"recovery", text(r.Controllers.Recovery)},
		{"link", text(r.Link)},
		{"source", text(r.Source)},
		{"encoder", text(r.Encoder)},
		{"picture", size},
		{"version", r.Version},
		{"trace hash", text(r.TraceHash)},
	}
}
