package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"airbridge/sim/loopback"
	"airbridge/transport"
)

// introduce says what will be compared.
func introduce(w io.Writer, p *loopback.Plan, path *transport.Report) {
	fmt.Fprintf(w, "One session, 1920x1080 at 72 fps and %v, over loopback (%d runs of %v, pumps %s)\n"+
		"and in the event lab (%d seeds each), on this machine as measured before, between and after the runs, and on the fitted PC.\n\n", p.Bitrate, p.Runs, p.Length, path.Scheduling, p.Seeds)
}

// tellMood says how the machine was during a run.
func tellMood(w io.Writer, run int, m *loopback.Mood) {
	word := "quiet"
	if !m.Quiet() {
		word = "disturbed"
	}
	us := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	fmt.Fprintf(w, "run %d: %-9s  an idle thread woke late by %.0f µs (p50), %.0f µs (p99), %.1f ms (most); by more than 1 ms: %.2f %%\n",
		run+1, word, us(m.LateP50), us(m.LateP99), us(m.LateMax)/1e3, 100*m.Stalls)
}

// table prints the comparison.
func table(w io.Writer, o *loopback.Outcome) {
	fmt.Fprintf(w, "\n%-28s %-2s %17s %10s  %-9s  %17s %-9s %s\n", "quantity", "", "event lab", "loopback", "", "fitted PC", "", "each run")
	for i := range o.Lines {
		l := &o.Lines[i]
		var each []string
		for _, v := range l.Real {
			each = append(each, number(v))
		}
		fmt.Fprintf(w, "%-28s %-2s %17s %10s  %-9s  %17s %-9s %s\n", l.Quantity.Name, l.Quantity.Unit,
			interval(l.Lab), number(l.Median), verdict(o, l), interval(l.Fitted), fitted(l), strings.Join(each, " "))
	}
	fmt.Fprint(w, "\nNear: outside by less than a hundredth of a frame (139 µs), in tails less than a tenth.\nLoopback is the median of the runs, for tails (p99, by seed, displayed, missed) of the quiet ones. In brackets: told\n"+
		"and does not count: the fitted PC, and tails where fewer than two runs were quiet. By seed: less what the lab has in the middle with the same seed,\n"+
		"as games, encoders and decoders differ by seed. Uplink and network: on the true clocks, not as the streamer maps them.\n")
	var lost uint64
	for i := range o.Reports {
		lost += o.Reports[i].Lost
	}
	fmt.Fprintf(w, "Datagrams lost by the kernel: %d.\n", lost)
}

func verdict(o *loopback.Outcome, l *loopback.Line) string {
	word := "OUTSIDE"
	switch {
	case l.Inside():
		word = "inside"
	case l.Near():
		word = "near"
	}
	if !o.Judged(l) {
		return "(" + strings.ToLower(word) + ")"
	}
	return word
}

// fitted says where loopback lies by the fitted PC, which is told and does not count.
func fitted(l *loopback.Line) string {
	if l.Fitted.Contains(l.Median, l.Quantity.Grain) {
		return "(inside)"
	}
	return "(outside)"
}

func interval(i loopback.Interval) string { return number(i.Low) + " to " + number(i.High) }

// number writes four digits at most where a value has no more.
func number(v float64) string {
	if v == float64(int64(v)) || v >= 1000 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
