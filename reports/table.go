package reports

import (
	"fmt"
	"io"
	"strings"

	"airbridge/streamer/statistics"
)

// barWidth is the length of the longest bar, in character cells.
const barWidth = 32

// Table writes the record for a person: where the time of a frame goes, stage by stage, then what became of the frames.
// Lines are at most 80 cells wide unless a name is longer. Lines about what the run could not know are left out, and a
// dash stands for a quantile of too few frames.
func Table(w io.Writer, r *Record) error {
	var b strings.Builder
	b.WriteString(title(r))
	writeStages(&b, r)
	writeOutcomes(&b, r)
	writeNetwork(&b, r)
	writeControllers(&b, &r.Controllers)
	if r.Incomplete != nil {
		line(&b, "incomplete", *r.Incomplete)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write table %s: %w", r.Scenario, err)
	}
	return nil
}

func title(r *Record) string {
	parts := []string{r.Scenario, fmt.Sprintf("%.1f s", r.DurationS)}
	for _, name := range []*string{r.Source, r.Encoder, r.Link} {
		if name != nil {
			parts = append(parts, *name)
		}
	}
	if r.Width != nil && r.Height != nil {
		parts = append(parts, fmt.Sprintf("%dx%d", *r.Width, *r.Height))
	}
	if r.FPS != nil {
		parts = append(parts, fmt.Sprintf("%g fps", *r.FPS))
	}
	if r.Seed != nil {
		parts = append(parts, fmt.Sprintf("seed %d", *r.Seed))
	}
	return strings.Join(parts, " · ") + "\n"
}

// writeStages writes one line a stage, its bar as long as its share of the longest mean, and the sum.
func writeStages(b *strings.Builder, r *Record) {
	stages, worst, sum := &r.Latency.Stages, -1, 0.0
	for i, s := range stages {
		if s == nil {
			continue
		}
		sum += s.Mean
		if worst < 0 || s.Mean > stages[worst].Mean {
			worst = i
		}
	}
	if worst < 0 {
		b.WriteString("\nno frame was timed\n\n")
		return
	}
	fmt.Fprintf(b, "\n%-16s%9s%9s%9s\n", "stage, ms", "mean", "p50", "p99")
	for i, s := range stages {
		if s == nil {
			fmt.Fprintf(b, "%-16s%9s%9s%9s\n", statistics.Stage(i), "–", "–", "–")
			continue
		}
		row := fmt.Sprintf("%-16s%9.2f%9s%9s  %s", statistics.Stage(i), s.Mean, optional(s.P50), r.tail(s.P99, FramesForP99),
			bar(s.Mean, stages[worst].Mean))
		b.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	writeSum(b, r, sum)
	line(b, "worst stage", fmt.Sprintf("%v: %.2f ms, %.0f %% of the sum", statistics.Stage(worst), stages[worst].Mean,
		100*stages[worst].Mean/max(sum, 1e-9)))
	if o := r.Overhead; o != nil {
		line(b, "overhead", fmt.Sprintf("p50 %.2f ms, p99 %s ms", o.P50, r.tail(o.P99, FramesForP99)))
	}
	if m := r.Margin; m != nil {
		line(b, "margin", fmt.Sprintf("p50 %.2f ms, p1 %s ms before the latch", m.P50, r.tail(m.P1, FramesForP99)))
	}
	if e := r.PoseError; e != nil {
		line(b, "pose error", fmt.Sprintf("p50 %.2f°, p99 %s°", e.P50, r.tail(e.P99, FramesForP99)))
	}
}

func writeSum(b *strings.Builder, r *Record, sum float64) {
	m := r.Latency.MotionToPhoton
	fmt.Fprintf(b, "%-16s%9.2f", "sum of stages", sum)
	if m == nil {
		b.WriteString("  motion-to-photon is not known: no shown frame had a pose\n")
		return
	}
	if u := r.Latency.ClockUncertainty; u != nil {
		fmt.Fprintf(b, "%20suplink, network: ± %.2f ms", "", *u)
	}
	fmt.Fprintf(b, "\n%-16s%9.2f%9.2f%9s  p99.9 %s, max %.2f\n\n", "motion-to-photon", m.Mean, m.P50, r.tail(m.P99, FramesForP99),
		r.tail(m.P999, FramesForP999), m.Max)
}

// tail writes a quantile that takes so many frames.
func (r *Record) tail(v float64, frames int64) string {
	if r.shown() < frames {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}

// bar draws v of the longest in eighths of a cell.
func bar(v, longest float64) string {
	if !(v > 0) || !(longest > 0) {
		return ""
	}
	eighths := int(v/longest*barWidth*8 + 0.5)
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

func writeOutcomes(b *strings.Builder, r *Record) {
	f := &r.Frames
	if f.Rendered != nil {
		line(b, "frames", fmt.Sprintf("%d rendered = %s displayed + %s late + %s replaced + %s lost + %s skipped",
			*f.Rendered, count(f.Displayed), count(f.Late), count(f.Replaced), count(f.Lost), count(f.Skipped)))
	}
	if s := r.SlowedS; s != nil && *s > 0 {
		line(b, "slowed down", fmt.Sprintf("for %.1f s: this machine did not keep up with the full frame rate", *s))
	}
	if f.MissedSlots != nil {
		text := fmt.Sprint(*f.MissedSlots)
		if m := r.MissedPerHour; m != nil {
			text += fmt.Sprintf(", %s an hour (95 %%: %s to %s)", figure(m.Value), figure(m.Low), figure(m.High))
		}
		line(b, "missed slots", text)
	}
	if n := r.Recovery.Freezes; n != nil {
		text := fmt.Sprint(*n)
		if longest := r.Recovery.LongestFreezeMS; *n > 0 && longest != nil {
			text += fmt.Sprintf(", longest %.0f ms", *longest)
		}
		line(b, "freezes", text)
	}
	if f := f.ShownLate; f != nil && *f > 0 {
		line(b, "shown late", fmt.Sprint(*f))
	}
}

func writeNetwork(b *strings.Builder, r *Record) {
	if v := r.Bitrate; v != nil {
		line(b, "bitrate", fmt.Sprintf("%.1f Mbit/s, p5 %.1f, p95 %.1f", v.Mean, v.P5, v.P95))
	}
	n := &r.Network
	if n.PacketsSent != nil {
		line(b, "packets", fmt.Sprintf("%d sent, %s lost, recovered %s by parity, %s by repetition",
			*n.PacketsSent, count(n.PacketsLost), count(n.RecoveredFEC), count(n.RecoveredRTX)))
	}
	if n.GoodputMbps != nil {
		text := fmt.Sprintf("%.1f Mbit/s", *n.GoodputMbps)
		if n.CapacityMbps != nil && n.Utilisation != nil {
			text += fmt.Sprintf(" of %.1f, utilisation %.0f %%", *n.CapacityMbps, 100**n.Utilisation)
		}
		line(b, "goodput", text)
	}
	if q := n.Queue; q != nil {
		line(b, "queue", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", q.P50, q.P99))
	}
	if p := r.Picture.PSNRMeanDB; p != nil {
		line(b, "picture", fmt.Sprintf("%.1f dB, %s marker errors", *p, count(r.Picture.MarkerErrors)))
	}
}

func writeControllers(b *strings.Builder, c *Controllers) {
	var parts []string
	for _, kind := range []struct {
		name   string
		chosen *string
	}{{"latency", c.Latency}, {"bitrate", c.Bitrate}, {"recovery", c.Recovery}} {
		if kind.chosen != nil {
			parts = append(parts, kind.name+" "+*kind.chosen)
		}
	}
	if len(parts) > 0 {
		line(b, "controllers", strings.Join(parts, ", "))
	}
}

func line(b *strings.Builder, name, text string) { fmt.Fprintf(b, "%-16s  %s\n", name, text) }

func optional(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f", *v)
}

func count(n *int64) string {
	if n == nil {
		return "–"
	}
	return fmt.Sprint(*n)
}

// figure writes a rate with as many digits as a reader takes in.
func figure(v float64) string {
	if v >= 10 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2g", v)
}
